"""What the fund might bear of a price: an estimate, for the city settles ratio and cap batch by batch (第十二条)."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_DOWN, Decimal
from types import MappingProxyType
from typing import Any

from marketplace.models.solutions import PricePlan
from marketplace.policy import reader
from matching import standard

POLICY: dict[str, Any] = reader.load("subsidy")
ELIGIBLE = frozenset(POLICY["eligible"])
RATE = Decimal(POLICY["estimate"]["rate"])
CAP: int = POLICY["estimate"]["cap"]
CLAUSE: str = POLICY["clause"]
NOTE = f"仅供估算，不作为申报依据。{POLICY['estimate']['note']}。依据：{CLAUSE}。"


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


@dataclass(frozen=True, slots=True)
class Rule:
    """Ratio and cap for a project that is accepted at `level`; rate 0 where the fund bears nothing."""

    level: int
    rate: Decimal
    cap: int

    def amount(self, eligible: int) -> int:
        """Of all eligible yuan of a project together: fractions are dropped once, and the cap is one for the whole."""
        part = (eligible * self.rate).to_integral_value(ROUND_DOWN)
        return min(int(part), self.cap)

    @property
    def note(self) -> str:
        """The rule in a sentence, that it is an estimate, and the clause it hangs on."""
        name = standard.LEVEL_NAMES[self.level]
        if not self.rate:
            return f"{name}没有奖补，达到二级并通过验收才有。依据：{CLAUSE}。"
        terms = f"暂按合格支出的{self.rate:.0%}、{name}最高{self.cap // 10_000}万元估算"
        return (
            f"仅供估算，不作为申报依据。本市比例和上限尚未公布，{terms}，达到{name}并通过验收后才有。依据：{CLAUSE}。"
        )


RULES: Mapping[int, Rule] = MappingProxyType(
    {row["level"]: Rule(row["level"], Decimal(row["rate"]), row["cap"]) for row in POLICY["estimate"]["levels"]}
)


def rule(level: int) -> Rule:
    """What holds for a project that aims at the level; a level that is not named gets nothing."""
    return RULES.get(level, Rule(level, Decimal(0), 0))


def estimate(amount: int, *, category: str) -> Estimate:
    """A kind of expense that the fund rules (第九条(一)) do not name gets nothing; fractions of a yuan are dropped."""
    if category not in ELIGIBLE:
        return Estimate(amount, 0)
    part = (amount * RATE).to_integral_value(ROUND_DOWN)
    return Estimate(amount, min(int(part), CAP))


def of_plan(plan: PricePlan) -> Estimate:
    return estimate(plan.amount, category=plan.subsidy_category)
