"""Who else may look into an enterprise's file: given by the enterprise, for a purpose and a time, and withdrawn."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session, joinedload

from marketplace.domain import permissions, shelf, wording
from marketplace.domain.actors import Actor
from marketplace.domain.errors import Forbidden, Invalid
from marketplace.domain.evidence import POLICY
from marketplace.domain.permissions import Permission
from marketplace.extensions import db
from marketplace.models.accounts import Organisation, OrganisationKind
from marketplace.models.audit import AuditEntry
from marketplace.models.enterprises import Enterprise
from marketplace.models.evidence import AccessGrant, GrantPurpose, GrantStatus
from marketplace.models.providers import Provider
from marketplace.services import audit, clock, notifications, status_changes, unit_of_work

KIND = "access_grant"
RULES = POLICY["grants"]
GRANTEES = {
    OrganisationKind.PROVIDER: "服务商",
    OrganisationKind.EXPERT_PANEL: "专家组",
    OrganisationKind.SUPERVISOR: "第三方监理",
}


@dataclass(frozen=True, slots=True)
class GrantView:
    """`state`: active, planned, ended or withdrawn, as of today."""

    id: int
    version: int
    enterprise_id: int
    enterprise: str
    organisation: str
    purpose: GrantPurpose
    note: str
    starts_on: date
    expires_on: date
    state: str
    decided_at: datetime | None


def find_active(
    session: Session, *, organisation_id: int | None, enterprise_id: int, purpose: GrantPurpose | None = None
) -> AccessGrant | None:
    """The grant that lets the organisation into the file today, the one that lasts longest; None: it has to stay out.

    Asked anew at each request: what was withdrawn or has ended opens nothing any more.
    """
    today = clock.today()
    query = select(AccessGrant).where(
        AccessGrant.organisation_id == organisation_id,
        AccessGrant.enterprise_id == enterprise_id,
        AccessGrant.status == GrantStatus.ACTIVE,
        AccessGrant.starts_on <= today,
        AccessGrant.expires_on >= today,
    )
    if purpose is not None:
        query = query.where(AccessGrant.purpose == purpose)
    return session.scalars(query.order_by(AccessGrant.expires_on.desc(), AccessGrant.id).limit(1)).one_or_none()


def find_for(actor: Actor, *, enterprise_id: int) -> AccessGrant | None:
    """The consent that the actor's seat rests on when its role alone opens nothing."""
    if not permissions.permits(actor, Permission.USE_ACCESS):
        return None
    return find_active(db.session, organisation_id=actor.organisation_id, enterprise_id=enterprise_id)


def is_visiting(actor: Actor, grant: AccessGrant) -> bool:
    """Whether this person has opened the file on record a short while ago; a mere GET writes nothing."""
    since = clock.now() - timedelta(minutes=POLICY["visit_minutes"])
    query = select(AuditEntry.id).where(
        AuditEntry.subject_kind == KIND,
        AuditEntry.subject_id == grant.id,
        AuditEntry.action == "grants.used",
        AuditEntry.user_id == actor.user_id,
        AuditEntry.at >= since,
    )
    return db.session.scalar(query.limit(1)) is not None


def use(actor: Actor, *, grant_id: int) -> int:
    """Open the file on record; returns the enterprise. What has been withdrawn or has ended is refused."""
    with unit_of_work.writing(actor) as session:
        grant: AccessGrant = status_changes.locked(session, AccessGrant, kind=KIND, key=grant_id)
        if not permissions.permits(actor, Permission.USE_ACCESS, grant) or _state(grant) != "active":
            raise Forbidden(Permission.USE_ACCESS)
        details = {"organisation": actor.organisation_name}
        audit.record(session, actor, "grants.used", kind=KIND, key=grant.id, details=details)
        return grant.enterprise_id


def give(
    actor: Actor, *, organisation_id: int | None, purpose: str, days: int | None, note: str, once: str | None = None
) -> int:
    """Consent from today for so many days; a second one for the same purpose stands beside the first."""
    if not permissions.permits(actor, Permission.GRANT_ACCESS) or actor.enterprise_id is None:
        raise Forbidden(Permission.GRANT_ACCESS)
    _check(purpose=purpose, days=days, note=note)
    today = clock.today()
    with unit_of_work.writing(actor, once=once) as session:
        organisation = _grantee(session, organisation_id)
        grant = AccessGrant(
            enterprise_id=actor.enterprise_id, organisation_id=organisation.id, purpose=GrantPurpose(purpose),
            note=note.strip(), starts_on=today, expires_on=today + timedelta(days=(days or 1) - 1),
            created_by=actor.user_id, created_at=clock.now(),
        )  # fmt: skip
        session.add(grant)
        session.flush()
        details = {"organisation": organisation.name, "purpose": purpose, "until": _end_of(grant).isoformat()}
        audit.record(session, actor, "grants.given", kind=KIND, key=grant.id, details=details)
        _tell(session, actor, grant)
        unit_of_work.remember(session, once, kind=KIND, key=grant.id)
        return grant.id


def _tell(session: Session, actor: Actor, grant: AccessGrant) -> None:
    notifications.tell_audience(
        session, actor, "access_grant.given", grant, audience="organisation", page="received_grants",
        purpose=wording.GRANT_PURPOSES[grant.purpose], until=wording.day(grant.expires_on),
    )  # fmt: skip


def withdraw(actor: Actor, *, grant_id: int, version: int, once: str | None = None) -> None:
    with unit_of_work.writing(actor, once=once) as session:
        grant: AccessGrant = status_changes.locked(session, AccessGrant, kind=KIND, key=grant_id)
        status_changes.change(session, actor, grant, kind=KIND, action="withdraw", version=version)
        unit_of_work.remember(session, once, kind=KIND, key=grant_id)


def given(actor: Actor) -> tuple[GrantView, ...]:
    """All that the actor's enterprise has given: what is in force first, then the newest."""
    if not permissions.permits(actor, Permission.GRANT_ACCESS):
        raise Forbidden(Permission.GRANT_ACCESS)
    return _views(AccessGrant.enterprise_id == actor.enterprise_id)


def received(actor: Actor) -> tuple[GrantView, ...]:
    """The files that enterprises have opened to the actor's organisation."""
    if not permissions.permits(actor, Permission.USE_ACCESS):
        raise Forbidden(Permission.USE_ACCESS)
    return _views(AccessGrant.organisation_id == actor.organisation_id)


def of_enterprise(enterprise_id: int) -> tuple[GrantView, ...]:
    return _views(AccessGrant.enterprise_id == enterprise_id)


def _views(condition: ColumnElement[bool]) -> tuple[GrantView, ...]:
    query = (
        select(AccessGrant)
        .where(condition)
        .options(
            joinedload(AccessGrant.organisation), joinedload(AccessGrant.enterprise).joinedload(Enterprise.organisation)
        )
        .order_by(AccessGrant.id.desc())
    )
    views = [_view(grant) for grant in db.session.scalars(query)]
    return tuple(sorted(views, key=lambda view: view.state != "active"))


def _view(grant: AccessGrant) -> GrantView:
    return GrantView(
        id=grant.id,
        version=grant.version,
        enterprise_id=grant.enterprise_id,
        enterprise=grant.enterprise.organisation.name,
        organisation=grant.organisation.name,
        purpose=grant.purpose,
        note=grant.note,
        starts_on=grant.starts_on,
        expires_on=grant.expires_on,
        state=_state(grant),
        decided_at=grant.decided_at,
    )


def _state(grant: AccessGrant) -> str:
    if grant.status == GrantStatus.WITHDRAWN:
        return "withdrawn"
    today = clock.today()
    if grant.expires_on < today:
        return "ended"
    return "active" if grant.starts_on <= today else "planned"


def _end_of(grant: AccessGrant) -> datetime:
    """The last moment of the last day, as the trail shows it."""
    day = grant.expires_on
    return datetime(day.year, day.month, day.day, 23, 59, tzinfo=clock.CITY_ZONE)


def grantees() -> dict[str, tuple[tuple[int, str], ...]]:
    """Whom an enterprise can let in, by kind; a provider that is hidden from the shelf is not offered."""
    query = (
        select(Organisation.id, Organisation.name, Organisation.kind)
        .outerjoin(Provider, Provider.organisation_id == Organisation.id)
        .where(Organisation.kind.in_(GRANTEES), _may_receive())
        .order_by(Organisation.name, Organisation.id)
    )
    rows = db.session.execute(query).all()
    return {label: tuple((row.id, row.name) for row in rows if row.kind == kind) for kind, label in GRANTEES.items()}


def _may_receive() -> ColumnElement[bool]:
    return Provider.id.is_(None) | Provider.standing.not_in(shelf.HIDDEN_STANDINGS)


def _grantee(session: Session, organisation_id: int | None) -> Organisation:
    query = (
        select(Organisation)
        .outerjoin(Provider, Provider.organisation_id == Organisation.id)
        .where(Organisation.id == organisation_id, Organisation.kind.in_(GRANTEES), _may_receive())
    )
    found = session.scalars(query).one_or_none()
    if found is None:
        raise Invalid({"organisation_id": ["请从列表里选择要授权的单位"]})
    return found


def _check(*, purpose: str, days: int | None, note: str) -> None:
    found: dict[str, list[str]] = {}
    most = RULES["max_days"].get(purpose)
    if most is None:
        found["purpose"] = ["请选择用途"]
    elif days is None or not 1 <= days <= most:
        found["days"] = [f"这项用途最多授权{most}天，请填1到{most}的整数"]
    if not note.strip():
        found["note"] = ["请写明对方要做什么，例如“上门诊断前了解基本情况”"]
    elif len(note.strip()) > RULES["note_max"]:
        found["note"] = [f"说明不超过{RULES['note_max']}个字，请精简"]
    if found:
        raise Invalid(found)


def view_of(grant: AccessGrant) -> GrantView:
    """The consent in words, for the page that asks before a file is opened."""
    return _views(AccessGrant.id == grant.id)[0]
