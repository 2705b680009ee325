"""Which list prices changed since a moment, read from the approved versions of the listings."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from marketplace.domain import price_offers
from marketplace.extensions import db
from marketplace.models.listings import ListingVersion
from marketplace.models.solutions import Solution


@dataclass(frozen=True, slots=True)
class PriceChange:
    """A plan of the same name and model, before and after; `percent` is None from a price of nothing."""

    solution_id: int
    name: str
    plan: str
    model: str
    before: Decimal
    after: Decimal
    approved_at: datetime

    @property
    def percent(self) -> int | None:
        return round((self.after - self.before) / self.before * 100) if self.before else None


def since(moment: datetime) -> tuple[PriceChange, ...]:
    """The last version approved since then against the last one before it; greatest change first."""
    changed = select(ListingVersion.solution_id).where(ListingVersion.approved_at >= moment)
    query = (
        select(ListingVersion.solution_id, Solution.name, ListingVersion.content, ListingVersion.approved_at)
        .join(Solution, Solution.id == ListingVersion.solution_id)
        .where(ListingVersion.approved_at.is_not(None), ListingVersion.solution_id.in_(changed))
        .order_by(ListingVersion.approved_at, ListingVersion.number)
    )
    before: dict[int, Mapping[str, Any]] = {}
    after: dict[int, tuple[str, Mapping[str, Any], datetime]] = {}
    for key, name, content, approved_at in db.session.execute(query):
        if approved_at < moment:
            before[key] = content
        else:
            after[key] = (name, content, approved_at)
    found = [
        change
        for key, (name, content, approved_at) in after.items()
        if key in before
        for change in _between(key, name, before[key], content, approved_at)
    ]
    return tuple(sorted(found, key=lambda one: (-abs(one.percent or 0), one.solution_id, one.plan)))


def _between(
    key: int, name: str, before: Mapping[str, Any], after: Mapping[str, Any], approved_at: datetime
) -> list[PriceChange]:
    earlier, later = _amounts(before), _amounts(after)
    return [
        PriceChange(key, name, plan, model, earlier[plan, model], amount, approved_at)
        for (plan, model), amount in later.items()
        if (plan, model) in earlier and earlier[plan, model] != amount
    ]


def _amounts(content: Mapping[str, Any]) -> dict[tuple[str, str], Decimal]:
    offer = price_offers.of_content(content, listing=None, provider=None)
    return {(plan.name, plan.model): plan.amount for plan in offer.plans}
