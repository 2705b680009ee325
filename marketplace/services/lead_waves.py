"""Sending a published demand to providers: only after its owner said yes, a few at a time, never twice to one."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import partial
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload
from sqlalchemy.sql.base import ExecutableOption

from marketplace.domain import leads as rules
from marketplace.domain import permissions, shelf, wording
from marketplace.domain.actors import Actor
from marketplace.domain.errors import Forbidden, Invalid
from marketplace.domain.permissions import Permission
from marketplace.models.demands import Demand, DemandStatus
from marketplace.models.leads import Lead, LeadStatus
from marketplace.models.providers import Provider
from marketplace.services import (
    audit,
    clock,
    criteria,
    demand_views,
    matches,
    notifications,
    status_changes,
    unit_of_work,
)
from marketplace.services.matches import Computed, ProviderPlace
from matching.results import Result

OF_DEMAND = "demand_leads"  # the owner's page of all leads of a checklist
BUDGET_WORDS = {
    "met": "按你方的价格，在企业预算以内",
    "partly": "按你方的价格，略超企业预算",
    "unmet": "按你方的价格，超出企业预算较多",
    "unknown": "企业没有定预算，或你方没有写明价格、计价数量",
}


@dataclass(frozen=True, slots=True)
class Candidate:
    """A provider that may be asked; its reasons are worded only when it is."""

    provider_id: int
    score: Decimal
    reasons: Callable[[], dict[str, Any]]


def start(actor: Actor, *, demand_id: int, version: int, once: str | None = None) -> int:
    """The owner's yes, and with it the first wave; returns how many providers it went to."""
    candidates = _candidates(actor, demand_id)  # before the lock; a published checklist does not change any more
    with unit_of_work.writing(actor, once=once) as session:
        demand = _locked(session, actor, demand_id)
        if demand.is_open_to_leads or demand.version != version:
            raise status_changes.conflict(session, demand, kind="demand", wanted="推给服务商")
        demand.is_open_to_leads = True
        count = _offer(session, actor, demand, candidates)
        unit_of_work.remember(session, once, kind=OF_DEMAND, key=demand_id)
        return count


def next_wave(actor: Actor, *, demand_id: int, once: str | None = None) -> int:
    """Refused while enough are interested or as many as allowed are open."""
    candidates = _candidates(actor, demand_id)
    with unit_of_work.writing(actor, once=once) as session:
        demand = _locked(session, actor, demand_id)
        if not demand.is_open_to_leads:
            raise Invalid({"wave": ["还没有同意推给服务商"]})
        count = _offer(session, actor, demand, candidates)
        unit_of_work.remember(session, once, kind=OF_DEMAND, key=demand_id)
        return count


def stop(actor: Actor, *, demand_id: int, once: str | None = None) -> int:
    """No more offers; what no provider has answered is taken back, who is interested still waits for the owner."""
    with unit_of_work.writing(actor, once=once) as session:
        demand = _locked(session, actor, demand_id)
        demand.is_open_to_leads = False
        count = _cancel(session, actor, demand_id, statuses=(LeadStatus.OFFERED,), reason="企业停止推送")
        details = {"providers": count}
        audit.record(session, actor, "demands.closed_to_leads", kind="demand", key=demand_id, details=details)
        unit_of_work.remember(session, once, kind=OF_DEMAND, key=demand_id)
        return count


def cancel_open(session: Session, actor: Actor, demand_id: int) -> None:
    """The checklist is withdrawn in the same transaction: nobody shall answer any more."""
    statuses = (LeadStatus.OFFERED, LeadStatus.INTERESTED)
    _cancel(session, actor, demand_id, statuses=statuses, reason="企业撤回了需求清单")


def _cancel(session: Session, actor: Actor, demand_id: int, *, statuses: Sequence[LeadStatus], reason: str) -> int:
    now = clock.now()
    found = _of(session, demand_id, joinedload(Lead.demand))  # the permission asks whose it is
    rows = [lead for lead in found if lead.status in statuses and rules.is_open(lead, now)]
    for lead in rows:
        status_changes.change(session, actor, lead, kind="lead", action="cancel", reason=reason)
    return len(rows)


def _of(session: Session, demand_id: int, *options: ExecutableOption) -> Sequence[Lead]:
    """All leads of the checklist, locked, in one order for everybody."""
    query = select(Lead).where(Lead.demand_id == demand_id).order_by(Lead.id).options(*options)
    locked = query.with_for_update(of=Lead).execution_options(populate_existing=True)
    return session.scalars(locked).all()


def _locked(session: Session, actor: Actor, demand_id: int) -> Demand:
    demand: Demand = status_changes.locked(session, Demand, kind="demand", key=demand_id, options=demand_views.LOADING)
    if not permissions.permits(actor, Permission.OPEN_LEADS, demand):
        raise Forbidden(Permission.OPEN_LEADS)
    if demand.status != DemandStatus.PUBLISHED:
        raise status_changes.conflict(session, demand, kind="demand", wanted="推给服务商")
    return demand


def _offer(session: Session, actor: Actor, demand: Demand, candidates: Sequence[Candidate]) -> int:
    now = clock.now()
    known = _of(session, demand.id)
    room = rules.room(known, now)
    if not room:
        raise Invalid({"wave": [_full_words(known)]})
    asked = {lead.provider_id for lead in known}
    fresh = _still_listed(session, [one for one in candidates if one.provider_id not in asked])[:room]
    if not fresh:
        raise Invalid({"wave": ["没有更多合适的服务商：得分够、又能满足至少一项需求的都已推过"]})
    wave = max((lead.wave for lead in known), default=0) + 1
    leads = [new(demand.id, one, wave=wave, at=now) for one in fresh]
    session.add_all(leads)
    session.flush()
    for lead in leads:
        until = wording.moment(lead.expires_at)
        notifications.tell_audience(
            session, actor, "lead.offered", lead, audience="provider", ends_at=lead.expires_at, until=until
        )
    details = {"wave": wave, "providers": len(fresh)}
    audit.record(session, actor, "demands.opened_to_leads", kind="demand", key=demand.id, details=details)
    return len(fresh)


def new(demand_id: int, candidate: Candidate, *, wave: int, at: datetime) -> Lead:
    return Lead(
        demand_id=demand_id,
        provider_id=candidate.provider_id,
        wave=wave,
        score=candidate.score,
        reasons=candidate.reasons(),
        status=LeadStatus.OFFERED,
        offered_at=at,
        expires_at=rules.expiry(at),
    )


def _full_words(known: Sequence[Lead]) -> str:
    if rules.is_enough(known):
        return f"已有{rules.ENOUGH}家有意或对接，不再推给更多服务商"
    return f"同时最多推给{rules.WAVE}家，等有答复或过期后再推下一批"


def _still_listed(session: Session, candidates: Sequence[Candidate]) -> list[Candidate]:
    """Who was suspended or removed since the ranking was made gets nothing."""
    query = select(Provider.id).where(
        Provider.id.in_([one.provider_id for one in candidates]), Provider.standing.not_in(shelf.HIDDEN_STANDINGS)
    )
    listed = set(session.scalars(query))
    return [one for one in candidates if one.provider_id in listed]


def _candidates(actor: Actor, demand_id: int) -> list[Candidate]:
    sheet = demand_views.get(actor, demand_id, permission=Permission.OPEN_LEADS)
    return candidates_of(sheet.demand) if sheet.demand.lines else []


def candidates_of(demand: Demand) -> list[Candidate]:
    """Providers in the order of the ranking that bring at least one line to its target and score enough."""
    computed = matches.compute(demand, top=rules.POLICY["considered"])
    by_id = {int(one.solution): one for one in computed.ranking.results}
    return [
        Candidate(place.id, place.score, partial(_reasons, place, by_id, computed))
        for place in matches.provider_places(computed.ranking, demand)
        if place.covered and place.score >= rules.MIN_SCORE and place.solutions
    ]


def _reasons(place: ProviderPlace, by_id: dict[int, Result], computed: Computed) -> dict[str, Any]:
    """What the provider may read; the budget and the headcount are not among it."""
    best = by_id.get(place.solutions[0][0])
    rows = criteria.stored(criteria.views(best.criteria, computed.demand)) if best else []
    return {
        "covered": list(place.covered),
        "missing": list(place.missing),
        "solutions": [list(one) for one in place.solutions],
        "criteria": [_told(row) for row in rows],
    }


def _told(row: dict[str, str]) -> dict[str, str]:
    if row["name"] == "budget":
        return row | {"reason": BUDGET_WORDS[row["state"]]}
    return row | {"reason": row["reason"].replace("你要的", "企业要的").replace("你的", "企业的").replace("你", "企业")}
