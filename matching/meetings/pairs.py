"""Which pairs meet: the most score under the limits of each participant and of the hall.

Without floors the rows are those of a network (each pair in one left row, one right row and the hall's row), so that
the linear program has whole-numbered corners and one simplex run is exact. Floors need whole-numbered search (HiGHS).
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.optimize import Bounds, LinearConstraint, linprog, milp
from scipy.sparse import coo_array, csr_array, hstack, identity, vstack

from matching.meetings.timetables import Day, FloorError, UndecidedError

Floats = npt.NDArray[np.float64]
_HALF = 0.5
INFEASIBLE = 2  # SciPy's status of a program without solution


@dataclass(frozen=True, slots=True)
class Choice:
    """Rows of `day.pairs` that meet, and an upper bound of their score (shortfall kept as it is)."""

    rows: tuple[int, ...]
    bound: float


@dataclass(frozen=True)
class _Rows:
    """The problem as matrices: pairs are columns, participants rows (lefts first), the hall's row last."""

    degree: csr_array
    least: Floats
    most: Floats
    score: Floats
    may_meet: npt.NDArray[np.bool_]
    hall: int
    scale: float

    @property
    def penalty(self) -> float:
        """More than the shortfall of one meeting could be worth in (scaled) score."""
        return 2.0 * (self.hall + 1)


def choose(day: Day, *, floor: float | None = None, time_limit: float | None = None) -> Choice:
    """The best set of pairs that the participants' free slots could hold; slots are not fixed yet.

    `floor` is the least sum of scores of every left participant; FloorError when no set gives it. At `time_limit`
    (seconds) the best set found so far is returned with its bound, or UndecidedError raised when there is none.
    """
    if not day.pairs:
        return Choice((), 0.0)
    rows = _rows(day)
    return _flow(rows) if floor is None else _searched(day, rows, floor, time_limit)


def _rows(day: Day) -> _Rows:
    at = {name: row for row, name in enumerate((*day.lefts, *day.rights))}
    columns = np.arange(len(day.pairs))
    ends = np.array([(at[pair.left], at[pair.right]) for pair in day.pairs])
    degree = coo_array(
        (np.ones(2 * len(columns)), (ends.T.ravel(), np.tile(columns, 2))), shape=(len(at), len(columns))
    ).tocsr()
    bounds = np.array(
        [day.bounds(name, day.left) for name in day.lefts] + [day.bounds(name, day.right) for name in day.rights]
    )
    may_meet = np.array([bool(day.free(pair.left) & day.free(pair.right)) for pair in day.pairs])
    score = np.array([pair.score for pair in day.pairs], dtype=float)
    scale = float(np.abs(score).max()) or 1.0
    return _Rows(degree, bounds[:, 0], bounds[:, 1], score / scale, may_meet, day.slots * day.tables, scale)


def _program(rows: _Rows) -> tuple[Floats, csr_array, Floats, Floats, Floats]:
    """Costs, rows, their lower and upper limits, upper limits of the columns: pairs, then one shortfall a person."""
    people = rows.degree.shape[0]
    costs = np.concatenate([-rows.score, np.full(people, rows.penalty)])
    matrix = vstack(
        [
            hstack([rows.degree, identity(people)]),  # meetings and shortfall reach the least number
            hstack([rows.degree, csr_array((people, people))]),  # meetings stay below the most
            csr_array(np.concatenate([np.ones(len(rows.score)), np.zeros(people)])[None, :]),  # seats in the hall
        ]
    ).tocsr()
    lower = np.concatenate([rows.least, np.full(people + 1, -np.inf)])
    upper = np.concatenate([np.full(people, np.inf), rows.most, [rows.hall]])
    return costs, matrix, lower, upper, np.concatenate([rows.may_meet.astype(float), rows.least])


def _flow(rows: _Rows) -> Choice:
    costs, matrix, lower, upper, widest = _program(rows)
    people = rows.degree.shape[0]
    answer = linprog(
        costs,
        A_ub=vstack([-matrix[:people], matrix[people:]]),
        b_ub=np.concatenate([-lower[:people], upper[people:]]),
        bounds=np.column_stack([np.zeros(len(costs)), widest]),
        method="highs-ds",
    )
    return _choice(rows, answer.x, None)


def _searched(day: Day, rows: _Rows, floor: float, time_limit: float | None) -> Choice:
    costs, matrix, lower, upper, widest = _program(rows)
    lefts, people = len(day.lefts), rows.degree.shape[0]
    scored = hstack([rows.degree[:lefts].multiply(rows.score[None, :]), csr_array((lefts, people))])
    wanted = floor / rows.scale
    wanted -= 1e-9 * max(1.0, abs(wanted))
    options: dict[str, Any] = {"mip_rel_gap": 0.0}
    answer = milp(
        costs,
        integrality=np.concatenate([np.ones(len(rows.score)), np.zeros(people)]),
        bounds=Bounds(0, widest),
        constraints=[LinearConstraint(matrix, lower, upper), LinearConstraint(scored, wanted, np.inf)],
        options=options if time_limit is None else options | {"time_limit": time_limit},
    )
    if answer.x is None:
        raise FloorError if answer.status == INFEASIBLE else UndecidedError
    return _choice(rows, answer.x, answer.mip_dual_bound)


def _choice(rows: _Rows, values: Floats, dual: float | None) -> Choice:
    meets = values[: len(rows.score)] > _HALF
    score = float(rows.score[meets].sum())
    if dual is None:
        return Choice(tuple(np.flatnonzero(meets).tolist()), score * rows.scale)
    held = rows.degree[:, meets].sum(axis=1)
    shortfall = float(np.maximum(rows.least - held, 0).sum())
    return Choice(tuple(np.flatnonzero(meets).tolist()), max(score, rows.penalty * shortfall - dual) * rows.scale)
