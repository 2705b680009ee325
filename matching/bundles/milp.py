"""One call of HiGHS (`scipy.optimize.milp`) for a problem, with a clock."""

import math
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp

from matching.bundles.problem import Floats, Problem, Row

_SOLVED, _INFEASIBLE = 0, 2
_TOLERANCE, _RELATIVE_TOLERANCE = 1e-6, 1e-9
_LEAST_SECONDS: Final = 0.01


class Clock:
    """The time that is left; endless without a limit."""

    def __init__(self, seconds: float | None, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._end = math.inf if seconds is None else now() + seconds

    @property
    def left(self) -> float:
        """Seconds left, not below 0."""
        return max(self._end - self._now(), 0.0)


@dataclass(frozen=True, slots=True)
class Outcome:
    """`values` of the columns, if a set was found; no set is below `bound` (rounded up); `is_empty` is proven."""

    values: Floats | None
    bound: int
    is_empty: bool
    is_solved: bool


def minimise(
    problem: Problem,
    aim: Mapping[int, float],
    *,
    clock: Clock,
    rows: Sequence[Row] = (),
    fixed: Mapping[int, int] | None = None,
    scale: int = 1,
) -> Outcome:
    """The least value of `aim` over a problem with further `rows` and `fixed` columns; `scale` is of the bound."""
    if clock.left < _LEAST_SECONDS:
        return Outcome(None, 0, is_empty=False, is_solved=False)
    objective = np.zeros(problem.columns)
    objective[list(aim)] = list(aim.values())
    lower, upper = np.zeros(problem.columns), problem.upper.copy()
    for at, value in (fixed or {}).items():
        lower[at] = upper[at] = value
    options: dict[str, Any] = {"mip_rel_gap": 0.0}
    if math.isfinite(clock.left):
        options["time_limit"] = clock.left
    result = milp(
        objective,
        integrality=problem.integrality,
        bounds=Bounds(lower, upper),
        constraints=[
            LinearConstraint(*part) for part in (problem.conditions, problem.matrix(rows)) if part[0].shape[0]
        ],
        options=options,
    )
    return Outcome(
        result.x, _whole_bound(result.mip_dual_bound, scale), result.status == _INFEASIBLE, result.status == _SOLVED
    )


def _whole_bound(bound: float | None, scale: int) -> int:
    """The least whole number that is not below a bound, as far as the solver's precision tells."""
    if bound is None or not math.isfinite(bound):
        return 0
    return max(math.ceil((bound - _TOLERANCE - _RELATIVE_TOLERANCE * abs(bound)) * scale), 0)
