"""Reading leads: the provider's own, one of them, and all leads of a checklist for its owner."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Select, and_, func, or_, select
from sqlalchemy.orm import joinedload

from marketplace.domain import leads as rules
from marketplace.domain import permissions, wording
from marketplace.domain.actors import Actor
from marketplace.domain.errors import Forbidden, NotFound
from marketplace.domain.permissions import Permission
from marketplace.extensions import db
from marketplace.models.approvals import StatusChange
from marketplace.models.leads import Lead, LeadStatus
from marketplace.services import clock, criteria, demand_views, lead_briefs
from marketplace.services.criteria import StateGroup
from marketplace.services.demand_views import Sheet
from marketplace.services.lead_briefs import Brief, Contact
from marketplace.services.pages import Page

PER_PAGE: int = rules.POLICY["per_page"]
LAPSED = "过期未答复"
ANSWERED = (LeadStatus.REFUSED, LeadStatus.CANCELLED)


@dataclass(frozen=True, slots=True)
class LeadRow:
    id: int
    version: int
    status: str
    status_label: str
    score: Decimal
    brief: Brief
    scenes: str
    offered_at: datetime
    expires_at: datetime
    decided_at: datetime | None
    reason: str


@dataclass(frozen=True, slots=True)
class OwnLeads:
    offered: tuple[LeadRow, ...]
    interested: tuple[LeadRow, ...]
    introduced: tuple[LeadRow, ...]
    past: Page[LeadRow]

    @property
    def is_empty(self) -> bool:
        return not (self.offered or self.interested or self.introduced or self.past.total)


@dataclass(frozen=True, slots=True)
class LeadPage:
    row: LeadRow
    may_answer: bool
    answer: str  # what the enterprise gave as its reason
    covered: tuple[str, ...]
    missing: tuple[str, ...]
    solutions: tuple[tuple[int, str], ...]
    groups: tuple[StateGroup, ...]
    contact: Contact | None


@dataclass(frozen=True, slots=True)
class OfferRow:
    """A provider that the checklist was offered to, for the owner."""

    id: int
    version: int
    provider_id: int
    provider: str
    wave: int
    status: str
    status_label: str
    score: Decimal
    covered: str
    reason: str
    offered_at: datetime
    expires_at: datetime
    contact: Contact | None


@dataclass(frozen=True, slots=True)
class DemandLeads:
    sheet: Sheet
    brief: Brief  # what providers see
    rows: tuple[OfferRow, ...]
    is_started: bool
    room: int
    is_enough: bool
    open: int
    limit: int
    days: int


def own(actor: Actor, *, number: int = 1) -> OwnLeads:
    """Of the actor's provider: those to answer first by their deadline, then those that wait, then the past."""
    now = clock.now()
    current = _own(actor).where(_is_current(now)).order_by(Lead.expires_at, Lead.id).options(*lead_briefs.LOADING)
    rows = [_row(lead, now) for lead in db.session.scalars(current)]
    total = db.session.scalar(select(func.count()).select_from(_own(actor).where(~_is_current(now)).subquery())) or 0
    number = Page.clamp(number, total=total, per_page=PER_PAGE)
    past = (
        _own(actor)
        .where(~_is_current(now))
        .order_by(Lead.offered_at.desc(), Lead.id.desc())
        .options(*lead_briefs.LOADING)
    )
    ended = db.session.scalars(past.limit(PER_PAGE).offset((number - 1) * PER_PAGE)).all()
    by_status: dict[str, list[LeadRow]] = {}
    for row in rows:
        by_status.setdefault(row.status, []).append(row)
    return OwnLeads(
        offered=tuple(by_status.get(LeadStatus.OFFERED, ())),
        interested=tuple(by_status.get(LeadStatus.INTERESTED, ())),
        introduced=tuple(by_status.get(LeadStatus.INTRODUCED, ())),
        past=Page(tuple(_row(lead, now) for lead in ended), number=number, per_page=PER_PAGE, total=total),
    )


def waiting(actor: Actor) -> int:
    """How many the provider has still to answer."""
    if actor.provider_id is None:
        return 0
    query = select(func.count(Lead.id)).where(Lead.provider_id == actor.provider_id)
    return db.session.scalar(query.where(Lead.status == LeadStatus.OFFERED, Lead.expires_at > clock.now())) or 0


def _own(actor: Actor) -> Select[Lead]:
    return select(Lead).where(Lead.provider_id == actor.provider_id)


def _is_current(now: datetime) -> Any:
    is_offered = and_(Lead.status == LeadStatus.OFFERED, Lead.expires_at > now)
    return or_(is_offered, Lead.status.in_((LeadStatus.INTERESTED, LeadStatus.INTRODUCED)))


def get(actor: Actor, lead_id: int) -> LeadPage:
    lead = db.session.scalars(select(Lead).where(Lead.id == lead_id).options(*lead_briefs.LOADING)).one_or_none()
    if lead is None:
        raise NotFound("lead", lead_id)
    if not permissions.permits(actor, Permission.ANSWER_LEAD, lead):
        raise Forbidden(Permission.ANSWER_LEAD)
    now, reasons = clock.now(), lead.reasons
    is_introduced = lead.status == LeadStatus.INTRODUCED
    return LeadPage(
        row=_row(lead, now),
        may_answer=lead.status == LeadStatus.OFFERED and not rules.is_lapsed(lead, now),
        answer=_answer(lead) if lead.status in ANSWERED else "",
        covered=tuple(reasons.get("covered", ())),
        missing=tuple(reasons.get("missing", ())),
        solutions=tuple((key, name) for key, name in reasons.get("solutions", ())),
        groups=criteria.grouped(criteria.restored(reasons.get("criteria", ()))),
        contact=lead_briefs.contacts([lead], action="introduce").get(lead.id) if is_introduced else None,
    )


def _answer(lead: Lead) -> str:
    """The words alone: the history also names the person, whom the provider is not told."""
    query = select(StatusChange.reason).where(StatusChange.subject_kind == "lead", StatusChange.subject_id == lead.id)
    return db.session.scalar(query.order_by(StatusChange.id.desc()).limit(1)) or ""


def of_demand(actor: Actor, demand_id: int) -> DemandLeads:
    """For the owner: who was asked, what they said, and whether more may be asked."""
    sheet = demand_views.get(actor, demand_id, permission=Permission.OPEN_LEADS)
    now = clock.now()
    query = select(Lead).where(Lead.demand_id == demand_id).options(joinedload(Lead.provider))
    leads = db.session.scalars(query.order_by(Lead.wave.desc(), Lead.score.desc(), Lead.id)).all()
    contacts = lead_briefs.contacts([lead for lead in leads if lead.status == LeadStatus.INTRODUCED], action="interest")
    return DemandLeads(
        sheet=sheet,
        brief=lead_briefs.brief(sheet.demand),
        rows=tuple(_offer(lead, now, contacts) for lead in leads),
        is_started=sheet.demand.is_open_to_leads,
        room=rules.room(leads, now),
        is_enough=rules.is_enough(leads),
        open=sum(rules.is_open(lead, now) for lead in leads),
        limit=rules.WAVE,
        days=rules.POLICY["days_to_answer"],
    )


def _offer(lead: Lead, now: datetime, contacts: Mapping[int, Contact]) -> OfferRow:
    return OfferRow(
        id=lead.id,
        version=lead.version,
        provider_id=lead.provider_id,
        provider=lead.provider.short_name,
        wave=lead.wave,
        status="lapsed" if rules.is_lapsed(lead, now) else lead.status,
        status_label=_label(lead, now),
        score=lead.score.quantize(criteria.TENTH),
        covered="、".join(lead.reasons.get("covered", ())),
        reason=lead_briefs.reason_words(lead),
        offered_at=lead.offered_at,
        expires_at=lead.expires_at,
        contact=contacts.get(lead.id),
    )


def _row(lead: Lead, now: datetime) -> LeadRow:
    return LeadRow(
        id=lead.id,
        version=lead.version,
        status=lead.status,
        status_label=_label(lead, now),
        score=lead.score.quantize(criteria.TENTH),
        brief=lead_briefs.brief(lead.demand),
        scenes=demand_views.scene_names(lead.demand.lines),
        offered_at=lead.offered_at,
        expires_at=lead.expires_at,
        decided_at=lead.decided_at,
        reason=lead_briefs.reason_words(lead),
    )


def _label(lead: Lead, now: datetime) -> str:
    return LAPSED if rules.is_lapsed(lead, now) else wording.LEAD_STATUSES[lead.status]
