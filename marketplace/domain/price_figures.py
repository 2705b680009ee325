"""Where a price stands among others: median, MAD, quartiles by rank, and the band that follows.

All are order statistics, and an edge is told only where two prices lie beyond it: a single absurd price moves each of
them by one rank at most. Mean and standard deviation would be at its mercy.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from math import ceil
from typing import Any

from marketplace.policy import reader

POLICY: Mapping[str, Any] = reader.load("prices")
HUNDRED = Decimal(100)
HALF = 50


class Band(StrEnum):
    LOW = "low"
    USUAL = "usual"
    HIGH = "high"
    VERY_HIGH = "very_high"


@dataclass(frozen=True, slots=True)
class Figures:
    """p90 is None where too few prices lie beyond it; ratio is None beside a median of nothing."""

    n: int
    below: int
    median: Decimal
    mad: Decimal
    p25: Decimal
    p75: Decimal
    p90: Decimal | None
    ratio: Decimal | None

    @property
    def percent_below(self) -> int:
        return int((HUNDRED * self.below / self.n).quantize(Decimal(1), ROUND_HALF_UP))


def median(values: Sequence[Decimal]) -> Decimal:
    ordered, half = sorted(values), len(values) // 2
    return ordered[half] if len(ordered) % 2 else (ordered[half - 1] + ordered[half]) / 2


def mad(values: Sequence[Decimal]) -> Decimal:
    """Median of the distances from the median."""
    centre = median(values)
    return median([abs(value - centre) for value in values])


def beyond(n: int, percent: int) -> int:
    """How many prices a quantile leaves at or beyond itself, counted from the nearer end."""
    return ceil(n * Decimal(min(percent, 100 - percent)) / HUNDRED)


def quantile(values: Sequence[Decimal], percent: int) -> Decimal:
    """By rank from the nearer end, so that turning the order round turns the quantiles round."""
    ordered, place = sorted(values), beyond(len(values), percent)
    return ordered[place - 1] if percent < HALF else ordered[-place]


def figures(yuan: Decimal, values: Sequence[Decimal]) -> Figures:
    centre = median(values)
    return Figures(
        n=len(values),
        below=sum(value < yuan for value in values),
        median=centre,
        mad=mad(values),
        p25=quantile(values, 25),
        p75=quantile(values, 75),
        p90=quantile(values, 90) if beyond(len(values), 90) >= POLICY["beyond_an_edge"] else None,
        ratio=yuan / centre if centre else None,
    )


def band(yuan: Decimal, told: Figures) -> Band:
    """The farthest edge of the policy that the price lies beyond."""
    edges = {25: told.p25, 75: told.p75, 90: told.p90}
    for row in POLICY["bands"]:
        if "below" in row and yuan < (edges[row["below"]] or 0):
            return Band(row["id"])
    reached = [row["id"] for row in POLICY["bands"] if "above" in row and _exceeds(yuan, edges[row["above"]])]
    return Band(reached[-1]) if reached else Band.USUAL


def _exceeds(yuan: Decimal, edge: Decimal | None) -> bool:
    return edge is not None and yuan > edge
