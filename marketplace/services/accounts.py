"""Who is behind a session, and in which seat."""

import hashlib
import secrets
from dataclasses import dataclass, replace
from datetime import timedelta

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session, joinedload

from marketplace.domain.actors import SYSTEM, Actor
from marketplace.extensions import db
from marketplace.models.accounts import AuthSession, Membership, Organisation
from marketplace.policy import reader
from marketplace.services import audit, clock, notification_inbox
from marketplace.services.unit_of_work import writing

POLICY = reader.load("accounts")["session"]
SEEN_EVERY = timedelta(minutes=1)
SEAT = (
    joinedload(Membership.user),
    joinedload(Membership.organisation).joinedload(Organisation.enterprise),
    joinedload(Membership.organisation).joinedload(Organisation.provider),
)
VISITOR = replace(SYSTEM, name="未登录访客", organisation_name="")  # in the trail, before anybody is known


@dataclass(frozen=True, slots=True)
class Entry:
    """A session just opened: the token goes into the cookie and is kept nowhere else."""

    token: str
    actor: Actor


@dataclass(frozen=True, slots=True)
class Presence:
    """Who is there, and how much he has been told that he has not read or not done."""

    actor: Actor
    unread: int
    todos: int


def hash_token(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def actor_in(membership: Membership, *, session_id: int | None = None) -> Actor:
    """The actor of a seat whose person and organisation are loaded (SEAT)."""
    organisation = membership.organisation
    return Actor(
        user_id=membership.user_id,
        name=membership.user.name,
        role=membership.role,
        organisation_id=organisation.id,
        organisation_kind=organisation.kind,
        organisation_name=organisation.name,
        county=organisation.county,
        membership_id=membership.id,
        session_id=session_id,
        is_keeper=membership.is_keeper,
        enterprise_id=organisation.enterprise.id if organisation.enterprise else None,
        provider_id=organisation.provider.id if organisation.provider else None,
    )


def find_actor(token: str) -> Actor | None:
    found = find_presence(token)
    return found.actor if found else None


def find_presence(token: str) -> Presence | None:
    """The person of a live session: not revoked, not expired, not idle too long, still active; what waits for him."""
    seat = [joinedload(AuthSession.membership).options(*SEAT)]
    unread, todos = notification_inbox.of_session()
    query = select(AuthSession, unread, todos).where(AuthSession.token_hash == hash_token(token)).options(*seat)
    found = db.session.execute(query).one_or_none()
    if found is None:
        return None
    row, now = found[0], clock.now()
    if row.revoked_at is not None or row.expires_at <= now:
        return None
    if row.seen_at + timedelta(hours=POLICY["idle_hours"]) <= now or not row.membership.user.is_active:
        return None
    actor = actor_in(row.membership, session_id=row.id)
    if now - row.seen_at > SEEN_EVERY:
        _touch(row.id)
    return Presence(actor, unread=found.unread, todos=found.todos)


def _touch(session_id: int) -> None:
    """One cheap statement; of two requests in the same moment only one writes."""
    now = clock.now()
    with writing() as session:
        stale = (AuthSession.id == session_id, AuthSession.seen_at < now - SEEN_EVERY)
        session.execute(update(AuthSession).where(*stale).values(seen_at=now))


def find_seat(session: Session, *, user_id: int) -> Membership | None:
    """The seat that the person used last, else the oldest; None when no organisation has him."""
    used = select(func.max(AuthSession.id)).where(AuthSession.membership_id == Membership.id).scalar_subquery()
    query = select(Membership).where(Membership.user_id == user_id).options(*SEAT)
    return session.scalars(query.order_by(func.coalesce(used, 0).desc(), Membership.id).limit(1)).one_or_none()


def get_seat(session: Session, membership_id: int) -> Membership:
    query = select(Membership).where(Membership.id == membership_id).options(*SEAT)
    return session.scalars(query.execution_options(populate_existing=True)).one()


def enter(session: Session, membership: Membership, *, user_agent: str) -> Entry:
    """Open a session in the seat, inside the caller's transaction."""
    return Entry(open_session(session, membership, user_agent=user_agent), actor_in(membership))


def open_session(session: Session, membership: Membership, *, user_agent: str) -> str:
    """A new session for the seat, inside the caller's transaction; returns the token for the cookie, kept nowhere."""
    token, now = secrets.token_urlsafe(32), clock.now()
    session.add(
        AuthSession(
            token_hash=hash_token(token),
            membership_id=membership.id,
            user_agent=user_agent[:200],
            created_at=now,
            seen_at=now,
            expires_at=now + timedelta(days=POLICY["absolute_days"]),
        )
    )
    audit.record(session, actor_in(membership), "accounts.logged_in", kind="user", key=membership.user_id)
    return token
