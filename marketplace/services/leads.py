"""Answering leads: the provider says whether it wants the demand, then the enterprise whether it wants to talk."""

from sqlalchemy.orm import Session, joinedload

from marketplace.domain import leads as rules
from marketplace.domain import permissions, shelf, wording
from marketplace.domain.actors import Actor
from marketplace.domain.errors import Conflict, Forbidden, Invalid
from marketplace.domain.permissions import Permission
from marketplace.models.leads import Lead
from marketplace.services import clock, lead_waves, status_changes, unit_of_work

KIND = "lead"
LOADING = (joinedload(Lead.demand), joinedload(Lead.provider))


def interest(actor: Actor, *, lead_id: int, version: int, once: str | None = None) -> None:
    with unit_of_work.writing(actor, once=once) as session:
        lead = _asked(session, actor, lead_id)
        if lead.provider.standing in shelf.HIDDEN_STANDINGS:
            raise Invalid({"lead": [f"单位目前{wording.STANDINGS[lead.provider.standing]}，不能承接商机"]})
        status_changes.change(session, actor, lead, kind=KIND, action="interest", version=version)
        unit_of_work.remember(session, once, kind=KIND, key=lead_id)


def decline(actor: Actor, *, lead_id: int, version: int, reason: str, note: str = "", once: str | None = None) -> None:
    """With one of the reasons; the enterprise reads it."""
    chosen, words = rules.check_decline(reason, note)
    with unit_of_work.writing(actor, once=once) as session:
        lead = _asked(session, actor, lead_id)
        lead.decline_reason, lead.note = chosen, words
        label = wording.DECLINE_REASONS[chosen]
        told = f"{label}：{words}" if words else label
        status_changes.change(session, actor, lead, kind=KIND, action="decline", reason=told, version=version)
        unit_of_work.remember(session, once, kind=KIND, key=lead_id)


def introduce(actor: Actor, *, lead_id: int, version: int, once: str | None = None) -> int:
    """Both sides see each other's contact from now on; returns the checklist."""
    return _answer(actor, lead_id, action="introduce", version=version, once=once)


def refuse(actor: Actor, *, lead_id: int, version: int, reason: str = "", once: str | None = None) -> int:
    """The words, if any, are read by the provider."""
    return _answer(actor, lead_id, action="refuse", version=version, reason=rules.check_note(reason), once=once)


def _asked(session: Session, actor: Actor, lead_id: int) -> Lead:
    """The provider's lead, still to be answered."""
    lead: Lead = status_changes.locked(session, Lead, kind=KIND, key=lead_id, options=LOADING)
    if not permissions.permits(actor, Permission.ANSWER_LEAD, lead):
        raise Forbidden(Permission.ANSWER_LEAD)
    if rules.is_lapsed(lead, clock.now()):
        raise Invalid({"lead": ["答复期限已过，这条商机不再受理"]})
    return lead


def _answer(
    actor: Actor, lead_id: int, *, action: str, version: int, reason: str | None = None, once: str | None
) -> int:
    """The owner's answer; a loser of a race is led to his own page, for the lead's page is the provider's."""
    with unit_of_work.writing(actor, once=once) as session:
        lead: Lead = status_changes.locked(session, Lead, kind=KIND, key=lead_id, options=LOADING)
        demand_id = lead.demand_id
        try:
            status_changes.change(session, actor, lead, kind=KIND, action=action, reason=reason, version=version)
        except Conflict as found:
            found.kind, found.key = lead_waves.OF_DEMAND, demand_id
            raise
        unit_of_work.remember(session, once, kind=lead_waves.OF_DEMAND, key=demand_id)
        return demand_id
