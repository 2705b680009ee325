"""The pages of the ranking: two orders, kept runs, computing again, and the rules that everybody may read."""

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from flask import Flask
from sqlalchemy import func, select

from marketplace.extensions import db
from marketplace.models.accounts import Role, User
from marketplace.models.demands import Demand, DemandStatus
from marketplace.models.matches import MatchRun
from marketplace.models.providers import Provider, Standing
from marketplace.policy import reader
from marketplace.services import clock
from marketplace.services.unit_of_work import writing
from tests.factories import Factory
from tests.harness import Browser, Page

QUERIES = 15


@pytest.fixture
def user(app: Flask, make: Factory) -> User:
    return make.user(Role.ENTERPRISE)


@pytest.fixture
def firm(client: Browser, user: User) -> Browser:
    return client.log_in(user)


@pytest.fixture
def demand(make: Factory, user: User) -> Demand:
    return make.demand(user=user, budget=50_000)


def _press(client: Browser, page: Page, action: str) -> Page:
    form = next(form for form in page.all("form") if form.get("action") == action)
    data = {field.get("name", ""): field.get("value", "") for field in form.iter("input")}
    return client.follow(client.post(action, data))


def test_a_ranking_is_kept_and_computed_again_with_what_changed(firm: Browser, demand: Demand, make: Factory) -> None:
    barred = make.provider()
    gone, stays = make.solution(provider=barred), make.solution()
    page = firm.get(f"/demands/{demand.id}/ranking")
    assert "还没有保存过" in page.body
    page = _press(firm, page, f"/demands/{demand.id}/runs")
    assert page.h1 == "匹配记录第1号"
    assert gone.name in page.body
    with writing() as session:
        session.get_one(Provider, barred.id).standing = Standing.SUSPENDED
    page = firm.get(f"/demands/{demand.id}/ranking")
    assert "之后结果有变化" in page.body
    page = _press(firm, page, "/runs/1/rerun")
    assert "与第1号" in page.body
    assert "服务商暂停" in page.body
    assert "参加匹配的在架产品由2个变为1个" in page.body
    assert stays.name in page.body
    page = firm.get(f"/demands/{demand.id}/ranking")
    assert "与现在的结果一致" in page.body
    page = firm.get(f"/demands/{demand.id}/runs")
    assert "第2号" in page.body
    assert gone.name in firm.get("/runs/1").body, "a kept run stays as it was"


def test_looking_keeps_nothing(firm: Browser, demand: Demand, make: Factory) -> None:
    make.solution()
    for order in ("", "?order=plain", "?view=providers"):
        firm.get(f"/demands/{demand.id}/ranking{order}")
    assert db.session.scalar(select(func.count(MatchRun.id))) == 0


def test_the_plain_order_is_a_link_that_stays(firm: Browser, demand: Demand, make: Factory) -> None:
    make.solution()
    page = firm.get(f"/demands/{demand.id}/ranking")
    page = firm.get(page.links()["不按画像"])
    assert "正在不按画像排序" in page.body
    assert "view=providers" in page.links()["按服务商看（1）"]
    assert "order=plain" in page.links()["按服务商看（1）"]
    page = _press(firm, page, f"/demands/{demand.id}/runs")
    assert "不按画像排序" in page.body
    assert firm.get(f"/demands/{demand.id}/ranking?order=nonsense").links()["不按画像"]


def test_every_criterion_names_its_source(firm: Browser, demand: Demand, make: Factory) -> None:
    make.solution()
    page = firm.get(f"/demands/{demand.id}/ranking")
    for source in ("产品资料的场景和等级", "产品介绍", "产品资料的价格", "已验收的本地案例", "服务商名录和评价"):
        assert source in page.body
    assert page.links()["排序规则"] == "/ranking-rules"


def test_a_draft_has_no_button_to_keep(firm: Browser, user: User, make: Factory) -> None:
    draft = make.demand(user=user, status=DemandStatus.DRAFT)
    page = firm.get(f"/demands/{draft.id}/ranking")
    assert f"/demands/{draft.id}/runs" not in {form.get("action") for form in page.all("form")}
    assert "发布时会自动保存一次结果" in page.body
    page = firm.follow(firm.post(f"/demands/{draft.id}/runs"))
    assert "草稿只能预览" in page.body


def test_a_form_sent_twice_keeps_one_run(firm: Browser, demand: Demand) -> None:
    for _ in range(2):
        response = firm.post(f"/demands/{demand.id}/runs", {"once": "same-token"}, status=303 if _ == 0 else 302)
        assert response.headers["Location"] == "/runs/1"
    assert db.session.scalar(select(func.count(MatchRun.id))) == 1


def test_the_rules_are_public_and_show_what_is_in_force(client: Browser) -> None:
    page = client.get("/ranking-rules")
    assert page.h1 == "排序规则"
    for name, points in reader.load("matching")["points"].items():
        assert f"{points:g}" in page.body, name
    assert clock.today().isoformat() in page.body
    for item in reader.load("matching")["never"]["items"]:
        assert item in page.body
    assert client.get("/").links()["排序规则"] == "/ranking-rules"


def test_runs_that_do_not_exist_are_not_found(firm: Browser) -> None:
    assert firm.get("/runs/99", status=404).h1 == "没有找到这个匹配记录"


@pytest.mark.parametrize(
    "address",
    ["/demands/{}/ranking", "/demands/{}/ranking?view=providers", "/demands/{}/runs", "/runs/1", "/runs/2?since=1"],
)
def test_queries_do_not_grow_with_the_rows(
    address: str,
    app: Flask,
    firm: Browser,
    demand: Demand,
    make: Factory,
    count_queries: Callable[[Flask], AbstractContextManager[list[str]]],
) -> None:
    counts = []
    for more in (1, 19):
        for _ in range(more):
            make.solution()
        for _ in range(2):
            firm.post(f"/demands/{demand.id}/runs")
        firm.get(address.format(demand.id))
        with count_queries(app) as statements:
            firm.get(address.format(demand.id))
        counts.append(len(statements))
    assert counts[0] == counts[1]
    assert counts[0] <= QUERIES


def test_advice_says_what_would_bring_more_choice(firm: Browser, user: User, make: Factory) -> None:
    make.solution(deployments=["private"], price=10_000)
    demand = make.demand(user=user, budget=50_000, deployments=["saas"])
    page = firm.get(f"/demands/{demand.id}/ranking")
    assert "除云端订阅外也接受本地部署，首次有1个产品满足全部要求" in page.body
    page = _press(firm, page, f"/demands/{demand.id}/copy")
    draft = page.response.request.path.removesuffix("/")
    page = firm.get(f"{draft}/ranking")
    assert page.links()["去改"] == f"{draft}/conditions"


def test_a_consortium_is_proposed_when_nobody_covers_all_alone(firm: Browser, user: User, make: Factory) -> None:
    first, second = make.provider(), make.provider()
    make.solution(provider=first, coverage=[("quality", 2)])
    make.solution(provider=second, coverage=[("energy", 2)], price=10_000)
    make.solution(coverage=[("quality", 2), ("energy", 2)], industries=["advanced_metals"])
    demand = make.demand(user=user, lines=[("quality", 60), ("energy", 40)])
    page = firm.get(f"/demands/{demand.id}/ranking?view=providers")
    assert "没有一家能独自让全部需求达到目标。至少要2家配合" in page.body
    assert f"{first.short_name}（建议牵头）" in page.body
    assert "合计4.00万元" in page.body
    make.solution(coverage=[("quality", 2), ("energy", 2)])
    assert "联合体建议" not in firm.get(f"/demands/{demand.id}/ranking?view=providers").body


def test_a_line_that_nobody_covers_is_named(firm: Browser, user: User, make: Factory) -> None:
    make.solution(coverage=[("quality", 2)])
    demand = make.demand(user=user, lines=[("quality", 60), ("energy", 40)])
    page = firm.get(f"/demands/{demand.id}/ranking?view=providers")
    assert "第2项能耗管理：在架产品里没有一个行业、工期和部署方式都合适又能达到目标等级" in page.body
