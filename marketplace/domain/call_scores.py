"""Scores of a call: who sees whose, how far they lie apart, what they come to, and the order they make."""

import statistics
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from marketplace.domain.errors import Invalid

CENT = Decimal("0.01")
LOWEST, HIGHEST = 0, 100


@dataclass(frozen=True, slots=True)
class Seat:
    """An expert at a call: his scores are in, he has stood aside, or he is still at work."""

    id: int
    is_submitted: bool = False
    is_recused: bool = False


@dataclass(frozen=True, slots=True)
class Cell:
    """What the experts give one response in one criterion, and what they agreed on where they had to."""

    scores: tuple[int, ...]
    agreed: Decimal | None = None
    reason: str = ""

    @property
    def mean(self) -> Decimal:
        return _cents(Decimal(sum(self.scores)) / len(self.scores))

    @property
    def spread(self) -> int:
        return max(self.scores) - min(self.scores)

    @property
    def deviation(self) -> Decimal:
        """Of the population, for these are all the experts that there are."""
        return _cents(Decimal(str(statistics.pstdev(self.scores))))

    @property
    def final(self) -> Decimal:
        return self.mean if self.agreed is None else self.agreed

    def must_be_discussed(self, limit: int) -> bool:
        return self.spread > limit

    def is_open(self, limit: int) -> bool:
        return self.must_be_discussed(limit) and self.agreed is None


@dataclass(frozen=True, slots=True)
class Entry:
    """A response with a cell for each criterion, by its id."""

    id: int
    cells: Mapping[int, Cell]
    answered_at: datetime


@dataclass(frozen=True, slots=True)
class Place:
    rank: int
    id: int
    total: Decimal
    is_winner: bool


def _cents(value: Decimal) -> Decimal:
    return value.quantize(CENT, ROUND_HALF_UP)


def is_complete(seats: Iterable[Seat], *, least: int) -> bool:
    """Everybody who has not stood aside is done, and there are enough of them."""
    working = [seat for seat in seats if not seat.is_recused]
    return len(working) >= least and all(seat.is_submitted for seat in working)


def visible(seats: Sequence[Seat], *, own: int | None, is_gathered: bool) -> frozenset[int]:
    """Whose scores may be seen: one's own; everybody's as soon as all are in. Nobody else sees any before that."""
    if is_gathered:
        return frozenset(seat.id for seat in seats if seat.is_submitted and not seat.is_recused)
    return frozenset(seat.id for seat in seats if seat.id == own and not seat.is_recused)


def check_scores(
    typed: Mapping[int, tuple[str, str]], criteria: Sequence[tuple[int, str]], rules: Mapping[str, Any]
) -> dict[int, tuple[int, str]]:
    """Score and comment by criterion, as whole numbers; an extreme one says why. Empty boxes are left for later."""
    found: dict[str, list[str]] = {}
    kept: dict[int, tuple[int, str]] = {}
    for key, name in criteria:
        text, comment = typed.get(key, ("", ""))
        text, comment = text.strip(), comment.strip()
        if not text and not comment:
            continue
        problem = _score_problem(text, comment, rules)
        if problem:
            found[f"score-{key}"] = [f"“{name}”{problem}"]
        else:
            kept[key] = (int(text), comment)
    if found:
        raise Invalid(found)
    return kept


def _score_problem(text: str, comment: str, rules: Mapping[str, Any]) -> str:
    if not (text.isascii() and text.isdecimal() and LOWEST <= int(text[:4]) <= HIGHEST):
        return f"请打{LOWEST}到{HIGHEST}的整数分"
    if not comment and not rules["extreme_low"] < int(text) < rules["extreme_high"]:
        return f"打{rules['extreme_low']}分及以下、{rules['extreme_high']}分及以上，请写明理由"
    return ""


def total(entry: Entry, weights: Mapping[int, int]) -> Decimal:
    """The weighted sum of agreed scores, to the cent: what is shown is what decides."""
    return _cents(sum((entry.cells[key].final * weight for key, weight in weights.items()), Decimal()) / HIGHEST)


def rank(
    entries: Sequence[Entry], weights: Mapping[int, int], *, places: int, rules: Mapping[str, Any]
) -> tuple[Place, ...]:
    """Highest total first; equal totals by the tie rules, in their order; awards need the least total."""
    ordered = sorted(entries, key=lambda entry: (-total(entry, weights), *_ties(entry, weights, rules), entry.id))
    found = []
    for number, entry in enumerate(ordered, start=1):
        points = total(entry, weights)
        is_winner = number <= places and points >= Decimal(str(rules["total_min"]))
        found.append(Place(number, entry.id, points, is_winner))
    return tuple(found)


def _ties(entry: Entry, weights: Mapping[int, int], rules: Mapping[str, Any]) -> list[Any]:
    heaviest = sorted(weights, key=lambda key: (-weights[key], key))
    known: dict[str, Any] = {
        "weightiest": tuple(-entry.cells[key].final for key in heaviest),
        "spread": sum(entry.cells[key].spread for key in weights),
        "earlier": entry.answered_at,
    }
    return [known[name] for name in rules["ties"]]


def check_agreed(text: str, cell: Cell, *, is_reopened: bool) -> Decimal:
    """Between the lowest and the highest score; after an upheld objection anywhere."""
    try:
        value = _cents(Decimal(text.strip()))
    except ArithmeticError:
        value = Decimal(-1)
    low, high = (LOWEST, HIGHEST) if is_reopened else (min(cell.scores), max(cell.scores))
    if not (value.is_finite() and low <= value <= high):
        raise Invalid({"score": [f"合议分请填{low}到{high}之间的数"]})
    return value
