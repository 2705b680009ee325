"""The best set of a problem, aim after aim, each answer checked in whole numbers.

Every found set is thinned until nothing in it is superfluous, kept, and excluded with its supersets; since own cost,
providers, shortfall and number only grow with a set, no better one is lost. When nothing is left within the limits of
the aims settled so far, the best of the kept sets is the optimum.
"""

import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from typing import Final

from matching.bundles import check, greedy, milp
from matching.bundles.milp import Clock
from matching.bundles.problem import Aim, Chosen, Problem, Row

ORDER: Final = (Aim.OWN_COST, Aim.PROVIDERS, Aim.SHORTFALL, Aim.SOLUTIONS)

_NONE: Final = sys.maxsize  # the least value of an aim over no sets
_TIES: Final = 16
_BLOCK: Final = 20  # bits that the solver's numbers keep apart with room to spare


@dataclass(frozen=True, slots=True)
class Answer:
    """`chosen` is None when none was found (if proven: there is none); `bound` is proven for the first aim."""

    chosen: Chosen | None
    is_proven: bool
    bound: int


class _Step(Enum):
    SETTLED = auto()
    NOTHING_LEFT = auto()
    OUT_OF_TIME = auto()


def best(problem: Problem, clock: Clock, *, order: Sequence[Aim] = ORDER, excluded: Iterable[Chosen] = ()) -> Answer:
    """The set that is least by the aims in `order`, then by its ids, and no superset of an excluded one."""
    return _Search(problem, clock, order, list(excluded)).run()


def is_possible(problem: Problem, clock: Clock) -> bool | None:
    """Whether any set holds; None when the time is over first."""
    if check.missing(problem.terms, problem.solutions):
        return False
    if problem.holds(()) or problem.holds(range(len(problem.solutions))):
        return True
    cuts: list[Row] = []
    while True:
        outcome = milp.minimise(problem, {}, clock=clock, rows=cuts)
        if outcome.values is None:
            return False if outcome.is_empty else None
        chosen = problem.chosen(outcome.values)
        if problem.holds(chosen):
            return True
        cuts.append(_no_superset(chosen))


class _Search:
    def __init__(self, problem: Problem, clock: Clock, order: Sequence[Aim], excluded: Sequence[Chosen]) -> None:
        self.problem, self.clock, self.order = problem, clock, order
        self.bound = 0
        self._kept: dict[Chosen, dict[Aim, int]] = {}
        self._limits: dict[Aim, int] = {}
        self._excluded, self._excluded_rows = excluded, [_no_superset(one) for one in excluded]
        self._cuts: list[Row] = []

    def run(self) -> Answer:
        """Settle the aims one after the other, then the ties."""
        if self.problem.holds(()):
            return Answer(None if () in self._excluded else (), True, 0)
        if check.missing(self.problem.terms, self.problem.solutions):
            return Answer(None, True, 0)
        step, last = _Step.SETTLED, None
        for aim in self.order:
            step = self._settle(aim)
            if step is not _Step.SETTLED:
                break
            self._limits[aim] = self._least(aim)
        else:
            step, last = self._settle_ties()
        if step is _Step.OUT_OF_TIME and not self._limits and not self._excluded:
            self._keep_greedy()
        return Answer(last or self._first(), step is not _Step.OUT_OF_TIME, self.bound)

    def _keep_greedy(self) -> None:
        """The solver's own find may be poor, or there may be none, when not even the first aim is settled."""
        if start := greedy.first(self.problem):
            self._keep(start)

    def _settle(self, aim: Aim) -> _Step:
        """Find sets until the least value of an aim within the limits is proven."""
        while True:
            step, bound = self._find(aim)
            if aim is self.order[0]:
                self.bound = max(self.bound, min(bound, self._least(aim)))
            if step is not _Step.SETTLED or bound >= self._least(aim):
                return step

    def _find(self, aim: Aim) -> tuple[_Step, int]:
        """Find one more set; the bound is on all that are not kept."""
        rows = [*self._excluded_rows, *self._cuts, *self._limit_rows()]
        scale = self.problem.scale(aim)
        outcome = milp.minimise(self.problem, self.problem.aim(aim), clock=self.clock, rows=rows, scale=scale)
        if outcome.is_empty:
            return _Step.NOTHING_LEFT, _NONE
        if outcome.values is not None:
            self._keep(self.problem.chosen(outcome.values))
        return _Step.SETTLED if outcome.is_solved else _Step.OUT_OF_TIME, outcome.bound

    def _keep(self, chosen: Chosen) -> None:
        """Keep a set that holds; one that holds by the solver's tolerance alone is only excluded.

        Its supersets cost no less, so they do not hold either.
        """
        if self.problem.holds(chosen):
            chosen = self.problem.thinned(chosen)
            self._kept[chosen] = self.problem.measure(chosen)
        self._cuts.append(_no_superset(chosen))

    def _limit_rows(self) -> list[Row]:
        return [self.problem.limit(aim, value) for aim, value in self._limits.items()]

    def _within(self) -> dict[Chosen, dict[Aim, int]]:
        """The kept sets within the limits."""
        return {
            chosen: values
            for chosen, values in self._kept.items()
            if all(values[aim] <= limit for aim, limit in self._limits.items())
        }

    def _least(self, aim: Aim) -> int:
        return min((values[aim] for values in self._within().values()), default=_NONE)

    def _first(self) -> Chosen | None:
        """The best kept set: places are in order of id."""
        kept = self._within()
        return min(kept, key=lambda chosen: ([kept[chosen][aim] for aim in self.order], chosen), default=None)

    def _settle_ties(self) -> tuple[_Step, Chosen | None]:
        """Collect all sets that tie; when there are many, ask for the one with the first ids instead."""
        for _ in range(_TIES):
            step, _bound = self._find(Aim.SOLUTIONS)
            if step is not _Step.SETTLED:
                return step, None
        return self._first_by_blocks()

    def _first_by_blocks(self) -> tuple[_Step, Chosen | None]:
        """Of sets of one size, the first by ids has the greatest binary number; found a block of digits at a time."""
        fixed: dict[int, int] = {}
        rows = [*self._excluded_rows, *self._limit_rows()]
        chosen: Chosen | None = None
        for start in range(0, len(self.problem.solutions), _BLOCK):
            block = range(start, min(start + _BLOCK, len(self.problem.solutions)))
            digits = {at: -float(2 ** (_BLOCK - 1 - at + start)) for at in block}
            outcome = milp.minimise(self.problem, digits, clock=self.clock, rows=rows, fixed=fixed)
            if outcome.values is None or not outcome.is_solved:
                return _Step.OUT_OF_TIME, None
            chosen = self.problem.chosen(outcome.values)
            fixed |= {at: int(at in chosen) for at in block}
        is_sound = chosen is not None and self.problem.holds(chosen)
        return (_Step.SETTLED, chosen) if is_sound else (_Step.OUT_OF_TIME, None)


def _no_superset(chosen: Chosen) -> Row:
    return Row(dict.fromkeys(chosen, 1.0), high=len(chosen) - 1)
