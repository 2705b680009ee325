"""Slots when somebody is away part of the day: pairs and slots have to be searched together (HiGHS)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import coo_array, csr_array, hstack, identity

from matching.meetings.pairs import INFEASIBLE
from matching.meetings.timetables import Day, FloorError

Floats = npt.NDArray[np.float64]
_HALF = 0.5


@dataclass(frozen=True, slots=True)
class Placed:
    """Pairs (rows of `day.pairs`) with their slots, and an upper bound of their score."""

    rows: tuple[int, ...]
    slots: tuple[int, ...]
    bound: float


@dataclass(frozen=True)
class _Seats:
    """One column a pair and slot in which both are there."""

    pair: npt.NDArray[np.int_]
    slot: npt.NDArray[np.int_]
    score: Floats

    def rows(self, keys: Sequence[npt.NDArray[np.int_]], among: int) -> csr_array:
        """Rows that count, for each key (0 to `among` - 1), the columns that have it."""
        columns = np.arange(len(self.pair))
        key = np.concatenate(keys)
        return coo_array((np.ones(len(key)), (key, np.tile(columns, len(keys)))), shape=(among, len(columns))).tocsr()


def place(
    day: Day, rows: Sequence[int], *, all_must_meet: bool, floor: float | None = None, time_limit: float | None = None
) -> Placed | None:
    """The best timetable of these pairs; None when `all_must_meet` and no timetable holds them all.

    FloorError when `floor` cannot be given. At `time_limit` (seconds) the best so far; None when there is none yet.
    """
    seats = _seats(day, rows)
    if not len(seats.pair):
        if floor is not None and floor > 0:
            raise FloorError
        return Placed((), (), 0.0) if not (all_must_meet and rows) else None
    people = {name: row for row, name in enumerate((*day.lefts, *day.rights))}
    ends = [
        np.array([people[getattr(day.pairs[pair], side)] for pair in seats.pair.tolist()]) for side in ("left", "right")
    ]
    return _search(day, seats, ends, all_must_meet=all_must_meet, floor=floor, time_limit=time_limit)


def _seats(day: Day, rows: Sequence[int]) -> _Seats:
    found = [
        (row, slot) for row in rows for slot in sorted(day.free(day.pairs[row].left) & day.free(day.pairs[row].right))
    ]
    table = np.array(found, dtype=int).reshape(-1, 2)
    return _Seats(table[:, 0], table[:, 1], np.array([day.pairs[row].score for row, _ in found], dtype=float))


def _search(
    day: Day,
    seats: _Seats,
    ends: Sequence[npt.NDArray[np.int_]],
    *,
    all_must_meet: bool,
    floor: float | None,
    time_limit: float | None,
) -> Placed | None:
    people, width = len(day.lefts) + len(day.rights), len(seats.pair)
    pairs, pair_at = np.unique(seats.pair, return_inverse=True)
    bounds = np.array(
        [day.bounds(name, day.left) for name in day.lefts] + [day.bounds(name, day.right) for name in day.rights],
        dtype=float,
    )
    scale = float(np.abs(seats.score).max()) or 1.0
    score, penalty = seats.score / scale, 2.0 * (day.slots * day.tables + 1)
    degree = seats.rows(ends, people)
    limits = [
        _limit(seats.rows([pair_at], len(pairs)), people, 1.0 if all_must_meet else 0.0, 1.0),
        _limit(seats.rows([end * day.slots + seats.slot - 1 for end in ends], people * day.slots), people, 0.0, 1.0),
        _limit(seats.rows([seats.slot - 1], day.slots), people, 0.0, float(day.tables)),
        _limit(degree, people, 0.0, bounds[:, 1]),
        LinearConstraint(hstack([degree, identity(people)]).tocsr(), bounds[:, 0], np.inf),
    ]
    if floor is not None:
        scored = degree[: len(day.lefts)].multiply(score[None, :]).tocsr()
        limits.append(_limit(scored, people, floor / scale - 1e-9 * max(1.0, abs(floor / scale)), np.inf))
    options: dict[str, Any] = {"mip_rel_gap": 0.0} | ({} if time_limit is None else {"time_limit": time_limit})
    answer = milp(
        np.concatenate([-score, np.full(people, penalty)]),
        integrality=np.concatenate([np.ones(width), np.zeros(people)]),
        bounds=Bounds(0, np.concatenate([np.ones(width), bounds[:, 0]])),
        constraints=limits,
        options=options,
    )
    if answer.x is None:
        if floor is not None and answer.status == INFEASIBLE:
            raise FloorError
        return None
    held = np.flatnonzero(answer.x[:width] > _HALF)
    shortfall = float(np.maximum(bounds[:, 0] - degree[:, held].sum(axis=1), 0).sum())
    return Placed(
        tuple(seats.pair[held].tolist()),
        tuple(seats.slot[held].tolist()),
        (penalty * shortfall - answer.mip_dual_bound) * scale,
    )


def _limit(matrix: csr_array, people: int, lower: Any, upper: Any) -> LinearConstraint:
    """A limit on the seats alone: the columns of the shortfall are empty."""
    return LinearConstraint(hstack([matrix, csr_array((matrix.shape[0], people))]).tocsr(), lower, upper)
