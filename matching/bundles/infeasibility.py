"""When there is no bundle: which conditions exclude one another, and the smallest change that makes one possible."""

import dataclasses
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Final

from matching import standard
from matching.bundles import check, eligibility, solver, words
from matching.bundles.milp import Clock
from matching.bundles.problem import Aim, Problem
from matching.bundles.requirements import LINE_PREFIX, Terms
from matching.bundles.results import Change, Remedy
from matching.documents import Solution

_MOST_CHANGES: Final = 2
_LONGEST_DAYS: Final = 10**9
_CHANGEABLE: Final = ("budget", "deadline", "providers", "deployment", "points")


class OutOfTime(Exception):
    """The time was over before an answer was proven."""


class Inquiry:
    """Questions about terms that cannot be met; every answer is exact or OutOfTime is raised."""

    def __init__(self, solutions: Sequence[Solution], shortfalls: Mapping[str, int], clock: Clock) -> None:
        self.solutions, self.shortfalls, self.clock = solutions, shortfalls, clock

    def is_possible(self, terms: Terms) -> bool:
        """Whether any bundle holds these terms."""
        if terms.missing_points:
            return False
        answer = solver.is_possible(Problem(terms, self.solutions, self.shortfalls), self.clock)
        if answer is None:
            raise OutOfTime
        return answer

    def least(self, terms: Terms, aim: Aim) -> int:
        """The least value of an aim over the bundles of terms that can be met."""
        problem = Problem(terms, self.solutions, self.shortfalls)
        answer = solver.best(problem, self.clock, order=(aim,))
        if answer.chosen is None or not answer.is_proven:
            raise OutOfTime
        return problem.measure(answer.chosen)[aim]

    def conflict(self, terms: Terms) -> tuple[str, ...]:
        """Conditions that cannot hold together while any of them left out would leave the rest possible.

        By deletion: a condition without which the others still cannot hold is left out for good.
        """
        asked = terms.asked()
        kept = list(asked)
        for name in asked:
            rest = [other for other in kept if other != name]
            if not self.is_possible(_only(terms, rest)):
                kept = rest
        return tuple(kept)

    def remedies(self, terms: Terms) -> tuple[Remedy, ...]:
        """The fewest changes that make a bundle possible: all single ones, else all pairs; none beyond that."""
        for size in range(1, _MOST_CHANGES + 1):
            found = {frozenset(names) for names in self._releases(terms, (), size)}
            if found:
                return tuple(
                    self._remedy(terms, names) for names in sorted((_sorted(one) for one in found), key=_ranks)
                )
        return ()

    def _releases(self, terms: Terms, names: tuple[str, ...], left: int) -> Iterator[tuple[str, ...]]:
        """Sets of conditions that make a bundle possible when released.

        A release must touch every conflict of what is left, so only those that touch one of them are tried.
        """
        rest = _released(terms, names)
        if self.is_possible(rest):
            yield names
        elif left:
            for name in self.conflict(rest):
                if name not in names and (name in _CHANGEABLE or name.startswith(LINE_PREFIX)):
                    yield from self._releases(terms, (*names, name), left - 1)

    def _remedy(self, terms: Terms, names: Sequence[str]) -> Remedy:
        """The least of each change: providers first, then days, then money with these settled."""
        rest, amounts = _released(terms, names), dict[str, Decimal]()
        if "points" in names:
            amounts["points"] = terms.missing_points
        if "providers" in names and terms.max_providers is not None:
            most = self.least(rest, Aim.PROVIDERS)
            amounts["providers"] = Decimal(most - terms.max_providers)
            rest = dataclasses.replace(rest, max_providers=most)
        if "deadline" in names and terms.deadline_days is not None:
            days = self._least_days(rest, terms.deadline_days)
            amounts["deadline"] = Decimal(days - terms.deadline_days)
            rest = dataclasses.replace(rest, deadline_days=days)
        if "budget" in names and terms.budget is not None:
            amounts["budget"] = Decimal(self.least(rest, Aim.OWN_COST) - terms.budget)
        changes = [
            Change(name, amounts.get(name), words.change(terms, name, amounts.get(name, Decimal(0)))) for name in names
        ]
        return Remedy(tuple(changes), words.remedy([change.text for change in changes]))

    def _least_days(self, terms: Terms, above: int) -> int:
        """The shortest deadline that makes terms possible which are possible with the longest."""
        days = sorted({one.days_to_deploy or 0 for one in self.solutions if (one.days_to_deploy or 0) > above})
        low, high = 0, len(days) - 1
        while low < high:
            middle = (low + high) // 2
            if self.is_possible(dataclasses.replace(terms, deadline_days=days[middle])):
                high = middle
            else:
                low = middle + 1
        return days[low]


def uncovered(terms: Terms, solutions: Sequence[Solution]) -> tuple[str, ...]:
    """Scenes that no usable solution lifts: of essential lines and, if too few can be counted, all below target."""
    rows = eligibility.usable(terms, solutions)
    best = check.levels_after(terms, rows)
    found = {one.scene for one in terms.essentials if best[one.scene] < one.level}
    scenes, mandatory = standard.count_scenes(best, terms.target_level)
    below = {scene for scene, level in best.items() if level < terms.target_level}
    if scenes < terms.scenes:
        found |= below
    elif mandatory < terms.mandatory_scenes:
        found |= {scene for scene in below if standard.SCENES[scene].is_mandatory}
    return tuple(scene for scene in standard.SCENES if scene in found)


def reasons(terms: Terms, solutions: Sequence[Solution], conflict: Sequence[str]) -> tuple[str, ...]:
    """Why there is no bundle: what fails by itself, then what fails together."""
    best = check.levels_after(terms, eligibility.usable(terms, solutions))
    scenes, mandatory = standard.count_scenes(best, terms.target_level)
    found = [words.missing_points(terms)] if terms.missing_points else []
    found += [words.nobody_covers(one) for one in terms.essentials if best[one.scene] < one.level]
    if scenes < terms.scenes:
        found.append(words.too_few_scenes(terms, scenes))
    if mandatory < terms.mandatory_scenes:
        found.append(words.too_few_mandatory(terms, mandatory))
    if len(conflict) > 1:
        found.append(words.together([words.condition(terms, name) for name in conflict]))
    return tuple(found)


def _only(terms: Terms, names: Sequence[str]) -> Terms:
    return terms.without(*(name for name in terms.asked() if name not in names))


def _released(terms: Terms, names: Sequence[str]) -> Terms:
    """Terms without the named conditions; a released deadline still asks for known days."""
    rest = terms.without(*(name for name in names if name != "deadline"))
    return dataclasses.replace(rest, deadline_days=_LONGEST_DAYS) if "deadline" in names else rest


def _rank(name: str) -> tuple[int, str]:
    return (_CHANGEABLE.index(name) if name in _CHANGEABLE else len(_CHANGEABLE)), name


def _ranks(names: Sequence[str]) -> list[tuple[int, str]]:
    return [_rank(name) for name in names]


def _sorted(names: Iterable[str]) -> list[str]:
    return sorted(names, key=_rank)
