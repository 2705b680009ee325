"""Telling people what concerns them, in the transaction of its cause: what is rolled back was never told.

Status changes are told by the table domain/notices through `tell_of_change`, which services/status_changes calls. Acts
that change no status are told with `tell`, after a line in notices.TOLD.
"""

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from marketplace.domain import notices
from marketplace.domain.actors import Actor
from marketplace.models.accounts import User
from marketplace.models.notifications import MailChoice, Notification
from marketplace.services import clock, mails, notification_audiences, notification_switches, notification_words

TITLE_MAX, TEXT_MAX = 120, 300
ROWS_A_STATEMENT = 500


@dataclass(frozen=True, slots=True)
class Message:
    """What is told; `key` makes it the same message when it comes again."""

    kind: str
    subject: tuple[str, int]
    page: tuple[str, int]
    title: str
    text: str
    is_todo: bool
    key: str
    ends_at: datetime | None = None


def tell_of_change(
    session: Session, actor: Actor, subject: Any, *, kind: str, action: str, reason: str | None = None
) -> None:
    """Tell everybody whom the step concerns, but not who took it; to-dos that end with it are closed first."""
    close_todos(session, kind, subject.id, notices.todos_closed_by(kind, action))
    rows = notices.NOTICES.get((kind, action), ())
    if not rows:
        return
    words = {
        "name": notification_words.name_of(session, kind, subject),
        "reason": reason or "",
        "who": actor.organisation_name,
    }
    for notice in rows:
        people = notification_audiences.find(session, notice.audience, subject, but=actor.user_id)
        message = Message(
            kind=f"{kind}.{action}",
            subject=(kind, subject.id),
            page=notification_words.page_of(notice.page, kind, subject),
            title=notices.fill(notice.title, words),
            text=notices.fill(notice.text, words),
            is_todo=notice.is_todo,
            key=f"{kind}.{action}:{subject.id}:{subject.version}",
        )
        _write(session, message, people)


def tell(
    session: Session,
    kind: str,
    *,
    subject_kind: str,
    subject_id: int,
    to: Collection[int],
    words: Mapping[str, str],
    page: tuple[str, int] | None = None,
    key: str = "",
    ends_at: datetime | None = None,
) -> None:
    """Tell these people of an act by its line in notices.TOLD; the caller leaves out who acted.

    The same words about the same thing are told once; where they may rightly come again, `key` tells them apart. A
    to-do with `ends_at` waits no longer than that.
    """
    told = notices.TOLD[kind]
    title, text = notices.fill(told.title, words), notices.fill(told.text, words)
    mark = key or hashlib.sha256(f"{title}\n{text}".encode()).hexdigest()[:16]
    message = Message(
        kind=kind,
        subject=(subject_kind, subject_id),
        page=page or (subject_kind, subject_id),
        title=title,
        text=text,
        is_todo=told.is_todo,
        key=f"{kind}:{subject_id}:{mark}",
        ends_at=ends_at,
    )
    _write(session, message, sorted(set(to)))


def tell_audience(
    session: Session,
    actor: Actor,
    kind: str,
    thing: Any,
    *,
    audience: str,
    page: str = "",
    key: str = "",
    ends_at: datetime | None = None,
    **words: str,
) -> None:
    """As `tell`, to an audience of the table and with the thing's own name; without who acted."""
    noun = kind.partition(".")[0]
    tell(
        session,
        kind,
        subject_kind=noun,
        subject_id=thing.id,
        to=notification_audiences.find(session, audience, thing, but=actor.user_id),
        words={"name": notification_words.name_of(session, noun, thing), "who": actor.organisation_name, **words},
        page=notification_words.page_of(page, noun, thing),
        key=key,
        ends_at=ends_at,
    )


def close_todos(
    session: Session,
    subject_kind: str,
    subject_id: int,
    kinds: Collection[str] | None = None,
    *,
    people: Collection[int] | None = None,
) -> None:
    """This need not be done any more: all open to-dos about the thing, or those of these kinds, or of these people."""
    if kinds is not None and not kinds:
        return
    now = clock.now()
    table = Notification.__table__
    open_ones = [
        table.c.subject_kind == subject_kind,
        table.c.subject_id == subject_id,
        table.c.is_todo,
        table.c.done_at.is_(None),
    ]
    if kinds is not None:
        open_ones.append(table.c.kind.in_(kinds))
    if people is not None:
        open_ones.append(table.c.user_id.in_(people))
    values = {"done_at": now, "read_at": func.coalesce(table.c.read_at, now)}
    session.connection().execute(update(Notification).where(*open_ones).values(**values))


def close_own_todos(session: Session, actor: Actor, subject_kind: str, subject_id: int) -> None:
    """The actor's organisation has done its part, others have not: only its own people's to-dos are closed."""
    with session.no_autoflush:
        people = session.scalars(notification_audiences.of_organisation(actor.organisation_id)).all()
    close_todos(session, subject_kind, subject_id, people=people)


def _write(session: Session, message: Message, people: Sequence[int]) -> None:
    """One row a person, and a mail to whoever wants one at once; who has been told already is passed over."""
    if not people:
        return
    choices = notification_switches.of_people(session, people, message.kind, is_todo=message.is_todo)
    now = clock.now()
    rows = [
        {
            "user_id": user_id,
            "kind": message.kind,
            "subject_kind": message.subject[0],
            "subject_id": message.subject[1],
            "page_kind": message.page[0],
            "page_id": message.page[1],
            "title": message.title[:TITLE_MAX],
            "text": message.text[:TEXT_MAX],
            "is_todo": message.is_todo,
            "ends_at": message.ends_at,
            "mail": choices[user_id].mail,
            "created_at": now,
            "read_at": None if choices[user_id].is_shown or message.is_todo else now,
            "dedupe_key": message.key,
        }
        for user_id in people
    ]
    for start in range(0, len(rows), ROWS_A_STATEMENT):
        fresh = _insert(session, rows[start : start + ROWS_A_STATEMENT])
        _mail(session, {who: key for who, key in fresh.items() if choices[who].mail == MailChoice.NOW}, message.title)


def _insert(session: Session, rows: list[dict[str, Any]]) -> dict[int, int]:
    """The new notification's id by person; through the connection, for a flush here would be the caller's too early."""
    connection = session.connection()
    make: Any = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    statement = make(Notification).values(rows).on_conflict_do_nothing(index_elements=["user_id", "dedupe_key"])
    fresh = connection.execute(statement.returning(Notification.id, Notification.user_id))
    return {row.user_id: row.id for row in fresh}


def _mail(session: Session, fresh: Mapping[int, int], title: str) -> None:
    if not fresh:
        return
    with session.no_autoflush:
        logins = session.execute(select(User.id, User.login).where(User.id.in_(fresh)).order_by(User.id)).all()
    for row in logins:
        mails.put_notice(session, user_id=row.id, login=row.login, title=title, notification_id=fresh[row.id])
