"""The pages of the demand checklist, as an enterprise and as city staff walk through them, without JavaScript."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from marketplace.domain.demands import MAX_LINES
from marketplace.extensions import db
from marketplace.models.accounts import Role, User
from marketplace.models.demands import Demand, DemandStatus
from tests.factories import Factory
from tests.harness import Browser, Page

QUERIES = 15
TEXT = "检验记录都在纸上，客户要查半天"


@pytest.fixture
def user(app: Flask, make: Factory) -> User:
    return make.user(Role.ENTERPRISE)


@pytest.fixture
def factory_client(client: Browser, user: User) -> Browser:
    return client.log_in(user)


def _line(place: int, *, scene: str = "quality", weight: str = "100", text: str = TEXT) -> dict[str, str]:
    fields = {"scene": scene, "current_level": "0", "target_level": "2", "text": text, "weight": weight}
    return {f"lines-{place}-{name}": value for name, value in fields.items()}


def _hidden(page: Page) -> dict[str, str]:
    return {"once": page.hidden("once"), "version": page.hidden("version")}


def _values(page: Page, name: str) -> list[str]:
    return [field.get("value", "") for field in page.all("input") if field.get("name") == name]


def _acts(page: Page, action: str) -> dict[str, str]:
    """The hidden fields of the form that goes to this address."""
    form = next(form for form in page.all("form") if form.get("action") == action)
    return {field.get("name", ""): field.get("value", "") for field in form.iter("input")}


def test_from_the_title_to_the_ranking_without_javascript(factory_client: Browser, make: Factory) -> None:
    make.solution()
    page = factory_client.get("/demands/new")
    made = factory_client.post("/demands/new", {"title": "质量追溯", "scene": "", "once": page.hidden("once")})
    home = made.headers["Location"]
    page = factory_client.follow(made)
    assert "还不能开始" in page.body
    page = factory_client.get(f"{home}/lines")
    page = factory_client.submit(f"{home}/lines", {**_hidden(page), **_line(0, weight="60"), "add_line": "1"})
    assert "权重合计 60，还差 40" in page.body
    assert TEXT in page.html
    typed = {**_hidden(page), **_line(0, weight="60"), **_line(1, scene="energy", weight="40")}
    factory_client.post(f"{home}/lines", typed)
    page = factory_client.get(f"{home}/conditions")
    answers = {"budget": "3.5", "is_deadline_open": "y", "deployments": ["saas", "private"]}
    factory_client.post(f"{home}/conditions", {**_hidden(page), **answers})
    page = factory_client.get(f"{home}/check")
    assert "3.50万元" in page.body
    assert "不限工期" in page.body
    published = factory_client.post(f"{home}/publish", _acts(page, f"{home}/publish"))
    page = factory_client.follow(published)
    assert "已发布" in page.body
    assert "办理记录" in page.body
    page = factory_client.get(page.links()["看匹配结果"])
    assert page.h1 == "匹配结果"
    assert "第1项质量管理的等级" in page.body
    assert "满分100分" in page.body


def test_a_published_checklist_is_withdrawn_and_copied(factory_client: Browser, user: User, make: Factory) -> None:
    demand = make.demand(user=user)
    page = factory_client.get(f"/demands/{demand.id}")
    assert "撤回后不再办理" in page.body
    page = factory_client.follow(
        factory_client.post(f"/demands/{demand.id}/withdraw", _acts(page, f"/demands/{demand.id}/withdraw"))
    )
    assert "已撤回" in page.body
    copied = factory_client.post(f"/demands/{demand.id}/copy", _acts(page, f"/demands/{demand.id}/copy"))
    page = factory_client.follow(copied)
    assert page.h1.endswith("（副本）")
    assert "由原清单复制而来" in page.body


def test_the_search_that_found_nothing_becomes_the_first_line(factory_client: Browser) -> None:
    page = factory_client.get("/demands/new?scene=quality&q=蓝牙卡尺数据")
    assert "蓝牙卡尺数据" in page.html
    data = {"title": "卡尺", "scene": "quality", "text": "蓝牙卡尺数据", "once": page.hidden("once")}
    made = factory_client.post("/demands/new", data)
    assert "1项，权重合计100" in factory_client.follow(made).body
    assert factory_client.get("/demands/new?scene=nonsense").h1 == "新建需求清单"


def test_errors_are_listed_and_what_was_typed_stays(factory_client: Browser, user: User, make: Factory) -> None:
    home = f"/demands/{make.demand(user=user, status=DemandStatus.DRAFT).id}"
    page = factory_client.get(f"{home}/lines")
    bad = {**_hidden(page), **_line(0, scene="", weight="三十", text="原话要留着")}
    page = factory_client.submit(f"{home}/lines", bad, status=422)
    assert "请选择应用场景" in page.body
    assert "请只填数字，例如30" in page.body
    assert "原话要留着" in page.html
    assert "三十" in page.html
    page = factory_client.get(f"{home}/conditions")
    bad = {**_hidden(page), "budget": "1e9", "deadline_days": "30", "is_deadline_open": "y"}
    page = factory_client.submit(f"{home}/conditions", bad, status=422)
    for words in ("请只填数字，例如12.5", "请去掉“不限工期”的勾", "请选择部署方式，或勾选“还没想好”"):
        assert words in page.body
    assert _values(page, "budget") == ["1e9"]
    page = factory_client.submit(f"{home}/conditions", {**_hidden(page), "budget": "99999", "is_deadline_open": "y",
                                                        "is_deployment_open": "y"}, status=422)  # fmt: skip
    assert "不超过5,000.00万元" in page.body
    page = factory_client.submit("/demands/new", {"title": " ", "text": "没选场景"}, status=422)
    assert "请填写清单名称" in page.body
    assert "请在上面选择应用场景" in page.body
    page = factory_client.get(f"{home}/basics")
    page = factory_client.submit(
        f"{home}/basics", {**_hidden(page), "title": "好", "assessment_score": "101"}, status=422
    )
    assert "0到100之间" in page.body


def test_a_row_is_removed_by_the_server_and_a_blank_one_is_not_kept(
    factory_client: Browser, user: User, make: Factory
) -> None:
    demand = make.demand(user=user, status=DemandStatus.DRAFT)
    home = f"/demands/{demand.id}"
    page = factory_client.get(f"{home}/lines")
    rows = {**_line(0, weight="10"), **_line(3, scene="energy", weight="20"), **_line(7, scene="safety", weight="30")}
    page = factory_client.submit(f"{home}/lines", {**_hidden(page), **rows, "remove_line": "3"})
    assert "权重合计 40" in page.body
    rows = {**_line(0), "lines-1-scene": "", "lines-1-target_level": "2", "lines-1-text": " "}
    factory_client.post(f"{home}/lines", {**_hidden(page), **rows})
    assert "1项，权重合计100" in factory_client.get(home).body


@pytest.mark.parametrize(
    "strange",
    [
        {"lines-²-text": "上标"},
        {"lines-99999999999999999999-text": "大"},
        {"lines--1-text": "负"},
        {f"lines-{place}-text": "多" for place in range(MAX_LINES + 5)},
        {"version": "²"},
        {"version": ""},
        {**_line(0), "lines-0-target_level": "9"},
        {**_line(0), "lines-0-scene": "nonsense"},
    ],
)
def test_forged_fields_never_break_the_page(
    factory_client: Browser, user: User, make: Factory, strange: dict[str, str]
) -> None:
    home = f"/demands/{make.demand(user=user, status=DemandStatus.DRAFT).id}"
    page = factory_client.get(f"{home}/lines")
    response = factory_client.send(
        "POST", f"{home}/lines", data={"csrf_token": factory_client.token(), **_hidden(page), **strange}
    )
    assert response.status_code in {303, 422}
    assert factory_client.get(f"{home}/lines").h1 == "需求明细"


def test_a_stale_form_gets_409_and_gives_back_what_was_typed_in_words(
    factory_client: Browser, user: User, make: Factory
) -> None:
    home = f"/demands/{make.demand(user=user, status=DemandStatus.DRAFT).id}"
    first, second = factory_client.get(f"{home}/lines"), factory_client.get(f"{home}/lines")
    factory_client.post(f"{home}/lines", {**_hidden(first), **_line(0)})
    page = factory_client.submit(f"{home}/lines", {**_hidden(second), **_line(0, text="另一个窗口写的话")}, status=409)
    assert "另一个窗口写的话" in page.body
    assert "第1项应用场景 质量管理" in page.body
    assert page.links()["打开这份需求清单的最新版本"] == home


def test_two_tabs_publish_once(factory_client: Browser, user: User, make: Factory) -> None:
    demand = make.demand(user=user, status=DemandStatus.DRAFT)
    home = f"/demands/{demand.id}"
    page = factory_client.get(f"{home}/conditions")
    opened = {"is_budget_open": "y", "is_deadline_open": "y", "is_deployment_open": "y"}
    factory_client.post(f"{home}/conditions", {**_hidden(page), **opened})
    first, second = (_acts(factory_client.get(f"{home}/check"), f"{home}/publish") for _ in range(2))
    factory_client.post(f"{home}/publish", first)
    page = factory_client.submit(f"{home}/publish", second, status=409)
    assert "已发布" in page.body
    again = factory_client.post(f"{home}/publish", first, status=302)
    assert again.headers["Location"] == home


def test_an_incomplete_draft_has_no_publish_button_and_forcing_it_leads_to_what_is_missing(
    factory_client: Browser, user: User, make: Factory
) -> None:
    home = f"/demands/{make.demand(user=user, status=DemandStatus.DRAFT, lines=[('quality', 90)]).id}"
    page = factory_client.get(f"{home}/check")
    assert "还差10" in page.body
    assert f"{home}/publish" not in [form.get("action") for form in page.all("form")]
    version = _hidden(factory_client.get(f"{home}/basics"))["version"]
    forced = factory_client.post(f"{home}/publish", {"version": version, "once": "x"})
    assert "没有发布" in factory_client.follow(forced).body


def test_drafts_are_deleted_after_a_question(factory_client: Browser, user: User, make: Factory) -> None:
    home = f"/demands/{make.demand(user=user, status=DemandStatus.DRAFT).id}"
    page = factory_client.get(home)
    assert "删除后不能恢复" in page.body
    gone = factory_client.post(f"{home}/delete", _acts(page, f"{home}/delete"))
    assert "已删除" in factory_client.follow(gone).body
    factory_client.get(home, status=404)


def test_the_forms_of_a_published_checklist_lead_to_its_page(
    factory_client: Browser, user: User, make: Factory
) -> None:
    home = f"/demands/{make.demand(user=user).id}"
    for part in ("basics", "lines", "conditions", "check"):
        assert factory_client.raw(f"{home}/{part}", status=303).headers["Location"] == home


@pytest.mark.parametrize(
    ("role", "status"),
    [
        (Role.ENTERPRISE, 403),
        (Role.PROVIDER, 403),
        (Role.ADMINISTRATOR, 403),
        (Role.BUREAU_REVIEWER, 200),
        (Role.SUPERVISOR, 200),
        (Role.COUNTY_OFFICER, 200),
    ],
)
def test_a_published_checklist_is_read_by_staff_alone(
    client: Browser, user: User, make: Factory, role: Role, status: int
) -> None:
    demand = make.demand(user=user)
    page = client.log_in(make.user(role)).get(f"/demands/{demand.id}", status=status)
    assert ("撤回清单" in page.body) is False
    assert ("复制一份" in page.body) is False


@pytest.mark.parametrize("role", [Role.PROVIDER, Role.ADMINISTRATOR])
def test_other_roles_have_no_list(client: Browser, make: Factory, role: Role) -> None:
    client.log_in(make.user(role)).get("/demands", status=403)


def test_anonymous_readers_are_sent_to_the_login(client: Browser) -> None:
    assert client.raw("/demands", status=302).headers["Location"].startswith("/login?next=")


def test_empty_lists_say_what_to_do_next(client: Browser, make: Factory) -> None:
    assert "新建需求清单" in client.log_in(make.user(Role.ENTERPRISE)).get("/demands").links()
    reviewer = client.log_in(make.user(Role.BUREAU_REVIEWER))
    assert "还没有企业发布需求清单" in reviewer.get("/demands").body
    assert "清空筛选" in reviewer.get("/demands?scene=quality").links()


Counting = Callable[[Flask], AbstractContextManager[list[str]]]


@pytest.mark.parametrize("role", [Role.ENTERPRISE, Role.BUREAU_REVIEWER])
def test_the_list_asks_the_same_number_of_questions_for_one_row_and_for_twenty(
    app: Flask, client: Browser, user: User, make: Factory, count_queries: Counting, role: Role
) -> None:
    make.demand(user=user)
    client.log_in(user if role == Role.ENTERPRISE else make.user(role))
    counts = []
    for more in (0, 19):
        for _ in range(more):
            make.demand(user=user, lines=[("quality", 50), ("energy", 50)])
        with count_queries(app) as statements:
            client.get("/demands")
        counts.append(len(statements))
    assert counts[0] == counts[1] <= QUERIES
    assert db.session.scalar(select(func.count()).select_from(Demand)) == 20


@pytest.mark.parametrize("view", ["solutions", "providers"])
def test_the_ranking_asks_the_same_number_of_questions_for_one_row_and_for_twenty(
    app: Flask, factory_client: Browser, user: User, make: Factory, count_queries: Counting, view: str
) -> None:
    demand = make.demand(user=user)
    make.solution()
    counts = []
    for more in (0, 19):
        for _ in range(more):
            make.solution(cases=1)
        factory_client.get(f"/demands/{demand.id}/ranking")  # fits the ranker
        with count_queries(app) as statements:
            page = factory_client.get(f"/demands/{demand.id}/ranking?view={view}")
        counts.append(len(statements))
    assert "20" in page.body
    assert counts[0] == counts[1] <= QUERIES


def test_an_empty_shelf_is_said_in_the_ranking(factory_client: Browser, user: User, make: Factory) -> None:
    page = factory_client.get(f"/demands/{make.demand(user=user).id}/ranking")
    assert "目前没有在架产品可以匹配" in page.body


def test_every_page_of_the_demo_city_s_first_enterprise_is_sound(demo_client: Browser) -> None:
    browser = demo_client.log_in(Role.ENTERPRISE)
    page = browser.get("/demands")
    addresses: list[Any] = [url for url in page.links().values() if url.startswith("/demands/")]
    assert addresses
    for address in addresses:
        browser.get(address)
