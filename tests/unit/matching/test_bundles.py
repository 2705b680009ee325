"""The best bundle, its alternatives, and a basket edited by hand, beside trying every set."""

import dataclasses
import random
from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction

import pytest

from matching import bundles, reading, standard
from matching.bundles.results import Bundle, Composition, Evaluation, Kind, Status
from matching.subsidies import SubsidyRule
from tests.unit.matching import bundle_oracle, rows
from tests.unit.matching.bundle_oracle import Case, Facts

_CASES = 600


def subsidy(case: Case) -> SubsidyRule | None:
    return None if case.rate is None else SubsidyRule(Decimal(case.rate), case.cap)


def compose(case: Case, *, alternatives: int = 0, order: Sequence[int] | None = None) -> Composition:
    solutions = reading.solutions(case.solutions)
    return bundles.compose(
        reading.demand(case.demand),
        [solutions[at] for at in order] if order else solutions,
        target_level=case.target,
        subsidy=subsidy(case),
        max_providers=case.max_providers,
        alternatives=alternatives,
    )


def evaluate(case: Case, ids: Sequence[str]) -> Evaluation:
    chosen = [one for one in reading.solutions(case.solutions) if one.id in ids]
    return bundles.evaluate(
        reading.demand(case.demand),
        chosen,
        target_level=case.target,
        subsidy=subsidy(case),
        max_providers=case.max_providers,
    )


def assert_is(bundle: Bundle, facts: Facts) -> None:
    assert bundle.solutions == facts.ids
    assert (bundle.price, bundle.subsidy, bundle.own_cost) == (facts.price, facts.subsidy, facts.own_cost)
    assert list(bundle.providers) == facts.providers
    assert bundle.scenes == facts.levels
    assert bundle.level_reached >= facts.case.target


def offer(name: str, provider: str, scenes: Sequence[str], amount: int) -> rows.Row:
    return rows.solution(
        id=name,
        provider_id=provider,
        coverage=[{"scene": scene, "level": 2} for scene in scenes],
        price={"model": "one_off", "amount": amount},
    )


@pytest.mark.parametrize("part", range(6))
def test_best_equals_trying_every_set(part: int) -> None:
    rng = random.Random(part)
    possible = 0
    for _ in range(_CASES // 6):
        case = bundle_oracle.random_case(rng)
        best = min(case.held(), key=lambda facts: facts.key, default=None)
        found = compose(case)
        assert (found.status is Status.OPTIMAL) == (best is not None), case
        assert not found.gap
        if best is not None:
            possible += 1
            assert_is(found.bundles[0], best)
            assert found.bundles[0].kind is Kind.BEST
    assert 20 < possible < 80  # neither answer is the rare one


@pytest.mark.parametrize("unit", [97, 1_000_003, 10_000_000_019])
def test_best_is_exact_to_the_yuan_at_crooked_rates_and_large_prices(unit: int) -> None:
    rng = random.Random(unit)
    for _ in range(30):
        case = large(rng, unit)
        best = min(case.held(), key=lambda facts: facts.key, default=None)
        if best is not None and rng.random() < 0.5:  # the limit may be met exactly
            case = dataclasses.replace(case, demand=case.demand | {"budget": best.own_cost})
        found = compose(case)
        assert [bundle.solutions for bundle in found.bundles] == ([best.ids] if best else [])


def large(rng: random.Random, unit: int) -> Case:
    case = bundle_oracle.random_case(rng)
    for one in case.solutions:
        if "price" in one:
            share = {"eligible_share": rng.choice((0.123456789, 0.3333333, 0.7, 1))}
            one["price"] = {"model": "one_off", "amount": rng.randrange(8) * unit + rng.randrange(3)} | share
    demand = case.demand | ({"budget": rng.randrange(1, 15) * unit} if "budget" in case.demand else {})
    rate = rng.choice((None, "0.3", "0.333333333", "0.123456789"))
    cap = rng.choice((None, 2 * unit)) if rate else None
    return dataclasses.replace(case, demand=demand, rate=rate, cap=cap)


def test_order_of_input_changes_nothing() -> None:
    rng = random.Random(11)
    for _ in range(40):
        case = bundle_oracle.random_case(rng)
        order = rng.sample(range(len(case.solutions)), len(case.solutions))
        assert compose(case, alternatives=2) == compose(case, alternatives=2, order=order)


def test_basket_is_judged_as_by_trying() -> None:
    rng = random.Random(14)
    for _ in range(60):
        case = bundle_oracle.random_case(rng)
        limits = {
            "budget": case.demand.get("budget"),
            "deadline": case.demand.get("deadline_days"),
            "providers": case.max_providers,
        }
        for facts in rng.sample(case.sets, min(len(case.sets), 10)):
            found = evaluate(case, facts.ids)
            assert {violation.condition for violation in found.violations} == facts.violated(limits)
            assert found.bundle.own_cost == facts.own_cost
            assert all(violation.text for violation in found.violations)


def test_basket_names_what_may_not_stand_in_it() -> None:
    solutions = [
        rows.solution(id="A", price=None),
        rows.solution(id="B", provider={"standing": "suspended"}),
        rows.solution(id="C", days_to_deploy=90, deployment=["private"]),
    ]
    found = evaluate(Case(rows.demand(), solutions, 2), ["A", "B", "C"])
    told = {(violation.condition, violation.solutions) for violation in found.violations}
    assert told >= {("price", ("A",)), ("standing", ("B",)), ("deadline", ("C",)), ("deployment", ("C",))}
    assert found.bundle.price == 24_000  # what has no price is a violation, never nothing


def test_unknown_is_neither_free_nor_quick_nor_eligible() -> None:
    done = dict.fromkeys(["product_design", "marketing", "quality", "equipment", "safety"], 2)
    demand = rows.demand(scene_levels=done, assessment_score=50, budget=None)
    for gap in ("price", "days_to_deploy", "deployment"):
        case = Case(demand, [rows.solution(**{gap: None})], 2)
        assert compose(case).status is Status.INFEASIBLE
    no_share = rows.solution(price={"model": "annual", "amount": 12_000})
    assert compose(Case(demand, [no_share], 2, rate="0.5")).bundles[0].subsidy == 0


def test_nothing_is_bought_for_what_is_there() -> None:
    levels = dict.fromkeys(list(standard.SCENES)[:12], 3)
    demand = rows.demand(scene_levels=levels, lines=[rows.line(scene="product_design")], assessment_score=70)
    found = compose(Case(demand, [rows.solution()], 2), alternatives=3)
    assert [(bundle.solutions, bundle.own_cost, bundle.level_reached) for bundle in found.bundles] == [((), 0, 3)]


def test_an_unknown_score_is_said() -> None:
    levels = dict.fromkeys(["product_design", "marketing", "quality", "equipment", "safety"], 2)
    demand = rows.demand(scene_levels=levels, assessment_score=None)
    found = compose(Case(demand, [rows.solution()], 2))
    assert found.bundles[0].level_reached == 2
    assert "没有评测得分，能否达级只按场景部分判断" in found.notes


def test_subsidy_is_exact_and_rounded_down_once() -> None:
    rule = SubsidyRule(Decimal("0.333"), 30_000)
    assert [rule.amount(Fraction(eligible)) for eligible in (0, 100, 1001, 90_090, 10**9)] == [
        *(0, 33, 333, 29_999, 30_000)
    ]


def test_ties_go_to_the_first_ids_even_when_there_are_many() -> None:
    done = dict.fromkeys(["product_design", "marketing", "quality"], 2)
    scenes = ["equipment", "safety", "warehousing"]
    solutions = [offer(f"S{at:02d}", f"P{at:02d}", [scenes[at % 3]], 100) for at in reversed(range(30))]
    found = compose(Case(rows.demand(scene_levels=done, assessment_score=50, budget=None), solutions, 2))
    assert found.bundles[0].solutions == ("S00", "S01", "S02")


def test_at_the_time_limit_the_best_found_stands_with_its_gap() -> None:
    done = dict.fromkeys(["product_design", "marketing", "quality", "equipment", "safety"], 2)
    demand = reading.demand(rows.demand(scene_levels=done, assessment_score=50))
    found = bundles.compose(demand, reading.solutions([rows.solution()]), target_level=2, time_limit=0.0)
    assert found.status is Status.FEASIBLE
    assert found.bundles[0].solutions == ("S1",)
    assert found.gap == 1  # nothing is proven yet
    assert found.notes


@pytest.mark.parametrize("level", [0, 5, -1])
def test_other_levels_are_refused(level: int) -> None:
    with pytest.raises(ValueError, match="target level"):
        bundles.compose(reading.demand(rows.demand()), [], target_level=level)


@pytest.mark.parametrize(("rate", "cap"), [("1.01", None), ("-0.1", None), ("NaN", None), ("0.5", -1)])
def test_other_subsidies_are_refused(rate: str, cap: int | None) -> None:
    with pytest.raises(ValueError, match=r"rate|cap"):
        SubsidyRule(Decimal(rate), cap)
