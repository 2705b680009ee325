"""Public money for solutions, as rankings and bundles count it."""

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction


@dataclass(frozen=True, slots=True)
class SubsidyRule:
    """Public money for a bundle: `rate` (0 to 1) of the eligible amount, at most `cap` yuan; no cap when None.

    Raises ValueError for other numbers. Source: the cities' rules, a rate and a cap by level (财建〔2023〕117号 leaves
    both to the city).
    """

    rate: Decimal
    cap: int | None = None

    def __post_init__(self) -> None:
        if not self.rate.is_finite() or not 0 <= self.rate <= 1:
            raise ValueError(f"rate must be from 0 to 1, not {self.rate}")
        if self.cap is not None and self.cap < 0:
            raise ValueError(f"cap must not be negative, not {self.cap}")

    def amount(self, eligible: Fraction) -> int:
        """Whole yuan for an eligible amount, rounded down once on the total."""
        found = int(Fraction(self.rate) * eligible)
        return found if self.cap is None else min(found, self.cap)
