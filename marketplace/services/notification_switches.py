"""What each person wants to hear of a topic, and how: without a choice of his own the policy's default holds."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from marketplace.domain import mail_addresses, notices
from marketplace.domain.actors import Actor
from marketplace.domain.errors import Invalid
from marketplace.extensions import db
from marketplace.models.accounts import User
from marketplace.models.notifications import MailChoice, NotificationSwitch
from marketplace.policy import reader
from marketplace.services import unit_of_work

DEFAULTS = reader.load("notifications")["defaults"]


@dataclass(frozen=True, slots=True)
class Choice:
    is_shown: bool
    mail: MailChoice


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the switches' page; `mail` is None while the default holds, which depends on the message."""

    topic: str
    label: str
    hint: str
    is_shown: bool
    mail: MailChoice | None


def default(*, is_todo: bool) -> Choice:
    return Choice(bool(DEFAULTS["is_shown"]), MailChoice(DEFAULTS["todo_mail" if is_todo else "news_mail"]))


def of_people(session: Session, people: Sequence[int], kind: str, *, is_todo: bool) -> dict[int, Choice]:
    """The choice of each of these people for a message of this kind."""
    found = {user_id: default(is_todo=is_todo) for user_id in people}
    query = select(NotificationSwitch).where(
        NotificationSwitch.user_id.in_(people), NotificationSwitch.topic == notices.topic_of(kind)
    )
    with session.no_autoflush:
        for row in session.scalars(query):
            found[row.user_id] = Choice(row.is_shown, row.mail or found[row.user_id].mail)
    return found


def rows(actor: Actor) -> tuple[Row, ...]:
    """The topics that the actor's role is told of."""
    query = select(NotificationSwitch).where(NotificationSwitch.user_id == actor.user_id)
    chosen = {row.topic: row for row in db.session.scalars(query)}
    return tuple(
        Row(
            topic=name,
            label=topic.label,
            hint=topic.hint,
            is_shown=chosen[name].is_shown if name in chosen else bool(DEFAULTS["is_shown"]),
            mail=chosen[name].mail if name in chosen else None,
        )
        for name, topic in notices.TOPICS.items()
        if actor.role in topic.roles
    )


def address_of(actor: Actor) -> str:
    """Where mail to the actor goes; empty where he logs in by phone."""
    login = db.session.scalar(select(User.login).where(User.id == actor.user_id)) or ""
    return login if mail_addresses.is_address(login) else ""


def save(actor: Actor, choices: Mapping[str, tuple[bool, str]], *, once: str | None = None) -> None:
    """By topic: shown or not, and the way of mail; an empty way is the default's."""
    if any(mail and mail not in set(MailChoice) for _, mail in choices.values()):
        raise Invalid({"mail": ["邮件方式请从列出的几项里选"]})
    own = {row.topic for row in rows(actor)}
    with unit_of_work.writing(actor, once=once) as session:
        for topic, (is_shown, mail) in choices.items():
            if topic in own:
                _put(session, actor, topic, is_shown=is_shown, mail=MailChoice(mail) if mail else None)
        unit_of_work.remember(session, once, kind="notification_switches", key=actor.user_id or 0)


def _put(session: Session, actor: Actor, topic: str, *, is_shown: bool, mail: MailChoice | None) -> None:
    """In one statement, so that two tabs that save at once both succeed and the later one stands."""
    connection = session.connection()
    make: Any = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    chosen = {"is_shown": is_shown, "mail": mail}
    statement = make(NotificationSwitch).values(user_id=actor.user_id, topic=topic, **chosen)
    connection.execute(statement.on_conflict_do_update(index_elements=["user_id", "topic"], set_=chosen))
