"""The shelf as a service: what is found, what is offered when nothing is, what happens while the engine is away."""

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from flask import Flask

from marketplace.domain.errors import NotFound
from marketplace.extensions import db
from marketplace.models.accounts import Role
from marketplace.models.matches import Shortlist, ShortlistEntry
from marketplace.models.providers import Standing
from marketplace.models.solutions import PriceModel, Solution, SolutionStatus, SubsidyCategory
from marketplace.services import clock, solution_cards, solution_details, solution_filters, solutions
from marketplace.services.solutions import Shelf
from marketplace.services.unit_of_work import writing
from search_index.engine import EngineUnavailable
from tests.factories import Factory

Counting = Callable[[Flask], AbstractContextManager[list[str]]]


def browse(*items: tuple[str, str]) -> Shelf:
    return solutions.browse(solution_filters.parse(items, path="/solutions"))


def ids(shelf: Shelf) -> list[int]:
    return [card.id for card in shelf.cards]


class Stopped:
    """An engine that is away, at the seam where a real one would stand."""

    def __getattr__(self, name: str) -> object:
        def away(*_given: object, **_options: object) -> None:
            raise EngineUnavailable("stopped")

        return away


@pytest.fixture
def stopped(app: Flask) -> None:
    app.extensions["search"].engine = Stopped()


def test_several_values_widen_and_facets_narrow(app: Flask, make: Factory) -> None:
    quality = make.solution(coverage=[("quality", 2)], sizes=["small"])
    energy = make.solution(coverage=[("energy", 2)], sizes=["medium"])
    make.solution(coverage=[("finance", 2)], sizes=["small"])
    assert set(ids(browse(("scene", "quality"), ("scene", "energy")))) == {quality.id, energy.id}
    assert ids(browse(("scene", "quality"), ("scene", "energy"), ("size", "small"))) == [quality.id]


def test_a_hit_that_has_left_the_shelf_since_it_was_indexed_is_not_shown(app: Flask, make: Factory) -> None:
    gone, kept = make.solution(), make.solution()
    app.extensions["search"].engine, engine = Stopped(), app.extensions["search"].engine
    with writing() as session:  # the index does not hear of it
        row = session.get_one(Solution, gone.id)
        row.status = SolutionStatus.SUSPENDED
    app.extensions["search"].engine = engine
    app.extensions["search"].wake()
    assert ids(browse()) == [kept.id]


def test_the_page_after_the_last_is_the_last_and_says_so(app: Flask, make: Factory) -> None:
    made = [make.solution(days_to_deploy=days).id for days in range(10, 31)]
    shelf = browse(("sort", "days"), ("page", "99"))
    assert ids(shelf) == [made[-1]]
    assert shelf.frame.page.number == 2
    assert any("没有第99页" in notice for notice in shelf.frame.notices)


def test_when_nothing_is_found_it_says_which_condition_emptied_the_list(app: Flask, make: Factory) -> None:
    make.solution(coverage=[("quality", 2)], price=30_000)
    shelf = browse(("scene", "quality"), ("price_band", "over_30"))
    assert shelf.cards == ()
    assert [(remedy.url, remedy.total) for remedy in shelf.remedies] == [("/solutions?scene=quality", 1)]
    assert "价格" in shelf.remedies[0].label


def test_remedies_are_the_same_from_the_database(app: Flask, make: Factory, stopped: None) -> None:
    make.solution(coverage=[("quality", 2)], price=30_000)
    shelf = browse(("scene", "quality"), ("price_band", "over_30"))
    assert [(remedy.url, remedy.total) for remedy in shelf.remedies] == [("/solutions?scene=quality", 1)]
    assert shelf.is_from_database


def test_the_shelf_recovers_by_itself_when_the_engine_is_back(app: Flask, make: Factory) -> None:
    solution = make.solution()
    search = app.extensions["search"]
    search.engine, engine = Stopped(), search.engine
    away = browse()
    assert away.is_from_database
    assert ids(away) == [solution.id]
    search.engine = engine
    search.wake()
    assert not browse().is_from_database


@pytest.mark.parametrize("count", [1, 20])
def test_a_list_takes_the_same_statements_for_one_row_and_for_twenty(
    app: Flask, make: Factory, count_queries: Counting, count: int
) -> None:
    for _ in range(count):
        make.solution(cases=1)
    for wanted in (4, 1):  # made once, then kept
        with count_queries(app) as statements:
            assert len(browse().cards) == count
        assert len(statements) == wanted


def test_a_list_from_the_database_takes_six_statements(
    app: Flask, make: Factory, count_queries: Counting, stopped: None
) -> None:
    for _ in range(3):
        make.solution()
    with count_queries(app) as statements:
        assert len(browse(("scene", "quality"), ("level", "2")).cards) == 3
    assert len(statements) == 6


@pytest.mark.parametrize(
    ("amount", "model", "figure", "unit"),
    [
        (480, PriceModel.PER_DEVICE, "480", "元，每台，一次性"),
        (9_999, PriceModel.ANNUAL, "9,999", "元，每年"),
        (10_000, PriceModel.ANNUAL, "1.00", "万元，每年"),
        (12_345_000, PriceModel.ONE_OFF, "1,234.50", "万元，一次性"),
        (180, PriceModel.PER_USER, "180", "元，每人每年"),
    ],
)
def test_a_price_has_its_unit_and_its_period(amount: int, model: PriceModel, figure: str, unit: str) -> None:
    price = solution_cards.price_of(amount, model=model, plan="标准版")
    assert (price.figure, price.unit) == (figure, unit)


def test_a_card_shows_no_rating_below_the_minimum_sample(app: Flask, make: Factory) -> None:
    few = make.solution(rating_sum=20, rating_count=4)
    enough = make.solution(rating_sum=25, rating_count=5)
    cards = {card.id: card for card in solution_cards.load([few.id, enough.id])}
    assert cards[few.id].rating is None
    assert cards[enough.id].rating == pytest.approx(4.5)


def test_a_card_says_unknown_for_what_is_not_stated(app: Flask, make: Factory) -> None:
    solution = make.solution(price=None, days_to_deploy=None, deployments=None)
    (card,) = solution_cards.load([solution.id])
    assert (card.price.figure, card.days, card.deployments) == ("", None, "未知")


def test_favourites_are_those_of_the_organisation(app: Flask, make: Factory) -> None:
    solution, user = make.solution(), make.user(Role.ENTERPRISE)
    actor = make.actor(user)
    assert actor.organisation_id is not None
    with writing() as session:
        shortlist = Shortlist(
            organisation_id=actor.organisation_id, title="收藏", created_by=user.id, created_at=clock.now()
        )
        shortlist.entries = [ShortlistEntry(solution_id=solution.id, added_by=user.id, added_at=clock.now())]
        session.add(shortlist)
    assert solutions.favourites(actor) == {solution.id}
    assert solutions.favourites(make.actor(Role.ENTERPRISE)) == frozenset()
    assert solutions.favourites(make.actor(Role.AUDITOR)) is None


def test_a_draft_is_there_for_its_provider_alone(app: Flask, make: Factory) -> None:
    owner, stranger = make.user(Role.PROVIDER), make.actor(Role.PROVIDER)
    actor = make.actor(owner)
    draft = make.solution(status=SolutionStatus.DRAFT)
    with writing() as session:
        session.get_one(Solution, draft.id).provider_id = actor.provider_id
    assert "草稿" in solution_details.get(actor, solution_id=draft.id).banner
    for other in (None, stranger, make.actor(Role.BUREAU_LEADER)):
        with pytest.raises(NotFound):
            solution_details.get(other, solution_id=draft.id)


def test_listings_of_a_suspended_provider_keep_their_page_with_a_dated_banner(app: Flask, make: Factory) -> None:
    solution = make.solution(provider=make.provider(standing=Standing.SUSPENDED))
    banner = solution_details.get(None, solution_id=solution.id).banner
    assert "2026年1月5日起暂停" in banner


def test_similar_listings_are_of_the_same_family_first_and_never_off_the_shelf(app: Flask, make: Factory) -> None:
    one = make.solution(family="追溯", coverage=[("quality", 2), ("warehousing", 2)])
    both_scenes = make.solution(family="仓库", coverage=[("quality", 2), ("warehousing", 2)])
    same_family = make.solution(family="追溯", coverage=[("quality", 1)])
    make.solution(family="追溯", coverage=[("quality", 2)], status=SolutionStatus.SUSPENDED)
    make.solution(family="别的", coverage=[("energy", 2)])
    detail = solution_details.get(None, solution_id=one.id)
    assert [card.id for card in detail.similar] == [same_family.id, both_scenes.id]


def test_a_plan_that_the_fund_rules_do_not_name_gets_no_estimate(app: Flask, make: Factory) -> None:
    solution = make.solution(price=50_000, category=SubsidyCategory.NONE)
    (plan,) = solution_details.get(None, solution_id=solution.id).plans
    assert not plan.is_eligible
    assert (plan.estimate.subsidy, plan.estimate.own) == (0, 50_000)


def test_the_detail_page_takes_the_same_statements_whatever_hangs_on_the_listing(
    app: Flask, make: Factory, count_queries: Counting
) -> None:
    plain = make.solution()
    rich = make.solution(coverage=[(scene, 2) for scene in ("quality", "energy", "finance", "safety")], cases=20)
    make.solution()
    db.session.rollback()
    taken = []
    for solution_id in (plain.id, rich.id):
        db.session.expire_all()
        with count_queries(app) as statements:
            solution_details.get(None, solution_id=solution_id)
        taken.append(len(statements))
    assert taken[0] == taken[1] <= 13
