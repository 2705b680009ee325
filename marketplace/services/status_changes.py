"""The one function that matters: the only place where a status changes."""

from typing import Any, Protocol

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from marketplace.domain import permissions, transitions
from marketplace.domain.actors import Actor
from marketplace.domain.errors import Conflict, Forbidden, Invalid, NotFound
from marketplace.models.accounts import User
from marketplace.models.approvals import StatusChange
from marketplace.services import audit, clock, notifications


class Subject(Protocol):
    id: Any
    status: Any
    version: Any
    decided_at: Any
    decided_by: Any


def locked(session: Session, model: type[Any], *, kind: str, key: int, options: tuple[Any, ...] = ()) -> Any:
    """The row, locked until the transaction ends, as the database holds it now."""
    query = select(model).where(model.id == key).options(*options).with_for_update(of=model)
    subject = session.scalars(query.execution_options(populate_existing=True)).one_or_none()
    if subject is None:
        raise NotFound(kind, key)
    return subject


def change(
    session: Session,
    actor: Actor,
    subject: Subject,
    *,
    kind: str,
    action: str,
    reason: str | None = None,
    version: int | None = None,
) -> None:
    """Check permission, transition and version; then set the status, write its history and audit rows, and tell whom
    it concerns.

    The subject comes from `locked`, the caller is inside `unit_of_work.writing` and puts the outbox rows.
    """
    transition = transitions.TRANSITIONS[kind][action]
    if not permissions.permits(actor, transition.permission, subject):
        raise Forbidden(transition.permission)
    is_stale = version is not None and version != subject.version
    if subject.status not in transition.sources or is_stale:
        raise conflict(session, subject, kind=kind, wanted=transition.label)
    reason = (reason or "").strip() or None
    if transition.needs_reason and reason is None:
        raise Invalid({"reason": ["请写明理由，会记入办理记录"]})
    before, at = subject.status, clock.now()
    is_initial = transition.target == transitions.INITIAL[kind]
    subject.status = type(before)(transition.target)
    subject.decided_at = None if is_initial else at
    subject.decided_by = None if is_initial else actor.user_id
    session.add(
        StatusChange(
            subject_kind=kind,
            subject_id=subject.id,
            action=action,
            from_status=before,
            to_status=transition.target,
            reason=reason,
            decided_by=actor.user_id,
            decided_at=at,
        )
    )
    details = {"from": before, "to": transition.target, "reason": reason}
    audit.record(session, actor, f"{kind}.{action}", kind=kind, key=subject.id, details=details)
    notifications.tell_of_change(session, actor, subject, kind=kind, action=action, reason=reason)


def conflict(session: Session, subject: Subject, *, kind: str, wanted: str | None = None) -> Conflict:
    """Who was faster, and when: for the page that the loser of a race gets."""
    last = session.execute(
        select(StatusChange.decided_at, User.name)
        .join(User, User.id == StatusChange.decided_by)
        .where(StatusChange.subject_kind == kind, StatusChange.subject_id == subject.id)
        .order_by(StatusChange.id.desc())
        .limit(1)
    ).one_or_none()
    decided_at, name = (last.decided_at, last.name) if last else (None, None)
    return Conflict(kind, subject.id, str(subject.status), decided_by=name, decided_at=decided_at, wanted=wanted)


def history(session: Session, *, kind: str, key: int) -> tuple[StatusChange, ...]:
    """Oldest first, with the people who decided."""
    query = (
        select(StatusChange)
        .where(StatusChange.subject_kind == kind, StatusChange.subject_id == key)
        .options(joinedload(StatusChange.decider))
        .order_by(StatusChange.decided_at, StatusChange.id)
    )
    return tuple(session.scalars(query).all())
