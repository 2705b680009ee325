"""成交价 beside list prices: contracts of what the comparables are, with their own median and number."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
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


@dataclass(frozen=True, slots=True)
class OwnFigures:
    """Of one listing and price model: `median` of one unit's price, None below the policy's number.

    `percent` of the list price, None as well where several list prices of the model stand side by side, for a contract
    does not say which of them it was.
    """

    contracts: int
    median: Decimal | None
    percent: int | None


class Deals:
    """Contracts, filed by what each step compares by."""

    def __init__(self, deals: Iterable[Deal]) -> None:
        self._filed: dict[tuple[str, tuple[Any, ...]], list[Deal]] = defaultdict(list)
        self._own: dict[tuple[int | None, str], list[Decimal]] = defaultdict(list)
        for deal in deals:
            self._own[deal.offer.listing, deal.plan.model].append(deal.plan.amount)
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

    def own(self, judgement: Judgement) -> OwnFigures:
        """What the judged listing itself was sold for, beside what it asks."""
        offer, plan = judgement.offer, judgement.plan
        paid = self._own.get((offer.listing, plan.model), []) if offer.listing is not None else []
        if len(paid) < POLICY["few_contracts"]:
            return OwnFigures(len(paid), None, None)
        median = price_figures.median(paid)
        is_alone = sum(one.model == plan.model for one in offer.plans) <= 1
        percent = (median / plan.amount * 100).quantize(Decimal(1), ROUND_HALF_UP) if plan.amount and is_alone else None
        return OwnFigures(len(paid), median, None if percent is None else int(percent))


def _keys(step: Step, offer: Offer, plan: Plan) -> Sequence[tuple[Any, ...]]:
    return tuple(prices.keys(step, offer, scenes=offer.scenes[:1], model=plan.model))


def _cost(plan: Plan) -> Decimal:
    """Without maintenance, which contracts state in words if at all."""
    return prices.cost(plan, with_maintenance=False) or Decimal(0)
