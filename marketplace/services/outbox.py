"""What has to happen after commit: written with its cause, delivered later, never lost, harmless when repeated."""

from collections.abc import Callable, Sequence

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from marketplace.extensions import db
from marketplace.models.outbox import OutboxMessage
from marketplace.services import clock
from marketplace.services.unit_of_work import writing

BATCH = 500
SOLUTION = "solution"


def put(session: Session, *, topic: str, subject_id: int) -> None:
    session.add(OutboxMessage(topic=topic, subject_id=subject_id, created_at=clock.now()))


def waiting(*, topic: str) -> int:
    query = select(func.count()).where(OutboxMessage.topic == topic, OutboxMessage.delivered_at.is_(None))
    return db.session.scalar(query) or 0


def newest(*, topic: str) -> int:
    """The id of the newest message: a cheap mark of whether anything has changed."""
    return db.session.scalar(select(func.max(OutboxMessage.id)).where(OutboxMessage.topic == topic)) or 0


def deliver(*, topic: str, handle: Callable[[Sequence[int]], None]) -> int:
    """Hand over the waiting subjects in batches and mark them; the caller holds the lock of the topic.

    The subjects are read after their messages, so a change that comes in between has a message of its own and comes
    round again. What `handle` raises leaves its batch waiting.
    """
    delivered = 0
    while True:
        db.session.rollback()
        query = (
            select(OutboxMessage.id, OutboxMessage.subject_id)
            .where(OutboxMessage.topic == topic, OutboxMessage.delivered_at.is_(None))
            .order_by(OutboxMessage.id)
            .limit(BATCH)
        )
        rows = db.session.execute(query).all()
        if not rows:
            return delivered
        handle(sorted({row.subject_id for row in rows}))
        with writing() as session:
            ids = [row.id for row in rows]
            session.execute(update(OutboxMessage).where(OutboxMessage.id.in_(ids)).values(delivered_at=clock.now()))
        delivered += len(rows)
