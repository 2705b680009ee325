"""Prices of the shelf: what is compared, what is kept, contract prices apart, price changes."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from decimal import Decimal

import pytest
from flask import Flask

from marketplace.domain import price_figures
from marketplace.domain.errors import NotFound
from marketplace.domain.price_figures import Band
from marketplace.extensions import db
from marketplace.models.accounts import Role
from marketplace.models.listings import ListingVersion
from marketplace.models.providers import Standing
from marketplace.models.solutions import PriceModel, Solution, SolutionStatus
from marketplace.services import clock, price_changes, price_market, price_pages, price_watch, prices
from marketplace.services.unit_of_work import writing
from tests.factories import Factory

ENOUGH = 8
DRAFT = {
    "family": "质量管理",
    "coverage": [{"scene": "quality", "level": "2"}],
    "price_plans": [{"name": "标准版", "model": "annual", "amount": 90_000}],
}


def shelf(make: Factory, *, count: int = ENOUGH) -> list[Solution]:
    return [make.solution(price=30_000 + 1_000 * number) for number in range(count)]


def test_a_listed_product_is_told_where_its_price_stands(app: Flask, make: Factory) -> None:
    shelf(make)
    dear = make.solution(price=90_000)
    whole, line = prices.of_listed(dear.id)
    assert (whole.is_whole, whole.band, line.band) == (True, Band.HIGH, Band.HIGH)
    assert whole.price == "三年费用27.00万元"
    assert whole.sentence == "是8个同类（质量管理，二级，按年）三年费用中位价10.05万元的2.7倍，高于其中全部。"
    assert whole.asks_for_proof
    assert "价格依据" in whole.advice
    assert whole.query == {"plan_id": str(dear.price_plans[0].id), "whole": "1"}


def test_a_draft_gets_the_verdict_that_it_would_get_on_the_shelf(app: Flask, make: Factory) -> None:
    listed = shelf(make)
    owner = make.provider()
    before = prices.verdicts(DRAFT, provider_id=owner.id)
    dear = make.solution(price=90_000, provider=owner)
    after = prices.of_listed(dear.id)
    assert [one.sentence for one in before] == [one.sentence for one in after]
    own = prices.verdicts(DRAFT, solution_id=listed[0].id, provider_id=listed[0].provider_id)
    assert "只有7个" in own[0].sentence or own[0].judgement.figures is not None
    assert all(price.offer.listing not in (listed[0].id,) for price in own[0].judgement.cohort)


def test_a_loaded_solution_is_judged_as_its_listing_is(app: Flask, make: Factory) -> None:
    shelf(make)
    dear = make.solution(price=90_000)
    assert [one.sentence for one in prices.verdicts(dear)] == [one.sentence for one in prices.of_listed(dear.id)]


@pytest.mark.parametrize(
    "content",
    [
        {},
        {"price_plans": [{"model": "annual", "amount": 5}]},
        {"coverage": [{"scene": "quality", "level": "2"}], "price_plans": [{"model": "annual"}]},
        {"coverage": [{"scene": "nowhere", "level": "2"}], "price_plans": [{"model": "annual", "amount": 5}]},
        {"coverage": [{"scene": "quality", "level": "9"}], "price_plans": [{"model": "annual", "amount": "x"}]},
    ],
)
def test_an_unfinished_draft_has_no_verdict_yet(app: Flask, content: dict[str, object]) -> None:
    assert prices.verdicts(content) == ()


def test_a_percentage_of_a_draft_is_a_share_on_the_shelf(app: Flask) -> None:
    row = {"name": "买断", "model": "one_off", "amount": 100_000, "maintenance_rate": "12.5"}
    verdict = prices.verdicts({**DRAFT, "price_plans": [row]})[0]
    assert verdict.judgement.yuan == 125_000


@pytest.mark.parametrize("gone", [SolutionStatus.SUSPENDED, SolutionStatus.WITHDRAWN, SolutionStatus.DRAFT])
def test_what_is_off_the_shelf_is_no_comparable(app: Flask, make: Factory, gone: SolutionStatus) -> None:
    shelf(make, count=ENOUGH - 1)
    make.solution(price=1, status=gone)
    make.solution(price=1, provider=make.provider(standing=Standing.SUSPENDED))
    assert prices.verdicts(DRAFT)[0].judgement.figures is None
    make.solution(price=40_000)
    assert prices.verdicts(DRAFT)[0].judgement.figures is not None


def test_a_change_of_the_shelf_is_seen_at_once(app: Flask, make: Factory) -> None:
    shelf(make)
    subject = make.solution(price=34_500)
    assert prices.of_listed(subject.id)[0].judgement.figures.n == ENOUGH  # type: ignore[union-attr]
    make.solution(price=35_000)
    assert prices.of_listed(subject.id)[0].judgement.figures.n == ENOUGH + 1  # type: ignore[union-attr]


def test_the_market_takes_as_many_statements_for_one_product_as_for_thirty(
    app: Flask, make: Factory, count_queries: Callable[[Flask], AbstractContextManager[list[str]]]
) -> None:
    def statements() -> int:
        with count_queries(app) as sent:
            price_market.current()
        return len(sent)

    make.solution()
    few = statements()
    shelf(make, count=29)
    assert statements() == few <= 5
    assert statements() == 1, "kept until the shelf changes"


def test_contract_prices_stand_apart_from_list_prices(app: Flask, make: Factory) -> None:
    listed = shelf(make)
    before = prices.verdicts(DRAFT)[0]
    assert before.contracts == "同类还没有登记的成交价。"
    for solution, amount in zip(listed, (20_000, 21_000), strict=False):
        make.contract_price(solution, amount=amount)
    few = prices.verdicts(DRAFT)[0]
    assert few.contracts == "同类成交价：2份合同，涉及2个产品，不足3个产品，不列中位价。"
    make.contract_price(listed[2], amount=25_000)
    make.contract_price(listed[2], amount=25_000)
    make.contract_price(listed[3], amount=1, scene="safety")
    make.contract_price(listed[3], amount=1, model=PriceModel.ONE_OFF)
    told = prices.verdicts(DRAFT)[0]
    assert told.contracts == "同类成交价：4份合同，涉及3个产品，三年费用中位6.30万元。"
    assert told.sentence == before.sentence


def test_a_providers_own_contracts_are_not_held_against_him(app: Flask, make: Factory) -> None:
    listed = shelf(make)
    for solution in listed[:3]:
        make.contract_price(solution, amount=20_000)
    own = prices.verdicts(DRAFT, provider_id=listed[0].provider_id)
    assert "涉及2个产品" in own[0].contracts


def test_comparables_can_be_read_one_step_wider(app: Flask, make: Factory) -> None:
    shelf(make)
    for number in range(3):
        make.solution(price=50_000 + number, coverage=(("safety", 2),))
    subject = make.solution(price=90_000)
    plan_id = subject.price_plans[0].id
    narrow = price_pages.of_plan(plan_id)
    assert next((tab.label, tab.n) for tab in narrow.tabs) == ("同场景、同等级", ENOUGH)
    assert len(narrow.rows) == ENOUGH
    wide = price_pages.of_plan(plan_id, step="family")
    assert len(wide.rows) == ENOUGH + 3
    assert [tab.is_current for tab in wide.tabs] == [False, False, True]
    with pytest.raises(NotFound):
        price_pages.of_plan(999_999)


def test_a_price_that_is_told_in_full_gets_the_same_comparables(app: Flask, make: Factory) -> None:
    listed = shelf(make)
    told = prices.verdicts(DRAFT, solution_id=listed[0].id, provider_id=listed[0].provider_id)[1]
    page = price_pages.asked(told.query)
    assert page.verdict.sentence == told.sentence
    assert [row.solution_id for row in page.rows] == [price.offer.listing for price in told.judgement.cohort]


@pytest.mark.parametrize(
    "change",
    [{"scene": "x"}, {"level": "0"}, {"level": "²"}, {"model": "x"}, {"amount": "-1"}, {"amount": "NaN"},
     {"amount": "9e99"}],
)  # fmt: skip
def test_what_is_no_price_has_no_comparables(app: Flask, change: dict[str, str]) -> None:
    whole = {"scene": "quality", "level": "2", "model": "annual", "amount": "1", "family": "x", "width": "9" * 30}
    assert price_pages.asked(whole).rows == ()
    with pytest.raises(NotFound):
        price_pages.asked(whole | change)


def test_the_watch_names_prices_far_from_the_middle_to_be_looked_at(app: Flask, make: Factory) -> None:
    shelf(make, count=12)
    odd = make.solution(price=3_000_000)
    watch = price_watch.get(make.actor(Role.BUREAU_REVIEWER))
    line = next(line for line in watch.lines if (line.scene, line.model) == ("quality", "annual"))
    assert line.n == 13
    assert [one.solution_id for one in line.odd] == [odd.id]
    values = [*(Decimal(3 * (30_000 + 1_000 * number)) for number in range(12)), Decimal(9_000_000)]
    assert (line.median, line.mad) == (values[6], price_figures.mad(values))
    assert price_watch.get(make.actor(Role.BUREAU_LEADER), scene="safety").lines == ()


def test_price_changes_of_the_quarter_come_from_approved_versions(app: Flask, make: Factory) -> None:
    solution = make.solution(price=30_000)
    start = clock.now() - timedelta(days=1)
    author = make.user(Role.PROVIDER).id

    def version(number: int, amount: int, days: int | None) -> ListingVersion:
        at = None if days is None else clock.now() - timedelta(days=days)
        content = {**DRAFT, "price_plans": [{"name": "标准版", "model": "annual", "amount": amount}]}
        return ListingVersion(
            solution_id=solution.id, number=number, content=content, digest=f"{number:064d}", change="material",
            created_at=clock.now(), created_by=author, approved_at=at,
        )  # fmt: skip

    with writing() as session:
        session.add_all([version(1, 30_000, 40), version(2, 36_000, 0), version(3, 99_000, None)])
    found = price_changes.since(start)
    assert [(one.before, one.after, one.percent) for one in found] == [(30_000, 36_000, 20)]
    assert price_changes.since(clock.now() + timedelta(days=1)) == ()
    db.session.rollback()


def test_a_quarter_begins_in_january_april_july_and_october() -> None:
    day = clock.today()
    starts = {price_watch.quarter_start(day.replace(month=month, day=15)).month for month in range(1, 13)}
    assert starts == {1, 4, 7, 10}


def own_words(solution: Solution) -> str:
    return prices.of_listed(solution.id)[0].own_contracts


def test_what_a_listing_was_sold_for_stands_beside_its_list_price(app: Flask, make: Factory) -> None:
    shelf(make)
    sold = make.solution(price=40_000)
    assert own_words(sold) == ""
    for amount in (30_000, 33_500):
        make.contract_price(sold, amount=amount)
    assert own_words(sold) == "本产品成交价（按年）登记了2份，不足3份，不列中位数。"
    make.contract_price(sold, amount=40_000)
    assert own_words(sold) == "本产品成交价（按年）中位数3.35万元，为标价的84%，3份。"
    other = make.solution(price=40_000, provider=sold.provider)
    assert own_words(other) == "", "a contract is of the product that was sold"


def test_contracts_of_another_price_model_say_nothing_of_this_one(app: Flask, make: Factory) -> None:
    sold = make.solution(price=40_000)
    for _ in range(3):
        make.contract_price(sold, amount=90_000, model=PriceModel.ONE_OFF)
    assert own_words(sold) == ""


def test_beside_several_list_prices_of_a_model_no_share_is_told(app: Flask, make: Factory) -> None:
    sold = make.solution(price=40_000)
    for _ in range(3):
        make.contract_price(sold, amount=36_000)
    two = DRAFT | {"price_plans": [*DRAFT["price_plans"], {"name": "小厂版", "model": "annual", "amount": 40_000}]}
    found = prices.verdicts(two, solution_id=sold.id, provider_id=sold.provider_id)
    assert {one.own_contracts for one in found} == {"本产品成交价（按年）中位数3.60万元，3份；标价有几档，不算比例。"}
    raised = prices.verdicts(DRAFT, solution_id=sold.id, provider_id=sold.provider_id)
    assert raised[0].own_contracts.endswith("为标价的40%，3份。")
