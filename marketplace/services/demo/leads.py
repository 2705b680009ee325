"""Leads of some checklists, in every state, so that the pages of the demo provider and the demo enterprise are alive.

Whom they went to, with which score and reasons, is what the ranking says of the demo city; the answers are made up.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, time, timedelta

from sqlalchemy import select

from marketplace.domain import leads as rules
from marketplace.domain import wording
from marketplace.models.approvals import StatusChange
from marketplace.models.demands import Demand, DemandStatus
from marketplace.models.leads import DeclineReason, Lead, LeadStatus
from marketplace.models.providers import Provider
from marketplace.services import demand_views, lead_waves
from marketplace.services.demo import content
from marketplace.services.demo.people import Registry
from marketplace.services.lead_waves import Candidate

CHECKLISTS = (
    0,
    4,
    8,
    16,
    19,
    24,
    40,
    56,
    64,
    1,
    2,
    3,
    5,
    6,
    7,
    11,
    12,
    13,
    14,
    15,
    17,
    18,
)  # the first ones suit the demo provider's trade
ANSWERS = (LeadStatus.INTERESTED, LeadStatus.OFFERED, LeadStatus.INTRODUCED, LeadStatus.DECLINED, LeadStatus.REFUSED)
OPEN_DAYS = 180  # a demo that is looked at months later still has something to answer
NOTES = {DeclineReason.OTHER: "年内实施人员已排满，明年二季度以后可以谈"}
REFUSAL = "已选定别家，感谢关注"
STEPS = {  # what a lead has been through: (action, from, to, who: 0 the provider, 1 the enterprise)
    LeadStatus.OFFERED: (),
    LeadStatus.INTERESTED: (("interest", "offered", "interested", 0),),
    LeadStatus.DECLINED: (("decline", "offered", "declined", 0),),
    LeadStatus.INTRODUCED: (("interest", "offered", "interested", 0), ("introduce", "interested", "introduced", 1)),
    LeadStatus.REFUSED: (("interest", "offered", "interested", 0), ("refuse", "interested", "refused", 1)),
    LeadStatus.CANCELLED: (("cancel", "offered", "cancelled", 1),),
}


def add(registry: Registry, wanted: Sequence[Demand]) -> int:
    """How many there are; the shelf has to be complete, for it is ranked."""
    session = registry.session
    session.flush()
    keys = [wanted[number].id for number in CHECKLISTS]
    query = select(Demand).where(Demand.id.in_(keys)).options(*demand_views.LOADING)
    demands = {row.id: row for row in session.scalars(query.execution_options(populate_existing=True))}
    people = _people(registry)
    turns: Counter[int] = Counter()
    for key in keys:
        chosen = lead_waves.candidates_of(demands[key])[: rules.WAVE]
        _wave(registry, demands[key], chosen, turns=turns, people=people)
    return turns.total()


def _people(registry: Registry) -> dict[int, int]:
    """The keeper's user id by provider."""
    seats = {seat.organisation_id: seat.user_id for seat in registry.seats.values()}
    rows = registry.session.execute(select(Provider.id, Provider.organisation_id))
    return {row.id: seats[row.organisation_id] for row in rows if row.organisation_id in seats}


def _wave(
    registry: Registry, demand: Demand, chosen: Sequence[Candidate], *, turns: Counter[int], people: dict[int, int]
) -> None:
    """Each provider answers its leads in turn in all ways; where they begin differs, so that each list has several."""
    is_published = demand.status == DemandStatus.PUBLISHED
    demand.is_open_to_leads = is_published
    at = (demand.decided_at or demand.created_at) + timedelta(hours=3)
    rows = [lead_waves.new(demand.id, one, wave=1, at=at) for one in chosen]
    registry.session.add_all(rows)
    registry.session.flush()
    for number, lead in enumerate(rows):
        turn = turns[lead.provider_id] or number
        turns[lead.provider_id] += 1
        status = ANSWERS[turn % len(ANSWERS)] if is_published else LeadStatus.CANCELLED
        _answer(registry, lead, status, people=(people[lead.provider_id], demand.created_by), turn=turn)


def _answer(registry: Registry, lead: Lead, status: LeadStatus, *, people: tuple[int, int], turn: int) -> None:
    """The answer with its history: a day later the provider's, another day later the enterprise's."""
    if status == LeadStatus.OFFERED and turn < len(ANSWERS):  # a later one has lapsed
        lead.expires_at = _open_until()
    if status == LeadStatus.DECLINED:
        lead.decline_reason = list(DeclineReason)[turn % len(DeclineReason)]
        lead.note = NOTES.get(lead.decline_reason)
    for day, (action, source, target, who) in enumerate(STEPS[status], start=1):
        lead.decided_at, lead.decided_by = lead.offered_at + timedelta(days=day), people[who]
        registry.session.add(
            StatusChange(
                subject_kind="lead",
                subject_id=lead.id,
                action=action,
                from_status=source,
                to_status=target,
                reason=_reason(lead, action),
                decided_by=people[who],
                decided_at=lead.decided_at,
            )
        )
    lead.status = status


def _open_until() -> datetime:
    return datetime.combine(content.DEMO_DAY, time(10), tzinfo=wording.CITY_ZONE) + timedelta(days=OPEN_DAYS)


def _reason(lead: Lead, action: str) -> str | None:
    if action == "decline" and lead.decline_reason:
        label = wording.DECLINE_REASONS[lead.decline_reason]
        return f"{label}：{lead.note}" if lead.note else label
    return {"refuse": REFUSAL, "cancel": "企业撤回了需求清单"}.get(action)
