"""The terms over a catalogue as a mixed-integer linear program.

Columns, in this order: solutions chosen (0/1), providers involved (0/1), scenes counted (0 to 1), own cost. Own cost is
the larger of price less cap and price less rate times the eligible amount, hence two linear rows and no rounding: a
whole-yuan limit holds for the rounded cost if and only if it holds for this one.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from functools import cached_property
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array

from matching import standard
from matching.bundles import check, eligibility
from matching.bundles.requirements import Terms
from matching.documents import Solution

Floats = npt.NDArray[np.float64]
Chosen = tuple[int, ...]


_ROOM: Final = 1e-9  # relative precision of the solver's sums
_LARGEST: Final = 10**9  # the solver's numbers hold whole yuan up to about here


class Aim(StrEnum):
    """What is made least, one after the other."""

    OWN_COST = "own_cost"
    PROVIDERS = "providers"
    SHORTFALL = "shortfall"
    SOLUTIONS = "solutions"


@dataclass(frozen=True, slots=True)
class Row:
    """A linear condition: low <= coefficients times columns <= high."""

    coefficients: Mapping[int, float]
    low: float = -np.inf
    high: float = np.inf


class Problem:
    """`solutions` are the candidates that can matter, by id; a chosen set is a sorted tuple of their places."""

    def __init__(self, terms: Terms, solutions: Iterable[Solution], shortfalls: Mapping[str, int]) -> None:
        self.terms = terms
        candidates = eligibility.usable(terms, solutions)
        self.open_scenes = _open_scenes(terms, candidates)
        self.solutions = _relevant(terms, candidates, self.open_scenes)
        self.providers = sorted({one.provider_id for one in self.solutions})
        self.shortfalls = shortfalls
        self._place = {one.id: at for at, one in enumerate(self.solutions)}
        self._provider_at = {name: len(self.solutions) + at for at, name in enumerate(self.providers)}
        first_scene = len(self.solutions) + len(self.providers)
        self._scene_at = {scene: first_scene + at for at, scene in enumerate(self.open_scenes)}
        self._cost_at = first_scene + len(self.open_scenes)

    @cached_property
    def unit(self) -> int:
        """Yuan that the column of own cost counts in: one, unless there are prices beyond reason."""
        largest = max((eligibility.price(one) for one in self.solutions), default=0)
        unit = 1
        while largest > _LARGEST * unit:
            unit *= 10
        return unit

    def scale(self, aim: Aim) -> int:
        """What a step of an aim's column stands for."""
        return self.unit if aim is Aim.OWN_COST else 1

    def limit(self, aim: Aim, value: int) -> Row:
        """An aim not above a value, with room for the solver's rounding: what passes is counted again afterwards."""
        return Row(self.aim(aim), high=value * (1 + _ROOM) / self.scale(aim))

    @property
    def columns(self) -> int:
        """Number of columns."""
        return self._cost_at + 1

    @cached_property
    def integrality(self) -> npt.NDArray[np.int_]:
        """1 for columns that are whole; scenes are whole by themselves once the solutions are."""
        whole = np.zeros(self.columns, dtype=int)
        whole[: len(self.solutions) + len(self.providers)] = 1
        return whole

    @cached_property
    def upper(self) -> Floats:
        """Upper bounds of the columns; the lower ones are 0."""
        upper = np.ones(self.columns)
        upper[self._cost_at] = np.inf
        return upper

    def chosen(self, values: Floats) -> Chosen:
        """The solutions that a vector of columns chooses."""
        return tuple(int(at) for at in np.flatnonzero(values[: len(self.solutions)] > 0.5))

    def picked(self, chosen: Iterable[int]) -> list[Solution]:
        """Solutions by their places."""
        return [self.solutions[at] for at in chosen]

    def measure(self, chosen: Sequence[int]) -> dict[Aim, int]:
        """The aims of a set in whole numbers."""
        rows = self.picked(chosen)
        providers = {one.provider_id for one in rows}
        return {
            Aim.OWN_COST: check.money(self.terms, rows)[2],
            Aim.PROVIDERS: len(providers),
            Aim.SHORTFALL: sum(self.shortfalls[name] for name in providers),
            Aim.SOLUTIONS: len(rows),
        }

    def holds(self, chosen: Sequence[int]) -> bool:
        """Whether a set holds every condition, in whole numbers."""
        return check.holds(self.terms, self.picked(chosen))

    def thinned(self, chosen: Chosen) -> Chosen:
        """A set that holds, without what is superfluous in it: the dearest goes first."""
        for at in sorted(chosen, key=lambda at: (-eligibility.price(self.solutions[at]), -at)):
            rest = self._without(chosen, at)
            if at in chosen and self.holds(rest):
                chosen = rest
        return chosen

    def _without(self, chosen: Chosen, at: int) -> Chosen:
        """A set without a member and without those that need it, through all steps."""
        return tuple(one for one in chosen if at not in self.closure(one))

    def closure(self, at: int) -> set[int]:
        """A solution with everything that it needs, through all steps."""
        reached: set[int] = set()
        queue = [at]
        while queue:
            one = queue.pop()
            if one not in reached:
                reached.add(one)
                queue.extend(self._place[other] for other in self.needs(self.solutions[one]))
        return reached

    def needs(self, solution: Solution) -> tuple[str, ...]:
        """What a solution needs, while needs are asked."""
        return solution.needs if self.terms.needs else ()

    def clashes(self, at: int) -> set[int]:
        """What a solution names as conflicting, while conflicts are asked."""
        named = self.solutions[at].conflicts if self.terms.conflicts else ()
        return {self._place[other] for other in named if other in self._place} - {at}

    def aim(self, aim: Aim) -> dict[int, float]:
        """An aim as coefficients of the columns."""
        return {
            Aim.OWN_COST: {self._cost_at: 1.0},
            Aim.PROVIDERS: dict.fromkeys(self._provider_at.values(), 1.0),
            Aim.SHORTFALL: {at: float(self.shortfalls[name]) for name, at in self._provider_at.items()},
            Aim.SOLUTIONS: dict.fromkeys(range(len(self.solutions)), 1.0),
        }[aim]

    @cached_property
    def conditions(self) -> tuple[csr_array, Floats, Floats]:
        """All conditions as a matrix with its bounds."""
        return self.matrix([*self._cover(), *self._relations(), *self._money(), *self._providers()])

    def matrix(self, rows: Sequence[Row]) -> tuple[csr_array, Floats, Floats]:
        """Rows as a sparse matrix with their bounds."""
        entries = [(at, column, value) for at, row in enumerate(rows) for column, value in row.coefficients.items()]
        lines, columns, values = zip(*entries, strict=True) if entries else ((), (), ())
        shape = (len(rows), self.columns)
        matrix = csr_array((np.array(values, dtype=float), (lines, columns)), shape=shape)
        return matrix, np.array([row.low for row in rows]), np.array([row.high for row in rows])

    def _cover(self) -> Iterator[Row]:
        """Enough scenes at the target, enough mandatory ones among them, and every essential line."""
        terms, target = self.terms, self.terms.target_level
        scenes, mandatory = terms.missing_scenes()
        for scene, column in self._scene_at.items():
            yield Row({column: 1.0, **dict.fromkeys(self._lifting(scene, target), -1.0)}, high=0)
        if scenes:
            yield Row(dict.fromkeys(self._scene_at.values(), 1.0), low=scenes)
        if mandatory:
            columns = [at for scene, at in self._scene_at.items() if standard.SCENES[scene].is_mandatory]
            yield Row(dict.fromkeys(columns, 1.0), low=mandatory)
        for essential in terms.essentials:
            yield Row(dict.fromkeys(self._lifting(essential.scene, essential.level), 1.0), low=1)

    def _lifting(self, scene: str, level: int) -> list[int]:
        return [at for at, one in enumerate(self.solutions) if one.coverage.get(scene, 0) >= level]

    def _relations(self) -> Iterator[Row]:
        """A solution comes with what it needs and without what it conflicts with."""
        for at, one in enumerate(self.solutions):
            for other in self.needs(one):
                if self._place[other] != at:
                    yield Row({at: 1.0, self._place[other]: -1.0}, high=0)
            for place in self.clashes(at):
                yield Row({at: 1.0, place: 1.0}, high=1)

    def _money(self) -> Iterator[Row]:
        prices = [eligibility.price(one) for one in self.solutions]
        subsidy, cost = self.terms.subsidy, self._cost_at
        rate = Fraction(subsidy.rate) if subsidy else Fraction(0)
        paid = [rate * eligibility.eligible(one) for one in self.solutions]
        own = {at: -float((price - paid[at]) / self.unit) for at, price in enumerate(prices)}
        yield Row({cost: 1.0, **own}, low=0)
        if subsidy and subsidy.cap is not None:
            dues = {at: -value / self.unit for at, value in enumerate(prices)}
            yield Row({cost: 1.0, **dues}, low=-subsidy.cap / self.unit)
        if self.terms.budget is not None:
            yield self.limit(Aim.OWN_COST, self.terms.budget)

    def _providers(self) -> Iterator[Row]:
        for at, one in enumerate(self.solutions):
            yield Row({self._provider_at[one.provider_id]: 1.0, at: -1.0}, low=0)
        if self.terms.max_providers is not None:
            yield Row(dict.fromkeys(self._provider_at.values(), 1.0), high=self.terms.max_providers)


def _open_scenes(terms: Terms, candidates: Sequence[Solution]) -> list[str]:
    """Scenes below the target that a candidate lifts to it, while scenes are missing."""
    if terms.missing_scenes() == (0, 0):
        return []
    target = terms.target_level
    return [
        scene
        for scene, level in terms.present.items()
        if level < target and any(one.coverage.get(scene, 0) >= target for one in candidates)
    ]


def _relevant(terms: Terms, candidates: Sequence[Solution], open_scenes: Sequence[str]) -> list[Solution]:
    """Candidates that lift something asked, and what these need through all steps: nothing else is in a best bundle."""
    wanted = [(scene, terms.target_level) for scene in open_scenes]
    wanted += [(essential.scene, essential.level) for essential in terms.essentials]
    by_id = {one.id: one for one in candidates}
    reached: set[str] = set()
    queue = [one.id for one in candidates if any(one.coverage.get(scene, 0) >= level for scene, level in wanted)]
    while queue:
        name = queue.pop()
        if name not in reached:
            reached.add(name)
            queue.extend(by_id[name].needs if terms.needs else ())
    return [by_id[name] for name in sorted(reached)]
