"""A person's own inbox: what he was told, what waits for him; nobody else's is to be found."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select, update
from sqlalchemy.orm import Session

from marketplace.domain import notices
from marketplace.domain.actors import Actor
from marketplace.domain.errors import NotFound
from marketplace.extensions import db
from marketplace.models.accounts import AuthSession, Membership
from marketplace.models.notifications import Notification
from marketplace.policy import reader
from marketplace.services import clock, unit_of_work
from marketplace.services.pages import Page

KIND = "notification"
PER_PAGE: int = reader.load("notifications")["inbox"]["per_page"]
UNREAD = Notification.read_at.is_(None)


class Box(StrEnum):
    TODO = "todo"
    UNREAD = "unread"
    ALL = "all"


def open_todo(now: datetime) -> ColumnElement[bool]:
    """Neither done nor past its time."""
    in_time = Notification.ends_at.is_(None) | (Notification.ends_at > now)
    return Notification.is_todo & Notification.done_at.is_(None) & in_time


def _conditions(box: Box) -> tuple[ColumnElement[bool], ...]:
    return {Box.TODO: (open_todo(clock.now()),), Box.UNREAD: (UNREAD,), Box.ALL: ()}[box]


@dataclass(frozen=True, slots=True)
class Line:
    id: int
    title: str
    text: str
    topic: str
    at: datetime
    is_unread: bool
    is_todo: bool
    is_done: bool
    is_late: bool  # its time has passed


@dataclass(frozen=True, slots=True)
class Inbox:
    page: Page[Line]
    counts: dict[str, int]
    newest: int  # what 全部标为已读 reaches to


def counts(who: ColumnElement[int] | Any) -> tuple[Select[int], Select[int]]:
    """How much is unread and how much is to be done, as queries that a bigger one takes in."""
    own = select(func.count()).select_from(Notification).where(Notification.user_id == who)
    return own.where(UNREAD), own.where(open_todo(clock.now()))


def of_session() -> tuple[Any, Any]:
    """Both numbers of the person behind an AuthSession, for the query that loads him."""
    who = select(Membership.user_id).where(Membership.id == AuthSession.membership_id)
    unread, todos = counts(who.correlate(AuthSession).scalar_subquery())
    return (
        unread.correlate(AuthSession).scalar_subquery().label("unread"),
        todos.correlate(AuthSession).scalar_subquery().label("todos"),
    )


def page(actor: Actor, *, box: Box, number: int) -> Inbox:
    """Newest first; among all, the unread ones before the others."""
    own = Notification.user_id == actor.user_id
    unread, todos = counts(actor.user_id)
    total, newest = func.count(Notification.id), func.coalesce(func.max(Notification.id), 0)
    query = select(unread.scalar_subquery(), todos.scalar_subquery(), total, newest).where(own)
    *numbers, last = db.session.execute(query).one()
    found = dict(zip(("unread", "todo", "all"), numbers, strict=True))
    number = Page.clamp(number, total=found[box], per_page=PER_PAGE)
    rows = (
        select(Notification)
        .where(own, *_conditions(box))
        .order_by(UNREAD.desc(), Notification.id.desc())
        .limit(PER_PAGE)
        .offset((number - 1) * PER_PAGE)
    )
    lines = tuple(_line(row) for row in db.session.scalars(rows))
    return Inbox(Page(lines, number=number, per_page=PER_PAGE, total=found[box]), found, last)


def _line(row: Notification) -> Line:
    topic = notices.TOPICS.get(notices.topic_of(row.kind))
    return Line(
        id=row.id,
        title=row.title,
        text=row.text,
        topic=topic.label if topic else "",
        at=row.created_at,
        is_unread=row.read_at is None,
        is_todo=row.is_todo,
        is_done=row.done_at is not None,
        is_late=row.ends_at is not None and row.ends_at <= clock.now(),
    )


def place_of(actor: Actor, notification_id: int) -> tuple[str, int]:
    """Kind and key of the page that it is about; reads only."""
    row = _own(db.session, actor, notification_id)
    return row.page_kind, row.page_id


def open_one(actor: Actor, *, notification_id: int) -> tuple[str, int]:
    """Mark it read and say where it leads."""
    with unit_of_work.writing(actor) as session:
        row = _own(session, actor, notification_id)
        row.read_at = row.read_at or clock.now()
        return row.page_kind, row.page_id


def mark_read(actor: Actor, *, notification_id: int) -> None:
    open_one(actor, notification_id=notification_id)


def mark_done(actor: Actor, *, notification_id: int) -> None:
    """By hand, where no step of the thing has ended it; news have nothing to be done about them."""
    with unit_of_work.writing(actor) as session:
        row = _own(session, actor, notification_id)
        if row.is_todo:
            now = clock.now()
            row.read_at, row.done_at = row.read_at or now, row.done_at or now


def mark_all_read(actor: Actor, *, up_to: int) -> int:
    """What the person has seen on the page, not what came in since; returns how many were unread."""
    with unit_of_work.writing(actor) as session:
        own = (Notification.user_id == actor.user_id, Notification.id <= up_to, UNREAD)
        found = session.execute(update(Notification).where(*own).values(read_at=clock.now()).returning(Notification.id))
        return len(found.all())


def _own(session: Session, actor: Actor, notification_id: int) -> Notification:
    own = (Notification.id == notification_id, Notification.user_id == actor.user_id)
    row = session.scalars(select(Notification).where(*own)).one_or_none()
    if row is None:
        raise NotFound(KIND, notification_id)
    return row
