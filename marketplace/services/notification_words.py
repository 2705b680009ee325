"""How a thing is called in a message, and which page a message leads to."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.domain import wording
from marketplace.models.accounts import Organisation
from marketplace.models.calls import Call
from marketplace.models.consortia import Consortium
from marketplace.models.demands import Demand
from marketplace.models.enterprises import Enterprise
from marketplace.models.providers import Provider
from marketplace.models.solutions import Solution
from marketplace.services import lead_briefs

Namer = Callable[[Session, Any], str]
NAME_MAX = 60


def name_of(session: Session, noun: str, thing: Any) -> str:
    """Short; of a lead without the enterprise's name, which is told only once both sides said yes."""
    with session.no_autoflush:
        return NAMERS.get(noun, _own)(session, thing)[:NAME_MAX]


def page_of(page: str, noun: str, thing: Any) -> tuple[str, int]:
    """The kind and key of the page; the thing's own where the notice names no other."""
    return PAGES[page](thing) if page else (noun, thing.id)


def _own(session: Session, thing: Any) -> str:
    for attribute in ("title", "name", "number"):
        if hasattr(thing, attribute):
            return str(getattr(thing, attribute))
    return ""


def of_enterprise(session: Session, enterprise_id: int) -> str:
    return session.scalar(select(Organisation.name).join(Enterprise).where(Enterprise.id == enterprise_id)) or ""


def of_provider(session: Session, provider_id: int) -> str:
    return session.scalar(select(Organisation.name).join(Provider).where(Provider.id == provider_id)) or ""


def of_lead(session: Session, lead: Any) -> str:
    demand = session.get_one(Demand, lead.demand_id)
    return lead_briefs.masked(demand.title, of_enterprise(session, demand.enterprise_id))


def _assessment(session: Session, thing: Any) -> str:
    kind = wording.ASSESSMENT_KINDS[thing.kind]
    return f"{kind}（{wording.day(thing.assessed_on)}）" if thing.assessed_on else kind


NAMERS: dict[str, Namer] = {
    "lead": of_lead,
    "access_grant": lambda session, thing: of_enterprise(session, thing.enterprise_id),
    "assessment": _assessment,
    "approval": lambda session, thing: session.get_one(Solution, thing.solution_id).name,
    "provider_application": lambda session, thing: of_provider(session, thing.provider_id),
    "consortium_member": lambda session, thing: session.get_one(Consortium, thing.consortium_id).name,
    "consortium_change": lambda session, thing: session.get_one(Consortium, thing.consortium_id).name,
    "objection": lambda session, thing: session.get_one(Call, thing.call_id).title,
}
PAGES: dict[str, Callable[[Any], tuple[str, int]]] = {
    "own_listing": lambda solution: ("listing_draft", solution.id),
    "demand_leads": lambda lead: ("demand_leads", lead.demand_id),
    "received_grants": lambda grant: ("received_grants", grant.id),
    "consortium": lambda thing: ("consortium", thing.consortium_id),
    "call": lambda objection: ("call", objection.call_id),
}
