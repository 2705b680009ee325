"""一企一档: the whole file of one enterprise on one page, in stages, as far as the reader may see it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from marketplace.domain import evidence as rules
from marketplace.domain import permissions, wording
from marketplace.domain.actors import Actor
from marketplace.domain.errors import Forbidden, NotFound
from marketplace.domain.evidence import Completeness
from marketplace.domain.permissions import Permission
from marketplace.extensions import db
from marketplace.models.audit import AuditEntry
from marketplace.models.enterprises import Enterprise
from marketplace.models.evidence import AccessGrant
from marketplace.policy import reader
from marketplace.services import (
    access_grants,
    clock,
    enterprise_facts,
    enterprise_rows,
    enterprise_timelines,
    evidence_views,
    file_exchange,
)
from marketplace.services.access_grants import GrantView
from marketplace.services.enterprise_rows import Row
from marketplace.services.evidence_views import EvidenceRow
from marketplace.services.pages import Page
from marketplace.services.timelines import Entry

TIMELINE_ROWS = 8
PER_PAGE: int = reader.load("accounts")["listing"]["entries_a_page"]


@dataclass(frozen=True, slots=True)
class Stage:
    id: str
    label: str
    note: str
    rows: tuple[Row, ...]
    completeness: Completeness


@dataclass(frozen=True, slots=True)
class EnterpriseFile:
    """`grant` is the consent that the reader rests on; `is_reduced` when the page shows less because of it."""

    enterprise: Enterprise
    name: str
    level: int | None
    facts: tuple[tuple[str, str], ...]
    stages: tuple[Stage, ...]
    evidence: tuple[EvidenceRow, ...]
    grants: tuple[GrantView, ...]
    entries: tuple[Entry, ...]
    is_own: bool
    is_reduced: bool
    may_export: bool
    grant_ends: date | None
    stated_on: date

    @property
    def asked(self) -> int:
        return sum(stage.completeness.asked for stage in self.stages)

    @property
    def present(self) -> int:
        return sum(stage.completeness.present for stage in self.stages)


@dataclass(frozen=True, slots=True)
class Door:
    """A file that is open to the reader by consent and has to be opened on record first."""

    grant: GrantView


@dataclass(frozen=True, slots=True)
class Timeline:
    enterprise: Enterprise
    name: str
    page: Page[AuditEntry]
    entries: tuple[Entry, ...]
    record: tuple[Entry, ...]


def enter(actor: Actor, *, enterprise_id: int) -> tuple[Enterprise, AccessGrant | None, bool]:
    """The enterprise, the consent that lets the actor in (None: his role does), and whether the door is open."""
    query = select(Enterprise).where(Enterprise.id == enterprise_id).options(joinedload(Enterprise.organisation))
    enterprise = db.session.scalars(query).one_or_none()
    if enterprise is None:
        raise NotFound("enterprise", enterprise_id)
    if permissions.permits(actor, Permission.READ_ENTERPRISE, enterprise):
        return enterprise, None, True
    grant = access_grants.find_for(actor, enterprise_id=enterprise_id)
    if grant is None:
        raise Forbidden(Permission.READ_ENTERPRISE)
    return enterprise, grant, access_grants.is_visiting(actor, grant)


def get(actor: Actor, *, enterprise_id: int) -> EnterpriseFile | Door:
    """The file; a Door when it has to be opened on record first, for a mere GET writes nothing."""
    enterprise, grant, is_open = enter(actor, enterprise_id=enterprise_id)
    if grant is not None and not is_open:
        return Door(access_grants.view_of(grant))
    is_own = actor.organisation_id == enterprise.organisation_id
    found = enterprise_rows.collect(actor, enterprise, is_own=is_own, is_reduced=grant is not None)
    pieces = evidence_views.of_organisation(enterprise.organisation_id)
    newest = enterprise_timelines.newest(
        enterprise, limit=TIMELINE_ROWS, by_organisation=actor.organisation_id if grant else None
    )
    return EnterpriseFile(
        enterprise=enterprise,
        name=enterprise.organisation.name,
        level=enterprise.overall_level,
        facts=enterprise_facts.words(enterprise),
        stages=_stages(enterprise, found, pieces),
        evidence=pieces,
        grants=() if grant else access_grants.of_enterprise(enterprise.id),
        entries=_entries(newest, found.titles | {("evidence", one.id): one.title for one in pieces}),
        is_own=is_own,
        is_reduced=grant is not None,
        may_export=grant is None and permissions.permits(actor, Permission.EXPORT_FILE, enterprise),
        grant_ends=grant.expires_on if grant else None,
        stated_on=clock.today(),
    )


def timeline(actor: Actor, *, enterprise_id: int, number: int) -> Timeline:
    """All of the trail, page by page; for who is let in by consent only what his own organisation did."""
    enterprise, grant, is_open = enter(actor, enterprise_id=enterprise_id)
    if not is_open:
        raise Forbidden(Permission.READ_ENTERPRISE)
    found = enterprise_timelines.page(
        enterprise, number=number, per_page=PER_PAGE, by_organisation=actor.organisation_id if grant else None
    )
    names = enterprise_timelines.titles(enterprise, found.rows)
    record = () if grant else _record(enterprise)
    return Timeline(enterprise, enterprise.organisation.name, found, _entries(found.rows, names), record)


def _record(enterprise: Enterprise) -> tuple[Entry, ...]:
    """What came with an import, the newest first."""
    told = reversed(file_exchange.imported(enterprise.id))
    return tuple(
        Entry(
            at=wording.moment(datetime.fromisoformat(row["at"])),
            **{name: row[name] for name in ("who", "role", "what", "note", "before", "after")},
        )
        for row in told
    )


def _entries(rows: Iterable[AuditEntry], names: Any) -> tuple[Entry, ...]:
    return tuple(enterprise_timelines.entry(row, names) for row in rows)


def _stages(enterprise: Enterprise, found: enterprise_rows.Found, pieces: Sequence[EvidenceRow]) -> tuple[Stage, ...]:
    asks = rules.asked_of_enterprise(enterprise.id, progress=enterprise.progress) + found.asks
    provided = {place for piece in pieces if piece.validity in rules.COUNTING for place in piece.places}
    return tuple(
        Stage(
            id=key,
            label=stage["label"],
            note=stage.get("note", ""),
            rows=found.rows.get(key, ()),
            completeness=rules.completeness((ask for ask in asks if ask.stage == key), provided),
        )
        for key, stage in rules.STAGES.items()
    )
