"""Reading applications to the pool: the provider's own, the bureau's queue with counts, one application whole."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from marketplace.domain import permissions, wording
from marketplace.domain import provider_applications as rules
from marketplace.domain.actors import Actor
from marketplace.domain.declarations import Declared
from marketplace.domain.errors import Forbidden, NotFound
from marketplace.domain.permissions import Permission
from marketplace.domain.provider_applications import Condition, Missing
from marketplace.extensions import db
from marketplace.models.provider_applications import ApplicationStatus, ProviderApplication, ProviderDeclaration
from marketplace.models.providers import Provider
from marketplace.services import cited_evidence, declarations, impartiality, provider_applications
from marketplace.services.cited_evidence import File
from marketplace.services.pages import Page
from marketplace.services.provider_applications import KIND, LOADING

PER_PAGE: int = rules.POLICY["per_page"]
QUEUE = {key: label for key, label in wording.APPLICATION_STATUSES.items() if key != "draft"}


@dataclass(frozen=True, slots=True)
class Row:
    id: int
    provider_id: int
    name: str
    kind: str
    industries: str
    status: str
    status_label: str
    submitted_at: str
    changed_at: str


@dataclass(frozen=True, slots=True)
class Queue:
    page: Page[Row]
    counts: Mapping[str, int]
    status: str
    kind: str


@dataclass(frozen=True, slots=True)
class Sheet:
    application: ProviderApplication
    missing: Missing
    declared: tuple[Declared, ...]
    files: Mapping[str, tuple[File, ...]]
    used: tuple[ProviderDeclaration, ...]  # what it rested on when it was submitted
    conditions: tuple[Condition, ...]
    is_own: bool
    ties: tuple[str, ...]

    @property
    def provider(self) -> Provider:
        return self.application.provider

    @property
    def may_write(self) -> bool:
        return self.is_own and self.application.status in rules.EDITABLE

    @property
    def basics(self) -> tuple[tuple[str, str], ...]:
        one = self.application
        return (
            ("申请类别", wording.PROVIDER_KINDS.get(str(one.kind or ""), "")),
            ("服务行业", "、".join(wording.INDUSTRIES[key] for key in one.industries) or "不限行业"),
            ("擅长的场景", "、".join(wording.SCENES[key] for key in one.scenes)),
        )

    @property
    def facts(self) -> tuple[tuple[str, str], ...]:
        facts = self.application.facts
        return tuple(
            (label, wording.PLACES.get(facts.get(name, ""), "") if name == "place" else str(facts.get(name, "")))
            for name, label in rules.LABELS.items()
        )


def own(actor: Actor) -> tuple[Row, ...]:
    """The newest first."""
    if not permissions.permits(actor, Permission.APPLY_TO_POOL):
        raise Forbidden(Permission.APPLY_TO_POOL)
    query = select(ProviderApplication).where(ProviderApplication.provider_id == actor.provider_id)
    return tuple(
        _row(one) for one in db.session.scalars(query.options(*LOADING).order_by(ProviderApplication.id.desc()))
    )


def standing_of(actor: Actor) -> Provider:
    query = select(Provider).where(Provider.id == actor.provider_id).options(joinedload(Provider.organisation))
    return db.session.scalars(query).one()


def queue(actor: Actor, *, status: str = "", kind: str = "", number: int = 1) -> Queue:
    """What was submitted, the longest waiting first; drafts are the provider's own business."""
    if not permissions.permits(actor, Permission.DECIDE_APPLICATION):
        raise Forbidden(Permission.DECIDE_APPLICATION)
    status = status if status in QUEUE else ApplicationStatus.SUBMITTED.value
    kind = kind if kind in wording.PROVIDER_KINDS else ""
    by_status = select(ProviderApplication.status, func.count()).where(
        ProviderApplication.status != ApplicationStatus.DRAFT
    )
    query = select(ProviderApplication).where(ProviderApplication.status == status)
    if kind:
        by_status, query = (
            by_status.where(ProviderApplication.kind == kind),
            query.where(ProviderApplication.kind == kind),
        )
    found = {str(key): number for key, number in db.session.execute(by_status.group_by(ProviderApplication.status))}
    counts = {key: found.get(key, 0) for key in QUEUE}
    number = Page.clamp(number, total=counts[status], per_page=PER_PAGE)
    rows = db.session.scalars(
        query.options(*LOADING)
        .order_by(ProviderApplication.submitted_at, ProviderApplication.id)
        .limit(PER_PAGE)
        .offset((number - 1) * PER_PAGE)
    )
    page = Page(tuple(_row(one) for one in rows), number=number, per_page=PER_PAGE, total=counts[status])
    return Queue(page, counts, status, kind)


def waiting() -> int:
    query = select(func.count()).where(ProviderApplication.status == ApplicationStatus.SUBMITTED)
    return db.session.scalar(query) or 0


def _row(one: ProviderApplication) -> Row:
    return Row(
        id=one.id,
        provider_id=one.provider_id,
        name=one.provider.organisation.name,
        kind=wording.PROVIDER_KINDS.get(str(one.kind or ""), "未选类别"),
        industries="、".join(wording.INDUSTRIES[key] for key in one.industries) or "不限行业",
        status=one.status,
        status_label=wording.APPLICATION_STATUSES[one.status],
        submitted_at=wording.moment(one.submitted_at) if one.submitted_at else "未提交",
        changed_at=wording.moment(one.changed_at),
    )


def get(actor: Actor, application_id: int) -> Sheet:
    """The provider's own in any state; for the bureau all that have left the draft."""
    query = select(ProviderApplication).where(ProviderApplication.id == application_id).options(*LOADING)
    row = db.session.scalars(query).one_or_none()
    if row is None:
        raise NotFound(KIND, application_id)
    is_own = permissions.permits(actor, Permission.APPLY_TO_POOL, row)
    is_judge = permissions.permits(actor, Permission.DECIDE_APPLICATION) and row.status != ApplicationStatus.DRAFT
    if not is_own and not is_judge:
        raise Forbidden(Permission.APPLY_TO_POOL)
    ties: tuple[str, ...] = ()
    if is_judge and row.status == ApplicationStatus.SUBMITTED:
        ties = impartiality.ties(db.session, user_id=actor.user_id or 0, provider_id=row.provider_id, stated=row.facts)
    return Sheet(
        application=row,
        missing=provider_applications.missing(db.session, row)
        if is_own and row.status in rules.EDITABLE
        else Missing(),
        declared=declarations.of_provider(db.session, row.provider_id, facts=row.facts),
        files=cited_evidence.of(kind=KIND, keys=[row.id])[row.id],
        used=declarations.used_by(kind=KIND, key=row.id),
        conditions=rules.conditions(str(row.kind or "")),
        is_own=is_own,
        ties=ties,
    )
