"""The shelf, the page of a listing, comparison and suggestions, as a browser gets them."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from urllib.parse import quote

import pytest
from flask import Flask

from marketplace.models.accounts import Role
from marketplace.models.solutions import SolutionStatus
from marketplace.services import search
from search_index.engine import EngineUnavailable
from tests.factories import Factory
from tests.harness import Browser, Page

Counting = Callable[[Flask], AbstractContextManager[list[str]]]
MOST_QUERIES = 15


def listed(page: Page) -> list[str]:
    """Names of the listings, in the order of the page."""
    return [page.words(heading) for row in page.by_class("sz-listing") for heading in row.iter("h2")]


def chip_links(page: Page) -> list[str]:
    return [link.get("href", "") for chips in page.by_class("sz-chips") for link in chips.iter("a")]


def facet_counts(page: Page, name: str) -> dict[str, int]:
    boxes = [one for one in page.all("input") if one.get("name") == name and one.get("type") == "checkbox"]
    labels = {label.get("for"): page.words(label) for label in page.all("label")}
    return {box.get("value", ""): int(labels[box.get("id")].removesuffix("个").split()[-1]) for box in boxes}


def test_the_whole_demo_shelf_is_listed_with_facets_in_pages_of_twenty(demo_client: Browser) -> None:
    page = demo_client.get("/solutions")
    assert len(listed(page)) == 20
    assert sum(facet_counts(page, "provider_kind").values()) == 210
    assert "共 210 个产品" in page.body


def test_pages_follow_each_other_without_gap_or_repetition(demo_client: Browser) -> None:
    names = [
        name for number in range(1, 12) for name in listed(demo_client.get(f"/solutions?sort=price&page={number}"))
    ]
    assert len(names) == 210


def test_a_facet_value_finds_as_many_as_its_count_said(demo_client: Browser) -> None:
    counts = facet_counts(demo_client.get("/solutions?industry=modern_food"), "scene")
    for scene in ("quality", "energy", "finance"):
        page = demo_client.get(f"/solutions?industry=modern_food&scene={scene}")
        assert f"共 {counts[scene]} 个产品" in page.body


def test_chosen_values_are_chips_that_take_them_off_and_the_form_keeps_text_and_order(demo_client: Browser) -> None:
    page = demo_client.get("/solutions?q=MES&industry=modern_food&scene=quality&scene=safety&sort=price")
    assert chip_links(page)[:4] == [
        "/solutions?industry=modern_food&scene=quality&scene=safety&sort=price",
        "/solutions?q=MES&scene=quality&scene=safety&sort=price",
        "/solutions?q=MES&industry=modern_food&scene=safety&sort=price",
        "/solutions?q=MES&industry=modern_food&scene=quality&sort=price",
    ]
    assert page.hidden("q") == "MES"
    assert page.hidden("sort") == "price"


@pytest.mark.parametrize(
    "query",
    [
        "nonsense=1",
        "industry=mars",
        "sort=beauty",
        "page=-1",
        "page=" + "9" * 3000,
        "page=%00",
        "q=%ff%fe%00",
        "q=%ee%80%80x%ee%80%81",
        "q=" + quote("长" * 500),
        "q=a&q=b",
        "scene=quality" + "&scene=quality" * 50,
        "&&&=&=x&%=%&",
        "q=%3Cscript%3Ealert(1)%3C/script%3E",
        "provider=abc",
        "provider=99999999999999999999",
        "family=%27%22%3B--",
        "q='\"\\%_*?:()[]{}^~!%2B-AND OR NOT",
    ],
)
def test_strange_addresses_are_answered_with_a_page_never_an_error(client: Browser, make: Factory, query: str) -> None:
    make.solution()
    page = client.get(f"/solutions?{query}")
    assert page.h1 == "找产品"
    assert "<script>alert" not in page.html


def test_an_ignored_parameter_is_named_in_a_notice(client: Browser, make: Factory) -> None:
    make.solution()
    assert "已忽略：nonsense" in client.get("/solutions?nonsense=1").body


def test_an_empty_result_offers_to_drop_the_condition_or_to_publish_a_demand(client: Browser, make: Factory) -> None:
    make.solution(coverage=[("quality", 2)], price=30_000)
    page = client.get("/solutions?scene=quality&price_band=over_30")
    links = page.links()
    assert links["去掉“价格”条件"] == "/solutions?scene=quality"
    assert "scene=quality" in links["发布需求"]


def test_an_empty_shelf_still_has_a_next_step(client: Browser) -> None:
    assert "发布需求" in client.get("/solutions").links()


def test_matched_words_are_marked_and_everything_else_is_escaped(client: Browser, make: Factory) -> None:
    make.solution(name="批次追溯<b>粗</b>", summary="查&追溯")
    page = client.get(f"/solutions?q={quote('追溯')}")
    assert [page.words(mark) for mark in page.all("mark")][:1] == ["追溯"]
    assert "&lt;b&gt;粗&lt;/b&gt;" in page.html
    assert not page.all("b")


def test_while_the_engine_is_away_the_page_says_so_and_still_answers(
    app: Flask, client: Browser, make: Factory
) -> None:
    make.solution(name="批次追溯")

    class Stopped:
        def __getattr__(self, name: str) -> object:
            raise EngineUnavailable("stopped")

    app.extensions["search"].engine = Stopped()
    page = client.get(f"/solutions?q={quote('追溯')}")
    assert "检索服务暂时不可用，结果来自数据库，排序可能不同" in page.body
    assert listed(page) == ["批次追溯"]
    assert client.get("/").h1
    assert client.raw("/solutions/suggest?q=zs").json == []


@pytest.mark.parametrize("role", [None, Role.ENTERPRISE])
def test_a_list_takes_the_same_few_queries_for_one_row_and_for_twenty(
    app: Flask, client: Browser, make: Factory, count_queries: Counting, role: Role | None
) -> None:
    if role:
        client.log_in(make.user(role))
    taken = []
    for number in (1, 19):
        for _ in range(number):
            make.solution(cases=1)
        client.get("/solutions")
        with count_queries(app) as statements:
            page = client.get("/solutions")
        taken.append(len(statements))
        assert len(listed(page)) == number if number == 1 else 20
    assert taken[0] == taken[1] <= MOST_QUERIES


@pytest.mark.parametrize("role", [None, Role.BUREAU_LEADER])
def test_the_page_of_a_listing_takes_few_queries(
    app: Flask, client: Browser, make: Factory, count_queries: Counting, role: Role | None
) -> None:
    if role:
        client.log_in(make.user(role))
    address = f"/solutions/{make.solution(coverage=[('quality', 2), ('energy', 3)], cases=20).id}"
    make.solution()
    client.get(address)
    with count_queries(app) as statements:
        client.get(address)
    assert len(statements) <= MOST_QUERIES, "\n".join(statements)


def test_suggestions_are_json_with_kind_label_and_url(demo_client: Browser) -> None:
    rows = demo_client.raw(f"/solutions/suggest?q={quote('质量')}").json
    assert rows
    assert all(set(row) == {"kind", "label", "url"} for row in rows)
    for row in rows:
        demo_client.get(row["url"])


@pytest.mark.parametrize("text", ["", "%00", "%ff", "x" * 3000, "'\"\\%_"])
def test_strange_suggestions_are_answered(client: Browser, text: str) -> None:
    assert client.raw(f"/solutions/suggest?q={text}").is_json


def test_every_listing_of_the_demo_city_has_a_valid_page(demo_client: Browser, demo_app: Flask) -> None:
    ids = sorted(int(key) for key in demo_app.extensions["search"].engine.document_ids())
    for solution_id in ids[::7]:
        page = demo_client.get(f"/solutions/{solution_id}")
        assert "仅供估算" in page.body or "没有提供价目" in page.body
        assert "监理复审通过" in page.body


def test_the_history_names_roles_never_people(client: Browser, make: Factory) -> None:
    solution, leader = make.solution(), make.user(Role.BUREAU_LEADER)
    client.log_in(leader)
    client.post(f"/solutions/{solution.id}/suspend", {"reason": "投诉核实", "version": "1"})
    page = Browser(client.app).get(f"/solutions/{solution.id}")
    assert "市局领导" in page.body
    assert "投诉核实" in page.body
    assert leader.name not in page.body


def test_a_suspended_listing_keeps_its_page_and_a_draft_has_none(client: Browser, make: Factory) -> None:
    suspended = make.solution(status=SolutionStatus.SUSPENDED, status_note="价格与备案不符")
    draft = make.solution(status=SolutionStatus.DRAFT)
    assert "价格与备案不符" in client.get(f"/solutions/{suspended.id}").body
    assert "没有找到这个产品" in client.get(f"/solutions/{draft.id}", status=404).body
    client.get("/solutions/987654", status=404)


def test_the_leader_confirms_before_a_listing_is_suspended(client: Browser, make: Factory) -> None:
    solution = make.solution()
    client.log_in(make.user(Role.BUREAU_LEADER))
    page = client.get(client.get(f"/solutions/{solution.id}").links()["暂停展示"])
    assert "立即从列表" in page.body
    form = {"version": page.hidden("version"), "once": page.hidden("once")}
    refused = client.submit(f"/solutions/{solution.id}/suspend", {**form, "reason": " "}, status=422)
    assert "请写明理由" in refused.body
    done = client.follow(client.post(f"/solutions/{solution.id}/suspend", {**form, "reason": "投诉核实期间"}))
    assert "暂停展示" in done.body
    again = client.submit(
        f"/solutions/{solution.id}/suspend", {"version": form["version"], "reason": "再来"}, status=409
    )
    assert "再来" in again.body
    assert "恢复展示" in client.get(f"/solutions/{solution.id}").links()


@pytest.mark.parametrize("role", [role for role in Role if role != Role.BUREAU_LEADER])
def test_nobody_else_is_offered_or_allowed_to_suspend(client: Browser, make: Factory, role: Role) -> None:
    solution = make.solution()
    client.log_in(make.user(role))
    assert "暂停展示" not in client.get(f"/solutions/{solution.id}").links()
    client.get(f"/solutions/{solution.id}/suspend", status=403)
    client.post(f"/solutions/{solution.id}/suspend", {"reason": "x", "version": "1"}, status=403)


def test_a_comparison_has_the_names_in_the_order_of_the_address_and_says_what_is_missing(
    client: Browser, make: Factory
) -> None:
    one = make.solution(name="甲产品", price=None, interfaces=None)
    two = make.solution(name="乙产品", coverage=[("energy", 3)])
    page = client.get(f"/compare?id={two.id}&id={one.id}")
    head = [page.words(cell) for cell in page.by_class("sz-compare")[0].iter("th")][1:3]
    assert head == ["乙产品", "甲产品"]
    assert "未提供" in page.body
    assert "不覆盖" in page.body


def test_only_differences_leaves_out_what_is_alike_and_works_as_a_link(client: Browser, make: Factory) -> None:
    one, two = make.solution(days_to_deploy=10), make.solution(days_to_deploy=20)
    page = client.get(f"/compare?id={one.id}&id={two.id}")
    assert "部署方式" in page.body
    only = client.get(page.links()["只看差异"])
    assert "上线时间" in only.body
    assert "部署方式" not in only.body
    assert only.links()["显示全部项目"] == f"/compare?id={one.id}&id={two.id}"


@pytest.mark.parametrize(
    ("extra", "word"),
    [("&id=4711", "没有对应的产品"), ("&id=abc", "没有对应的产品"), ("&id=%00", "没有对应的产品")],
)
def test_unknown_products_are_left_out_with_a_notice(client: Browser, make: Factory, extra: str, word: str) -> None:
    page = client.get(f"/compare?id={make.solution().id}{extra}")
    assert word in page.body
    assert len(page.by_class("sz-compare")) == 1


def test_more_than_four_are_cut_to_four_with_a_notice(client: Browser, make: Factory) -> None:
    address = "/compare?" + "&".join(f"id={make.solution().id}" for _ in range(6))
    page = client.get(address)
    assert "最多对比4个" in page.body
    assert "4 个产品" in page.body


def test_drafts_cannot_be_compared_and_nothing_to_compare_has_a_next_step(client: Browser, make: Factory) -> None:
    draft = make.solution(status=SolutionStatus.DRAFT)
    assert "去选产品" in client.get(f"/compare?id={draft.id}").links()
    assert "去选产品" in client.get("/compare").links()


def test_the_index_follows_a_new_listing_at_once(client: Browser, make: Factory) -> None:
    make.solution(name="蓝鲸抄表")
    assert search.deliver() == 0
    assert listed(client.get(f"/solutions?q={quote('抄表')}")) == ["蓝鲸抄表"]


@pytest.mark.parametrize(("role", "is_offered"), [(None, True), (Role.ENTERPRISE, True), (Role.PROVIDER, False)])
def test_only_those_who_can_keep_favourites_and_write_demands_are_offered_to(
    client: Browser, make: Factory, role: Role | None, is_offered: bool
) -> None:
    solution_id = make.solution().id
    if role:
        client.log_in(make.user(role))
    for address in ("/solutions", f"/solutions/{solution_id}"):
        buttons = [one for one in client.get(address).all("button") if one.get("name") == "solution_id"]
        assert bool(buttons) is is_offered
    assert ("发布需求" in client.get("/solutions?q=zzzz&scene=quality").links()) is is_offered


def test_a_favourite_is_kept_and_shown_as_such(client: Browser, make: Factory) -> None:
    solution_id = make.solution(name="收藏的").id
    client.post("/favourites", {"solution_id": solution_id}, headers={"Referer": "http://localhost/solutions"})
    assert "已收藏" in client.get("/solutions").body
    assert "已收藏" in client.get(f"/solutions/{solution_id}").body
