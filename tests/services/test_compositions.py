"""The composer in words: proof, alternatives, what is impossible and what would help; never more than is true."""

from decimal import Decimal

import pytest
from sqlalchemy import update

from marketplace.domain import wording
from marketplace.domain.baskets import Standing
from marketplace.domain.errors import Invalid
from marketplace.models.accounts import Role
from marketplace.models.demands import DemandLine
from marketplace.models.providers import Standing as ProviderStanding
from marketplace.services import compositions
from marketplace.services.basket_outcomes import Aim
from marketplace.services.compositions import CompositionView, Wish
from marketplace.services.unit_of_work import writing
from tests.factories import Factory
from tests.services.test_baskets import SIX, Desk


@pytest.fixture
def desk(make: Factory) -> Desk:
    return Desk(make, assessment_score=Decimal("43.5"))


def composed(desk: Desk, wish: Wish | None = None) -> CompositionView:
    demand = compositions.get_demand(desk.actor, desk.demand.id)
    return compositions.compose(demand, wish or compositions.first_wish(demand))


def test_the_cheapest_bundle_comes_with_its_proof_and_its_alternatives(desk: Desk, make: Factory) -> None:
    wide = make.solution(coverage=[(scene, 2) for scene in SIX], price=130_000)
    view = composed(desk)
    assert view.proof == "已证明：没有更便宜的组合能达到二级。"
    assert view.best
    assert set(view.best.solution_ids) == set(desk.ids)
    assert view.best.outcome.violations == ()
    assert any(option.solution_ids == (wide.id,) for option in view.options[1:])
    for option in view.options[1:]:
        assert option.outcome.is_sound
        assert option.gives_up or option.outcome.payment.own == view.best.outcome.payment.own


def test_short_points_change_the_claim_not_the_products(make: Factory) -> None:
    desk = Desk(make, assessment_score=Decimal("36.8"))
    view = composed(desk)
    assert view.proof == "已证明：没有更便宜的组合能让场景部分达到二级要求。"
    assert view.best
    assert view.best.outcome.verdict.standing == Standing.POINTS_SHORT


def test_an_unknown_score_is_said(make: Factory) -> None:
    view = composed(Desk(make))
    assert view.best
    assert view.best.outcome.verdict.standing == Standing.SCORE_UNKNOWN
    assert "能达到二级" not in view.proof


def test_an_impossible_budget_names_the_least_more_and_its_trial_works(desk: Desk) -> None:
    view = composed(desk, Wish(Aim(2, budget=50_000)))
    assert (view.best, view.status) == (None, "infeasible")
    assert view.ways
    way = next(way for way in view.ways if way.wish.aim.budget)
    assert way.wish.aim.budget == 72_000
    assert composed(desk, way.wish).best
    assert composed(desk, Wish(Aim(2, budget=71_999))).best is None


@pytest.mark.parametrize(
    "facts", [{"deadline_days": 20}, {"deployments": ["private"]}, {"deadline_days": 20, "deployments": ["private"]}]
)
def test_every_way_that_is_offered_leads_to_a_bundle(make: Factory, facts: dict[str, object]) -> None:
    desk = Desk(make, **facts)
    view = composed(desk)
    assert view.best is None
    assert view.ways
    for way in view.ways:
        assert way.wish.is_trial
        assert composed(desk, way.wish).best, way.text


def test_an_essential_line_that_nobody_covers_can_be_eased(make: Factory) -> None:
    desk = Desk(make, lines=(("energy", 100),))
    view = composed(desk)
    assert view.uncovered == (wording.SCENES["energy"],)
    assert any(way.wish.eased_lines == ("1",) for way in view.ways)


def test_too_many_providers_is_a_way_out_in_numbers(desk: Desk) -> None:
    view = composed(desk, Wish(Aim(2, max_providers=2)))
    assert [way.wish.aim.max_providers for way in view.ways] == [6]


def test_listings_for_other_industries_wait_until_they_are_asked_for(make: Factory) -> None:
    desk = Desk(make)
    make.solution(coverage=[(scene, 2) for scene in SIX], price=10, industries=["advanced_metals"])
    own, all_industries = composed(desk), composed(desk, Wish(Aim(2), any_industry=True))
    assert own.best
    assert all_industries.best
    assert own.left_out == 1
    assert set(own.best.solution_ids) == set(desk.ids)
    assert len(all_industries.best.solution_ids) == 1


def test_suspended_providers_never_appear(desk: Desk, make: Factory) -> None:
    barred = make.provider(standing=ProviderStanding.SUSPENDED)
    cheap = make.solution(provider=barred, coverage=[(scene, 2) for scene in SIX], price=1)
    view = composed(desk)
    assert all(cheap.id not in option.solution_ids for option in view.options)


def test_nothing_has_to_be_bought_where_the_scenes_are_there(make: Factory) -> None:
    desk = Desk(make, lines=tuple((scene, 20) for scene in SIX))
    with writing() as session:
        session.execute(update(DemandLine).where(DemandLine.demand_id == desk.demand.id).values(current_level=2))
    view = composed(desk)
    assert view.best
    assert view.best.solution_ids == ()
    assert "不用再买产品" in view.proof


@pytest.mark.parametrize("aim", [Aim(0), Aim(5), Aim(2, budget=0), Aim(2, max_providers=0), Aim(2, max_providers=999)])
def test_a_wish_without_sense_is_refused(desk: Desk, aim: Aim) -> None:
    with pytest.raises(Invalid):
        composed(desk, Wish(aim))


def test_a_wish_s_address_says_it_all() -> None:
    wish = Wish(Aim(3, 125_000, 2), any_industry=True, days=45, any_deployment=True, eased_lines=("1", "3"))
    assert wish.parameters == {
        "target": "3", "budget": "12.5", "providers": "2", "any_industry": "1", "days": "45", "anyway": "1",
        "ease": ["1", "3"],
    }  # fmt: skip


def test_an_enterprise_without_staff_figures_starts_from_one(make: Factory) -> None:
    user = make.user(Role.ENTERPRISE, organisation_id=make.enterprise(employees=None).organisation_id)
    demand = make.demand(user=user)
    actor = make.actor(user)
    for scene in SIX:
        make.solution(coverage=[(scene, 2)], price=100, model="per_user")
    view = compositions.compose(compositions.get_demand(actor, demand.id), Wish(Aim(2)))
    assert view.best
    assert {member.pick.quantity for member in view.best.outcome.members} == {1}


def test_a_checklist_written_by_hand_is_judged_by_the_assessment_that_speaks_for_the_enterprise(make: Factory) -> None:
    desk = Desk(make)
    make.assessment(user=desk.user, points=Decimal("41.35"), levels=dict.fromkeys(SIX[:2], 2))
    make.assessment(user=desk.user, points=Decimal("90"), standard="2022")  # of an earlier edition: never compared
    view = composed(desk)
    assert view.best
    assert view.best.outcome.verdict.standing == Standing.REACHED
