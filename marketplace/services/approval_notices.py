"""What reviewers are told beyond the changes of state: a due date that comes near, a submission with many reasons."""

from datetime import date, datetime, time, timedelta

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from marketplace.domain import approvals as rules
from marketplace.domain import wording, working_days
from marketplace.domain.actors import Actor
from marketplace.extensions import db
from marketplace.models.accounts import User
from marketplace.models.approvals import Approval, ReviewSeat
from marketplace.models.notifications import Notification
from marketplace.services import clock, notification_words, notifications, status_changes, unit_of_work
from marketplace.services.approval_cases import KIND

DUE, RISKY = "approval.due", "approval.risky"  # lines of domain/notices


def sweep() -> int:
    """Each seat whose verdict is due within the policy's working days is reminded of, once for its due date."""
    today = clock.today()
    near = working_days.after(today, rules.POLICY["reminder"]["working_days"])
    return sum(_remind(seat_id, today=today, near=near) for seat_id in _near(today, near))


def _near(today: date, near: date) -> list[int]:
    """Those that nobody has been reminded of yet."""
    query = (
        select(ReviewSeat.id, ReviewSeat.approval_id, ReviewSeat.due_on, Notification.dedupe_key)
        .join(Approval, Approval.id == ReviewSeat.approval_id)
        .outerjoin(
            Notification,
            (Notification.user_id == ReviewSeat.reviewer_id)
            & (Notification.kind == DUE)
            & (Notification.subject_id == ReviewSeat.approval_id),
        )
        .where(*_is_waiting(today, near))
        .order_by(ReviewSeat.id)
    )
    told: dict[int, set[str | None]] = {}
    marks: dict[int, str] = {}
    for row in db.session.execute(query):
        told.setdefault(row.id, set()).add(row.dedupe_key)
        marks[row.id] = f"{DUE}:{row.approval_id}:{_mark(row.id, row.due_on)}"
    return [seat_id for seat_id, keys in told.items() if marks[seat_id] not in keys]


def _is_waiting(today: date, near: date) -> tuple[ColumnElement[bool], ...]:
    return (
        ReviewSeat.verdict.is_(None),
        ReviewSeat.round == Approval.round,
        Approval.status.in_(rules.UNDECIDED),
        ReviewSeat.due_on.between(today, near),
    )


def _mark(seat_id: int, due_on: date) -> str:
    return f"{seat_id} {due_on.isoformat()}"


def _remind(seat_id: int, *, today: date, near: date) -> bool:
    """False when it has been decided or given back since it was looked up."""
    with unit_of_work.writing() as session:
        approval_id = session.scalar(select(ReviewSeat.approval_id).where(ReviewSeat.id == seat_id))
        if approval_id is None:
            return False
        approval: Approval = status_changes.locked(session, Approval, kind=KIND, key=approval_id)
        query = select(ReviewSeat).join(Approval).join(User, User.id == ReviewSeat.reviewer_id)
        seat = session.scalars(
            query.where(ReviewSeat.id == seat_id, User.is_active, *_is_waiting(today, near))
        ).one_or_none()
        if seat is None:
            return False
        over = datetime.combine(seat.due_on + timedelta(days=1), time.min, tzinfo=wording.CITY_ZONE)
        words = {
            "name": notification_words.name_of(session, KIND, approval),
            "seat": wording.REVIEW_SEATS[seat.seat],
            "until": wording.day(seat.due_on),
        }
        notifications.tell(
            session, DUE, subject_kind=KIND, subject_id=approval_id, to=[seat.reviewer_id], words=words,
            key=_mark(seat_id, seat.due_on), ends_at=over,
        )  # fmt: skip
        return True


def close_due(session: Session, approval_id: int, reviewer_id: int) -> None:
    """He has decided or left the seat: there is nothing due of him any more."""
    notifications.close_todos(session, KIND, approval_id, (DUE,), people=(reviewer_id,))


def tell_risk(session: Session, actor: Actor, approval: Approval) -> None:
    """From the policy's points on, reviewers are told to look at it first; once a round."""
    if approval.risk >= rules.POLICY["reminder"]["risk_from"]:
        notifications.tell_audience(
            session, actor, RISKY, approval, audience="listing_reviewers", key=f"round {approval.round}",
            risk=str(approval.risk),
        )  # fmt: skip
