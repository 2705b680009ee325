"""A day of meetings between two sides (供需对接会): who meets whom, in which slot, at which table.

`solve` maximises the sum of scores over held meetings. Nobody is in two meetings of a slot, no pair meets twice, a slot
holds at most `tables` meetings, each participant has between `least` and `most` meetings. A least number that cannot be
held is fallen short of by as few meetings as possible, before any score counts, and `Timetable.unmet` says by whom.
Which pairs meet is a network flow (or HiGHS where floors or absences ask for it); slots come from the edge colouring of
a bipartite graph (Kőnig 1916; classes of equal size: de Werra 1971).
"""

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property


class FloorError(ValueError):
    """No timetable gives every left participant the floor that was asked for."""


class UndecidedError(RuntimeError):
    """The time limit came before any timetable with the floor was found, or proven impossible."""


@dataclass(frozen=True, slots=True)
class Pair:
    """Two participants who may meet, and how well they fit; any finite score, larger is better."""

    left: str
    right: str
    score: float


@dataclass(frozen=True, slots=True)
class Limits:
    """How many meetings each participant of a side has: at least (where it can be held) and at most."""

    least: int
    most: int


@dataclass(frozen=True)
class Day:
    """The problem. Slots are numbered from 1; `away` names the slots in which a participant is not there.

    Raises ValueError for a pair named twice, a name on both sides, scores that are not finite, or limits that make no
    sense.
    """

    pairs: tuple[Pair, ...]
    slots: int
    tables: int
    left: Limits
    right: Limits
    away: Mapping[str, frozenset[int]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if min(self.slots, self.tables) < 1:
            raise ValueError("slots and tables must be positive")
        if any(not 0 <= side.least <= side.most for side in (self.left, self.right)):
            raise ValueError("least must be from 0 to most")
        if len({(pair.left, pair.right) for pair in self.pairs}) < len(self.pairs):
            raise ValueError("a pair is named twice")
        if {pair.left for pair in self.pairs} & {pair.right for pair in self.pairs}:
            raise ValueError("a participant is on both sides")
        if not all(math.isfinite(pair.score) for pair in self.pairs):
            raise ValueError("scores must be finite")

    @cached_property
    def lefts(self) -> tuple[str, ...]:
        return tuple(sorted({pair.left for pair in self.pairs}))

    @cached_property
    def rights(self) -> tuple[str, ...]:
        return tuple(sorted({pair.right for pair in self.pairs}))

    def free(self, participant: str) -> frozenset[int]:
        """The slots in which a participant is there."""
        return frozenset(range(1, self.slots + 1)) - self.away.get(participant, frozenset())

    def bounds(self, participant: str, side: Limits) -> tuple[int, int]:
        """Least and most meetings; neither above the number of free slots."""
        free = len(self.free(participant))
        return min(side.least, free), min(side.most, free)


@dataclass(frozen=True, slots=True)
class Meeting:
    """A held meeting; slot and table are numbered from 1."""

    left: str
    right: str
    slot: int
    table: int
    score: float


@dataclass(frozen=True, slots=True)
class Unmet:
    """A participant with fewer meetings than its least number, and why.

    `least_held` is the least number lowered to the participant's free slots.
    """

    participant: str
    meetings: int
    least: int
    least_held: int
    reason: str


@dataclass(frozen=True, slots=True)
class Timetable:
    """The meetings by slot and table.

    `bound` is a proven upper bound of the objective among timetables with the same shortfall (equal to it: optimal).
    `left_min` and `right_min` are the smallest sum of scores of a participant of that side.
    """

    meetings: tuple[Meeting, ...]
    objective: float
    bound: float
    left_min: float
    right_min: float
    unmet: tuple[Unmet, ...]

    @property
    def shortfall(self) -> int:
        """Meetings that are missing to the least numbers, over all participants."""
        return sum(one.least_held - one.meetings for one in self.unmet)

    @property
    def gap(self) -> float:
        """What might still be gained, as a share of the objective."""
        return max(self.bound - self.objective, 0.0) / max(abs(self.objective), 1e-12)


def totals(participants: Sequence[str], meetings: Sequence[Meeting]) -> dict[str, float]:
    """The sum of scores of each participant's meetings."""
    sums: dict[str, list[float]] = defaultdict(list)
    for meeting in meetings:
        sums[meeting.left].append(meeting.score)
        sums[meeting.right].append(meeting.score)
    return {name: math.fsum(sums[name]) for name in participants}


def of(day: Day, meetings: Sequence[Meeting], *, bound: float) -> Timetable:
    """The figures of a day's meetings."""
    ordered = tuple(sorted(meetings, key=lambda one: (one.slot, one.table)))
    objective = math.fsum(meeting.score for meeting in ordered)
    lefts, rights = totals(day.lefts, ordered), totals(day.rights, ordered)
    return Timetable(
        meetings=ordered,
        objective=objective,
        bound=max(bound, objective),
        left_min=min(lefts.values(), default=0.0),
        right_min=min(rights.values(), default=0.0),
        unmet=_unmet(day, ordered),
    )


def _unmet(day: Day, meetings: Sequence[Meeting]) -> tuple[Unmet, ...]:
    held: dict[str, int] = defaultdict(int)
    open_to: dict[str, int] = defaultdict(int)
    for meeting in meetings:
        held[meeting.left] += 1
        held[meeting.right] += 1
    for pair in day.pairs:
        if day.free(pair.left) & day.free(pair.right):
            open_to[pair.left] += 1
            open_to[pair.right] += 1
    return tuple(
        Unmet(name, held[name], side.least, day.bounds(name, side)[0], _reason(day, name, side, open_to[name]))
        for names, side in ((day.lefts, day.left), (day.rights, day.right))
        for name in names
        if held[name] < day.bounds(name, side)[0]
    )


def _reason(day: Day, name: str, side: Limits, partners: int) -> str:
    least = day.bounds(name, side)[0]
    if partners < least:
        return f"可会面的对象只有{partners}个，少于最少{least}场"
    return "对方场次、时段或桌位已排满"
