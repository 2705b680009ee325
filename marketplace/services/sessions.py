"""A person's own sessions and password: list, revoke, log out, change, another seat."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session, joinedload

from marketplace.domain import browsers, passwords
from marketplace.domain.actors import Actor
from marketplace.domain.errors import Invalid, NotFound
from marketplace.extensions import db
from marketplace.models.accounts import AuthSession, Membership, User
from marketplace.services import accounts, audit, clock, logins, status_changes
from marketplace.services import passwords as password_hashes
from marketplace.services.accounts import POLICY, Entry
from marketplace.services.unit_of_work import remember, writing


@dataclass(frozen=True, slots=True)
class Device:
    session_id: int
    browser: str
    organisation: str
    created_at: datetime
    seen_at: datetime
    is_current: bool


@dataclass(frozen=True, slots=True)
class Seat:
    membership_id: int
    organisation: str
    role: str
    is_keeper: bool
    is_current: bool


def alive(now: datetime) -> tuple[ColumnElement[bool], ...]:
    """The conditions under which a session still lets somebody in."""
    idle_since = now - timedelta(hours=POLICY["idle_hours"])
    return (AuthSession.revoked_at.is_(None), AuthSession.expires_at > now, AuthSession.seen_at > idle_since)


def devices(actor: Actor) -> tuple[Device, ...]:
    """Where the person is logged in, the latest use first."""
    query = (
        select(AuthSession)
        .join(AuthSession.membership)
        .where(Membership.user_id == actor.user_id, *alive(clock.now()))
        .options(joinedload(AuthSession.membership).joinedload(Membership.organisation))
        .order_by(AuthSession.seen_at.desc(), AuthSession.id.desc())
    )
    return tuple(
        Device(
            session_id=row.id,
            browser=browsers.describe(row.user_agent),
            organisation=row.membership.organisation.name,
            created_at=row.created_at,
            seen_at=row.seen_at,
            is_current=row.id == actor.session_id,
        )
        for row in db.session.scalars(query)
    )


def seats(actor: Actor) -> tuple[Seat, ...]:
    query = select(Membership).where(Membership.user_id == actor.user_id).order_by(Membership.id)
    return tuple(
        Seat(row.id, row.organisation.name, row.role, row.is_keeper, row.id == actor.membership_id)
        for row in db.session.scalars(query.options(joinedload(Membership.organisation)))
    )


def revoke(actor: Actor, *, session_id: int) -> None:
    """Log out one of the person's own devices; of others' there is none to be found."""
    with writing(actor) as session:
        row = status_changes.locked(session, AuthSession, kind="session", key=session_id)
        if session.get_one(Membership, row.membership_id).user_id != actor.user_id:
            raise NotFound("session", session_id)
        if row.revoked_at is None:
            row.revoked_at = clock.now()
            _note_logout(session, actor)


def log_out(actor: Actor) -> None:
    with writing(actor) as session:
        row = status_changes.locked(session, AuthSession, kind="session", key=actor.session_id or 0)
        if row.revoked_at is None:
            row.revoked_at = clock.now()
            _note_logout(session, actor)


def log_out_everywhere(actor: Actor) -> int:
    """Every session of the person ends, this one too; returns how many there were."""
    with writing(actor) as session:
        ended = revoke_all(session, user_id=_own_id(actor))
        action = "accounts.logged_out_everywhere"
        audit.record(session, actor, action, kind="user", key=actor.user_id, details={"sessions": ended})
    return ended


def revoke_all(session: Session, *, user_id: int, but: int | None = None) -> int:
    """End the person's live sessions in all seats, except one; inside the caller's transaction."""
    now = clock.now()
    own = select(Membership.id).where(Membership.user_id == user_id)
    query = select(AuthSession).where(AuthSession.membership_id.in_(own), *alive(now)).with_for_update()
    ended = [row for row in session.scalars(query) if row.id != but]
    for row in ended:
        row.revoked_at = now
    return len(ended)


def change_password(actor: Actor, *, old: str, new: str, once: str | None = None) -> int:
    """Needs the present password; the other devices are logged out. Returns how many."""
    user_id = _own_id(actor)
    row = db.session.execute(select(User.login, User.password_hash).where(User.id == user_id)).one()
    try:
        logins.check_password(login=row.login, password=old)  # counted, for a stolen session must not guess on
    except Invalid as error:
        raise Invalid({"old": ["现在的口令不对，请重新输入"]}) from error
    found = passwords.problems(new, login=row.login)
    if found or new == old:
        raise Invalid({"new": found or ["新口令和现在的一样，请换一个"]})
    fresh = password_hashes.hash_of(new)
    with writing(actor, once=once) as session:
        user = status_changes.locked(session, User, kind="user", key=user_id)
        if user.password_hash != row.password_hash or logins.is_locked(user, now=clock.now()):
            raise Invalid({"old": ["口令刚在别处改过，或账号已锁定，请稍后再试"]})
        user.password_hash = fresh
        ended = revoke_all(session, user_id=user_id, but=actor.session_id)
        details = {"sessions": ended}
        audit.record(session, actor, "accounts.password_changed", kind="user", key=user_id, details=details)
        remember(session, once, kind="user", key=user_id)
    return ended


def change_seat(actor: Actor, *, membership_id: int, user_agent: str) -> Entry:
    """Another organisation of the same person: a new session, for the rights are other ones."""
    with writing(actor) as session:
        row = status_changes.locked(session, Membership, kind="membership", key=membership_id)
        if row.user_id != actor.user_id:
            raise NotFound("membership", membership_id)
        session.get_one(AuthSession, actor.session_id).revoked_at = clock.now()
        return accounts.enter(session, accounts.get_seat(session, membership_id), user_agent=user_agent)


def _own_id(actor: Actor) -> int:
    if actor.user_id is None:
        raise NotFound("user", None)
    return actor.user_id


def _note_logout(session: Session, actor: Actor) -> None:
    audit.record(session, actor, "accounts.logged_out", kind="user", key=actor.user_id)
