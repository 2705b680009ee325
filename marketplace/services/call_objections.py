"""异议: anybody may object while a result is announced; each is answered in writing before the result counts."""

from dataclasses import replace

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from marketplace.domain import calls as rules
from marketplace.domain import provider_applications
from marketplace.domain.actors import SYSTEM, Actor
from marketplace.domain.calls import Objector
from marketplace.domain.errors import Forbidden, Invalid, NotFound
from marketplace.domain.permissions import Permission
from marketplace.models.calls import Call, CallObjection, CallStatus, ObjectionStatus
from marketplace.services import audit, calls, clock, notifications, status_changes, unit_of_work

KIND = "objection"
VISITOR = replace(SYSTEM, name="访客")


def object_to(actor: Actor | None, *, call_id: int, objector: Objector, text: str, once: str | None = None) -> int:
    """A visitor leaves name and phone; the text goes to the bureau alone."""
    _check(actor, objector, text)
    with unit_of_work.writing(actor, once=once) as session:
        call = calls.locked(session, call_id)
        if call.status != CallStatus.ANNOUNCED:
            raise status_changes.conflict(session, call, kind=calls.KIND, wanted="提出异议")
        if not rules.takes_objections(call, today=clock.today()):
            raise Invalid({"text": ["公示期已结束，不再受理异议"]})
        _check_number(session, call, objector)
        row = CallObjection(
            call_id=call_id, round=call.round, user_id=objector.user_id, name=objector.name.strip(),
            phone=objector.phone.strip(), text=text.strip(), raised_at=clock.now(), status=ObjectionStatus.OPEN,
        )  # fmt: skip
        session.add(row)
        session.flush()
        unit_of_work.remember(session, once, kind=calls.KIND, key=call_id)
        details = {"objection": row.id, "round": call.round}
        audit.record(session, actor or VISITOR, "calls.objected", kind=calls.KIND, key=call_id, details=details)
        notifications.tell_audience(
            session, actor or VISITOR, "objection.raised", row, audience="pool_officers", page="call"
        )
        return row.id


def _check(actor: Actor | None, objector: Objector, text: str) -> None:
    if actor is None and not rules.OBJECTIONS["are_visitors_heard"]:
        raise Forbidden(Permission.RAISE_OBJECTION)
    found: dict[str, list[str]] = {}
    if not 0 < len(objector.name.strip()) <= provider_applications.TEXTS["contact_name"][1]:
        found["name"] = ["请写姓名，便于核实和答复"]
    if not provider_applications.PHONE.fullmatch(objector.phone.strip()):
        found["phone"] = ["请写能打通的手机号或带区号的固话"]
    first, last = rules.OBJECTIONS["text_min"], rules.OBJECTIONS["text_max"]
    if not first <= len(text.strip()) <= last:
        found["text"] = [f"请写明异议和依据，{first}到{last}个字"]
    if found:
        raise Invalid(found)


def _check_number(session: Session, call: Call, objector: Objector) -> None:
    """A few of one person at a time; the next ones after those have been answered."""
    who = (
        CallObjection.user_id == objector.user_id
        if objector.user_id is not None
        else CallObjection.phone == objector.phone.strip()
    )
    query = select(func.count()).where(
        CallObjection.call_id == call.id, CallObjection.status == ObjectionStatus.OPEN, who
    )
    limit: int = rules.OBJECTIONS["open_per_person"]
    if (session.scalar(query) or 0) >= limit:
        raise Invalid({"text": [f"您已有{limit}件异议待答复，答复后可以再提"]})


def answer(
    actor: Actor, *, objection_id: int, version: int, is_upheld: bool, reason: str, once: str | None = None
) -> None:
    """In writing. An upheld one takes the announcement down: the experts agree anew, with the reason before them."""
    calls.managed(actor)
    calls.check_reason(reason)
    with unit_of_work.writing(actor, once=once) as session:
        call_id = session.scalar(select(CallObjection.call_id).where(CallObjection.id == objection_id))
        if call_id is None:
            raise NotFound(KIND, objection_id)
        call = calls.locked(session, call_id)
        row: CallObjection = status_changes.locked(session, CallObjection, kind=KIND, key=objection_id)
        action = "uphold" if is_upheld else "dismiss"
        status_changes.change(session, actor, row, kind=KIND, action=action, reason=reason, version=version)
        row.answer = reason.strip()
        if is_upheld and call.status == CallStatus.ANNOUNCED:
            why = f"异议成立：{reason.strip()}"[: rules.POLICY["reason_max"]]
            status_changes.change(session, actor, call, kind=calls.KIND, action="reopen", reason=why)
        unit_of_work.remember(session, once, kind=calls.KIND, key=call_id)
