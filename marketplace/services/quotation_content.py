"""What a quotation sheet freezes: everything that it shows, as JSON, so that later changes of listings move nothing."""

from datetime import date, timedelta
from typing import Any

from marketplace.domain import baskets, capital_amounts, subsidies, wording
from marketplace.models.bundles import Basket
from marketplace.services import demand_views
from marketplace.services.basket_outcomes import Member, Outcome, SceneChange
from marketplace.services.basket_views import BasketView
from matching import standard

VERSION = 1
SHEET = baskets.POLICY["sheet"]


def valid_until(issued_on: date) -> date:
    return issued_on + timedelta(days=SHEET["valid_days"])


def link_until(issued_on: date) -> date:
    return issued_on + timedelta(days=SHEET["link_days"])


def freeze(basket: Basket, view: BasketView, *, issued_on: date, issued_by: str) -> dict[str, Any]:
    """Texts and whole numbers alone: equal baskets give equal sheets."""
    outcome = view.outcome
    return {
        "version": VERSION,
        "title": view.title,
        "issued_on": issued_on.isoformat(),
        "issued_by": issued_by,
        "valid_until": valid_until(issued_on).isoformat(),
        "link_until": link_until(issued_on).isoformat(),
        "buyer": _buyer(basket),
        "demand": {"id": view.demand_id, "title": view.demand_title},
        "conditions": [list(fact) for fact in demand_views.condition_facts(basket.demand)[1:]],
        "target": outcome.aim.target_label,
        "budget": outcome.aim.budget,
        "max_providers": outcome.aim.max_providers,
        "lines": [_line(place, member) for place, member in enumerate(outcome.members, start=1)],
        "providers": sorted({member.offer.provider_full_name for member in outcome.members}),
        "payment": _payment(outcome),
        "scenes": [_scene(one) for one in outcome.scenes],
        "verdict": _verdict(outcome),
        "covered": list(outcome.covered),
        "open_lines": list(outcome.open_lines),
        "violations": list(outcome.violations),
        "subsidy_note": outcome.aim.rule.note,
        "subsidy_version": subsidies.POLICY["version"],
        "standard_version": standard.VERSION,
    }


def _buyer(basket: Basket) -> dict[str, str]:
    enterprise, organisation = basket.demand.enterprise, basket.demand.enterprise.organisation
    return {
        "name": organisation.name,
        "credit_code": organisation.credit_code or "",
        "county": wording.COUNTIES.get(organisation.county or "", wording.UNKNOWN),
        "industry": wording.INDUSTRIES.get(enterprise.industry, enterprise.industry),
    }


def _line(place: int, member: Member) -> dict[str, Any]:
    offer, plan = member.offer, member.pick.plan
    return {
        "place": place,
        "solution_id": offer.id,
        "name": offer.name,
        "provider_id": offer.provider_id,
        "provider": offer.provider_full_name,
        "coverage": [{"name": one.name, "level": one.level, "is_mandatory": one.is_mandatory} for one in offer.scenes],
        "days": offer.days,
        "deployments": offer.deployments,
        "plan": plan.name if plan else None,
        "unit": plan.unit if plan else None,
        "unit_price": plan.amount if plan else None,
        "quantity": member.pick.quantity,
        "listed": member.listed,
        "discount": member.pick.charge.reduction,
        "net": member.net,
        "category": wording.SUBSIDY_CATEGORIES[plan.category] if plan else wording.UNKNOWN,
        "is_eligible": bool(plan and plan.is_eligible),
        "subsidy": member.subsidy,
        "own": member.own,
    }


def _scene(one: SceneChange) -> dict[str, Any]:
    return {"name": one.name, "is_mandatory": one.is_mandatory, "before": one.before, "after": one.after}


def _payment(outcome: Outcome) -> dict[str, Any]:
    payment = outcome.payment
    return {
        "listed": payment.listed,
        "discount": payment.reduction,
        "net": payment.net,
        "eligible": payment.eligible,
        "subsidy": payment.subsidy,
        "own": payment.own,
        "net_in_words": capital_amounts.of(payment.net),
        "own_in_words": capital_amounts.of(payment.own),
    }


def _verdict(outcome: Outcome) -> dict[str, Any]:
    verdict = outcome.verdict
    return {
        "standing": str(verdict.standing),
        "headline": verdict.headline,
        "condition": verdict.condition,
        "parts": [list(part) for part in verdict.parts],
        "missing_points": str(verdict.missing_points),
        "source": verdict.rule.source,
    }
