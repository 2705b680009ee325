"""牵头席位: who leads which industry from when until when; awards beyond the limit need a reason or are refused."""

from collections.abc import Collection

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, joinedload

from marketplace.domain import calls as rules
from marketplace.domain.actors import Actor
from marketplace.domain.errors import Invalid
from marketplace.models.calls import Call, LeadSeat
from marketplace.models.providers import Provider, ProviderKind
from marketplace.services import audit, clock, concentration, standings, status_changes

CAP = rules.POLICY["cap"]


def in_force(session: Session, *, industry: str | None = None, provider_id: int | None = None) -> tuple[LeadSeat, ...]:
    """Seats that are held today, the longest held first, with their providers."""
    today = clock.today()
    query = select(LeadSeat).where(LeadSeat.since <= today, or_(LeadSeat.until.is_(None), LeadSeat.until >= today))
    if industry is not None:
        query = query.where(LeadSeat.industry == industry)
    if provider_id is not None:
        query = query.where(LeadSeat.provider_id == provider_id)
    return tuple(session.scalars(query.options(joinedload(LeadSeat.provider)).order_by(LeadSeat.since, LeadSeat.id)))


def check_cap(session: Session, *, industry: str, winners: Collection[int], reason: str | None) -> None:
    """As the policy says: an award beyond a limit is refused, or needs a reason that goes on record."""
    if not winners:
        return
    warnings = concentration.before_award(session, industry, winners)
    words = "".join(one.sentence for one in warnings if one.kind in CAP["limits"])
    if not words:
        return
    if CAP["over"] == "refuse":
        raise Invalid({"cap_reason": [f"{words}不能办理，请减少名额或换人"]})
    if not (reason or "").strip():
        raise Invalid({"cap_reason": [f"{words}确需突破的，请写明理由"]})


def lock_industry(session: Session, industry: str) -> None:
    """Two results of one industry are confirmed one after the other; the calls stand for the industry."""
    query = select(Call.id).where(Call.industry == industry).order_by(Call.id).with_for_update()
    session.scalars(query).all()


def seat(session: Session, actor: Actor, *, provider_id: int, call: Call) -> None:
    """From today for the policy's term; a seat that the provider still holds in this industry ends the day before."""
    provider: Provider = status_changes.locked(session, Provider, kind="provider", key=provider_id)
    since = clock.today()
    until = rules.seat_end(since)
    if any(one.since == since for one in in_force(session, industry=call.industry, provider_id=provider_id)):
        return
    session.add(LeadSeat(provider_id=provider_id, industry=call.industry, call_id=call.id, since=since, until=until))
    before = {"kind": provider.kind, "industries": list(provider.industries)}
    provider.kind = ProviderKind.LEAD
    if provider.industries and call.industry not in provider.industries:
        provider.industries = [*provider.industries, call.industry]
    after = {"kind": provider.kind, "industries": list(provider.industries)}
    if after != before:
        details = {"before": before, "after": after}
        audit.record(session, actor, "providers.changed", kind="provider", key=provider_id, details=details)
    told = {"industry": call.industry, "call": call.id, "since": since.isoformat(), "until": until.isoformat()}
    audit.record(session, actor, "providers.seated", kind="provider", key=provider_id, details=told)
    standings.refresh_solutions(session, provider_id)
