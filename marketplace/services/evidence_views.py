"""Reading the evidence locker: the list, one piece, its bytes, and the places that it can be cited for."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import BinaryIO

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from marketplace.domain import evidence as rules
from marketplace.domain import permissions, wording
from marketplace.domain.actors import Actor
from marketplace.domain.errors import Forbidden, NotFound
from marketplace.domain.evidence import Place, Validity
from marketplace.domain.permissions import Permission
from marketplace.extensions import db
from marketplace.models.accounts import OrganisationKind, User
from marketplace.models.assessments import Assessment, AssessmentStatus
from marketplace.models.evidence import Evidence
from marketplace.services import (
    access_grants,
    approval_proofs,
    audit,
    cited_evidence,
    clock,
    evidence_store,
    unit_of_work,
)
from marketplace.services.evidence import KIND, LOADING
from marketplace.services.pages import Page

STATES = rules.VALIDITIES
Choices = dict[str, tuple[tuple[str, str], ...]]


@dataclass(frozen=True, slots=True)
class EvidenceRow:
    id: int
    title: str
    kind: str
    file_name: str
    media: str
    size: str
    expires_on: date | None
    validity: Validity
    uploaded_at: str
    places: tuple[Place, ...]


@dataclass(frozen=True, slots=True)
class Citation:
    id: int
    label: str
    place: Place

    @property
    def is_fixed(self) -> bool:
        return self.place.kind in rules.ELSEWHERE


@dataclass(frozen=True, slots=True)
class EvidenceSheet:
    row: Evidence
    view: EvidenceRow
    uploaded_by: str
    enterprise_id: int | None
    enterprise: str
    citations: tuple[Citation, ...]
    places: Choices
    is_own: bool


@dataclass(frozen=True, slots=True)
class Locker:
    """`counts` by validity, of all; `page` holds those of the chosen validity."""

    page: Page[EvidenceRow]
    counts: Mapping[str, int]
    state: str
    ending: tuple[EvidenceRow, ...]


def locker(actor: Actor, *, state: str = "", number: int = 1) -> Locker:
    """The actor's own; what ends soon is told of on top."""
    if not permissions.permits(actor, Permission.KEEP_EVIDENCE) or actor.organisation_id is None:
        raise Forbidden(Permission.KEEP_EVIDENCE)
    rows = of_organisation(actor.organisation_id, with_withdrawn=True)
    counts = {key: sum(row.validity == key for row in rows) for key in STATES}
    state = state if state in STATES else ""
    shown = tuple(row for row in rows if (row.validity == state if state else row.validity != Validity.WITHDRAWN))
    per_page: int = rules.POLICY["per_page"]
    number = Page.clamp(number, total=len(shown), per_page=per_page)
    page = Page(shown[(number - 1) * per_page : number * per_page], number=number, per_page=per_page, total=len(shown))
    return Locker(page, counts, state, tuple(row for row in rows if row.validity == Validity.EXPIRING))


def of_organisation(organisation_id: int, *, with_withdrawn: bool = False) -> tuple[EvidenceRow, ...]:
    """The newest first."""
    query = (
        select(Evidence)
        .where(Evidence.organisation_id == organisation_id)
        .options(selectinload(Evidence.citations))
        .order_by(Evidence.uploaded_at.desc(), Evidence.id.desc())
    )
    if not with_withdrawn:
        query = query.where(Evidence.withdrawn_at.is_(None))
    return tuple(_view(row) for row in db.session.scalars(query))


def _view(row: Evidence) -> EvidenceRow:
    is_withdrawn = row.withdrawn_at is not None
    return EvidenceRow(
        id=row.id,
        title=row.title,
        kind=rules.KINDS.get(row.kind, row.kind),
        file_name=row.file_name,
        media=rules.MEDIA_LABELS.get(row.media_type, row.media_type),
        size=rules.size_words(row.size),
        expires_on=row.expires_on,
        validity=rules.validity(expires_on=row.expires_on, is_withdrawn=is_withdrawn, today=clock.today()),
        uploaded_at=wording.day(row.uploaded_at),
        places=tuple(Place(one.subject_kind, one.subject_id, one.topic) for one in row.citations),
    )


def get(actor: Actor, *, evidence_id: int) -> EvidenceSheet:
    row = _readable(actor, evidence_id)
    is_own = permissions.permits(actor, Permission.KEEP_EVIDENCE, row)
    enterprise = row.organisation.enterprise
    assessments = _assessments(enterprise.id if enterprise else 0)
    names = {one.id: _called(one) for one in assessments}
    uploader = db.session.scalars(select(User.name).where(User.id == row.uploaded_by)).one()
    return EvidenceSheet(
        row=row,
        view=_view(row),
        uploaded_by=uploader,
        enterprise_id=enterprise.id if enterprise else None,
        enterprise=row.organisation.name,
        citations=tuple(
            Citation(
                one.id,
                _label(Place(one.subject_kind, one.subject_id, one.topic), names),
                Place(one.subject_kind, one.subject_id, one.topic),
            )
            for one in row.citations
        ),
        places=_places(enterprise.id, assessments) if is_own and enterprise else {},
        is_own=is_own,
    )


def places(actor: Actor) -> Choices:
    """All that the actor's enterprise can cite evidence for, in groups."""
    if actor.enterprise_id is None:
        return {}
    return _places(actor.enterprise_id, _assessments(actor.enterprise_id))


def _places(enterprise_id: int, assessments: Iterable[Assessment]) -> Choices:
    found: dict[str, list[tuple[str, str]]] = {}
    for ask in rules.POLICY["asks"]:
        place = Place(rules.ENTERPRISE, enterprise_id, ask["kind"])
        found.setdefault(rules.STAGES[ask["stage"]]["label"], []).append((place.text, rules.KINDS[ask["kind"]]))
    for one in assessments:
        if one.status != AssessmentStatus.VOIDED and one.standard == "2024":
            topics = [(Place(rules.ASSESSMENT, one.id, key).text, label) for key, label in rules.TOPICS.items()]
            found[_called(one)] = topics
    return {label: tuple(rows) for label, rows in found.items()}


def _assessments(enterprise_id: int) -> tuple[Assessment, ...]:
    query = select(Assessment).where(Assessment.enterprise_id == enterprise_id)
    return tuple(db.session.scalars(query.order_by(Assessment.created_at.desc(), Assessment.id.desc())))


def _called(one: Assessment) -> str:
    return f"{wording.ASSESSMENT_KINDS[one.kind]}（{wording.day(one.assessed_on or one.created_at)}开始）"


def _label(place: Place, names: Mapping[int, str]) -> str:
    topic = rules.topic_label(place.topic)
    if place.kind in rules.ELSEWHERE:
        return f"{rules.ELSEWHERE[place.kind]}：{topic}"
    if place.kind == rules.ASSESSMENT:
        return f"{names.get(place.key, '评测')}：{topic}"
    stage = next((ask["stage"] for ask in rules.POLICY["asks"] if ask["kind"] == place.topic), "basics")
    return f"{rules.STAGES[stage]['label']}：{topic}"


def _readable(actor: Actor, evidence_id: int) -> Evidence:
    """Own, or open to the actor; withdrawn pieces are the owner's alone."""
    row = db.session.scalars(select(Evidence).where(Evidence.id == evidence_id).options(*LOADING)).one_or_none()
    if row is None:
        raise NotFound(KIND, evidence_id)
    is_own = permissions.permits(actor, Permission.KEEP_EVIDENCE, row)
    if is_own or (row.withdrawn_at is None and _is_open_to(actor, row)):
        return row
    raise Forbidden(Permission.READ_EVIDENCE)


def _is_open_to(actor: Actor, row: Evidence) -> bool:
    """A provider's file, for what it is cited for alone; an enterprise's, by office or by its consent."""
    if row.organisation.kind == OrganisationKind.PROVIDER:
        return cited_evidence.is_open_to(actor, row) or approval_proofs.is_open_to(actor, row)
    if permissions.permits(actor, Permission.READ_EVIDENCE, row):
        return True
    enterprise = row.organisation.enterprise
    grant = access_grants.find_for(actor, enterprise_id=enterprise.id) if enterprise else None
    return grant is not None and access_grants.is_visiting(actor, grant)


def fetch(actor: Actor, *, evidence_id: int) -> tuple[Evidence, BinaryIO] | None:
    """The owner's own file; None for everybody else who may read it: they fetch it on record."""
    row = _readable(actor, evidence_id)
    if not permissions.permits(actor, Permission.KEEP_EVIDENCE, row):
        return None
    return row, evidence_store.open_file(row.sha256)


def fetch_on_record(actor: Actor, *, evidence_id: int) -> tuple[Evidence, BinaryIO]:
    """Somebody else's file: who opened it, and when, stays in the trail."""
    with unit_of_work.writing(actor) as session:
        row = _readable(actor, evidence_id)
        file = evidence_store.open_file(row.sha256)
        audit.record(session, actor, "evidence.opened", kind=KIND, key=row.id, details={"title": row.title})
    return row, file
