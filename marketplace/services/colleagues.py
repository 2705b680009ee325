"""The people of one organisation: who is there, who keeps it, who leaves. The last keeper stays."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session, joinedload

from marketplace.domain import login_names, permissions
from marketplace.domain.actors import Actor
from marketplace.domain.errors import Forbidden, Invalid, NotFound
from marketplace.domain.permissions import Permission
from marketplace.extensions import db
from marketplace.models.accounts import AuthSession, Invitation, Membership, Organisation
from marketplace.services import audit, invitations, status_changes
from marketplace.services.unit_of_work import writing

LAST_KEEPER = "单位至少要有一名管理员。请先把另一位同事设为管理员，再办理"


@dataclass(frozen=True, slots=True)
class Colleague:
    membership_id: int
    name: str
    login: str
    role: str
    is_keeper: bool
    is_last_keeper: bool  # can neither leave nor hand back the keys
    is_self: bool
    joined_at: datetime


@dataclass(frozen=True, slots=True)
class Colleagues:
    people: tuple[Colleague, ...]
    invited: tuple[invitations.Waiting, ...]
    requests: tuple[invitations.Waiting, ...]
    may_manage: bool


def show(actor: Actor) -> Colleagues:
    """Everybody sees who is there; logins in full, invitations and requests are for keepers."""
    may_manage = permissions.permits(actor, Permission.MANAGE_COLLEAGUES)
    query = (
        select(Membership)
        .where(Membership.organisation_id == actor.organisation_id)
        .options(joinedload(Membership.user))
        .order_by(Membership.is_keeper.desc(), Membership.id)
    )
    rows = db.session.scalars(query).all()
    is_single = sum(row.is_keeper for row in rows) == 1
    people = tuple(_colleague(row, actor, is_plain=may_manage, is_single=is_single) for row in rows)
    waiting = invitations.waiting(actor) if may_manage else ()
    return Colleagues(
        people=people,
        invited=tuple(row for row in waiting if not row.needs_decision),
        requests=tuple(row for row in waiting if row.needs_decision),
        may_manage=may_manage,
    )


def _colleague(row: Membership, actor: Actor, *, is_plain: bool, is_single: bool) -> Colleague:
    is_self = row.id == actor.membership_id
    login = row.user.login if is_plain or is_self else login_names.masked(row.user.login)
    return Colleague(
        membership_id=row.id,
        name=row.user.name,
        login=login,
        role=row.role,
        is_keeper=row.is_keeper,
        is_last_keeper=row.is_keeper and is_single,
        is_self=is_self,
        joined_at=row.created_at,
    )


def requests_waiting(actor: Actor) -> int:
    """For the keeper's workplace; nothing for others."""
    if not permissions.permits(actor, Permission.MANAGE_COLLEAGUES):
        return 0
    return (
        db.session.scalar(
            select(func.count())
            .select_from(Invitation)
            .where(Invitation.organisation_id == actor.organisation_id, *invitations.UNDECIDED)
        )
        or 0
    )


def remove(actor: Actor, *, membership_id: int, once: str | None = None) -> None:
    """A keeper removes a colleague, or anybody leaves by himself; his sessions in this seat and his links end."""
    with writing(actor, once=once) as session:
        seat = _locked_seat(session, actor, membership_id)
        if seat.id != actor.membership_id:
            _check_keeper(actor, session)
        if seat.is_keeper:
            _check_other_keeper(session, seat)
        login = seat.user.login
        invitations.withdraw_of(session, actor, inviter_id=seat.user_id, organisation_id=seat.organisation_id)
        session.execute(delete(AuthSession).where(AuthSession.membership_id == seat.id))
        details = {"login": login}
        audit.record(
            session, actor, "accounts.member_removed", kind="organisation", key=seat.organisation_id, details=details
        )
        session.execute(delete(Membership).where(Membership.id == seat.id))


def set_keeper(actor: Actor, *, membership_id: int, is_keeper: bool, once: str | None = None) -> None:
    """Make a colleague keeper, or keeper no longer; the same again changes nothing."""
    with writing(actor, once=once) as session:
        seat = _locked_seat(session, actor, membership_id)
        _check_keeper(actor, session)
        if seat.is_keeper == is_keeper:
            return
        if not is_keeper:
            _check_other_keeper(session, seat)
        seat.is_keeper = is_keeper
        details = {"login": seat.user.login, "is_keeper": is_keeper}
        audit.record(
            session, actor, "accounts.keeper_changed", kind="organisation", key=seat.organisation_id, details=details
        )


def _locked_seat(session: Session, actor: Actor, membership_id: int) -> Membership:
    """The organisation's row is locked first: two keepers who leave at once are asked one after the other."""
    status_changes.locked(session, Organisation, kind="organisation", key=actor.organisation_id or 0)
    query = (
        select(Membership)
        .where(Membership.id == membership_id, Membership.organisation_id == actor.organisation_id)
        .options(joinedload(Membership.user))
        .execution_options(populate_existing=True)
    )
    seat = session.scalars(query).one_or_none()
    if seat is None:
        raise NotFound("membership", membership_id)
    return seat


def _check_keeper(actor: Actor, session: Session) -> None:
    """As the database has it now: the actor may have lost his keys since his page was drawn."""
    own = session.get(Membership, actor.membership_id)
    organisation = session.get(Organisation, actor.organisation_id)
    if own is None or not own.is_keeper or not permissions.permits(actor, Permission.MANAGE_COLLEAGUES, organisation):
        raise Forbidden(Permission.MANAGE_COLLEAGUES)


def _check_other_keeper(session: Session, seat: Membership) -> None:
    others = select(func.count()).select_from(Membership)
    others = others.where(
        Membership.organisation_id == seat.organisation_id, Membership.is_keeper, Membership.id != seat.id
    )
    if not session.scalar(others):
        raise Invalid({"member": [LAST_KEEPER]})
