"""The evidence locker: upload once, cite many times, change, withdraw."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import IO

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, joinedload, selectinload

from marketplace.domain import evidence as rules
from marketplace.domain import permissions
from marketplace.domain.actors import Actor
from marketplace.domain.errors import Conflict, Forbidden, Invalid
from marketplace.domain.evidence import Place
from marketplace.domain.permissions import Permission
from marketplace.models.accounts import Organisation
from marketplace.models.assessments import Assessment, AssessmentStatus
from marketplace.models.evidence import Evidence, EvidenceCitation
from marketplace.services import audit, clock, evidence_content, evidence_store, status_changes, unit_of_work
from marketplace.services.evidence_store import Received

KIND = "evidence"
LOADING = (selectinload(Evidence.citations), joinedload(Evidence.organisation).joinedload(Organisation.enterprise))


@dataclass(frozen=True, slots=True)
class Facts:
    """The words that go with a file."""

    title: str
    kind: str
    expires_on: date | None = None

    def told(self) -> dict[str, str | None]:
        until = self.expires_on.isoformat() if self.expires_on else None
        return {"title": self.title.strip(), "kind": self.kind, "expires_on": until}


@dataclass(frozen=True, slots=True)
class Uploaded:
    evidence_id: int
    is_new: bool


def upload(
    actor: Actor,
    stream: IO[bytes],
    *,
    file_name: str,
    facts: Facts,
    places: Sequence[Place] = (),
    once: str | None = None,
) -> Uploaded:
    """Keep the file and its row. The same content twice is one file: the second is led to the first one's row."""
    if not permissions.permits(actor, Permission.KEEP_EVIDENCE) or actor.organisation_id is None:
        raise Forbidden(Permission.KEEP_EVIDENCE)
    found = rules.problems(title=facts.title, kind=facts.kind, expires_on=facts.expires_on, today=clock.today())
    try:
        with evidence_store.receiving(stream) as received:
            media_type = evidence_content.check(received.path)
            if not found:
                evidence_store.keep(received)
    except Invalid as error:
        raise Invalid(found | error.messages) from error
    if found:
        raise Invalid(found)
    name = rules.clean_file_name(file_name, media_type=media_type)
    try:
        return _write(actor, received, media_type=media_type, name=name, facts=facts, places=places, once=once)
    except IntegrityError:
        # PostgreSQL lets two insert side by side; the loser looks again and finds the winner's row.
        return _write(actor, received, media_type=media_type, name=name, facts=facts, places=places, once=once)


def _write(
    actor: Actor,
    received: Received,
    *,
    media_type: str,
    name: str,
    facts: Facts,
    places: Sequence[Place],
    once: str | None,
) -> Uploaded:
    with unit_of_work.writing(actor, once=once) as session:
        query = select(Evidence).where(
            Evidence.organisation_id == actor.organisation_id, Evidence.sha256 == received.sha256
        )
        row = session.scalars(query.options(*LOADING).with_for_update(of=Evidence)).one_or_none()
        is_new = row is None or row.withdrawn_at is not None
        if row is None:
            row = Evidence(
                organisation_id=actor.organisation_id, media_type=media_type, size=received.size,
                sha256=received.sha256, file_name=name, citations=[], uploaded_by=actor.user_id,
                uploaded_at=clock.now(), **_columns(facts),
            )  # fmt: skip
            session.add(row)
        elif is_new:  # it was withdrawn: uploading it again is the way back
            row.withdrawn_at = row.withdrawn_by = None
            row.title, row.kind, row.expires_on = facts.title.strip(), facts.kind, facts.expires_on
        session.flush()
        if is_new:
            details = {"title": row.title, "sha256": row.sha256}
            audit.record(session, actor, "evidence.uploaded", kind=KIND, key=row.id, details=details)
        for place in places:
            _cite(session, actor, row, place)
        unit_of_work.remember(session, once, kind=KIND, key=row.id)
        return Uploaded(row.id, is_new)


def _columns(facts: Facts) -> dict[str, object]:
    return {"title": facts.title.strip(), "kind": facts.kind, "expires_on": facts.expires_on}


def change(actor: Actor, *, evidence_id: int, seen: str, facts: Facts, once: str | None = None) -> None:
    """Title, kind and expiry; `seen` is their fingerprint on the page, so that no colleague's change is lost."""
    found = rules.problems(title=facts.title, kind=facts.kind, expires_on=None, today=clock.today())
    if found:
        raise Invalid(found)
    with unit_of_work.writing(actor, once=once) as session:
        row = _own(session, actor, evidence_id)
        before = facts_of(row)
        if fingerprint(before) != seen or row.withdrawn_at is not None:
            raise Conflict(KIND, row.id, "已撤下" if row.withdrawn_at else "已修改")
        old, new = before.told(), facts.told()
        changed = [name for name in new if old[name] != new[name]]
        if changed:
            row.title, row.kind, row.expires_on = facts.title.strip(), facts.kind, facts.expires_on
            details = {"before": {name: old[name] for name in changed}, "after": {name: new[name] for name in changed}}
            audit.record(session, actor, "evidence.changed", kind=KIND, key=row.id, details=details)
        unit_of_work.remember(session, once, kind=KIND, key=row.id)


def facts_of(row: Evidence) -> Facts:
    return Facts(row.title, row.kind, row.expires_on)


def fingerprint(facts: Facts) -> str:
    return "|".join(value or "" for value in facts.told().values())


def withdraw(actor: Actor, *, evidence_id: int, once: str | None = None) -> str:
    """From now on it proves nothing and nobody else can open it; its citations stay, so that it can come back."""
    with unit_of_work.writing(actor, once=once) as session:
        row = _own(session, actor, evidence_id)
        if row.withdrawn_at is not None:
            raise Conflict(KIND, row.id, "已撤下")
        row.withdrawn_at, row.withdrawn_by = clock.now(), actor.user_id
        audit.record(session, actor, "evidence.withdrawn", kind=KIND, key=row.id, details={"title": row.title})
        unit_of_work.remember(session, once, kind=KIND, key=row.id)
        return row.title


def cite(actor: Actor, *, evidence_id: int, place: Place | None, once: str | None = None) -> None:
    with unit_of_work.writing(actor, once=once) as session:
        row = _own(session, actor, evidence_id)
        if row.withdrawn_at is not None:
            raise Conflict(KIND, row.id, "已撤下")
        if place is None:
            raise Invalid({"place": ["请从列表里选择这份材料要证明什么"]})
        _cite(session, actor, row, place)
        unit_of_work.remember(session, once, kind=KIND, key=row.id)


def _cite(session: Session, actor: Actor, row: Evidence, place: Place) -> None:
    """Once for one place; a place must be the actor's own enterprise or one of its assessments that still counts."""
    if not _is_own_place(session, actor, place):
        raise Invalid({"place": ["这一处不能引用：评测已作废，或者不是本企业的。请重新选择"]})
    key = (place.kind, place.key, place.topic)
    if key in {(one.subject_kind, one.subject_id, one.topic) for one in row.citations}:
        return
    row.citations.append(
        EvidenceCitation(
            subject_kind=place.kind,
            subject_id=place.key,
            topic=place.topic,
            cited_by=actor.user_id,
            cited_at=clock.now(),
        )
    )
    details = {"evidence": row.id, "topic": place.topic}
    audit.record(session, actor, "evidence.cited", kind=KIND, key=row.id, details=details)


def _is_own_place(session: Session, actor: Actor, place: Place) -> bool:
    if actor.enterprise_id is None:
        return False
    if place.kind == rules.ENTERPRISE:
        return place.key == actor.enterprise_id
    query = select(Assessment.id).where(
        Assessment.id == place.key,
        Assessment.enterprise_id == actor.enterprise_id,
        Assessment.status != AssessmentStatus.VOIDED,
    )
    return session.scalar(query) is not None


def uncite(actor: Actor, *, evidence_id: int, citation_id: int, once: str | None = None) -> None:
    with unit_of_work.writing(actor, once=once) as session:
        row = _own(session, actor, evidence_id)
        found = next((one for one in row.citations if one.id == citation_id), None)
        if found is not None and found.subject_kind not in rules.ELSEWHERE:  # two tabs: gone already is as good
            row.citations.remove(found)
            details = {"evidence": row.id, "topic": found.topic}
            audit.record(session, actor, "evidence.uncited", kind=KIND, key=row.id, details=details)
        unit_of_work.remember(session, once, kind=KIND, key=row.id)


def _own(session: Session, actor: Actor, evidence_id: int) -> Evidence:
    row: Evidence = status_changes.locked(session, Evidence, kind=KIND, key=evidence_id, options=LOADING)
    if not permissions.permits(actor, Permission.KEEP_EVIDENCE, row):
        raise Forbidden(Permission.KEEP_EVIDENCE)
    return row
