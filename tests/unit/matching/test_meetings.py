"""The timetable against brute force: the fewest meetings short of the least numbers, then the most score."""

import itertools
import math
import random
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matching.meetings import seating, solver
from matching.meetings.timetables import Day, FloorError, Limits, Pair, Timetable


def small_day(seed: int, *, with_absences: bool) -> Day:
    """At most three against three, so that every timetable can be written down."""
    chance = random.Random(seed)
    lefts, rights, slots = chance.randint(1, 3), chance.randint(1, 3), chance.randint(1, 3)
    pairs = [
        Pair(f"e{left}", f"p{right}", chance.choice((0, chance.randint(1, 9), round(chance.random() * 10, 2))))
        for left in range(lefts)
        for right in range(rights)
        if chance.random() < 0.75
    ][:6]
    limits = [Limits(least, least + chance.randint(0, 2)) for least in (chance.randint(0, 2), chance.randint(0, 2))]
    names = sorted({name for pair in pairs for name in (pair.left, pair.right)})
    away = {
        name: frozenset(slot for slot in range(1, slots + 1) if chance.random() < 0.3)
        for name in names
        if with_absences and chance.random() < 0.7
    }
    return Day(tuple(pairs), slots, chance.randint(1, 2), limits[0], limits[1], away)


def every_timetable(day: Day) -> list[tuple[int, float, dict[str, float]]]:
    """Shortfall, score and sums by left participant of each lawful timetable: written without the solver's code."""
    found = []
    for slots in itertools.product(range(day.slots + 1), repeat=len(day.pairs)):
        held = [(pair, slot) for pair, slot in zip(day.pairs, slots, strict=True) if slot]
        seats = Counter((name, slot) for pair, slot in held for name in (pair.left, pair.right))
        meetings = Counter(name for pair, _ in held for name in (pair.left, pair.right))
        is_lawful = (
            all(count == 1 for count in seats.values())
            and all(count <= day.tables for count in Counter(slot for _, slot in held).values())
            and all(slot not in day.away.get(name, ()) for name, slot in seats)
            and all(meetings[name] <= side.most for names, side in sides(day) for name in names)
        )
        if not is_lawful:
            continue
        short = sum(
            max(min(side.least, day.slots - len(day.away.get(name, ()))) - meetings[name], 0)
            for names, side in sides(day)
            for name in names
        )
        sums = {name: math.fsum(pair.score for pair, _ in held if pair.left == name) for name in day.lefts}
        found.append((short, math.fsum(pair.score for pair, _ in held), sums))
    return found


def sides(day: Day) -> tuple[tuple[tuple[str, ...], Limits], ...]:
    return ((day.lefts, day.left), (day.rights, day.right))


def assert_lawful(day: Day, found: Timetable) -> None:
    seats = Counter((name, one.slot) for one in found.meetings for name in (one.left, one.right))
    assert all(count == 1 for count in seats.values())
    assert len({(one.slot, one.table) for one in found.meetings}) == len(found.meetings)
    assert all(1 <= one.table <= day.tables and 1 <= one.slot <= day.slots for one in found.meetings)
    assert all(slot not in day.away.get(name, ()) for name, slot in seats)
    assert len({(one.left, one.right) for one in found.meetings}) == len(found.meetings)
    held = Counter(name for one in found.meetings for name in (one.left, one.right))
    assert all(held[name] <= side.most for names, side in sides(day) for name in names)


@pytest.mark.parametrize("with_absences", [False, True])
@pytest.mark.parametrize("start", range(0, 200, 20))
def test_the_timetable_equals_brute_force(start: int, with_absences: bool) -> None:
    for seed in range(start, start + 20):
        day = small_day(seed, with_absences=with_absences)
        found = solver.solve(day)
        assert_lawful(day, found)
        best = min(every_timetable(day), key=lambda one: (one[0], -one[1]))
        assert found.shortfall == best[0], seed
        assert found.objective == pytest.approx(best[1], abs=1e-6), seed
        assert found.bound == pytest.approx(found.objective, abs=1e-6), seed


@pytest.mark.parametrize("with_absences", [False, True])
@pytest.mark.parametrize("start", range(0, 100, 20))
def test_a_floor_costs_no_more_than_it_must_and_is_refused_when_impossible(start: int, with_absences: bool) -> None:
    for seed in range(start, start + 20):
        day = small_day(seed, with_absences=with_absences)
        every = every_timetable(day)
        floor = random.Random(seed).choice((0.5, 3, 6, 12))
        fitting = [one for one in every if all(total >= floor - 1e-9 for total in one[2].values())]
        if not fitting:
            with pytest.raises(FloorError):
                solver.solve(day, floor=floor)
            continue
        best = min(fitting, key=lambda one: (one[0], -one[1]))
        found = solver.solve(day, floor=floor)
        assert_lawful(day, found)
        assert found.shortfall == best[0], seed
        assert found.objective == pytest.approx(best[1], abs=1e-6), seed
        assert not day.pairs or found.left_min >= floor - 1e-6, seed


@pytest.mark.parametrize("start", range(0, 60, 20))
def test_giving_up_a_share_raises_the_worst_off_as_far_as_brute_force_can(start: int) -> None:
    for seed in range(start, start + 20):
        day = small_day(seed, with_absences=False)
        every = every_timetable(day)
        best = min(every, key=lambda one: (one[0], -one[1]))
        kept = [one for one in every if one[0] == best[0] and one[1] >= best[1] * 0.8 - 1e-9]
        highest = max((min(one[2].values(), default=0.0) for one in kept), default=0.0)
        found = solver.solve(day, loss=0.2)
        assert_lawful(day, found)
        assert found.objective >= best[1] * 0.8 - 1e-6, seed
        assert found.left_min == pytest.approx(highest, abs=0.02), seed


def test_a_least_number_that_free_slots_cannot_hold_is_lowered_to_them() -> None:
    day = Day((Pair("e1", "p1", 5), Pair("e1", "p2", 4)), 2, 2, Limits(2, 2), Limits(0, 2), {"e1": frozenset({2})})
    found = solver.solve(day)
    assert (found.objective, found.unmet) == (5, ())


def test_who_stays_below_is_told_with_the_reason() -> None:
    found = solver.solve(Day((Pair("e1", "p1", 5),), 3, 2, Limits(2, 3), Limits(0, 3)))
    (one,) = found.unmet
    assert (one.participant, one.meetings, one.least) == ("e1", 1, 2)
    assert "只有1个" in one.reason


def test_nobody_to_meet_is_an_empty_day() -> None:
    found = solver.solve(Day((), 3, 2, Limits(1, 3), Limits(0, 3)))
    assert (found.meetings, found.objective, found.unmet) == ((), 0, ())


@pytest.mark.parametrize(
    "change",
    [
        {"slots": 0},
        {"tables": 0},
        {"left": Limits(3, 2)},
        {"pairs": (Pair("e", "p", 1), Pair("e", "p", 2))},
        {"pairs": (Pair("e", "p", 1), Pair("p", "q", 2))},
        {"pairs": (Pair("e", "p", math.inf),)},
    ],
)
def test_a_day_that_makes_no_sense_is_refused(change: dict[str, object]) -> None:
    sound = {"pairs": (Pair("e", "p", 1),), "slots": 2, "tables": 2, "left": Limits(0, 1), "right": Limits(0, 1)}
    with pytest.raises(ValueError, match=r"must|twice|both"):
        Day(**{**sound, **change})  # type: ignore[arg-type]


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**6), st.integers(2, 8), st.integers(2, 8), st.integers(2, 6))
def test_any_graph_within_its_limits_is_coloured_and_evened_out(seed: int, lefts: int, rights: int, slots: int) -> None:
    chance, degree = random.Random(seed), Counter()  # type: ignore[var-annotated]
    edges = []
    for left, right in itertools.product(range(lefts), range(rights)):
        edge = (f"e{left}", f"p{right}")
        if chance.random() < 0.7 and max(degree[edge[0]], degree[edge[1]]) < slots:
            edges.append(edge)
            degree.update(edge)
    tables = max(1, -(-len(edges) // slots))
    colours = seating.colour(edges, slots=slots, tables=tables)
    taken = Counter((name, colour) for edge, colour in zip(edges, colours, strict=True) for name in edge)
    assert all(count == 1 for count in taken.values())
    assert all(count <= tables for count in Counter(colours).values())
    reordered = seating.fewest_gaps(edges, colours, slots=slots)
    assert sorted(Counter(reordered).values()) == sorted(Counter(colours).values())


def test_the_right_side_keeps_its_table_all_day_when_there_are_enough() -> None:
    day = Day(
        tuple(Pair(f"e{left}", f"p{right}", left + right) for left in range(4) for right in range(3)),
        4, 3, Limits(0, 3), Limits(0, 4),
    )  # fmt: skip
    found = solver.solve(day)
    assert len({(one.right, one.table) for one in found.meetings}) == 3
