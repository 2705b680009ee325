"""The pages of composer, basket and sheet, without JavaScript and with htmx; two tabs; the link."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from marketplace.extensions import db
from marketplace.models.accounts import Role
from marketplace.models.bundles import QuotationSheet
from marketplace.models.solutions import Solution, SolutionStatus
from marketplace.services import basket_views, clock, outbox, quotation_sheets
from marketplace.services.unit_of_work import writing
from tests.factories import Factory
from tests.harness import Browser, Page
from tests.pages.test_bundles import make_bundle
from tests.services.test_baskets import Desk

Counting = Callable[[Flask], AbstractContextManager[list[str]]]


@pytest.fixture
def desk(make: Factory) -> Desk:
    return Desk(make, assessment_score=Decimal("36.8"))


@pytest.fixture
def shop(client: Browser, desk: Desk) -> Browser:
    return client.log_in(desk.user)


def typed(desk: Desk, key: int, **changes: Any) -> dict[str, Any]:
    """The form as the page shows it, with changes."""
    view = desk.view(key)
    form: dict[str, Any] = {"version": str(view.version), "title": view.title, "target": "2"}
    for item in view.items:
        form |= {
            f"name-{item.id}": item.offer.name,
            f"plan-{item.id}": str(item.pick.plan.id if item.pick.plan else ""),
            f"quantity-{item.id}": str(item.pick.quantity),
            f"discount-{item.id}": str(item.pick.discount),
        }
    return form | changes


def test_the_composer_shows_proof_rule_and_money(shop: Browser, desk: Desk) -> None:
    page = shop.get(f"/demands/{desk.demand.id}/bundle")
    assert page.h1 == "配齐二级数转包"
    assert "已证明：没有更便宜的组合能让场景部分达到二级要求。" in page.body
    bold = [page.words(one) for one in page.all("strong")]
    assert "还差3.2分，须靠制度、培训等措施补上。" in bold
    assert "能到二级" not in page.body
    for part in ("120,000元", "48,000元", "72,000元", "达到二级的场景6个，要6个", "仅供估算"):
        assert part in page.body


def test_a_composition_becomes_a_basket_with_one_press(shop: Browser, desk: Desk) -> None:
    page = shop.get(f"/demands/{desk.demand.id}/bundle?target=2&budget=8&providers=")
    form = next(one for one in page.all("form") if (one.get("action") or "").endswith("/baskets"))
    fields = [(one.get("name"), one.get("value")) for one in form.iter("input")]
    data: dict[str, Any] = {name: value for name, value in fields if name not in {"solution_id", "csrf_token"}}
    data["solution_id"] = [value for name, value in fields if name == "solution_id"]
    answer = shop.post(form.get("action") or "", data)
    kept = shop.follow(answer)
    assert "72,000元" in kept.body
    assert "已存成组合方案" in kept.body
    again = shop.post(form.get("action") or "", data, status=302)
    assert again.headers["Location"] == answer.headers["Location"]  # the same form twice makes one basket


def test_what_is_impossible_comes_with_a_link_that_makes_it_possible(shop: Browser, desk: Desk) -> None:
    page = shop.get(f"/demands/{desk.demand.id}/bundle?target=2&budget=5&providers=")
    assert "配不成" in page.body
    assert "预算增加 2.20 万元" in page.body
    link = next(url for words, url in page.links().items() if words.startswith("按这条试算"))
    assert "配好了" in shop.get(link).body


@pytest.mark.parametrize(
    "query", ["target=9", "target=2&budget=abc", "target=2&budget=-3", "target=2&providers=x", "target=2&providers=99"]
)
def test_a_wrong_wish_is_told_beside_its_field(shop: Browser, desk: Desk, query: str) -> None:
    page = shop.get(f"/demands/{desk.demand.id}/bundle?{query}", status=422)
    assert "有内容要改" in page.body


def test_nonsense_in_the_address_of_a_trial_is_dropped(shop: Browser, desk: Desk) -> None:
    page = shop.get(f"/demands/{desk.demand.id}/bundle?target=2&days=-4&anyway=x&ease=%3Cb%3E")
    assert "试算" not in page.body


def test_changes_are_kept_and_a_row_is_taken_out_and_put_back(shop: Browser, desk: Desk) -> None:
    key = desk.basket()
    first, second = desk.view(key).items[:2]
    page = shop.follow(shop.post(f"/baskets/{key}/change", typed(desk, key, **{f"discount-{first.id}": "2000"})))
    assert "已保存" in page.body
    assert "118,000元" in page.body
    page = shop.follow(shop.post(f"/baskets/{key}/change", typed(desk, key, remove=str(second.id))))
    assert f"已移出“{second.offer.name}”" in page.body
    assert "还达不到二级" in page.body
    undo = next(one for one in page.all("form") if (one.get("action") or "").endswith("/restore"))
    data = {one.get("name"): one.get("value") for one in undo.iter("input") if one.get("name") != "csrf_token"}
    assert "已放回" in shop.follow(shop.post(undo.get("action") or "", data)).body
    assert len(desk.view(key).items) == 6
    assert "撤销移出" not in shop.get(f"/baskets/{key}").body


def test_the_enter_key_saves_and_takes_nothing_out(shop: Browser, desk: Desk) -> None:
    page = shop.get(f"/baskets/{desk.basket()}")
    buttons = [one for one in page.by_id("basket").iter("button") if one.get("type") == "submit"]
    assert buttons[0].get("name") is None
    assert buttons[0].get("formaction") is None


def test_wrong_input_is_told_at_its_place_and_kept(shop: Browser, desk: Desk) -> None:
    key = desk.basket()
    item = desk.view(key).items[0]
    data = typed(desk, key, budget="很多", **{f"discount-{item.id}": "999999"})
    page = shop.submit(f"/baskets/{key}/change", data, status=422)
    assert "预算请填数字" in page.body
    data["budget"] = ""
    page = shop.submit(f"/baskets/{key}/change", data, status=422)
    assert "让利不能超过标价20,000元" in page.body
    assert page.by_id(f"discount-{item.id}").get("value") == "999999"
    assert f"#discount-{item.id}" in page.links().values()


def test_a_preview_answers_htmx_with_figures_and_others_with_the_page(shop: Browser, desk: Desk) -> None:
    key = desk.basket()
    data = typed(desk, key, budget="1")
    part = Page(
        shop.post(f"/baskets/{key}/preview", data, status=200, headers={"HX-Request": "true"}), is_fragment=True
    )
    assert "超出预算" in part.body
    assert "还没有保存" in part.body
    assert not part.all("h1")
    whole = shop.submit(f"/baskets/{key}/preview", data)
    assert "超出预算" in whole.body
    assert whole.by_id("budget").get("value") == "1"
    assert desk.view(key).outcome.aim.budget is None


def test_the_second_tab_gets_a_conflict_that_keeps_what_was_typed(shop: Browser, desk: Desk) -> None:
    key = desk.basket()
    item = desk.view(key).items[0]
    second = typed(desk, key, title="第二页", budget="9.5", **{f"discount-{item.id}": "1234"})
    shop.post(f"/baskets/{key}/change", typed(desk, key, title="第一页"))
    page = shop.submit(f"/baskets/{key}/change", second, status=409)
    for part in ("刚被别人改过", desk.actor.name, "第二页", "9.5", "1234", f"{item.offer.name}，平台让"):
        assert part in page.body
    assert "现在的状态" not in page.body
    assert f"/baskets/{key}" in page.links().values()
    assert desk.view(key).title == "第一页"


def test_a_product_that_left_the_shelf_is_said_in_the_basket(shop: Browser, desk: Desk) -> None:
    key = desk.basket()
    with writing() as session:
        session.get_one(Solution, desk.ids[0]).status = SolutionStatus.SUSPENDED
        outbox.put(session, topic=outbox.SOLUTION, subject_id=desk.ids[0])
    page = shop.get(f"/baskets/{key}")
    assert "已不在架，不计入等级和费用" in page.body
    assert "100,000元" in page.body


def test_an_unpriced_product_and_an_empty_basket_have_a_next_step(shop: Browser, desk: Desk, make: Factory) -> None:
    assert "服务商没有标价" in shop.get(f"/baskets/{desk.basket(ids=[make.solution(price=None).id])}").body
    assert "按清单配一套" in shop.get(f"/baskets/{desk.basket(ids=[])}").links()


def test_products_are_put_in_from_ranking_shelf_shortlist_and_bundle(shop: Browser, desk: Desk, make: Factory) -> None:
    ranking = shop.get(f"/demands/{desk.demand.id}/ranking")
    assert "配齐二级数转包" in ranking.links()
    frame = ranking.by_id("put-frame")
    button = next(one for one in ranking.all("button") if one.get("form") == "put-frame")
    page = shop.follow(shop.post(frame.get("action") or "", {"put": button.get("value")}))
    assert "已放进组合方案" in page.body
    key = basket_views.overview(desk.actor)[0].id
    shelf = shop.get(f"/solutions/{desk.ids[1]}")
    assert shelf.by_id("where-basket") is not None
    assert "已放进" in shop.follow(shop.post("/baskets/items", {"where": f"basket-{key}", "put": desk.ids[1]})).body
    again = shop.follow(shop.post("/baskets/items", {"where": f"basket-{key}", "put": desk.ids[1]}))
    assert "没有放进" in again.body
    for data in ({}, {"put": desk.ids[1]}, {"put": desk.ids[1], "where": "nowhere"}):
        shop.post("/baskets/items", data)
    bundle_id = make_bundle(make, desk.solutions)
    tried = shop.get(f"/bundles/{bundle_id}")
    assert "放到本厂试算" in tried.body
    kept = shop.follow(shop.post(f"/demands/{desk.demand.id}/baskets", {"bundle_id": bundle_id}))
    assert "120,000元" in kept.body


def test_nobody_else_is_offered_what_only_an_enterprise_can_do(client: Browser, desk: Desk, make: Factory) -> None:
    bundle_id = make_bundle(make, desk.solutions)
    assert "放到本厂试算" not in client.get(f"/bundles/{bundle_id}").body
    assert "放进组合方案" not in client.get(f"/solutions/{desk.ids[0]}").body


def test_a_sheet_is_issued_shown_printed_shared_and_withdrawn(
    shop: Browser, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = desk.basket()
    answer = shop.post(f"/baskets/{key}/sheets", {"version": str(desk.view(key).version)})
    page = shop.follow(answer)
    sheet_id = int(answer.headers["Location"].rsplit("/", 1)[1])
    sheet = quotation_sheets.get(desk.actor, sheet_id)
    for part in (sheet.number, "壹拾贰万元整", "柒万贰仟元整", "还差3.2分", "仅供估算"):
        assert part in page.body
    paper = shop.get(f"/sheets/{sheet_id}/print")
    assert paper.h1 == "数字化改造组合报价单"
    assert "供方（盖章）" in paper.body
    assert "以打印时网站公示内容为准" not in paper.body
    book = shop.raw(f"/sheets/{sheet_id}/export.xlsx")
    assert book.headers["Content-Disposition"].startswith("attachment")
    anyone = Browser(shop.app)
    shared = anyone.get(f"/q/{sheet.token}")
    assert sheet.number in shared.body
    assert shared.response.headers["X-Robots-Tag"] == "noindex"
    day = clock.today() + timedelta(days=40)
    monkeypatch.setattr(clock, "today", lambda: day)
    assert "报价已过有效期" in anyone.get(f"/q/{sheet.token}").body
    day += timedelta(days=40)
    gone = anyone.get(f"/q/{sheet.token}", status=410)
    assert gone.h1 == "链接已过期"
    assert "120,000" not in gone.body
    shop.post(f"/sheets/{sheet_id}/withdraw", {"version": str(sheet.version)})
    gone = anyone.get(f"/q/{sheet.token}", status=410)
    assert gone.h1 == "报价单已收回"
    assert desk.actor.organisation_name not in gone.body
    assert "已收回" in shop.get(f"/sheets/{sheet_id}").body
    assert "没有找到这个报价单" in anyone.get("/q/nothing", status=404).body


def test_what_cannot_be_quoted_or_deleted_says_why(shop: Browser, desk: Desk) -> None:
    empty = desk.basket(ids=[])
    page = shop.follow(shop.post(f"/baskets/{empty}/sheets", {"version": str(desk.view(empty).version)}))
    assert "先放进产品再出报价单" in page.body
    key = desk.basket()
    shop.post(f"/baskets/{key}/sheets", {"version": str(desk.view(key).version)})
    page = shop.follow(shop.post(f"/baskets/{key}/delete", {"version": str(desk.view(key).version)}))
    assert "不能删除" in page.body
    assert "已删除" in shop.follow(shop.post(f"/baskets/{empty}/delete", {"version": "1"})).body
    for address in (f"/baskets/{key}/delete", f"/baskets/{key}/sheets"):
        assert "重新提交" in shop.follow(shop.post(address)).body


def test_the_overview_has_a_next_step_and_is_in_the_workplace(shop: Browser, desk: Desk) -> None:
    assert desk.demand.title in shop.get("/baskets").links()
    key = desk.basket()
    assert desk.view(key).title in shop.get("/baskets").links()
    assert "组合方案" in shop.get("/account").links()


def test_pages_take_the_same_queries_for_one_product_and_for_six(
    app: Flask, shop: Browser, desk: Desk, count_queries: Counting
) -> None:
    for address, keys in (
        ("/baskets/{}", [desk.basket(ids=desk.ids[:1]), desk.basket()]),
        ("/baskets", [0, 0]),
        ("/demands/{}/bundle", [desk.demand.id, desk.demand.id]),
    ):
        taken = []
        for key in keys:
            shop.get(address.format(key))  # what the process keeps is warm
            with count_queries(app) as statements:
                shop.get(address.format(key))
            taken.append(len(statements))
            desk.basket()
        assert taken[0] == taken[1] <= 15, (address, taken)


def test_the_demo_enterprise_has_a_basket_that_holds_and_a_sheet_that_can_be_opened(
    demo_client: Browser, demo_app: Flask
) -> None:
    sheet = db.session.scalars(select(QuotationSheet)).one()
    assert sheet.content["violations"] == []
    assert sheet.number in demo_client.get(f"/q/{sheet.token}").body
    demo_client.log_in(Role.ENTERPRISE)
    page = demo_client.get(f"/baskets/{sheet.basket_id}")
    assert "场景部分达到二级要求" in page.body
    assert sheet.number in page.links()
