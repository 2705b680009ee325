"""All list and contract prices of the shelf, read in four statements and kept until the catalogue changes."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from marketplace.domain.contract_prices import Deal, Deals
from marketplace.domain.prices import Market, Offer, Plan
from marketplace.extensions import db
from marketplace.models.prices import ContractPrice
from marketplace.models.providers import Provider
from marketplace.models.solutions import Coverage, PricePlan, Solution
from marketplace.services import kept_views, search_fallback

WHOLE = 0  # the one key under which the market is kept


@dataclass(frozen=True, slots=True)
class Prices:
    market: Market
    deals: Deals
    plans: Mapping[int, tuple[Offer, Plan]]


def current() -> Prices:
    return kept_views.get("prices", [WHOLE], _make)[WHOLE]


def _make(keys: Sequence[int]) -> dict[int, Prices]:
    offers = _offers()
    return {
        WHOLE: Prices(
            Market(offers),
            Deals(_deals({offer.listing: offer for offer in offers})),
            {plan.key: (offer, plan) for offer in offers for plan in offer.plans if plan.key is not None},
        )
    }


def _offers() -> list[Offer]:
    listings = (
        select(Solution.id, Solution.name, Solution.family, Provider.id.label("provider"), Provider.short_name)
        .join(Provider, Provider.id == Solution.provider_id)
        .where(search_fallback.ON_SHELF)
        .order_by(Solution.id)
    )
    scenes, plans = _scenes(), _plans()
    return [
        Offer(
            row.id,
            row.name,
            row.provider,
            row.short_name,
            row.family,
            tuple(scenes.get(row.id, ())),
            tuple(plans.get(row.id, ())),
        )
        for row in db.session.execute(listings)
    ]


def _scenes() -> dict[int, list[tuple[str, int]]]:
    found = defaultdict(list)
    query = select(Coverage.solution_id, Coverage.scene, Coverage.level).order_by(Coverage.id)
    for key, scene, level in db.session.execute(query):
        found[key].append((scene, level))
    return found


def _plans() -> dict[int, list[Plan]]:
    found = defaultdict(list)
    columns = (PricePlan.id, PricePlan.name, PricePlan.model, PricePlan.amount, PricePlan.maintenance_rate)
    for key, *rest in db.session.execute(select(PricePlan.solution_id, *columns).order_by(PricePlan.id)):
        found[key].append(_plan(rest))
    return found


def _plan(row: Sequence[Any]) -> Plan:
    key, name, model, amount, rate = row
    return Plan(key, name, str(model), Decimal(amount), rate)


def _deals(offers: Mapping[int | None, Offer]) -> list[Deal]:
    """Contracts of what is on the shelf now: what left it is no comparable any more."""
    found = []
    for row in db.session.scalars(select(ContractPrice).order_by(ContractPrice.id)):
        known = offers.get(row.solution_id)
        if known is not None:
            contracted = Offer(
                known.listing,
                known.name,
                known.provider,
                known.provider_name,
                known.family,
                ((row.scene, row.level),),
                (),
                len(known.scenes),
            )
            found.append(Deal(contracted, Plan(None, "", str(row.model), Decimal(row.amount), None)))
    return found
