"""Providers for a demand: each with the combination of its own solutions that serves the demand best."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from typing import Protocol

from matching.documents import Demand, Solution
from matching.results import ProviderResult
from matching.sheets import Excerpt

_PLACES = 6
_WORTH = 1.0  # points that a further solution must add to be worth naming


def rows_by_provider(solutions: Sequence[Solution]) -> dict[str, list[int]]:
    """Rows of the catalogue by provider."""
    rows: dict[str, list[int]] = defaultdict(list)
    for row, solution in enumerate(solutions):
        rows[solution.provider_id].append(row)
    return dict(rows)


class Lot(Protocol):
    """What equals are sorted by (`ties.place` of a seed and a demand)."""

    def __call__(self, *, item: str) -> bytes: ...


def rank(
    demand: Demand, excerpt: Excerpt, solutions: Sequence[Solution], *, among: Collection[str], lot: Lot
) -> tuple[ProviderResult, ...]:
    """The providers `among`, best first, ties by `lot` and id; `excerpt` holds all their solutions by row."""
    table = _Table(excerpt, solutions, lot)
    candidates = rows_by_provider(table.solutions)
    found = [_result(provider, table.combination(candidates[provider]), table, demand) for provider in among]
    return tuple(sorted(found, key=lambda result: (-result.score, lot(item=result.provider), result.provider)))


class _Table:
    """Candidates as plain lists: a handful of numbers each, for which arrays would be slower."""

    def __init__(self, excerpt: Excerpt, solutions: Sequence[Solution], lot: Lot) -> None:
        self.solutions = [solutions[row] for row in excerpt.rows]
        self.lots = [lot(item=solution.id) for solution in self.solutions]
        self.scores = excerpt.scores
        self.by_line: list[list[float]] = excerpt.by_line.tolist()
        self.covers = [{at for at, met in enumerate(row) if met} for row in excerpt.covers.tolist()]

    def combination(self, candidates: Sequence[int]) -> list[int]:
        """The best candidate and, while it brings a further line to its target, the one that adds most points.

        A combination holds no conflicting solutions.
        """
        chosen = [min(candidates, key=lambda at: (-self.scores[at], self.lots[at], at))]
        while gains := self._gains(candidates, chosen):
            chosen.append(min(gains, key=lambda at: (-gains[at], self.lots[at], at)))
        return chosen

    def _gains(self, candidates: Sequence[int], chosen: Sequence[int]) -> dict[int, float]:
        best, covered = self.best(chosen), self.covered(chosen)
        gains = {
            at: sum(max(new - old, 0) for new, old in zip(self.by_line[at], best, strict=True))
            for at in candidates
            if self.covers[at] - covered and not self._conflicts(at, chosen)
        }
        return {at: gain for at, gain in gains.items() if gain >= _WORTH}

    def _conflicts(self, at: int, chosen: Sequence[int]) -> bool:
        one, others = self.solutions[at], [self.solutions[other] for other in chosen]
        return any(other.id in one.conflicts or one.id in other.conflicts for other in others)

    def best(self, chosen: Sequence[int]) -> list[float]:
        """Points by line, the best of the chosen."""
        return [max(points) for points in zip(*(self.by_line[at] for at in chosen), strict=True)]

    def covered(self, chosen: Sequence[int]) -> set[int]:
        """Lines that one of the chosen brings to their target."""
        return set[int]().union(*(self.covers[at] for at in chosen))


def _result(provider: str, chosen: Sequence[int], table: _Table, demand: Demand) -> ProviderResult:
    """Score: that of the best solution, plus what the others add line by line."""
    added = sum(table.best(chosen)) - sum(table.by_line[chosen[0]])
    covered = table.covered(chosen)
    return ProviderResult(
        provider=provider,
        score=round(table.scores[chosen[0]] + added, _PLACES),
        covers=tuple(line.id for at, line in enumerate(demand.lines) if at in covered),
        solutions=tuple(table.solutions[at].id for at in chosen),
    )
