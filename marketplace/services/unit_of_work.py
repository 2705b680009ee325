"""The one way to write: take the lock, do the work, commit once, then let the outbox go."""

from collections.abc import Iterator
from contextlib import contextmanager

from flask import current_app
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from marketplace.domain.actors import Actor
from marketplace.domain.errors import AlreadyDone
from marketplace.extensions import db
from marketplace.models.outbox import Submission
from marketplace.services import audit_chain, clock


@contextmanager
def writing(actor: Actor | None = None, *, once: str | None = None) -> Iterator[Session]:
    """A transaction that may write.

    It starts afresh, so that what it reads is what it changes: SQLite takes its write lock at BEGIN, PostgreSQL locks
    the rows that the work selects FOR UPDATE. What it recorded joins the audit chain as the last thing before commit.
    `once` is the token of the form: the second use raises AlreadyDone.
    """
    session = db.session
    session.rollback()
    session.connection(execution_options={"is_writer": True})
    try:
        with audit_chain.gathering(session):
            if once:
                _claim(session, once, actor)
            yield session
            audit_chain.seal(session)
            session.commit()
    except BaseException:
        session.rollback()
        raise
    notify = current_app.extensions.get("after_commit")
    if notify is not None:
        notify()


def remember(session: Session, once: str | None, *, kind: str, key: int) -> None:
    """Note what the form made, so that a second sending is led there."""
    if once:
        submission = session.get_one(Submission, once)
        submission.subject_kind, submission.subject_id = kind, key


def _claim(session: Session, token: str, actor: Actor | None) -> None:
    earlier = session.get(Submission, token)
    if earlier is None:
        session.add(Submission(token=token, user_id=actor.user_id if actor else None, created_at=clock.now()))
        try:
            session.flush()
        except IntegrityError:  # another worker got the same form in the same moment
            session.rollback()
            earlier = session.get_one(Submission, token)
    if earlier is not None:
        raise AlreadyDone(earlier.subject_kind, earlier.subject_id)
