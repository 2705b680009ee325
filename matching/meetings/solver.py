"""Solve a day: pairs first, then slots and tables, then, where some score may be given up for it, the worst-off."""

from collections.abc import Sequence
from time import monotonic

from matching.meetings import absences, pairs, seating, timetables
from matching.meetings.absences import Placed
from matching.meetings.timetables import Day, FloorError, Meeting, Timetable, UndecidedError

_STEPS = 12  # of the search for the largest floor: it ends within 1/4096 of the range


def solve(day: Day, *, floor: float | None = None, loss: float = 0.0, time_limit: float | None = None) -> Timetable:
    """The timetable with the largest sum of scores.

    `floor`: every left participant's meetings add up to at least this (FloorError when impossible). `loss`: the share
    of the best sum (0 to 1) that may be given up to raise the worst-off left participant; 0 leaves the sum alone.
    `time_limit` in seconds bounds each search; at the limit `Timetable.bound` tells how much could still be gained.
    """
    ends = None if time_limit is None else monotonic() + time_limit
    best = _solve(day, floor, _left(ends))
    return best if loss <= 0 or not day.pairs else _fairest(day, best, loss, ends)


def _left(ends: float | None) -> float | None:
    return None if ends is None else max(ends - monotonic(), 0.1)


def _solve(day: Day, floor: float | None, time_limit: float | None) -> Timetable:
    choice = pairs.choose(day, floor=floor, time_limit=time_limit)
    if any(day.away.values()):
        return _around_absences(day, choice, floor, time_limit)
    edges = [(day.pairs[row].left, day.pairs[row].right) for row in choice.rows]
    colours = seating.colour(edges, slots=day.slots, tables=day.tables)
    colours = seating.fewest_gaps(edges, colours, slots=day.slots)
    return _timetable(day, choice.rows, colours, choice.bound)


def _around_absences(day: Day, choice: pairs.Choice, floor: float | None, time_limit: float | None) -> Timetable:
    """The free choice of pairs bounds the score; where its slots do not work out, both are searched together."""
    placed = absences.place(day, choice.rows, all_must_meet=True, time_limit=time_limit)
    if placed is not None:
        return _timetable(day, placed.rows, placed.slots, choice.bound)
    everything = range(len(day.pairs))
    placed = absences.place(day, everything, all_must_meet=False, floor=floor, time_limit=time_limit)
    if placed is None and floor is not None:
        raise UndecidedError
    if placed is None:  # nothing found in time: what the free choice can hold is still a timetable
        placed = absences.place(day, choice.rows, all_must_meet=False) or Placed((), (), choice.bound)
    return _timetable(day, placed.rows, placed.slots, min(placed.bound, choice.bound))


def _timetable(day: Day, rows: Sequence[int], slot_of: Sequence[int], bound: float) -> Timetable:
    edges = [(day.pairs[row].left, day.pairs[row].right) for row in rows]
    tables = seating.seat(edges, slot_of, tables=day.tables)
    held = [
        Meeting(day.pairs[row].left, day.pairs[row].right, slot, table, day.pairs[row].score)
        for row, slot, table in zip(rows, slot_of, tables, strict=True)
    ]
    return timetables.of(day, held, bound=bound)


def _fairest(day: Day, best: Timetable, loss: float, ends: float | None) -> Timetable:
    """The timetable with the largest floor found by halving, among those that keep (1 - loss) of the best sum."""
    least = best.objective - loss * abs(best.objective)
    low, high = best.left_min, max(timetables.totals(day.lefts, best.meetings).values())
    fairest = best
    for _ in range(_STEPS):
        if ends is not None and monotonic() >= ends:
            break
        middle = (low + high) / 2
        try:
            found = _solve(day, middle, _left(ends))
        except (FloorError, UndecidedError):
            high = middle
            continue
        if found.objective >= least and found.shortfall <= best.shortfall:
            fairest, low = found, max(middle, found.left_min)
        else:
            high = middle
        if high - low <= 1e-9 * max(1.0, abs(high)):
            break
    return fairest
