"""每日摘要: what is new and what waits, one mail a person and day, however many couriers there are and how they die.

A digest covers what was told before the hour of its day; what comes later is the next day's, even when a digest is
late. The row of the person and day, the mail, and the mark on what it names are one transaction.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, exists, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from marketplace.extensions import db
from marketplace.models.accounts import User
from marketplace.models.notifications import Digest, MailChoice, Notification
from marketplace.policy import reader
from marketplace.services import clock, mails
from marketplace.services.notification_inbox import UNREAD, open_todo
from marketplace.services.unit_of_work import writing

POLICY: dict[str, Any] = reader.load("notifications")["digest"]
REMINDED = timedelta(days=POLICY["remind_after_days"])


@dataclass(frozen=True, slots=True)
class Content:
    news: Sequence[Notification]
    todos: Sequence[Notification]
    named: Sequence[int]  # every id that no later digest tells as new


def cutoff() -> datetime:
    """The hour of today's digest."""
    return datetime.combine(clock.today(), time(POLICY["hour"]), tzinfo=clock.CITY_ZONE)


def send_due() -> int:
    """How many digests were put on their way; nothing before the hour."""
    until = cutoff()
    if clock.now() < until:
        return 0
    return sum(_put(user_id, until) for user_id in _due(until))


def _news(until: datetime) -> tuple[ColumnElement[bool], ...]:
    """Not yet named in any digest; what was read in the meantime needs no mail."""
    is_fresh = (Notification.mail == MailChoice.DIGEST) & Notification.digested_on.is_(None)
    return (is_fresh, UNREAD, Notification.created_at < until)


def _due(until: datetime) -> Sequence[int]:
    """People with an e-mail address and something to tell who have had no digest today."""
    mine = Notification.user_id == User.id
    day = clock.today()
    has_news = exists().where(mine, *_news(until))
    was_reminded = exists().where(Digest.user_id == User.id, Digest.day > day - REMINDED)
    waits_long = exists().where(mine, *_waiting(until - REMINDED))
    query = select(User.id).where(
        User.is_active,
        User.login.contains("@"),
        ~exists().where(Digest.user_id == User.id, Digest.day == day),
        or_(has_news, waits_long & ~was_reminded),
    )
    return db.session.scalars(query.order_by(User.id)).all()


def _waiting(until: datetime) -> tuple[ColumnElement[bool], ...]:
    return (open_todo(clock.now()), Notification.mail != MailChoice.OFF, Notification.created_at < until)


def _put(user_id: int, until: datetime) -> int:
    """1 when this courier was the first; everything about this person's digest in one transaction."""
    with writing() as session:
        content = _content(session, user_id, until)
        user = session.get_one(User, user_id)
        if not (content.news or content.todos) or not _take(session, user_id, content):
            return 0
        mail = mails.put(
            session,
            login=user.login,
            purpose="digest",
            subject=f"{len(content.news)}条新消息，{len(content.todos)}项待办",
            lines=_lines(content),
            user_id=user_id,
        )
        session.flush()
        today = clock.today()
        session.execute(update(Notification).where(Notification.id.in_(content.named)).values(digested_on=today))
        session.get_one(Digest, (user_id, today)).mail_id = mail.id if mail else None
    return 1


def _content(session: Session, user_id: int, until: datetime) -> Content:
    own = select(Notification).where(Notification.user_id == user_id).order_by(Notification.id)
    todos = session.scalars(own.where(*_waiting(until))).all()
    waiting = {row.id for row in todos}
    fresh = session.scalars(own.where(*_news(until))).all()
    return Content([row for row in fresh if row.id not in waiting], todos, [row.id for row in fresh])


def _take(session: Session, user_id: int, content: Content) -> bool:
    """The row of the day, if nobody has made it yet."""
    connection = session.connection()
    make: Any = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    values = {
        "user_id": user_id,
        "day": clock.today(),
        "news": len(content.news),
        "todos": len(content.todos),
        "created_at": clock.now(),
    }
    statement = make(Digest).values(**values).on_conflict_do_nothing(index_elements=["user_id", "day"])
    return connection.execute(statement.returning(Digest.user_id)).one_or_none() is not None


def _lines(content: Content) -> list[str]:
    lines = []
    for heading, rows in (("待办", content.todos), ("新消息", content.news)):
        if rows:
            lines += [f"{heading}（{len(rows)}）", *(f"- {row.title}" for row in rows[: POLICY["listed"]])]
            if len(rows) > POLICY["listed"]:
                lines.append(f"- 另有{len(rows) - POLICY['listed']}条，登录后查看")
            lines.append("")
    return [*lines, "登录后查看和办理：", mails.link("notifications.index"), *mails.signature()]
