"""Further bundles: each the best of its kind among those that differ, and honest about what it gives up."""

import random
from collections.abc import Sequence

import pytest

from matching.bundles.results import Bundle, Kind
from tests.unit.matching import bundle_oracle, rows
from tests.unit.matching.bundle_oracle import Case, Facts
from tests.unit.matching.test_bundles import assert_is, compose, offer

_ALTERNATIVES = 5


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
