"""Accepting an invitation: as a new person, with the password of an account that exists, or as who is logged in."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, joinedload

from marketplace.domain import registration
from marketplace.domain.actors import Actor
from marketplace.domain.errors import Invalid, NotFound
from marketplace.domain.registration import Person
from marketplace.extensions import db
from marketplace.models.accounts import Invitation, Membership, Organisation, User
from marketplace.services import accounts, audit, clock, invitations, logins, passwords, status_changes
from marketplace.services.accounts import Entry
from marketplace.services.unit_of_work import remember, writing


@dataclass(frozen=True, slots=True)
class Door:
    """What the holder of the link is shown."""

    organisation: str
    name: str
    login: str
    expires_at: datetime
    has_account: bool


def find(token: str) -> Door:
    """NotFound when the link was never made, used, taken back or is too old: no difference is told."""
    query = select(Invitation).where(Invitation.token_hash == invitations.hash_of(token))
    row = db.session.scalars(query.options(joinedload(Invitation.organisation))).one_or_none()
    if row is None or not _is_open(row):
        raise NotFound("invitation", None)
    has_account = db.session.scalar(select(User.id).where(User.login == row.login)) is not None
    return Door(row.organisation.name, row.name, row.login, row.expires_at, has_account)


def as_newcomer(*, token: str, name: str, password: str, user_agent: str, once: str | None = None) -> Entry:
    door = find(token)
    problems = registration.person_problems(Person(name=name, login=door.login, password=password))
    if problems:
        raise Invalid(problems)
    password_hash = passwords.hash_of(password)
    try:
        with writing(once=once) as session:
            row = _locked_row(session, token)
            user = User(login=row.login, name=name.strip(), password_hash=password_hash, created_at=clock.now())
            session.add(user)
            session.flush()
            return _join(session, row, user, user_agent=user_agent, once=once)
    except IntegrityError as error:
        message = "这个账号刚刚注册过，请刷新页面，用已有的口令加入"
        raise Invalid({"password": [message]}) from error


def with_password(*, token: str, password: str, user_agent: str, once: str | None = None) -> Entry:
    """For somebody whose account exists and who is not logged in; failures count towards the lock."""
    user_id = logins.check_password(login=find(token).login, password=password)
    return _join_known(user_id, token=token, user_agent=user_agent, once=once)


def as_actor(actor: Actor, *, token: str, user_agent: str, once: str | None = None) -> Entry:
    """For somebody logged in: the link is the key, whatever account name it was made for."""
    if actor.user_id is None:
        raise NotFound("user", None)
    return _join_known(actor.user_id, token=token, user_agent=user_agent, once=once)


def _join_known(user_id: int, *, token: str, user_agent: str, once: str | None) -> Entry:
    with writing(once=once) as session:
        row = _locked_row(session, token)
        user = logins.unlocked(session, user_id)
        return _join(session, row, user, user_agent=user_agent, once=once)


def _join(session: Session, row: Invitation, user: User, *, user_agent: str, once: str | None) -> Entry:
    """The seat has the inviter's role: nobody hands out more than he has. The second of two joins finds no door."""
    where = (Membership.organisation_id == row.organisation_id,)
    if session.scalar(select(Membership.id).where(Membership.user_id == user.id, *where)) is not None:
        raise Invalid({"password": ["你已经在这个单位里，不用再加入"]})
    role = session.scalar(select(Membership.role).where(Membership.user_id == row.created_by, *where))
    if role is None:
        raise NotFound("invitation", row.id)
    now = clock.now()
    seat = Membership(user_id=user.id, organisation_id=row.organisation_id, role=role, is_keeper=False, created_at=now)
    session.add(seat)
    row.accepted_at, row.accepted_by = now, user.id
    session.flush()
    seat = accounts.get_seat(session, seat.id)
    details = {"login": user.login}
    audit.record(
        session, accounts.actor_in(seat), "accounts.joined", kind="organisation", key=seat.organisation_id,
        details=details,
    )  # fmt: skip
    remember(session, once, kind="organisation", key=seat.organisation_id)
    return accounts.enter(session, seat, user_agent=user_agent)


def _locked_row(session: Session, token: str) -> Invitation:
    """Organisation first, invitation second, as everywhere: a removal of the inviter waits or is seen."""
    found = session.scalar(select(Invitation.id).where(Invitation.token_hash == invitations.hash_of(token)))
    if found is None:
        raise NotFound("invitation", None)
    organisation_id = session.scalars(select(Invitation.organisation_id).where(Invitation.id == found)).one()
    status_changes.locked(session, Organisation, kind="organisation", key=organisation_id)
    row: Invitation = status_changes.locked(session, Invitation, kind="invitation", key=found)
    if not _is_open(row) or row.token_hash != invitations.hash_of(token):
        raise NotFound("invitation", None)
    return row


def _is_open(row: Invitation) -> bool:
    is_decided = not row.is_request or row.created_by is not None
    return is_decided and row.accepted_at is None and row.withdrawn_at is None and row.expires_at > clock.now()
