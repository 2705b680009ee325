"""Baskets: made, put into, changed, undone, deleted; and what they come to for one demand."""

from decimal import Decimal

import pytest
from sqlalchemy import select

from marketplace.domain.actors import Actor
from marketplace.domain.baskets import Standing
from marketplace.domain.errors import Conflict, Forbidden, Invalid, NotFound
from marketplace.extensions import db
from marketplace.models.accounts import Role
from marketplace.models.audit import AuditEntry
from marketplace.models.bundles import Basket
from marketplace.models.demands import Demand, DemandStatus
from marketplace.models.solutions import PriceModel, PricePlan, Solution, SolutionStatus, SubsidyCategory
from marketplace.services import basket_outcomes, basket_views, baskets, compositions, offers, outbox
from marketplace.services.basket_outcomes import Aim
from marketplace.services.basket_views import Draft, Row
from marketplace.services.unit_of_work import writing
from tests.factories import Factory

SIX = ("quality", "production_control", "warehousing", "procurement", "marketing", "finance")


class Desk:
    """An enterprise with a published demand and six listings that bring it to level 2."""

    def __init__(self, make: Factory, **facts: object) -> None:
        self.user = make.user(Role.ENTERPRISE)
        self.actor: Actor = make.actor(self.user)
        self.demand: Demand = make.demand(user=self.user, **facts)
        self.solutions: list[Solution] = [make.solution(coverage=[(scene, 2)], price=20_000) for scene in SIX]
        self.ids = [one.id for one in self.solutions]

    def basket(self, *, aim: Aim | None = None, ids: list[int] | None = None) -> int:
        chosen = self.ids if ids is None else ids
        return baskets.create(self.actor, demand_id=self.demand.id, aim=aim or Aim(2), solution_ids=chosen)

    def view(self, key: int) -> basket_views.BasketView:
        db.session.rollback()
        return basket_views.get(self.actor, key)

    def draft(self, key: int, **changes: object) -> Draft:
        view = self.view(key)
        rows = {
            item.id: Row(item.pick.plan.id if item.pick.plan else None, item.pick.quantity, item.pick.discount)
            for item in view.items
        }
        given = {"title": view.title, "target": 2, "budget": None, "max_providers": None, "rows": rows}
        return Draft(**(given | changes))  # type: ignore[arg-type]

    def change(self, key: int, **changes: object) -> None:
        baskets.change(self.actor, basket_id=key, version=self.view(key).version, draft=self.draft(key, **changes))


@pytest.fixture
def desk(make: Factory) -> Desk:
    return Desk(make, assessment_score=Decimal("43.5"))


def test_a_basket_of_six_scenes_reaches_level_two_and_says_who_pays(desk: Desk) -> None:
    outcome = desk.view(desk.basket()).outcome
    assert outcome.verdict.standing == Standing.REACHED
    assert outcome.violations == ()
    assert (outcome.payment.listed, outcome.payment.subsidy, outcome.payment.own) == (120_000, 48_000, 72_000)
    assert [one.after for one in outcome.lifted] == [2] * 6
    assert sum(member.subsidy for member in outcome.members) == 48_000
    assert outcome.providers == 6


def test_the_money_is_the_solver_s_money_to_the_yuan(desk: Desk, make: Factory) -> None:
    make.solution(coverage=[("quality", 2)], price=33_333, category=SubsidyCategory.NONE)
    make.solution(coverage=[("marketing", 2), ("finance", 2)], price=101, model=PriceModel.PER_USER)
    view = compositions.compose(compositions.get_demand(desk.actor, desk.demand.id), compositions.Wish(Aim(2)))
    assert view.best
    wanted = basket_outcomes.wanted(compositions.get_demand(desk.actor, desk.demand.id))
    picks = [offers.pick(offers.load([key])[key], employees=80) for key in view.best.solution_ids]
    outcome = basket_outcomes.outcome(wanted, picks, Aim(2))
    assert outcome.payment == view.best.outcome.payment
    kept = desk.view(desk.basket(ids=list(view.best.solution_ids)))
    assert kept.outcome.payment == view.best.outcome.payment


def test_missing_points_are_a_condition_and_the_level_is_not_claimed(make: Factory) -> None:
    desk = Desk(make, assessment_score=Decimal("36.8"))
    verdict = desk.view(desk.basket()).outcome.verdict
    assert verdict.standing == Standing.POINTS_SHORT
    assert "还差3.2分" in verdict.condition
    assert "能到二级" not in verdict.headline


def test_each_broken_condition_is_said(make: Factory) -> None:
    desk = Desk(make, deadline_days=20, deployments=["private"])
    key = desk.basket(aim=Aim(2, budget=1_000, max_providers=1), ids=desk.ids[1:3])
    text = "；".join(desk.view(key).outcome.violations)
    for part in (
        "部署要 30 天，超过期限 20 天",
        "不支持要求的部署方式",
        "服务商，超过上限 1 家",
        "超出预算",
        "质量管理",
    ):
        assert part in text


def test_quantity_discount_and_plan_move_the_money(desk: Desk, make: Factory) -> None:
    counted = make.solution(coverage=[("energy", 2)], price=300, model=PriceModel.PER_DEVICE)
    key = desk.basket(ids=[counted.id])
    item = desk.view(key).items[0]
    assert (item.pick.quantity, item.suggested) == (16, 16)  # a fifth of 80 people
    rows = {item.id: Row(item.pick.plan.id if item.pick.plan else None, 10, 500)}
    desk.change(key, rows=rows)
    payment = desk.view(key).outcome.payment
    assert (payment.listed, payment.reduction, payment.subsidy, payment.own) == (3_000, 500, 1_000, 1_500)


def test_a_preview_keeps_nothing(desk: Desk) -> None:
    key = desk.basket()
    draft = desk.draft(key, title="另起名", budget=50_000)
    shown = basket_views.get(desk.actor, key, draft=draft)
    assert shown.title == "另起名"
    assert any("超出预算" in text for text in shown.outcome.violations)
    assert desk.view(key).outcome.aim.budget is None


def test_all_wrong_rows_are_told_at_once(desk: Desk) -> None:
    key = desk.basket(ids=desk.ids[:2])
    first, second = (item.id for item in desk.view(key).items)
    rows = {first: Row(None, 1, 0), second: Row(desk.draft(key).rows[second].plan_id, 1, 20_001)}
    with pytest.raises(Invalid) as caught:
        desk.change(key, rows=rows)
    assert set(caught.value.messages) == {f"plan-{first}", f"discount-{second}"}


def test_an_older_version_is_refused_and_names_who_was_faster(desk: Desk) -> None:
    key = desk.basket()
    old, draft = desk.view(key).version, desk.draft(key, title="后来的")
    desk.change(key, title="先来的")
    with pytest.raises(Conflict) as caught:
        baskets.change(desk.actor, basket_id=key, version=old, draft=draft)
    assert caught.value.decided_by == desk.actor.name
    assert desk.view(key).title == "先来的"


def test_a_removal_keeps_the_rest_and_can_be_undone(desk: Desk) -> None:
    key = desk.basket(ids=desk.ids[:2])
    first, second = desk.view(key).items
    rows = dict(desk.draft(key).rows)
    rows[first.id] = Row(rows[first.id].plan_id, 1, 700)
    draft = desk.draft(key, rows=rows)
    gone = baskets.change(desk.actor, basket_id=key, version=desk.view(key).version, draft=draft, remove=second.id)
    assert gone
    assert gone.name == second.offer.name
    assert [item.pick.discount for item in desk.view(key).items] == [700]
    assert baskets.restore(desk.actor, basket_id=key, solution_id=gone.solution_id, row=gone.row)
    assert {item.offer.id for item in desk.view(key).items} == set(desk.ids[:2])
    assert not baskets.restore(desk.actor, basket_id=key, solution_id=gone.solution_id, row=gone.row)


def test_what_leaves_the_shelf_is_named_and_counts_for_nothing(desk: Desk) -> None:
    key = desk.basket()
    with writing() as session:
        session.get_one(Solution, desk.ids[0]).status = SolutionStatus.SUSPENDED
        outbox.put(session, topic=outbox.SOLUTION, subject_id=desk.ids[0])
    outcome = desk.view(key).outcome
    assert "已不在架" in outcome.violations[0]
    assert outcome.payment.listed == 100_000
    assert outcome.verdict.standing == Standing.SCENES_SHORT
    assert not baskets.put(desk.actor, where=f"demand-{desk.demand.id}", solution_id=desk.ids[0])[1]


def test_a_ready_made_bundle_and_a_single_product_go_into_baskets(desk: Desk, make: Factory) -> None:
    key, is_new = baskets.put(desk.actor, where=f"demand-{desk.demand.id}", solution_id=desk.ids[0])
    assert is_new
    assert baskets.put(desk.actor, where=f"demand-{desk.demand.id}", solution_id=desk.ids[0]) == (key, False)
    assert baskets.put(desk.actor, where=f"basket-{key}", solution_id=desk.ids[1]) == (key, True)
    for where in ("", "basket-", "basket-x", "shop-1"):
        with pytest.raises(Invalid):
            baskets.put(desk.actor, where=where, solution_id=desk.ids[1])
    with pytest.raises(NotFound):
        baskets.create(desk.actor, demand_id=desk.demand.id, bundle_id=4711)


def test_two_baskets_of_a_demand_have_names_of_their_own(desk: Desk) -> None:
    titles = {desk.view(desk.basket()).title for _ in range(3)}
    assert len(titles) == 3


def test_only_published_demands_and_only_one_s_own(desk: Desk, make: Factory) -> None:
    draft = make.demand(user=desk.user, status=DemandStatus.DRAFT)
    with pytest.raises(Conflict):
        baskets.create(desk.actor, demand_id=draft.id)
    key, stranger = desk.basket(), make.actor(Role.ENTERPRISE)
    with pytest.raises(Forbidden):
        baskets.create(stranger, demand_id=desk.demand.id)
    with pytest.raises(Forbidden):
        basket_views.get(stranger, key)
    with pytest.raises(Forbidden):
        baskets.put(stranger, where=f"basket-{key}", solution_id=desk.ids[0])
    with pytest.raises(NotFound):
        basket_views.get(desk.actor, 4711)


def test_the_trail_says_what_was_changed_and_nothing_when_nothing_was(desk: Desk) -> None:
    key = desk.basket(ids=desk.ids[:1])
    desk.change(key)
    desk.change(key, budget=90_000)
    rows = db.session.scalars(select(AuditEntry).where(AuditEntry.subject_kind == "basket").order_by(AuditEntry.id))
    assert [(row.action, row.details.get("after")) for row in rows] == [
        ("baskets.created", None),
        ("baskets.changed", {"budget": 90_000}),
    ]


def test_a_deleted_basket_is_gone(desk: Desk) -> None:
    key = desk.basket()
    assert baskets.delete(desk.actor, basket_id=key, version=desk.view(key).version)
    assert db.session.get(Basket, key) is None


def test_the_cheapest_plan_at_the_suggested_quantity_is_chosen(desk: Desk, make: Factory) -> None:
    solution = make.solution(coverage=[("energy", 2)], price=1_000, model=PriceModel.PER_USER)  # 24 people: 24,000
    with writing() as session:
        row = PricePlan(
            solution_id=solution.id, name="不限人数", model=PriceModel.ANNUAL, amount=9_000, includes="全部",
            subsidy_category=SubsidyCategory.SOFTWARE,
        )  # fmt: skip
        session.add(row)
        outbox.put(session, topic=outbox.SOLUTION, subject_id=solution.id)
    pick = desk.view(desk.basket(ids=[solution.id])).items[0].pick
    assert pick.plan
    assert (pick.plan.name, pick.quantity) == ("不限人数", 1)
