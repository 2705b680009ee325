"""The best bundle, its alternatives, and a basket edited by hand, beside trying every set."""

import dataclasses
import random
from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction

import pytest

from matching import bundles, reading, standard
from matching.bundle_results import Bundle, Composition, Evaluation, Kind, Status
from matching.bundle_terms import SubsidyRule
from tests.unit.matching import bundle_oracle, rows
from tests.unit.matching.bundle_oracle import Case, Facts

_CASES = 600
_ALTERNATIVES = 5


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


def test_alternatives_are_the_best_of_their_kind() -> None:
    rng = random.Random(12)
    seen = set()
    for _ in range(90):
        case = bundle_oracle.random_case(rng)
        found = compose(case, alternatives=_ALTERNATIVES).bundles
        sets = {facts.ids: facts for facts in case.irredundant()}
        assert {bundle.solutions for bundle in found} <= sets.keys()
        assert len({bundle.solutions for bundle in found}) == len(found)
        if sets:  # nothing is held back while there are more
            assert len(found) == min(len(sets), _ALTERNATIVES + 1)
        for at, bundle in enumerate(found):
            seen.add(bundle.kind)
            facts = sets[bundle.solutions]
            assert_is(bundle, facts)
            assert facts.key == expected(case, found[:at], bundle.kind)
    assert seen >= {Kind.BEST, Kind.CHEAPEST_OTHER, Kind.BEST_RATED, Kind.NEXT_CHEAPEST}


def expected(case: Case, listed: Sequence[Bundle], kind: Kind) -> tuple[object, ...]:
    """The key of the best set of a kind after those that are listed."""
    sets = case.irredundant()
    if kind is Kind.BEST_RATED:
        highest = min(worst(facts) for facts in sets)
        assert highest < worst(next(facts for facts in sets if facts.ids == listed[0].solutions))
        return min(facts.key for facts in sets if worst(facts) == highest)
    if kind in (Kind.FEWEST_PROVIDERS, Kind.ONE_PROVIDER):
        fewest = min(len(facts.providers) for facts in sets)
        assert fewest < len(listed[0].providers)
        assert (fewest == 1) == (kind is Kind.ONE_PROVIDER)
        return min(facts.key for facts in sets if len(facts.providers) == fewest)
    names = {bundle.solutions for bundle in listed}
    return min(facts.key for facts in sets if facts.ids not in names)


def worst(facts: Facts) -> int:
    return max((bundle_oracle.shortfall(facts.case, name) for name in facts.providers), default=0)


@pytest.mark.parametrize("dear", ["one", "two"])
def test_fewer_providers_for_more_money(dear: str) -> None:
    done = dict.fromkeys(["product_design", "marketing", "quality"], 2)
    scenes = ["equipment", "safety", "warehousing"]
    cheap = [offer(f"A{at}", f"P{at}", [scene], 100 + at) for at, scene in enumerate(scenes)]
    cheap += [offer(f"B{at}", f"P{at + 3}", [scene], 110 + at) for at, scene in enumerate(scenes)]
    parts = {"one": [scenes], "two": [scenes[:2], scenes[2:]]}[dear]
    bulk = [offer(f"Z{at}", f"Q{at}", part, 900) for at, part in enumerate(parts)]
    demand = rows.demand(scene_levels=done, assessment_score=50, budget=None)
    found = compose(Case(demand, cheap + bulk, 2), alternatives=2).bundles
    kind = Kind.ONE_PROVIDER if dear == "one" else Kind.FEWEST_PROVIDERS
    assert [bundle.kind for bundle in found] == [Kind.BEST, Kind.CHEAPEST_OTHER, kind]
    assert len(found[2].providers) == len(parts)
    assert "own_cost" in {one.kind for one in found[2].gives_up}


def offer(name: str, provider: str, scenes: Sequence[str], amount: int) -> rows.Row:
    return rows.solution(
        id=name,
        provider_id=provider,
        coverage=[{"scene": scene, "level": 2} for scene in scenes],
        price={"model": "one_off", "amount": amount},
    )


def test_alternatives_say_what_they_give_up() -> None:
    rng = random.Random(13)
    kinds: set[str] = set()
    for _ in range(60):
        found = compose(bundle_oracle.random_case(rng), alternatives=3).bundles
        for bundle in found[1:]:
            first, given = found[0], {one.kind: one for one in bundle.gives_up}
            kinds |= given.keys()
            assert ("own_cost" in given) == (bundle.own_cost > first.own_cost)
            assert ("providers" in given) == (len(bundle.providers) > len(first.providers))
            assert ("lines" in given) == bool(set(first.covers) - set(bundle.covers))
            if "own_cost" in given:
                assert given["own_cost"].amount == bundle.own_cost - first.own_cost
            if "lines" in given:
                assert set(given["lines"].lines) == set(first.covers) - set(bundle.covers)
    assert kinds == {"own_cost", "providers", "rating", "lines"}


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
