"""How far two reviewers agree beyond chance: Cohen's kappa, by the quarter."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from marketplace.policy import reader

POLICY = reader.load("approvals")["agreement"]
MINIMUM: int = POLICY["minimum"]
Pair = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Agreement:
    """`kappa` is None below the minimum sample, and where both always say the same one thing (it is not defined)."""

    pairs: int
    agreed: int
    kappa: float | None
    words: str


def kappa(pairs: Sequence[Pair]) -> float | None:
    """Cohen 1960: (observed - expected) / (1 - expected); None where chance alone explains everything."""
    count = len(pairs)
    if not count:
        return None
    first, second = Counter(one for one, _ in pairs), Counter(other for _, other in pairs)
    observed = sum(one == other for one, other in pairs) / count
    expected = sum(first[label] * second[label] for label in first) / count**2
    return None if expected == 1 else (observed - expected) / (1 - expected)


def of(pairs: Sequence[Pair]) -> Agreement:
    agreed = sum(one == other for one, other in pairs)
    if len(pairs) < MINIMUM:
        return Agreement(len(pairs), agreed, None, "样本不足")
    value = kappa(pairs)
    if value is None:
        return Agreement(len(pairs), agreed, None, "结论全部相同，无法计算")
    return Agreement(len(pairs), agreed, value, band(value))


def band(value: float) -> str:
    return str(next(row["label"] for row in POLICY["bands"] if "below" not in row or value < row["below"]))


def quarter(day: date) -> tuple[int, int]:
    return day.year, (day.month + 2) // 3
