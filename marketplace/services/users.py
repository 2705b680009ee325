"""All people, for the administrator: find, unlock, log out, close and reopen an account."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session, selectinload

from marketplace.domain import permissions
from marketplace.domain.actors import Actor
from marketplace.domain.errors import Forbidden, Invalid
from marketplace.domain.permissions import Permission
from marketplace.extensions import db
from marketplace.models.accounts import AuthSession, Membership, Organisation, User
from marketplace.policy import reader
from marketplace.services import audit, clock, logins, sessions, status_changes
from marketplace.services.pages import Page
from marketplace.services.unit_of_work import writing

PER_PAGE = reader.load("accounts")["listing"]["users_a_page"]
SELF = "不能停用自己的账号，请由另一位管理员办理"


@dataclass(frozen=True, slots=True)
class Line:
    user_id: int
    name: str
    login: str
    seats: tuple[tuple[str, str], ...]  # (organisation, role)
    is_active: bool
    locked_until: datetime | None  # None when not locked now
    failed_logins: int
    sessions: int


def page(*, number: int, text: str = "", only_locked: bool = False) -> Page[Line]:
    """By account name; the text is looked for in names, account names and organisations."""
    now = clock.now()
    where = _conditions(text, only_locked=only_locked, now=now)
    total = db.session.scalar(select(func.count()).select_from(User).where(*where)) or 0
    number = Page.clamp(number, total=total, per_page=PER_PAGE)
    seats = selectinload(User.memberships).joinedload(Membership.organisation)
    query = select(User).where(*where).order_by(User.login, User.id).options(seats)
    rows = db.session.scalars(query.limit(PER_PAGE).offset((number - 1) * PER_PAGE)).all()
    live = _live_sessions([row.id for row in rows], now)
    lines = tuple(_line(row, sessions=live.get(row.id, 0), now=now) for row in rows)
    return Page(lines, number=number, per_page=PER_PAGE, total=total)


def _conditions(text: str, *, only_locked: bool, now: datetime) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if text:
        works_there = select(Membership.user_id).join(Organisation)
        works_there = works_there.where(Organisation.name.icontains(text, autoescape=True))
        found.append(
            or_(
                User.name.icontains(text, autoescape=True),
                User.login.icontains(text, autoescape=True),
                User.id.in_(works_there),
            )
        )
    if only_locked:
        found.append(or_(User.locked_until > now, User.is_active.is_(False)))
    return found


def _line(row: User, *, sessions: int, now: datetime) -> Line:
    return Line(
        user_id=row.id,
        name=row.name,
        login=row.login,
        seats=tuple((seat.organisation.name, str(seat.role)) for seat in row.memberships),
        is_active=row.is_active,
        locked_until=row.locked_until if logins.is_locked(row, now=now) else None,
        failed_logins=row.failed_logins,
        sessions=sessions,
    )


def _live_sessions(user_ids: list[int], now: datetime) -> dict[int, int]:
    query = select(Membership.user_id, func.count()).join(AuthSession, AuthSession.membership_id == Membership.id)
    query = query.where(Membership.user_id.in_(user_ids), *sessions.alive(now)).group_by(Membership.user_id)
    return {user_id: count for user_id, count in db.session.execute(query)}


def unlock(actor: Actor, *, user_id: int) -> None:
    """Lift the lock and forget the failures; nothing to lift changes nothing."""
    with writing(actor) as session:
        user = _managed(session, actor, user_id)
        if user.locked_until is None and not user.failed_logins:
            return
        user.locked_until, user.failed_logins = None, 0
        audit.record(session, actor, "accounts.unlocked", kind="user", key=user_id)


def revoke_sessions(actor: Actor, *, user_id: int) -> int:
    with writing(actor) as session:
        user = _managed(session, actor, user_id)
        ended = sessions.revoke_all(session, user_id=user_id)
        if ended:
            details = {"login": user.login, "sessions": ended}
            audit.record(session, actor, "accounts.sessions_revoked", kind="user", key=user_id, details=details)
    return ended


def set_active(actor: Actor, *, user_id: int, is_active: bool) -> None:
    """A closed account logs in nowhere and its sessions end; nobody closes his own."""
    with writing(actor) as session:
        user = _managed(session, actor, user_id)
        if user_id == actor.user_id:
            raise Invalid({"user": [SELF]})
        if user.is_active == is_active:
            return
        user.is_active = is_active
        if not is_active:
            sessions.revoke_all(session, user_id=user_id)
        action = "accounts.reactivated" if is_active else "accounts.deactivated"
        audit.record(session, actor, action, kind="user", key=user_id, details={"login": user.login})


def _managed(session: Session, actor: Actor, user_id: int) -> User:
    user: User = status_changes.locked(session, User, kind="user", key=user_id)
    if not permissions.permits(actor, Permission.MANAGE_USERS, user):
        raise Forbidden(Permission.MANAGE_USERS)
    return user
