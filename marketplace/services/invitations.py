"""Invitations and requests to join: one open at a time for an organisation and an account name, one link to each.

The link's token is random and only its hash is stored; making a new link ends the old one. A request becomes an
invitation when a keeper gives it a link.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from marketplace.domain import credit_codes, login_names, permissions, registration, wording
from marketplace.domain.actors import Actor
from marketplace.domain.errors import Forbidden, Invalid, NotFound
from marketplace.domain.permissions import Permission
from marketplace.extensions import db
from marketplace.models.accounts import Invitation, Membership, Organisation, User
from marketplace.policy import reader
from marketplace.services import accounts, audit, clock, mails, status_changes
from marketplace.services.unit_of_work import remember, writing

POLICY = reader.load("accounts")["invitation"]
OPEN: tuple[ColumnElement[bool], ...] = (Invitation.accepted_at.is_(None), Invitation.withdrawn_at.is_(None))
UNDECIDED = (*OPEN, Invitation.is_request.is_(True), Invitation.created_by.is_(None))


@dataclass(frozen=True, slots=True)
class Waiting:
    invitation_id: int
    name: str
    login: str
    created_at: datetime
    expires_at: datetime
    needs_decision: bool
    is_expired: bool


def waiting(actor: Actor) -> tuple[Waiting, ...]:
    """What is open in the actor's organisation, the newest first."""
    query = select(Invitation).where(Invitation.organisation_id == actor.organisation_id, *OPEN)
    now = clock.now()
    return tuple(
        Waiting(
            invitation_id=row.id,
            name=row.name,
            login=row.login,
            created_at=row.created_at,
            expires_at=row.expires_at,
            needs_decision=row.is_request and row.created_by is None,
            is_expired=row.expires_at <= now,
        )
        for row in db.session.scalars(query.order_by(Invitation.created_at.desc(), Invitation.id.desc()))
    )


def invite(actor: Actor, *, name: str, login: str, once: str | None = None) -> str:
    """The token of the link; an open invitation of the same account name gets a new link instead."""
    with writing(actor, once=once) as session:
        organisation = _kept(session, actor)
        row = _open_row(session, organisation, name=name, login=login)
        token = _give_link(row, actor)
        session.flush()
        _mail(session, row, token, organisation=organisation.name)
        remember(session, once, kind="invitation", key=row.id)
        _note(session, actor, "accounts.invited", row)
    return token


def renew(actor: Actor, *, invitation_id: int, once: str | None = None) -> str:
    """A fresh link: for a request this is the keeper's consent, for an invitation the old link is dead."""
    with writing(actor, once=once) as session:
        row = _kept_row(session, actor, invitation_id)
        token = _give_link(row, actor)
        _mail(session, row, token, organisation=actor.organisation_name)
        remember(session, once, kind="invitation", key=row.id)
        _note(session, actor, "accounts.invited", row)
    return token


def withdraw(actor: Actor, *, invitation_id: int, once: str | None = None) -> None:
    """Take back an invitation or turn down a request."""
    with writing(actor, once=once) as session:
        row = _kept_row(session, actor, invitation_id)
        row.withdrawn_at = clock.now()
        _note(session, actor, "accounts.invitation_withdrawn", row)


def withdraw_of(session: Session, actor: Actor, *, inviter_id: int, organisation_id: int) -> None:
    """Who leaves leaves no open doors; inside the caller's transaction."""
    query = select(Invitation).where(
        Invitation.organisation_id == organisation_id, Invitation.created_by == inviter_id, *OPEN
    )
    for row in session.scalars(query.with_for_update()):
        row.withdrawn_at = clock.now()
        _note(session, actor, "accounts.invitation_withdrawn", row)


def ask(*, credit_code: str, name: str, login: str, once: str | None = None) -> None:
    """A newcomer asks to be let in; the answer is the same whether he is known there or not."""
    found = {} if name.strip() else {"person": ["请填写姓名"]}
    if reason := registration.code_problem(credit_code):
        found["credit_code"] = [reason]
    if reason := registration.login_problem(login):
        found["login"] = [reason]
    if found:
        raise Invalid(found)
    with writing(once=once) as session:
        query = select(Organisation).where(Organisation.credit_code == credit_codes.normalise(credit_code))
        organisation = session.scalars(query.with_for_update()).one_or_none()
        if organisation is None:
            raise Invalid({"credit_code": ["这个统一社会信用代码还没有注册，请直接注册单位"]})
        if _is_member(session, organisation, login):
            return
        row = _open_row(session, organisation, name=name, login=login, is_request=True)
        session.flush()
        _note(session, accounts.VISITOR, "accounts.join_requested", row)


def hash_of(token: str) -> str:
    return accounts.hash_token(token)


def _kept(session: Session, actor: Actor) -> Organisation:
    """The actor's organisation, locked, if he keeps it now."""
    organisation: Organisation = status_changes.locked(
        session, Organisation, kind="organisation", key=actor.organisation_id or 0
    )
    seat = session.get(Membership, actor.membership_id)
    is_keeper = seat is not None and seat.is_keeper
    if not is_keeper or not permissions.permits(actor, Permission.MANAGE_COLLEAGUES, organisation):
        raise Forbidden(Permission.MANAGE_COLLEAGUES)
    return organisation


def _kept_row(session: Session, actor: Actor, invitation_id: int) -> Invitation:
    organisation = _kept(session, actor)
    row: Invitation = status_changes.locked(session, Invitation, kind="invitation", key=invitation_id)
    if row.organisation_id != organisation.id or row.accepted_at is not None or row.withdrawn_at is not None:
        raise NotFound("invitation", invitation_id)
    return row


def _open_row(
    session: Session, organisation: Organisation, *, name: str, login: str, is_request: bool = False
) -> Invitation:
    """The open row of this account name, or a new one; the organisation's row is locked by the caller."""
    plain = login_names.normalise(login)
    _check_invited(session, organisation, name=name, login=plain, is_request=is_request)
    query = select(Invitation).where(Invitation.organisation_id == organisation.id, Invitation.login == plain, *OPEN)
    row = session.scalars(query).one_or_none()
    if row is not None:
        return row
    now = clock.now()
    row = Invitation(
        organisation_id=organisation.id,
        login=plain,
        name=name.strip(),
        is_request=is_request,
        token_hash=hash_of(secrets.token_urlsafe(32)),  # nobody has this one: a request is no key
        created_at=now,
        expires_at=now + timedelta(days=POLICY["days"]),
    )
    session.add(row)
    return row


def _check_invited(session: Session, organisation: Organisation, *, name: str, login: str, is_request: bool) -> None:
    found = {} if name.strip() else {"name": ["请填写同事的姓名"]}
    if not login_names.is_valid(login):
        found["login"] = ["账号要填同事的11位手机号或邮箱地址，请核对"]
    elif not is_request and _is_member(session, organisation, login):
        found["login"] = ["这位同事已经在本单位，不用再邀请"]
    if found:
        raise Invalid(found)


def _is_member(session: Session, organisation: Organisation, login: str) -> bool:
    query = select(Membership.id).join(User).where(User.login == login_names.normalise(login))
    return session.scalar(query.where(Membership.organisation_id == organisation.id)) is not None


def _give_link(row: Invitation, actor: Actor) -> str:
    token = secrets.token_urlsafe(32)
    row.token_hash = hash_of(token)
    row.created_by = actor.user_id
    row.expires_at = clock.now() + timedelta(days=POLICY["days"])
    return token


def _mail(session: Session, row: Invitation, token: str, *, organisation: str) -> None:
    """The link goes by mail as well where the account name is an address; the inviter still sees it once."""
    lines = [
        f"{organisation}邀请你加入{mails.SITE}。",
        "",
        f"打开下面的链接设置口令，{wording.day(row.expires_at)}前有效，用过即失效：",
        mails.link("joining.show", token=token),
        "",
        "如果你不认识这家单位，请不要打开链接。",
    ]
    subject = f"{organisation}邀请你加入"
    mails.put(session, login=row.login, purpose="invitation", subject=subject, lines=lines, is_secret=True)


def _note(session: Session, actor: Actor, action: str, row: Invitation) -> None:
    audit.record(session, actor, action, kind="invitation", key=row.id, details={"login": row.login})
