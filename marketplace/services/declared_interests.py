"""利害关系申报: each reviewer declares and ends his own; the leader and the auditor read all."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from marketplace.domain import conflicts, permissions
from marketplace.domain.actors import Actor
from marketplace.domain.errors import Forbidden, Invalid, NotFound
from marketplace.domain.permissions import Permission
from marketplace.extensions import db
from marketplace.models.accounts import Organisation
from marketplace.models.approvals import DeclaredInterest
from marketplace.models.providers import Provider
from marketplace.services import audit, clock, unit_of_work

KIND = "interest"
WHAT_MAX = 200


@dataclass(frozen=True, slots=True)
class Row:
    id: int
    person: str
    provider: str
    what: str
    since: date
    until: date | None
    is_in_force: bool
    may_end: bool


def own(actor: Actor) -> tuple[Row, ...]:
    _check(actor, Permission.DECLARE_INTEREST)
    return _rows(DeclaredInterest.user_id == actor.user_id, actor)


def everybodys(actor: Actor) -> tuple[Row, ...]:
    _check(actor, Permission.OVERSEE_REVIEWS)
    return _rows(DeclaredInterest.id > 0, actor)


def providers() -> tuple[tuple[int, str], ...]:
    """(organisation, name) of every provider, by name: what the form offers."""
    query = select(Organisation.id, Organisation.name).join(Provider).order_by(Organisation.name, Organisation.id)
    return tuple((key, name) for key, name in db.session.execute(query))


def declare(actor: Actor, *, organisation_id: int, what: str, since: date | None, once: str | None = None) -> None:
    _check(actor, Permission.DECLARE_INTEREST)
    what = " ".join(what.split())
    with unit_of_work.writing(actor, once=once) as session:
        organisation = session.scalars(
            select(Organisation).join(Provider).where(Organisation.id == organisation_id)
        ).one_or_none()
        messages: dict[str, list[str]] = {}
        if organisation is None:
            messages["organisation_id"] = ["请从名单里选择服务商"]
        if not 0 < len(what) <= WHAT_MAX:
            messages["what"] = [f"请写明是什么关系，不超过{WHAT_MAX}个字"]
        if since is None or since > clock.today():
            messages["since"] = ["请填写关系开始的日期，不能晚于今天"]
        if messages or organisation is None or since is None:
            raise Invalid(messages)
        row = DeclaredInterest(
            user_id=actor.user_id, organisation_id=organisation_id, what=what, since=since,
            declared_by=actor.user_id, declared_at=clock.now(),
        )  # fmt: skip
        session.add(row)
        session.flush()
        unit_of_work.remember(session, once, kind=KIND, key=row.id)
        details = {"organisation": organisation.name, "since": since.isoformat(), "until": None}
        audit.record(session, actor, "interests.declared", kind=KIND, key=row.id, details=details)


def end(actor: Actor, *, interest_id: int, once: str | None = None) -> None:
    """From today; it still counts until the cooling time is over. Ending it twice changes nothing."""
    _check(actor, Permission.DECLARE_INTEREST)
    with unit_of_work.writing(actor, once=once) as session:
        query = select(DeclaredInterest).where(DeclaredInterest.id == interest_id).with_for_update(of=DeclaredInterest)
        row = session.scalars(query.options(joinedload(DeclaredInterest.organisation))).one_or_none()
        if row is None or row.user_id != actor.user_id:
            raise NotFound(KIND, interest_id)
        unit_of_work.remember(session, once, kind=KIND, key=interest_id)
        if row.until is None:
            row.until = clock.today()
            details = {"organisation": row.organisation.name, "until": row.until.isoformat()}
            audit.record(session, actor, "interests.ended", kind=KIND, key=interest_id, details=details)


def _check(actor: Actor, permission: Permission) -> None:
    if not permissions.permits(actor, permission):
        raise Forbidden(permission)


def _rows(condition: object, actor: Actor) -> tuple[Row, ...]:
    query = (
        select(DeclaredInterest)
        .where(condition)  # type: ignore[arg-type]
        .options(joinedload(DeclaredInterest.user), joinedload(DeclaredInterest.organisation))
        .order_by(DeclaredInterest.until.is_not(None), DeclaredInterest.since.desc(), DeclaredInterest.id)
    )
    today = clock.today()
    return tuple(
        Row(
            row.id, row.user.name, row.organisation.name, row.what, row.since, row.until,
            conflicts.in_force(conflicts.Interest(row.organisation_id, row.since, row.until), today=today),
            row.user_id == actor.user_id and row.until is None,
        )
        for row in db.session.scalars(query)
    )  # fmt: skip
