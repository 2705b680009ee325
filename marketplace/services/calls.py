"""遴选公告: the bureau draws a call up, publishes it, ends the time for responses, cancels it."""

from typing import Any

from sqlalchemy.orm import Session, selectinload

from marketplace.domain import calls as rules
from marketplace.domain import permissions
from marketplace.domain.actors import Actor
from marketplace.domain.calls import Draft
from marketplace.domain.errors import Forbidden, Invalid
from marketplace.domain.permissions import Permission
from marketplace.models.calls import Call, CallCriterion, CallStatus
from marketplace.services import audit, clock, status_changes, unit_of_work

KIND = "call"


def draw_up(actor: Actor, *, draft: Draft, once: str | None = None) -> int:
    managed(actor)
    draft = rules.check_draft(draft, today=clock.today())
    with unit_of_work.writing(actor, once=once) as session:
        call = Call(status=CallStatus.DRAFT, rules={}, round=0, created_by=actor.user_id, created_at=clock.now())
        call.criteria = []
        _write(session, call, draft)
        unit_of_work.remember(session, once, kind=KIND, key=call.id)
        audit.record(session, actor, "calls.drawn_up", kind=KIND, key=call.id, details={"title": draft.title})
        return call.id


def edit(actor: Actor, *, call_id: int, version: int, draft: Draft, once: str | None = None) -> None:
    """Drafts only; what was published stays as it was published."""
    managed(actor)
    draft = rules.check_draft(draft, today=clock.today())
    with unit_of_work.writing(actor, once=once) as session:
        call = locked(session, call_id)
        if call.status != CallStatus.DRAFT or call.version != version:
            raise status_changes.conflict(session, call, kind=KIND, wanted="修改")
        _write(session, call, draft)
        unit_of_work.remember(session, once, kind=KIND, key=call_id)
        audit.record(session, actor, "calls.drawn_up", kind=KIND, key=call_id, details={"title": draft.title})


def _write(session: Session, call: Call, draft: Draft) -> None:
    for name in ("title", "industry", "places", "text", "opens_on", "closes_on", "objection_days"):
        setattr(call, name, getattr(draft, name))
    call.criteria.clear()
    session.add(call)
    session.flush()  # the old rows go before the new ones take their positions
    call.criteria.extend(
        CallCriterion(position=number, name=one.name.strip(), hint=one.hint.strip(), weight=one.weight)
        for number, one in enumerate(draft.criteria, start=1)
    )
    session.flush()


def publish(actor: Actor, *, call_id: int, version: int, once: str | None = None) -> None:
    """With the rules of scoring as they stand today; refused when its dates have passed while the draft lay there."""
    with unit_of_work.writing(actor, once=once) as session:
        call = locked(session, call_id)
        problem = rules.dates_problem(call.opens_on, call.closes_on, today=clock.today())
        if problem and call.status == CallStatus.DRAFT:
            raise Invalid({"closes_on": [problem]})
        status_changes.change(session, actor, call, kind=KIND, action="publish", version=version)
        call.rules = {"version": rules.POLICY["version"], **rules.SCORING}
        unit_of_work.remember(session, once, kind=KIND, key=call_id)


def close(actor: Actor, *, call_id: int, version: int, once: str | None = None) -> None:
    """Only when the last day is over: a provider that counts on it must not find the door shut."""
    with unit_of_work.writing(actor, once=once) as session:
        call = locked(session, call_id, selectinload(Call.responses))
        if call.status == CallStatus.OPEN and clock.today() <= call.closes_on:
            raise Invalid({"closes_on": ["还没到截止日期，不能转入评分"]})
        if call.status == CallStatus.OPEN and not call.responses:
            raise Invalid({"responses": ["没有服务商应榜，不能评分。可以终止后重新发布"]})
        status_changes.change(session, actor, call, kind=KIND, action="close", version=version)
        unit_of_work.remember(session, once, kind=KIND, key=call_id)


def cancel(actor: Actor, *, call_id: int, version: int, reason: str, once: str | None = None) -> None:
    check_reason(reason)
    with unit_of_work.writing(actor, once=once) as session:
        call = locked(session, call_id)
        status_changes.change(session, actor, call, kind=KIND, action="cancel", reason=reason, version=version)
        unit_of_work.remember(session, once, kind=KIND, key=call_id)


def locked(session: Session, call_id: int, *options: Any) -> Call:
    """The call is locked before anything that belongs to it."""
    call: Call = status_changes.locked(
        session, Call, kind=KIND, key=call_id, options=(selectinload(Call.criteria), *options)
    )
    return call


def managed(actor: Actor) -> None:
    if not permissions.permits(actor, Permission.MANAGE_CALLS):
        raise Forbidden(Permission.MANAGE_CALLS)


def check_reason(reason: str) -> None:
    if len(reason.strip()) > rules.POLICY["reason_max"]:
        raise Invalid({"reason": [f"理由不超过{rules.POLICY['reason_max']}个字，请精简"]})
