"""The audit trail: the row written in the transaction of the act."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.domain import audit_chain
from marketplace.domain.actors import Actor
from marketplace.domain.acts import ACTS
from marketplace.extensions import db
from marketplace.models.audit import AuditEntry, json_text
from marketplace.services import audit_chain as chain
from marketplace.services import clock


def record(
    session: Session, actor: Actor, action: str, *, kind: str, key: int | None, details: dict[str, Any] | None = None
) -> None:
    """Note the row, which joins the chain at the end of the transaction.

    An unknown act, a wrong field, or a session that is not in `unit_of_work.writing` is a mistake of ours and raises.
    """
    details = details or {}
    expected = ACTS[action].fields
    if set(details) != expected:
        raise ValueError(f"{action} carries {sorted(expected)}, not {sorted(details)}")
    fields = {
        "at": clock.now(),
        "user_id": actor.user_id,
        "actor_name": audit_chain.plain(actor.name),
        "organisation_id": actor.organisation_id,
        "role": str(actor.role),
        "action": action,
        "subject_kind": kind,
        "subject_id": key,
        "details": json_text(details),
    }
    chain.gather(session, fields)


def timeline(*, kind: str, key: int) -> tuple[AuditEntry, ...]:
    """All acts on one thing, oldest first."""
    query = select(AuditEntry).where(AuditEntry.subject_kind == kind, AuditEntry.subject_id == key)
    return tuple(db.session.scalars(query.order_by(AuditEntry.at, AuditEntry.id)).all())
