"""Reading calls: the public list and page, the result in its period, who leads which industry."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from marketplace.domain import calls as rules
from marketplace.domain import permissions, wording
from marketplace.domain.actors import Actor
from marketplace.domain.declarations import Declared
from marketplace.domain.errors import NotFound
from marketplace.domain.permissions import Permission
from marketplace.extensions import db
from marketplace.models.calls import (
    Call,
    CallObjection,
    CallResponse,
    CallResult,
    CallStatus,
    LeadSeat,
    ObjectionStatus,
)
from marketplace.models.providers import Provider
from marketplace.services import (
    call_responses,
    calls,
    cited_evidence,
    clock,
    declarations,
    lead_seats,
    status_changes,
)
from marketplace.services.cited_evidence import File


@dataclass(frozen=True, slots=True)
class Row:
    call: Call
    status_label: str
    note: str
    takes_responses: bool


@dataclass(frozen=True, slots=True)
class Board:
    """`drafts` for the bureau alone."""

    drafts: tuple[Row, ...]
    open: tuple[Row, ...]
    announced: tuple[Row, ...]
    working: tuple[Row, ...]
    past: tuple[Row, ...]
    leads: Mapping[str, tuple[LeadSeat, ...]]
    may_manage: bool


@dataclass(frozen=True, slots=True)
class ResultLine:
    rank: int
    provider_id: int
    name: str
    total: str
    is_winner: bool


@dataclass(frozen=True, slots=True)
class CallPage:
    row: Row
    results: tuple[ResultLine, ...]  # of the last announcement, as long as it stands
    seats: tuple[LeadSeat, ...]
    raised: int
    answered: int
    own_objections: tuple[CallObjection, ...]
    objections: tuple[CallObjection, ...]  # for the bureau alone
    own: CallResponse | None
    responses: tuple[CallResponse, ...]  # for the bureau alone, once the time for responses is over
    reason: str  # why it was cancelled, or taken back to 合议
    may_manage: bool
    may_conclude: bool
    may_answer: bool
    may_object: bool
    is_expert: bool

    @property
    def call(self) -> Call:
        return self.row.call


@dataclass(frozen=True, slots=True)
class ResponseSheet:
    call: Call
    own: CallResponse | None
    provider: Provider
    declared: tuple[Declared, ...]
    chosen: Mapping[str, tuple[File, ...]]
    locker: tuple[File, ...]
    may_answer: bool


def board(actor: Actor | None) -> Board:
    may_manage = _may(actor, Permission.MANAGE_CALLS)
    rows = [_row(one) for one in db.session.scalars(select(Call).order_by(Call.closes_on, Call.id))]

    def of(*statuses: CallStatus) -> tuple[Row, ...]:
        return tuple(row for row in rows if row.call.status in statuses)

    leads: dict[str, tuple[LeadSeat, ...]] = {}
    for seat in lead_seats.in_force(db.session):
        leads[seat.industry] = (*leads.get(seat.industry, ()), seat)
    return Board(
        drafts=of(CallStatus.DRAFT) if may_manage else (),
        open=of(CallStatus.OPEN),
        announced=of(CallStatus.ANNOUNCED),
        working=of(CallStatus.SCORING, CallStatus.CONSENSUS),
        past=tuple(reversed(of(CallStatus.CONCLUDED, CallStatus.CANCELLED))),
        leads=leads,
        may_manage=may_manage,
    )


def _row(call: Call) -> Row:
    today = clock.today()
    return Row(call, rules.status_words(call, today=today), _note(call), rules.takes_responses(call, today=today))


def _note(call: Call) -> str:
    if call.status in rules.WITH_RESULT:
        return f"公示至{wording.day(call.objections_until)}"
    return f"{wording.day(call.closes_on)}截止"


def get(actor: Actor | None, call_id: int) -> CallPage:
    call = db.session.scalars(select(Call).where(Call.id == call_id).options(selectinload(Call.criteria))).one_or_none()
    may_manage = _may(actor, Permission.MANAGE_CALLS)
    if call is None or (call.status == CallStatus.DRAFT and not may_manage):
        raise NotFound(calls.KIND, call_id)
    row, today = _row(call), clock.today()
    provider_id = actor.provider_id if actor and _may(actor, Permission.ANSWER_CALL) else None
    objections = _objections(call_id)
    return CallPage(
        row=row,
        results=_results(call),
        seats=_seats(call),
        raised=len(objections),
        answered=sum(one.status != ObjectionStatus.OPEN for one in objections),
        own_objections=tuple(one for one in objections if actor and one.user_id == actor.user_id),
        objections=objections if may_manage else (),
        own=_own(call_id, provider_id),
        responses=_responses(call_id) if may_manage and today > call.closes_on else (),
        reason=_reason(call),
        may_manage=may_manage,
        may_conclude=_may(actor, Permission.CONCLUDE_CALL),
        may_answer=provider_id is not None and row.takes_responses,
        may_object=rules.takes_objections(call, today=today),
        is_expert=_may(actor, Permission.SCORE_CALL),
    )


def _may(actor: Actor | None, permission: Permission) -> bool:
    return actor is not None and permissions.permits(actor, permission)


def _own(call_id: int, provider_id: int | None) -> CallResponse | None:
    if provider_id is None:
        return None
    return call_responses.find(db.session, call_id=call_id, provider_id=provider_id)


def _results(call: Call) -> tuple[ResultLine, ...]:
    """Everybody's place and total: who objects has to see both."""
    if call.status not in rules.WITH_RESULT:
        return ()
    loading = joinedload(CallResult.response).joinedload(CallResponse.provider).joinedload(Provider.organisation)
    query = select(CallResult).where(CallResult.call_id == call.id, CallResult.round == call.round).options(loading)
    return tuple(
        ResultLine(
            one.rank,
            one.response.provider_id,
            one.response.provider.organisation.name,
            f"{one.total:.2f}",
            one.is_winner,
        )
        for one in db.session.scalars(query.order_by(CallResult.rank))
    )


def _seats(call: Call) -> tuple[LeadSeat, ...]:
    query = select(LeadSeat).where(LeadSeat.call_id == call.id).options(joinedload(LeadSeat.provider))
    return tuple(db.session.scalars(query.order_by(LeadSeat.id)))


def _objections(call_id: int) -> tuple[CallObjection, ...]:
    """The unanswered first."""
    query = select(CallObjection).where(CallObjection.call_id == call_id).order_by(CallObjection.id)
    return tuple(sorted(db.session.scalars(query), key=lambda one: one.status != ObjectionStatus.OPEN))


def _responses(call_id: int) -> tuple[CallResponse, ...]:
    """In the order of their names, which says nothing about their worth."""
    loading = joinedload(CallResponse.provider).joinedload(Provider.organisation)
    query = select(CallResponse).where(CallResponse.call_id == call_id).options(loading)
    return tuple(sorted(db.session.scalars(query), key=lambda one: one.provider.organisation.name))


def _reason(call: Call) -> str:
    wanted = {CallStatus.CANCELLED: "cancel", CallStatus.CONSENSUS: "reopen"}.get(call.status)
    if wanted is None:
        return ""
    changes = status_changes.history(db.session, kind=calls.KIND, key=call.id)
    return next((one.reason or "" for one in reversed(changes) if one.action == wanted), "")


def response_sheet(actor: Actor, call_id: int) -> ResponseSheet:
    """The form of the actor's own response."""
    page = get(actor, call_id)
    provider = db.session.get_one(Provider, actor.provider_id)
    facts = call_responses.facts_of(provider)
    chosen: Mapping[str, tuple[File, ...]] = {}
    if page.own:
        chosen = cited_evidence.of(kind=call_responses.KIND, keys=[page.own.id])[page.own.id]
    return ResponseSheet(
        call=page.call,
        own=page.own,
        provider=provider,
        declared=declarations.of_provider(db.session, provider.id, facts=facts),
        chosen=chosen,
        locker=cited_evidence.locker(actor),
        may_answer=page.may_answer and provider.standing in rules.IN_POOL,
    )
