"""Taking a seat and giving it back: one holder a seat, one seat a person, nobody tied to the provider."""

from collections.abc import Iterable
from datetime import date

from sqlalchemy.orm import Session

from marketplace.domain import approvals as rules
from marketplace.domain import permissions, working_days
from marketplace.domain.actors import Actor
from marketplace.domain.errors import Forbidden, Invalid
from marketplace.domain.permissions import Permission
from marketplace.models.accounts import User
from marketplace.models.approvals import ApprovalKind, ReviewSeat, Seat
from marketplace.services import (
    accounts,
    approval_cases,
    approval_conflicts,
    approval_notices,
    audit,
    clock,
    notifications,
    status_changes,
    unit_of_work,
)
from marketplace.services.approval_cases import KIND, Case

ABSENCE_DAYS: int = rules.POLICY["absence"]["working_days"]


def claim(actor: Actor, *, approval_id: int, seat: Seat, once: str | None = None) -> None:
    """Claiming one's own seat again changes nothing."""
    with unit_of_work.writing(actor, once=once) as session:
        case = approval_cases.locked(session, approval_id)
        check_permission(actor, seat)
        approval_cases.check_open_for(session, case, seat, wanted="认领")
        unit_of_work.remember(session, once, kind=KIND, key=approval_id)
        holder = case.find(seat)
        if holder is not None and holder.reviewer_id == actor.user_id:
            return
        if holder is not None:
            raise approval_cases.taken(case, holder, wanted="认领")
        approval_conflicts.check(session, user_id=actor.user_id or 0, seat=seat, case=case)
        seat_person(session, case, seat=seat, user_id=actor.user_id or 0)
        details = {"seat": seat, "round": case.approval.round}
        audit.record(session, actor, "approvals.claimed", kind=KIND, key=approval_id, details=details)


def release(actor: Actor, *, approval_id: int, seat: Seat, reason: str = "", once: str | None = None) -> None:
    """By its holder at any time before he decides; by the leader, with a reason, when the holder is absent."""
    reason = reason.strip()
    with unit_of_work.writing(actor, once=once) as session:
        case = approval_cases.locked(session, approval_id)
        row = case.find(seat)
        if row is None or row.verdict is not None:
            raise status_changes.conflict(session, case.approval, kind=KIND, wanted="退出席位")
        if row.reviewer_id != actor.user_id:
            _check_may_replace(actor, row, reason)
            _tell_replaced(session, case, row)
        session.delete(row)
        approval_notices.close_due(session, approval_id, row.reviewer_id)
        unit_of_work.remember(session, once, kind=KIND, key=approval_id)
        details = {"seat": seat, "round": row.round, "reason": reason[: rules.TEXT_MAX] or None}
        audit.record(session, actor, "approvals.released", kind=KIND, key=approval_id, details=details)


def _check_may_replace(actor: Actor, row: ReviewSeat, reason: str) -> None:
    if not permissions.permits(actor, Permission.ASSIGN_REVIEWERS):
        raise Forbidden(Permission.ASSIGN_REVIEWERS)
    if not is_absent(row):
        raise Invalid({"reason": [f"逾期满{ABSENCE_DAYS}个工作日才能换人，请先提醒评估人"]})
    if not reason:
        raise Invalid({"reason": ["请写明换人的理由，会记入办理记录"]})


def _tell_replaced(session: Session, case: Case, row: ReviewSeat) -> None:
    notifications.tell(
        session,
        "approval.replaced",
        subject_kind=KIND,
        subject_id=case.approval.id,
        to=[row.reviewer_id],
        words={"name": case.solution.name},
        key=f"replaced:{row.id}",
    )


def is_absent(row: ReviewSeat) -> bool:
    return row.verdict is None and is_past_absence(row.due_on, today=clock.today())


def is_past_absence(due_on: date, *, today: date) -> bool:
    return today > working_days.after(due_on, ABSENCE_DAYS)


def check_permission(actor: Actor, seat: Seat) -> None:
    if not permissions.permits(actor, rules.PERMISSION[seat]):
        raise Forbidden(rules.PERMISSION[seat])


def seat_person(session: Session, case: Case, *, seat: Seat, user_id: int) -> ReviewSeat:
    days = rules.POLICY["seat_days"]["panel" if seat in rules.PANEL else seat]
    row = ReviewSeat(
        approval_id=case.approval.id,
        round=case.approval.round,
        seat=seat,
        reviewer=session.get_one(User, user_id),
        reviewer_id=user_id,
        claimed_at=clock.now(),
        due_on=working_days.after(clock.today(), days),
        checklist={},
        notes=[],
    )
    session.add(row)
    case.seats.append(row)
    return row


def seat_former(session: Session, case: Case, seats: Iterable[Seat]) -> None:
    """The same people in the same seats as in the round before, unless something speaks against it now."""
    if case.approval.kind == ApprovalKind.SAMPLE:
        return
    for seat in seats:
        former = [one for one in case.seats if one.seat == seat and one.round < case.approval.round]
        if former and case.find(seat) is None and _may_sit(session, case, former[-1]):
            seat_person(session, case, seat=seat, user_id=former[-1].reviewer_id)


def _may_sit(session: Session, case: Case, row: ReviewSeat) -> bool:
    """Still active, still of an office that sits there, still free of conflict."""
    membership = accounts.find_seat(session, user_id=row.reviewer_id)
    if membership is None or not membership.user.is_active:
        return False
    actor = accounts.actor_in(membership)
    if not permissions.permits(actor, rules.PERMISSION[row.seat]):
        return False
    return not approval_conflicts.of(session, user_id=row.reviewer_id, seat=row.seat, case=case)
