"""Equals take turns by the seed of the day, and the seed moves nobody else."""

import dataclasses
from collections import Counter
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks import catalogue
from matching import lexicon, reading, ties, weights
from matching.documents import Solution
from matching.ranking import Ranker
from tests.unit.matching import rows

DAYS = [(date(2026, 1, 1) + timedelta(day)).isoformat() for day in range(360)]
DEMAND = reading.demand(rows.demand())
OTHERS = reading.solutions(catalogue.generate(20, seed=3))
EQUALS = 4


def equals(first: int = 0) -> list[Solution]:
    """Solutions of different providers that differ in nothing else."""
    base = reading.solution(rows.solution())
    return [dataclasses.replace(base, id=f"E{first + at}", provider_id=f"Q{first + at}") for at in range(EQUALS)]


FITTED = Ranker(weights.default(), lexicon.default()).fit([*OTHERS, *equals()])


def test_equals_have_the_same_score() -> None:
    scores = {result.solution: result.score for result in FITTED.rank(DEMAND).results}
    assert len({scores[row.id] for row in equals()}) == 1


def test_every_equal_stands_in_every_place_equally_often_over_the_days() -> None:
    """Chi-squared over places and equals: 9 degrees of freedom, 27.9 is exceeded once in a thousand."""
    ids = {row.id for row in equals()}
    seen = Counter[tuple[str, int]]()
    for day in DAYS:
        order = [result.solution for result in FITTED.rank(DEMAND, top=10, seed=day).results if result.solution in ids]
        seen.update((name, place) for place, name in enumerate(order))
    expected = len(DAYS) / EQUALS
    assert sum((seen[name, place] - expected) ** 2 / expected for name in ids for place in range(EQUALS)) < 27.9


def test_equal_providers_take_turns_too() -> None:
    first = Counter(
        next(row.provider for row in FITTED.rank(DEMAND, top=10, seed=day).providers if row.provider.startswith("Q"))
        for day in DAYS
    )
    assert len(first) == EQUALS
    assert min(first.values()) > len(DAYS) / EQUALS / 2


def test_among_the_best_few_every_equal_has_its_days() -> None:
    """A page that shows one of four equals shows each of them on about a quarter of the days."""
    best = FITTED.rank(DEMAND, top=1).results[0].solution
    assert best.startswith("E")
    shown = Counter(FITTED.rank(DEMAND, top=1, seed=day).results[0].solution for day in DAYS)
    assert min(shown[row.id] for row in equals()) > len(DAYS) / EQUALS / 2


@settings(max_examples=25, deadline=None)
@given(st.text(max_size=12))
def test_a_seed_moves_only_equals(seed: str) -> None:
    plain, drawn = FITTED.rank(DEMAND).results, FITTED.rank(DEMAND, seed=seed).results
    assert [row.score for row in drawn] == [row.score for row in plain]
    assert {row.solution: row.score for row in drawn} == {row.solution: row.score for row in plain}
    assert FITTED.rank(DEMAND, seed=seed) == FITTED.rank(DEMAND, seed=seed)


def test_without_a_seed_equals_go_by_id() -> None:
    order = [row.solution for row in FITTED.rank(DEMAND).results if row.solution.startswith("E")]
    assert order == sorted(order)


@pytest.mark.parametrize("other", [{"demand": "D2"}, {"item": "S2"}])
def test_a_lot_is_drawn_for_every_demand_and_item(other: dict[str, str]) -> None:
    same = {"demand": "D1", "item": "S1"}
    assert ties.place("2026-11-22", **same) != ties.place("2026-11-22", **(same | other))
    assert ties.place("2026-11-22", **same) != ties.place("2026-11-23", **same)
    assert ties.place("ab", demand="c", item="d") != ties.place("a", demand="bc", item="d")
