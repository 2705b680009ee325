"""Enterprises: the public list never shows money, the file is for who may read it."""

import io
from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from flask import Flask

from marketplace.domain.evidence import Place
from marketplace.models.accounts import Role, User
from marketplace.models.bundles import Basket
from marketplace.models.enterprises import Progress
from marketplace.models.matches import Shortlist, ShortlistEntry
from marketplace.models.reviews import Review
from marketplace.services import clock, demands
from marketplace.services.unit_of_work import writing
from tests.factories import Factory
from tests.harness import Browser, Page

Counting = Callable[[Flask], AbstractContextManager[list[str]]]
REVENUE = 43_210_000


def names(page: Page) -> list[str]:
    return [Page.words(cell) for body in page.all("tbody") for cell in body.iter("th")]


def test_the_public_list_has_no_turnover_no_head_count_and_no_links_to_files(client: Browser, make: Factory) -> None:
    make.enterprise(revenue=REVENUE, employees=7_654)
    page = client.get("/enterprises")
    assert "4,321" not in page.html
    assert "7,654" not in page.html
    assert "7654" not in page.html
    assert not [link for body in page.all("tbody") for link in body.iter("a")]


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("", 2),
        ("progress=completed", 1),
        ("progress=completed&progress=registered", 2),
        ("industry=advanced_metals", 1),
        ("county=santai", 1),
        ("county=santai&industry=modern_food", 0),
        ("level=2", 1),
        ("level=3", 0),
        ("sample=yes", 1),
        ("size=micro", 0),
        ("q=%E6%B5%8B%E8%AF%95", 2),
        ("q=%25", 0),
        ("progress=nonsense&foo=%ff&page=99", 2),
    ],
)
def test_filters_find_what_fits(client: Browser, make: Factory, query: str, count: int) -> None:
    make.enterprise()
    make.enterprise(
        county="santai", industry="advanced_metals", progress=Progress.COMPLETED, completed_on=clock.today(),
        overall_level=2, is_sample=True,
    )  # fmt: skip
    page = client.get(f"/enterprises?{query}")
    assert len(names(page)) == count
    assert f"共 {count} 家企业" in page.body


def test_pages_cover_the_whole_list(demo_client: Browser) -> None:
    found = [name for number in range(1, 21) for name in names(demo_client.get(f"/enterprises?page={number}"))]
    assert len(found) == len(set(found)) == 391


@pytest.mark.parametrize(
    ("role", "status"),
    [
        (Role.PROVIDER, 403),
        (Role.ADMINISTRATOR, 403),
        (Role.ENTERPRISE, 403),
        (Role.COUNTY_OFFICER, 200),
        (Role.BUREAU_REVIEWER, 200),
        (Role.AUDITOR, 200),
    ],
)
def test_the_file_is_for_its_own_people_and_for_staff(client: Browser, make: Factory, role: Role, status: int) -> None:
    enterprise = make.enterprise(county="fucheng", revenue=REVENUE)
    client.log_in(make.user(role))
    page = client.get(f"/enterprises/{enterprise.id}", status=status)
    assert ("4,321.00万元" in page.body) == (status == 200)


def test_an_enterprise_reads_its_own_file_and_a_county_only_its_own_enterprises(client: Browser, make: Factory) -> None:
    own = make.enterprise(county="santai")
    client.log_in(make.user(Role.ENTERPRISE, organisation_id=own.organisation_id))
    assert "一企一档" in client.get(f"/enterprises/{own.id}").body
    officer = Browser(client.app).log_in(make.user(Role.COUNTY_OFFICER))  # of fucheng
    officer.get(f"/enterprises/{own.id}", status=403)


def test_nobody_unknown_reads_a_file_and_an_unknown_file_is_a_404(client: Browser, make: Factory) -> None:
    enterprise = make.enterprise()
    assert "/login" in client.raw(f"/enterprises/{enterprise.id}", status=302).headers["Location"]
    client.log_in(make.user(Role.AUDITOR))
    client.get("/enterprises/4711", status=404)


def test_staff_find_links_to_the_files_in_the_list(client: Browser, make: Factory) -> None:
    enterprise = make.enterprise()
    client.log_in(make.user(Role.BUREAU_LEADER))
    assert f"/enterprises/{enterprise.id}" in client.get("/enterprises").links().values()


def test_the_list_takes_the_same_queries_for_one_row_and_for_twenty(
    app: Flask, client: Browser, make: Factory, count_queries: Counting
) -> None:
    taken = []
    for number in (1, 19):
        for _ in range(number):
            make.enterprise()
        with count_queries(app) as statements:
            client.get("/enterprises")
        taken.append(len(statements))
    assert taken[0] == taken[1] <= 15


def filled(make: Factory, user: User) -> int:
    """One more of everything in the user's file; returns its enterprise."""
    person = make.actor(user)
    assessment = make.assessment(user=user, answers={"Q1": ["B"]})
    demand = make.demand(user=user)
    provider = make.actor(Role.PROVIDER)
    solution = make.solution()
    now = clock.now()
    rows = [
        Shortlist(
            organisation_id=person.organisation_id, demand_id=demand.id, title=f"名单{demand.id}", created_at=now,
            created_by=user.id, entries=[ShortlistEntry(solution_id=solution.id, added_by=user.id, added_at=now)],
        ),
        Basket(
            demand_id=demand.id, enterprise_id=person.enterprise_id, title=f"方案{demand.id}", target_level=2,
            created_by=user.id, created_at=now, changed_at=now, items=[],
        ),
        Review(
            solution_id=solution.id, enterprise_id=person.enterprise_id, rating=4, text="装得快", written_on=now.date()
        ),
    ]  # fmt: skip
    with writing() as session:
        session.add_all(rows)
    make.evidence(user=user, places=[Place("assessment", assessment.id, "Q1")])
    make.access_grant(user=user, organisation_id=provider.organisation_id or 0)
    return person.enterprise_id or 0


def test_the_file_shows_every_stage_with_its_rows_and_what_is_missing(client: Browser, make: Factory) -> None:
    user = make.user(Role.ENTERPRISE)
    key = filled(make, user)
    page = client.log_in(user).get(f"/enterprises/{key}")
    headings = [Page.words(one) for one in page.all("h2")]
    stages = ["基本情况", "评测", "需求清单", "匹配与候选名单", "组合方案与报价单", "改造项目", "评价"]
    assert [one for one in headings if one in stages] == stages
    for words in ("自评（2024年版）", "测试清单", "名单", "方案", "装得快", "4分", "改造项目从签订改造合同开始"):
        assert words in page.body
    assert "材料：要17份，还缺16份" in page.body  # Q1 and sixteen scenes at level 1; one is proved
    assert "由企业提供" in page.body
    links = page.links().values()
    assert any(url.startswith("/assessments/") for url in links)
    assert any(url.startswith("/demands/") and url[-1].isdigit() for url in links)


def test_an_empty_file_says_what_to_do_next(client: Browser, make: Factory) -> None:
    user = make.user(Role.ENTERPRISE)
    page = client.log_in(user).get(f"/enterprises/{make.actor(user).enterprise_id}")
    for words in ("还没有评测", "新建需求清单", "还没有候选名单", "还没有评价", "没有授权给别的单位", "没有记录"):
        assert words in page.body


def test_stages_ask_for_more_as_the_pilot_goes_on(client: Browser, make: Factory) -> None:
    client.log_in(make.user(Role.AUDITOR))
    asked = []
    for progress, day in (
        (Progress.REGISTERED, None),
        (Progress.TRANSFORMING, None),
        (Progress.COMPLETED, clock.today()),
    ):
        key = make.enterprise(progress=progress, completed_on=day).id
        asked.append(Page.words(client.get(f"/enterprises/{key}").by_class("sz-progress")[0]))
    assert [one.split(" / ")[1].split()[0] for one in asked] == ["3", "6", "10"]


def test_the_file_takes_the_same_queries_for_one_row_and_for_twenty(
    app: Flask, client: Browser, make: Factory, count_queries: Counting
) -> None:
    user = make.user(Role.ENTERPRISE)
    guest = make.user(Role.PROVIDER)
    owner, visitor = client.log_in(user), Browser(app).log_in(guest)
    grant = make.access_grant(user=user, organisation_id=make.actor(guest).organisation_id or 0)
    visitor.post(f"/access-grants/{grant.id}/use")
    taken = []
    for number in (1, 5):
        for _ in range(number):
            key = filled(make, user)
        counts = []
        for browser, path in ((owner, ""), (owner, "/timeline"), (visitor, "")):
            with count_queries(app) as statements:
                browser.get(f"/enterprises/{key}{path}")
            counts.append(len(statements))
        taken.append(counts)
    assert taken[0] == taken[1]
    assert max(taken[0]) <= 15


def form_of(page: Page) -> dict[str, str]:
    values = {one.get("name", ""): one.get("value") or "" for one in page.all("input") if one.get("type") != "submit"}
    for select in page.all("select"):
        chosen = [one.get("value") or "" for one in select.iter("option") if one.get("selected") is not None]
        values[select.get("name", "")] = chosen[0] if chosen else ""
    return {name: value for name, value in values.items() if name and name not in {"q", "csrf_token", "once"}}


def test_the_owner_changes_his_facts_and_the_trail_tells_what_from_what_to_what(client: Browser, make: Factory) -> None:
    user = make.user(Role.ENTERPRISE)
    key = make.actor(user).enterprise_id
    address = f"/enterprises/{key}/edit"
    form = form_of(client.log_in(user).get(address))
    assert (form["employees"], form["revenue"], form["size"]) == ("80", "4000", "small")
    page = client.follow(client.post(address, form | {"employees": "95", "main_products": "腊肠"}))
    assert "95人" in page.body
    assert "从业人员由“80人”改为“95人”" in page.body
    assert "主要产品由“空”改为“腊肠”" in page.body
    stale = client.submit(address, form | {"employees": "70"}, status=409)
    assert user.name in stale.body
    assert "70" in stale.body
    assert form_of(client.get(address))["employees"] == "95"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"employees": "-3"}, "从业人员要填整数"),
        ({"employees": "0"}, "从业人员请填1到"),
        ({"revenue": "很多"}, "按万元填数字"),
        ({"revenue": "999999999"}, "请核对单位是不是万元"),
        ({"size": "medium"}, "按填的人数和营业收入应为小型"),
        ({"size": "giant"}, "请从列表里选择企业规模"),
        ({"gbt4754": "000"}, "请从列表里选择行业中类"),
        ({"main_products": "长" * 101}, "最多100个字"),
    ],
)
def test_a_wrong_fact_is_named_and_nothing_is_changed(
    client: Browser, make: Factory, change: dict[str, str], words: str
) -> None:
    user = make.user(Role.ENTERPRISE)
    address = f"/enterprises/{make.actor(user).enterprise_id}/edit"
    form = form_of(client.log_in(user).get(address))
    page = client.submit(address, form | change, status=422)
    assert words in Page.words(page.by_id("error-summary"))
    assert form_of(client.get(address))["employees"] == "80"


def test_the_trail_of_a_file_holds_nothing_of_a_draft_whose_number_was_given_again(
    client: Browser, make: Factory
) -> None:
    """SQLite gives the id of a deleted last row to the next one, which may be another enterprise's."""
    first, second = make.user(Role.ENTERPRISE), make.user(Role.ENTERPRISE)
    key = demands.create(make.actor(first), title="别家的秘密")
    demands.delete(make.actor(first), demand_id=key, version=1)
    demands.create(make.actor(second), title="自家的清单")
    client.log_in(make.user(Role.AUDITOR))
    trails = [client.get(f"/enterprises/{make.actor(user).enterprise_id}/timeline").body for user in (first, second)]
    assert "别家的秘密" in trails[0]
    assert "自家的清单" not in trails[0]
    assert "自家的清单" in trails[1]
    assert "别家的秘密" not in trails[1]


def test_a_file_goes_out_through_the_browser_and_comes_in_after_a_look(client: Browser, make: Factory) -> None:
    user = make.user(Role.ENTERPRISE)
    key = make.actor(user).enterprise_id
    response = client.log_in(user).post(f"/enterprises/{key}/file.zip", status=200)
    content = response.get_data()
    assert response.headers["Content-Disposition"].startswith("attachment;")
    response.close()
    client.log_in(make.user(Role.ADMINISTRATOR))
    page = client.submit("/enterprises/import", {}, status=422)
    assert "请选择从平台导出的企业档案zip" in page.body
    sent = {"file": (io.BytesIO(content), "档案.zip")}
    page = client.follow(client.post("/enterprises/import", sent, content_type="multipart/form-data"))
    assert "已有档案，不能再导入一次" in page.body
    assert "确认导入" not in {Page.words(one) for one in page.all("button")}
    page = client.submit(page.response.request.path, {}, status=422)
    assert "已有档案" in page.body
