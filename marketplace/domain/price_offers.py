"""What prices need of a listing, read from the shelf's rows or from the answers of a draft."""

from collections.abc import Iterable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from marketplace.domain import wording
from marketplace.domain.prices import Offer, Plan
from marketplace.models.solutions import PricePlan, Solution
from matching import standard

PERCENT = Decimal(100)


def of_solution(solution: Solution) -> Offer:
    """With coverage and price plans loaded."""
    return Offer(
        listing=solution.id,
        name=solution.name,
        provider=solution.provider_id,
        provider_name="",
        family=solution.family,
        scenes=tuple((row.scene, row.level) for row in solution.coverage),
        plans=tuple(of_plan(row) for row in solution.price_plans),
    )


def of_plan(row: PricePlan) -> Plan:
    return Plan(row.id, row.name, str(row.model), Decimal(row.amount), row.maintenance_rate)


def of_content(content: Mapping[str, Any], *, listing: int | None, provider: int | None) -> Offer:
    """From answers, be they complete or not: rows that cannot be priced or placed yet are left out."""
    return Offer(
        listing=listing,
        name=str(content.get("name") or ""),
        provider=provider,
        provider_name="",
        family=str(content.get("family") or ""),
        scenes=tuple(_scenes(content.get("coverage") or ())),
        plans=tuple(_plans(content.get("price_plans") or ())),
    )


def _scenes(rows: Iterable[Mapping[str, Any]]) -> Iterable[tuple[str, int]]:
    for row in rows:
        level = number(row.get("level"))
        if row.get("scene") in standard.SCENES and level is not None and 1 <= level <= standard.TOP_LEVEL:
            yield row["scene"], int(level)


def _plans(rows: Iterable[Mapping[str, Any]]) -> Iterable[Plan]:
    for row in rows:
        amount, rate = number(row.get("amount")), number(row.get("maintenance_rate"))
        if row.get("model") in wording.PRICE_MODELS and amount is not None:
            yield Plan(None, str(row.get("name") or ""), row["model"], amount, None if rate is None else rate / PERCENT)


def number(value: Any) -> Decimal | None:
    """None for what is not a number, not finite, or below nothing."""
    try:
        found = Decimal(str(value))
    except InvalidOperation:
        return None
    return found if found.is_finite() and found >= 0 else None
