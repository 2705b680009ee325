"""What the fund might bear of a price: an estimate, for the city settles ratio and cap batch by batch (第十二条)."""

from dataclasses import dataclass
from decimal import ROUND_DOWN, Decimal
from typing import Any

from marketplace.models.solutions import PricePlan
from marketplace.policy import reader

POLICY: dict[str, Any] = reader.load("subsidy")
ELIGIBLE = frozenset(POLICY["eligible"])
RATE = Decimal(POLICY["estimate"]["rate"])
CAP: int = POLICY["estimate"]["cap"]
NOTE = f"仅供估算，不作为申报依据。{POLICY['estimate']['note']}。依据：{POLICY['clause']}。"


@dataclass(frozen=True, slots=True)
class Estimate:
    """Whole yuan: the price, what the fund might bear, what the enterprise bears itself."""

    amount: int
    subsidy: int

    @property
    def own(self) -> int:
        return self.amount - self.subsidy

    @property
    def share(self) -> float:
        return self.subsidy / self.amount if self.amount else 0.0


def estimate(amount: int, *, category: str) -> Estimate:
    """A kind of expense that the fund rules (第九条(一)) do not name gets nothing; fractions of a yuan are dropped."""
    if category not in ELIGIBLE:
        return Estimate(amount, 0)
    part = (amount * RATE).to_integral_value(ROUND_DOWN)
    return Estimate(amount, min(int(part), CAP))


def of_plan(plan: PricePlan) -> Estimate:
    return estimate(plan.amount, category=plan.subsidy_category)
