"""Providers for a demand: each with the combination of its own solutions that serves the demand best."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import numpy.typing as npt

from matching.documents import Solution
from matching.results import ProviderResult
from matching.sheets import Sheet

_PLACES = 6
_WORTH = 1.0  # points that a further solution must add to be worth naming


def rows_by_provider(solutions: Sequence[Solution]) -> dict[str, list[int]]:
    """Rows of the catalogue by provider."""
    rows: dict[str, list[int]] = defaultdict(list)
    for row, solution in enumerate(solutions):
        rows[solution.provider_id].append(row)
    return dict(rows)


def rank(
    sheet: Sheet, solutions: Sequence[Solution], rows: Mapping[str, Sequence[int]], among: Iterable[str]
) -> tuple[ProviderResult, ...]:
    """The providers `among`, best first, ties by id."""
    found = [_result(provider, _combination(sheet, solutions, rows[provider]), sheet, solutions) for provider in among]
    return tuple(sorted(found, key=lambda result: (-result.score, result.provider)))


def _combination(sheet: Sheet, solutions: Sequence[Solution], rows: Sequence[int]) -> list[int]:
    """The provider's best solution and, while it helps, the one that adds most to what the lines earn.

    A combination holds no conflicting solutions. One further solution counts when it brings a new line to its target.
    """
    chosen = [max(rows, key=lambda row: (sheet.score(row), -row))]
    while True:
        best, covered = _best(sheet, chosen), _covered(sheet, chosen)
        gains = {
            row: float(np.maximum(sheet.by_line(row) - best, 0).sum())
            for row in rows
            if row not in chosen
            and sheet.covers(row) - covered
            and not _conflict(solutions[row], [solutions[other] for other in chosen])
        }
        row = max(gains, key=lambda row: (gains[row], -row), default=None)
        if row is None or gains[row] < _WORTH:
            return chosen
        chosen.append(row)


def _result(provider: str, chosen: Sequence[int], sheet: Sheet, solutions: Sequence[Solution]) -> ProviderResult:
    """Score: that of the best solution, plus what the others add line by line."""
    added = (_best(sheet, chosen) - sheet.by_line(chosen[0])).sum()
    covered = _covered(sheet, chosen)
    return ProviderResult(
        provider=provider,
        score=round(sheet.score(chosen[0]) + float(added), _PLACES),
        covers=tuple(line.id for at, line in enumerate(sheet.demand.lines) if at in covered),
        solutions=tuple(solutions[row].id for row in chosen),
    )


def _best(sheet: Sheet, chosen: Sequence[int]) -> npt.NDArray[np.float64]:
    best: npt.NDArray[np.float64] = np.max([sheet.by_line(row) for row in chosen], axis=0)
    return best


def _covered(sheet: Sheet, chosen: Sequence[int]) -> frozenset[int]:
    return frozenset[int]().union(*(sheet.covers(row) for row in chosen))


def _conflict(solution: Solution, others: Sequence[Solution]) -> bool:
    return any(other.id in solution.conflicts or solution.id in other.conflicts for other in others)
