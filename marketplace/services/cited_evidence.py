"""Files of a provider's own locker that an application or a response to a call rests on."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, exists, select
from sqlalchemy.orm import Session

from marketplace.domain import permissions
from marketplace.domain.actors import Actor
from marketplace.domain.errors import Invalid
from marketplace.domain.permissions import Permission
from marketplace.extensions import db
from marketplace.models.accounts import Role
from marketplace.models.calls import Call, CallExpert, CallResponse, CallStatus
from marketplace.models.evidence import Evidence, EvidenceCitation
from marketplace.models.provider_applications import ApplicationStatus, ProviderApplication
from marketplace.services import audit, clock

RESPONSE, APPLICATION = "call_response", "provider_application"


@dataclass(frozen=True, slots=True)
class File:
    id: int
    title: str
    kind: str
    is_withdrawn: bool


def locker(actor: Actor) -> tuple[File, ...]:
    """What may be chosen from, the newest first."""
    query = (
        select(Evidence)
        .where(Evidence.organisation_id == actor.organisation_id, Evidence.withdrawn_at.is_(None))
        .order_by(Evidence.uploaded_at.desc(), Evidence.id.desc())
    )
    return tuple(_file(row) for row in db.session.scalars(query))


def of(*, kind: str, keys: Collection[int]) -> dict[int, dict[str, tuple[File, ...]]]:
    """The files by subject and topic, in one query."""
    query = (
        select(EvidenceCitation.subject_id, EvidenceCitation.topic, Evidence)
        .join(Evidence, Evidence.id == EvidenceCitation.evidence_id)
        .where(EvidenceCitation.subject_kind == kind, EvidenceCitation.subject_id.in_(keys))
        .order_by(EvidenceCitation.id)
    )
    found: dict[int, dict[str, tuple[File, ...]]] = {key: {} for key in keys}
    for key, topic, row in db.session.execute(query):
        found[key][topic] = (*found[key].get(topic, ()), _file(row))
    return found


def put(session: Session, actor: Actor, *, kind: str, key: int, chosen: Mapping[str, Collection[int]]) -> bool:
    """Make the citations of the subject exactly these; whether anything changed. The subject is locked."""
    wanted = {(topic, file_id) for topic, ids in chosen.items() for file_id in ids}
    rows = session.scalars(
        select(EvidenceCitation).where(EvidenceCitation.subject_kind == kind, EvidenceCitation.subject_id == key)
    ).all()
    present = {(row.topic, row.evidence_id): row for row in rows}
    _check_own(session, actor, {file_id for _, file_id in wanted - set(present)})
    for place in sorted(wanted - set(present)):
        session.add(
            EvidenceCitation(
                evidence_id=place[1], subject_kind=kind, subject_id=key, topic=place[0], cited_by=actor.user_id,
                cited_at=clock.now(),
            )
        )  # fmt: skip
        details = {"evidence": place[1], "topic": place[0]}
        audit.record(session, actor, "evidence.cited", kind="evidence", key=place[1], details=details)
    for place in sorted(set(present) - wanted):
        session.delete(present[place])
        details = {"evidence": place[1], "topic": place[0]}
        audit.record(session, actor, "evidence.uncited", kind="evidence", key=place[1], details=details)
    return wanted != set(present)


def _check_own(session: Session, actor: Actor, ids: set[int]) -> None:
    """Only files of the actor's own locker that have not been withdrawn."""
    if not ids:
        return
    query = select(Evidence.id).where(
        Evidence.id.in_(ids), Evidence.organisation_id == actor.organisation_id, Evidence.withdrawn_at.is_(None)
    )
    if set(session.scalars(query)) != ids:
        raise Invalid({"evidence": ["选中的材料有的已撤下，或者不是本单位的，请重新选择"]})


def is_open_to(actor: Actor, row: Evidence) -> bool:
    """Who scores a call or decides on it, and who decides on an application, may read what they rest on."""
    return any(_is_cited(row, *reading) for reading in _readings(actor))


def _readings(actor: Actor) -> Iterator[tuple[str, ColumnElement[bool]]]:
    """The kinds of subject, each with the condition under which this person reads its files.

    An expert until he stands aside; the bureau once an application has been handed in and a call has closed.
    """
    if permissions.permits(actor, Permission.SCORE_CALL):
        seat = select(CallExpert.call_id).where(CallExpert.user_id == actor.user_id, CallExpert.recused_at.is_(None))
        yield RESPONSE, _subject_in(select(CallResponse.id).where(CallResponse.call_id.in_(seat)))
    if permissions.permits(actor, Permission.MANAGE_CALLS) or actor.role == Role.AUDITOR:
        closed = select(Call.id).where(Call.status.not_in((CallStatus.DRAFT, CallStatus.OPEN)))
        yield RESPONSE, _subject_in(select(CallResponse.id).where(CallResponse.call_id.in_(closed)))
    if permissions.permits(actor, Permission.DECIDE_APPLICATION) or actor.role == Role.AUDITOR:
        handed_in = select(ProviderApplication.id).where(ProviderApplication.status != ApplicationStatus.DRAFT)
        yield APPLICATION, _subject_in(handed_in)


def _subject_in(subjects: Select[int]) -> ColumnElement[bool]:
    return EvidenceCitation.subject_id.in_(subjects)


def _is_cited(row: Evidence, kind: str, condition: ColumnElement[bool]) -> bool:
    cited = exists().where(EvidenceCitation.evidence_id == row.id, EvidenceCitation.subject_kind == kind, condition)
    return bool(db.session.scalar(select(cited)))


def _file(row: Evidence) -> File:
    return File(row.id, row.title, row.kind, row.withdrawn_at is not None)
