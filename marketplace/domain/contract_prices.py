"""成交价 beside list prices: contracts of what the comparables are, with their own median and number."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from marketplace.domain import price_figures, prices
from marketplace.domain.prices import POLICY, Judgement, Offer, Plan, Step


@dataclass(frozen=True, slots=True)
class Deal:
    """A contract line: the offer carries the scene and level that were contracted."""

    offer: Offer
    plan: Plan


@dataclass(frozen=True, slots=True)
class DealFigures:
    """`median` is None where so few products are behind it that it would point to one of them."""

    contracts: int
    products: int
    median: Decimal | None


class Deals:
    """Contracts, filed by what each step compares by."""

    def __init__(self, deals: Iterable[Deal]) -> None:
        self._filed: dict[tuple[str, tuple[Any, ...]], list[Deal]] = defaultdict(list)
        for deal in deals:
            for step in prices.STEPS:
                for key in _keys(step, deal.offer, deal.plan):
                    self._filed[step.id, key].append(deal)

    def beside(self, judgement: Judgement) -> DealFigures:
        """Of the same step as the verdict, without the provider's own; each product counts once, by its middle one."""
        found: dict[int | None, list[Decimal]] = defaultdict(list)
        for key in _keys(judgement.step, judgement.offer, judgement.plan):
            for deal in self._filed.get((judgement.step.id, key), ()):
                if not prices.is_own(judgement.offer, deal.offer):
                    found[deal.offer.listing].append(_cost(deal.plan))
        middles = [sorted(costs)[(len(costs) - 1) // 2] for costs in found.values()]
        return DealFigures(
            contracts=sum(len(costs) for costs in found.values()),
            products=len(found),
            median=price_figures.median(middles) if len(middles) >= POLICY["few_contracts"] else None,
        )


def _keys(step: Step, offer: Offer, plan: Plan) -> Sequence[tuple[Any, ...]]:
    return tuple(prices.keys(step, offer, scenes=offer.scenes[:1], model=plan.model))


def _cost(plan: Plan) -> Decimal:
    """Without maintenance, which contracts state in words if at all."""
    return prices.cost(plan, with_maintenance=False) or Decimal(0)
