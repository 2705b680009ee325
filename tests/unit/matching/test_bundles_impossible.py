"""When there is no bundle: the conflict is one and has nothing superfluous, the changes are the smallest."""

import random
from collections.abc import Mapping
from itertools import combinations
from typing import Any

import pytest

from matching.bundles.results import Composition, Status
from tests.unit.matching import bundle_oracle, rows
from tests.unit.matching.bundle_oracle import Case
from tests.unit.matching.test_bundles import compose, offer

_CASES = 90
_LONGEST = 10**9

FIVE = dict.fromkeys(["product_design", "marketing", "quality", "equipment", "safety"], 2)


def conditions(case: Case) -> frozenset[str]:
    """All conditions of a case that can be violated."""
    lines = {"line:" + line["id"] for line in case.demand["lines"] if line["essential"]}
    always = {"points", "scenes", "mandatory", "needs", "conflicts"}
    return frozenset(lines | always | {"budget", "deadline", "providers", "deployment"})


def released(case: Case, names: frozenset[str]) -> list[bundle_oracle.Facts]:
    """Sets that hold when conditions are released; a released deadline still asks for known days."""
    limits: dict[str, Any] = {"deadline": _LONGEST} if "deadline" in names else {}
    return case.held(names - {"deadline"}, **limits)


@pytest.fixture(scope="module")
def impossible() -> list[tuple[Case, Composition]]:
    rng = random.Random(21)
    cases = [bundle_oracle.random_case(rng) for _ in range(_CASES)]
    found = [(case, compose(case)) for case in cases if not case.held()]
    assert len(found) > _CASES / 4
    return found


def test_conflict_cannot_hold_and_nothing_in_it_is_superfluous(
    impossible: list[tuple[Case, Composition]],
) -> None:
    for case, found in impossible:
        every, conflict = conditions(case), frozenset(found.conflict)
        assert found.status is Status.INFEASIBLE
        assert not case.held(every - conflict)
        for name in conflict:
            assert case.held(every - conflict | {name}), (name, conflict)
        assert found.reasons


def test_changes_are_all_the_smallest(impossible: list[tuple[Case, Composition]]) -> None:
    sizes = set()
    for case, found in impossible:
        changeable = conditions(case) - {"scenes", "mandatory", "needs", "conflicts"}
        expected = smallest(case, changeable)
        assert {
            frozenset(change.condition for change in remedy.changes) for remedy in found.smallest_change
        } == expected
        for remedy in found.smallest_change:
            sizes.add(len(remedy.changes))
            amounts = {change.condition: change.amount for change in remedy.changes}
            assert amounts == amounts_by_trying(case, frozenset(amounts))
            assert all(change.text in remedy.text for change in remedy.changes)
    assert sizes == {1, 2}


def smallest(case: Case, changeable: frozenset[str]) -> set[frozenset[str]]:
    """The smallest sets of conditions whose release makes a bundle possible, up to two."""
    for size in (1, 2):
        sets = {frozenset(names) for names in combinations(sorted(changeable), size)}
        if working := {names for names in sets if released(case, names)}:
            return working
    return set()


def amounts_by_trying(case: Case, names: frozenset[str]) -> Mapping[str, Any]:
    """The least of each change: providers first, then days, then money."""
    sets, demand = released(case, names), case.demand
    amounts: dict[str, Any] = dict.fromkeys(names)
    if "points" in names:
        amounts["points"] = bundle_oracle.RULE[case.target][0] - demand["assessment_score"]
    if "providers" in names:
        most = min(len(facts.providers) for facts in sets)
        sets = [facts for facts in sets if len(facts.providers) == most]
        amounts["providers"] = most - (case.max_providers or 0)
    if "deadline" in names:
        days = min(max(one["days_to_deploy"] for one in facts.chosen) for facts in sets)
        sets = [facts for facts in sets if max(one["days_to_deploy"] for one in facts.chosen) <= days]
        amounts["deadline"] = days - demand["deadline_days"]
    if "budget" in names:
        amounts["budget"] = min(facts.own_cost for facts in sets) - demand["budget"]
    return amounts


def test_uncovered_are_scenes_that_nobody_lifts() -> None:
    demand = rows.demand(scene_levels=FIVE, assessment_score=50, lines=[rows.line(scene="energy")])
    found = compose(Case(demand, [rows.solution()], 2))
    assert found.uncovered == ("energy",)
    assert found.reasons == ("必选的「能耗管理」没有符合条件的产品能做到二级",)
    assert [remedy.text for remedy in found.smallest_change] == ["「能耗管理」不再列为必选，就能配成"]


def test_uncovered_are_all_scenes_below_when_too_few_can_be_counted() -> None:
    three = {"product_design": 2, "marketing": 2, "quality": 2}
    demand = rows.demand(scene_levels=three, assessment_score=50)
    found = compose(Case(demand, [rows.solution()], 2))
    assert len(found.uncovered) == 12
    assert "warehousing" not in found.uncovered
    assert found.conflict == ("scenes",)
    assert found.smallest_change == ()


def test_uncovered_are_mandatory_scenes_when_these_are_short() -> None:
    advisory = ["process_design", "after_sales", "production_planning", "human_resources", "collaboration"]
    demand = rows.demand(scene_levels=dict.fromkeys(advisory, 2), assessment_score=50)
    found = compose(Case(demand, [rows.solution()], 2))
    assert found.conflict == ("mandatory",)
    assert "decision_support" not in found.uncovered
    assert len(found.uncovered) == 9


def test_missing_points_are_said() -> None:
    demand = rows.demand(scene_levels=FIVE, assessment_score=37.5)
    found = compose(Case(demand, [rows.solution()], 2))
    assert found.reasons == ("评测得分 37.5 分，二级要 40 分，还差 2.5 分",)
    assert [remedy.text for remedy in found.smallest_change] == ["评测得分再提高 2.5 分，就能配成"]


def test_budget_is_said_to_the_yuan() -> None:
    demand = rows.demand(scene_levels=FIVE, assessment_score=50, budget=11_999)
    found = compose(Case(demand, [rows.solution()], 2))
    assert [remedy.text for remedy in found.smallest_change] == ["预算增加 1 元，就能配成"]


def test_needs_and_conflicts_can_be_the_reason() -> None:
    demand = rows.demand(scene_levels=FIVE, assessment_score=50)
    lonely = compose(Case(demand, [rows.solution(needs=["GONE"])], 2))
    assert "needs" in lonely.conflict
    four = {scene: 2 for scene in list(FIVE)[:4]}
    pair = [offer("A", "P1", ["warehousing"], 1), offer("B", "P2", ["energy"], 1) | {"conflicts": ["A"]}]
    clashing = compose(Case(rows.demand(scene_levels=four, assessment_score=50), pair, 2))
    assert set(clashing.conflict) == {"conflicts", "scenes"}
    assert "产品之间的互斥关系" in clashing.reasons[-1]
