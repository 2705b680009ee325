"""合议、公示、确认: scores side by side, agreed where far apart, announced for objection, then confirmed."""

from collections.abc import Mapping
from decimal import Decimal

from sqlalchemy import func, select
from sqlalchemy.orm import Session, selectinload

from marketplace.domain import call_scores as scoring
from marketplace.domain import calls as rules
from marketplace.domain import working_days
from marketplace.domain.actors import Actor
from marketplace.domain.call_scores import Cell, Entry, Place
from marketplace.domain.errors import Conflict, Invalid, NotFound
from marketplace.extensions import db
from marketplace.models.calls import (
    Call,
    CallAgreement,
    CallExpert,
    CallObjection,
    CallResult,
    CallScore,
    CallStatus,
    ObjectionStatus,
)
from marketplace.models.providers import Provider
from marketplace.services import audit, calls, clock, lead_seats, status_changes, system_user, unit_of_work

LOADING = (selectinload(Call.responses),)


def entries_of(session: Session, call: Call) -> dict[int, Entry]:
    """By response; what an expert who stood aside had put down counts for nothing."""
    query = select(CallAgreement).where(CallAgreement.call_id == call.id)
    agreed = {(row.response_id, row.criterion_id): row for row in session.scalars(query)}
    given: dict[tuple[int, int], list[int]] = {}
    for score in submitted_scores(session, call.id):
        given.setdefault((score.response_id, score.criterion_id), []).append(score.score)
    return {
        response.id: Entry(
            response.id,
            {one.id: _cell(given[response.id, one.id], agreed.get((response.id, one.id))) for one in call.criteria},
            response.changed_at,
        )
        for response in call.responses
    }


def submitted_scores(session: Session, call_id: int) -> tuple[CallScore, ...]:
    query = (
        select(CallScore)
        .join(CallExpert, CallExpert.id == CallScore.expert_id)
        .where(CallExpert.call_id == call_id, CallExpert.submitted_at.is_not(None))
    )
    return tuple(session.scalars(query.order_by(CallScore.expert_id, CallScore.id)))


def _cell(scores: list[int], row: CallAgreement | None) -> Cell:
    return Cell(tuple(scores), row.score if row else None, row.reason if row else "")


def weights_of(call: Call) -> dict[int, int]:
    return {one.id: one.weight for one in call.criteria}


def ranking(call: Call, entries: Mapping[int, Entry]) -> tuple[Place, ...]:
    return scoring.rank(list(entries.values()), weights_of(call), places=call.places, rules=call.rules)


def open_cells(call: Call, entries: Mapping[int, Entry]) -> int:
    limit: int = call.rules["spread_max"]
    return sum(cell.is_open(limit) for entry in entries.values() for cell in entry.cells.values())


def agree(
    actor: Actor,
    *,
    call_id: int,
    response_id: int,
    criterion_id: int,
    text: str,
    reason: str,
    seen: str = "",
    once: str | None = None,
) -> None:
    """`seen` is the agreed score that stood on the page, so that nobody's is written over unread."""
    calls.managed(actor)
    calls.check_reason(reason)
    if not reason.strip():
        raise Invalid({"reason": ["请写明合议的理由，会记入办理记录"]})
    with unit_of_work.writing(actor, once=once) as session:
        call = calls.locked(session, call_id, *LOADING)
        if call.status != CallStatus.CONSENSUS:
            raise status_changes.conflict(session, call, kind=calls.KIND, wanted="合议定分")
        cell = _cell_at(entries_of(session, call), response_id, criterion_id)
        if agreed_mark(cell) != seen:
            raise status_changes.conflict(session, call, kind=calls.KIND, wanted="合议定分")
        score = scoring.check_agreed(text, cell, is_reopened=call.round > 0)
        _put(session, actor, call_id, (response_id, criterion_id), score, reason.strip())
        unit_of_work.remember(session, once, kind=calls.KIND, key=call_id)
        details = {
            "response": response_id, "criterion": criterion_id, "score": str(score), "reason": reason.strip()
        }  # fmt: skip
        audit.record(session, actor, "calls.agreed", kind=calls.KIND, key=call_id, details=details)


def _cell_at(entries: Mapping[int, Entry], response_id: int, criterion_id: int) -> Cell:
    entry = entries.get(response_id)
    if entry is None or criterion_id not in entry.cells:
        raise NotFound("response", response_id)
    return entry.cells[criterion_id]


def agreed_mark(cell: Cell) -> str:
    return "" if cell.agreed is None else f"{cell.agreed:.2f}"


def _put(session: Session, actor: Actor, call_id: int, place: tuple[int, int], score: Decimal, reason: str) -> None:
    query = select(CallAgreement).where(CallAgreement.response_id == place[0], CallAgreement.criterion_id == place[1])
    row = session.scalars(query).one_or_none()
    if row is None:
        row = CallAgreement(call_id=call_id, response_id=place[0], criterion_id=place[1])
        session.add(row)
    row.score, row.reason, row.agreed_by, row.agreed_at = score, reason, actor.user_id or 0, clock.now()


def announce(actor: Actor, *, call_id: int, version: int, cap_reason: str = "", once: str | None = None) -> None:
    """Freeze the ranking as it stands and open the period for objections, counted in working days."""
    calls.managed(actor)
    calls.check_reason(cap_reason)
    with unit_of_work.writing(actor, once=once) as session:
        call = calls.locked(session, call_id, *LOADING)
        if call.status != CallStatus.CONSENSUS:
            raise status_changes.conflict(session, call, kind=calls.KIND, wanted="结果公示")
        entries = entries_of(session, call)
        if left := open_cells(call, entries):
            raise Invalid({"agreed": [f"还有{left}处分差超过{call.rules['spread_max']}分，合议定分后才能公示"]})
        if unanswered(session, call_id):
            raise Invalid({"objections": ["还有异议没有书面答复，答复后才能再次公示"]})
        places = ranking(call, entries)
        firms = {one.id: one.provider_id for one in call.responses}
        winners = [firms[one.id] for one in places if one.is_winner]
        _check_in_pool(session, winners)
        lead_seats.check_cap(session, industry=call.industry, winners=winners, reason=cap_reason)
        call.announced_on = clock.today()
        call.objections_until = working_days.after(call.announced_on, call.objection_days)
        status_changes.change(session, actor, call, kind=calls.KIND, action="announce", version=version)
        call.round += 1
        call.cap_reason = cap_reason.strip() or None
        session.add_all(_line(call, one) for one in places)
        unit_of_work.remember(session, once, kind=calls.KIND, key=call_id)


def _line(call: Call, place: Place) -> CallResult:
    return CallResult(
        call_id=call.id, round=call.round, response_id=place.id, rank=place.rank, total=place.total,
        is_winner=place.is_winner,
    )  # fmt: skip


def reopen(actor: Actor, *, call_id: int, version: int, reason: str, once: str | None = None) -> None:
    """The announcement is taken down; its lines stay on record."""
    calls.check_reason(reason)
    with unit_of_work.writing(actor, once=once) as session:
        call = calls.locked(session, call_id)
        status_changes.change(session, actor, call, kind=calls.KIND, action="reopen", reason=reason, version=version)
        unit_of_work.remember(session, once, kind=calls.KIND, key=call_id)


def conclude(actor: Actor, *, call_id: int, version: int | None = None, once: str | None = None) -> None:
    """The result counts: the period is over, no objection is open, the winners are still in the pool."""
    industry = db.session.scalar(select(Call.industry).where(Call.id == call_id))
    if industry is None:
        raise NotFound(calls.KIND, call_id)
    with unit_of_work.writing(actor, once=once) as session:
        _conclude(session, actor, call_id, industry, version)
        unit_of_work.remember(session, once, kind=calls.KIND, key=call_id)


def _conclude(session: Session, actor: Actor, call_id: int, industry: str, version: int | None) -> None:
    lead_seats.lock_industry(session, industry)
    call = calls.locked(session, call_id)
    if call.status == CallStatus.ANNOUNCED:
        if not rules.is_period_over(call, today=clock.today()):
            raise Invalid({"period": ["公示期还没结束，不能确认"]})
        if unanswered(session, call_id):
            raise Invalid({"objections": ["还有异议没有书面答复，不能确认"]})
    status_changes.change(session, actor, call, kind=calls.KIND, action="conclude", version=version)
    winners = winners_of(session, call)
    _check_in_pool(session, winners)
    lead_seats.check_cap(session, industry=industry, winners=winners, reason=call.cap_reason)
    for provider_id in sorted(winners):
        lead_seats.seat(session, actor, provider_id=provider_id, call=call)


def conclude_due() -> tuple[int, ...]:
    """What the end of a period brings about; a result that cannot be confirmed waits for the leader."""
    query = select(Call.id).where(Call.status == CallStatus.ANNOUNCED, Call.objections_until < clock.today())
    concluded = []
    for call_id in db.session.scalars(query.order_by(Call.id)).all():
        try:
            with unit_of_work.writing() as session:
                industry = session.get_one(Call, call_id).industry
                _conclude(session, system_user.actor(session), call_id, industry, None)
        except (Conflict, Invalid):  # an objection is open, or the leader was faster
            continue
        concluded.append(call_id)
    return tuple(concluded)


def winners_of(session: Session, call: Call) -> list[int]:
    """Providers of the last announcement."""
    query = (
        select(CallResult)
        .where(CallResult.call_id == call.id, CallResult.round == call.round, CallResult.is_winner)
        .options(selectinload(CallResult.response))
    )
    return [row.response.provider_id for row in session.scalars(query)]


def unanswered(session: Session, call_id: int) -> int:
    query = select(func.count()).where(CallObjection.call_id == call_id, CallObjection.status == ObjectionStatus.OPEN)
    return session.scalar(query) or 0


def _check_in_pool(session: Session, providers: list[int]) -> None:
    query = select(Provider.short_name).where(Provider.id.in_(providers), Provider.standing.not_in(rules.IN_POOL))
    gone = session.scalars(query).all()
    if gone:
        raise Invalid({"winners": [f"{'、'.join(gone)}已不在库，结果不能公示或确认。请撤下公示，重新合议"]})
