"""An assessment from its start to its end: start, complete, void, delete; and records of the edition before."""

from datetime import date
from decimal import Decimal

from sqlalchemy import delete as delete_rows
from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.domain import assessments as rules
from marketplace.domain import permissions
from marketplace.domain.actors import Actor
from marketplace.domain.assessment_figures import POLICY
from marketplace.domain.errors import Forbidden, Invalid
from marketplace.domain.permissions import Permission
from marketplace.models.accounts import Role
from marketplace.models.assessments import (
    Assessment,
    AssessmentKind,
    AssessmentStatus,
    MeasureTick,
)
from marketplace.models.enterprises import Enterprise
from marketplace.models.evidence import EvidenceCitation
from marketplace.services import (
    assessment_access,
    assessment_answers,
    assessment_standing,
    audit,
    clock,
    status_changes,
    unit_of_work,
)
from matching import standard

KIND = assessment_access.KIND
KIND_OF_ROLE = {
    Role.ENTERPRISE: AssessmentKind.SELF,
    Role.PROVIDER: AssessmentKind.DIAGNOSIS,
    Role.EXPERT: AssessmentKind.DIAGNOSIS,
    Role.SUPERVISOR: AssessmentKind.ON_SITE,
}


def start(actor: Actor, *, enterprise_id: int | None, once: str | None = None) -> int:
    """A draft of the kind that the actor's role may write; one that is open already is taken up again."""
    kind = KIND_OF_ROLE.get(actor.role)
    if kind is None or not permissions.permits(actor, Permission.WRITE_ASSESSMENT):
        raise Forbidden(Permission.WRITE_ASSESSMENT)
    if kind == AssessmentKind.SELF:
        enterprise_id = actor.enterprise_id
    if enterprise_id is None:
        raise Invalid({"enterprise_id": ["请选择要评测的企业"]})
    with unit_of_work.writing(actor, once=once) as session:
        status_changes.locked(session, Enterprise, kind="enterprise", key=enterprise_id)  # one draft, not two at once
        assessment = _open_draft(session, actor, enterprise_id) or _new_draft(session, actor, kind, enterprise_id)
        unit_of_work.remember(session, once, kind=KIND, key=assessment.id)
        return assessment.id


def _open_draft(session: Session, actor: Actor, enterprise_id: int) -> Assessment | None:
    query = select(Assessment).where(
        Assessment.enterprise_id == enterprise_id,
        Assessment.organisation_id == actor.organisation_id,
        Assessment.status == AssessmentStatus.DRAFT,
    )
    return session.scalars(query.order_by(Assessment.id).limit(1)).one_or_none()


def _new_draft(session: Session, actor: Actor, kind: AssessmentKind, enterprise_id: int) -> Assessment:
    assessment = _row(actor, kind=kind, edition=standard.VERSION, enterprise_id=enterprise_id)
    assessment.grant_id = assessment_access.consent(session, actor, assessment)
    session.add(assessment)
    session.flush()
    audit.record(session, actor, "assessments.started", kind=KIND, key=assessment.id, details={"kind": kind})
    return assessment


def _row(actor: Actor, *, kind: AssessmentKind, edition: str, enterprise_id: int) -> Assessment:
    now = clock.now()
    return Assessment(
        enterprise_id=enterprise_id,
        kind=kind,
        standard=edition,
        organisation_id=actor.organisation_id,
        status=AssessmentStatus.DRAFT,
        created_by=actor.user_id,
        created_at=now,
        changed_at=now,
    )


def complete(actor: Actor, *, assessment_id: int, version: int, once: str | None = None) -> None:
    """Points and level are kept from now on, and speak for the enterprise where no weightier record does."""
    with unit_of_work.writing(actor, once=once) as session:
        assessment = assessment_access.own(session, actor, assessment_id)
        answers, scenes = assessment_answers.answers_of(assessment), assessment_answers.scenes_of(assessment)
        absent = rules.missing(answers, scenes)
        if assessment.status == AssessmentStatus.DRAFT:
            assessment_access.consent(session, actor, assessment)
            if absent:
                raise Invalid({topic: [f"{rules.topic_name(topic)}还没有填"] for topic in absent})
            result = rules.score(answers, scenes)
            assessment.points, assessment.level = result.points, result.verdict.level
            assessment.assessed_on = clock.today()
        status_changes.change(session, actor, assessment, kind=KIND, action="complete", version=version)
        assessment_standing.refresh(session, enterprise_id=assessment.enterprise_id)
        unit_of_work.remember(session, once, kind=KIND, key=assessment_id)


def void(actor: Actor, *, assessment_id: int, version: int, reason: str, once: str | None = None) -> None:
    """It stays on record and speaks for nobody any more."""
    with unit_of_work.writing(actor, once=once) as session:
        assessment = assessment_access.own(session, actor, assessment_id)
        status_changes.change(session, actor, assessment, kind=KIND, action="void", reason=reason, version=version)
        if assessment.standard == standard.VERSION:
            assessment_standing.refresh(session, enterprise_id=assessment.enterprise_id, voided=assessment.kind)
        unit_of_work.remember(session, once, kind=KIND, key=assessment_id)


def delete(actor: Actor, *, assessment_id: int, version: int, once: str | None = None) -> None:
    """Drafts only, with their answers and what was cited for them."""
    with unit_of_work.writing(actor, once=once) as session:
        assessment = assessment_access.own(session, actor, assessment_id)
        if assessment.status != AssessmentStatus.DRAFT or assessment.version != version:
            raise status_changes.conflict(session, assessment, kind=KIND, wanted="删除")
        cited = EvidenceCitation.subject_kind == KIND, EvidenceCitation.subject_id == assessment_id
        session.execute(delete_rows(EvidenceCitation).where(*cited))
        session.execute(delete_rows(MeasureTick).where(MeasureTick.assessment_id == assessment_id))
        details = {"kind": assessment.kind}
        for row in (*assessment.answers, *assessment.scenes):
            session.delete(row)
        session.flush()
        session.execute(delete_rows(Assessment).where(Assessment.id == assessment_id))
        audit.record(session, actor, "assessments.deleted", kind=KIND, key=assessment_id, details=details)


def record_before(
    actor: Actor,
    *,
    kind: AssessmentKind,
    assessed_on: date,
    points: Decimal,
    level: int,
    note: str = "",
    once: str | None = None,
) -> int:
    """A result of the edition before: kept for the file, compared with nothing."""
    if actor.enterprise_id is None or not permissions.permits(actor, Permission.WRITE_ASSESSMENT):
        raise Forbidden(Permission.WRITE_ASSESSMENT)
    rules.check_record(assessed_on=assessed_on, today=clock.today(), points=points, level=level)
    edition = POLICY["standard_before"]
    with unit_of_work.writing(actor, once=once) as session:
        assessment = _row(actor, kind=kind, edition=edition, enterprise_id=actor.enterprise_id)
        assessment.assessed_on, assessment.points, assessment.level = assessed_on, points, level
        assessment.note = rules.check_note(note)
        session.add(assessment)
        session.flush()
        details = {"standard": edition, "points": str(points), "level": level}
        audit.record(session, actor, "assessments.recorded", kind=KIND, key=assessment.id, details=details)
        status_changes.change(session, actor, assessment, kind=KIND, action="complete")
        unit_of_work.remember(session, once, kind=KIND, key=assessment.id)
        return assessment.id
