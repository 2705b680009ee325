"""Who may write which assessment now: the own one, while it is a draft, a diagnosis with the enterprise's consent."""

from sqlalchemy.orm import Session, joinedload, selectinload

from marketplace.domain import permissions
from marketplace.domain.actors import Actor
from marketplace.domain.errors import Forbidden, Invalid
from marketplace.domain.permissions import Permission
from marketplace.models.assessments import Assessment, AssessmentKind, AssessmentStatus
from marketplace.models.enterprises import Enterprise
from marketplace.models.evidence import GrantPurpose
from marketplace.services import access_grants, status_changes

KIND = "assessment"
LOADING = (
    selectinload(Assessment.answers),
    selectinload(Assessment.scenes),
    joinedload(Assessment.enterprise).joinedload(Enterprise.organisation),
)
NO_CONSENT = "企业没有给本单位诊断授权，或者授权已经收回、到期。请联系企业重新授权"


def own(session: Session, actor: Actor, assessment_id: int) -> Assessment:
    assessment: Assessment = status_changes.locked(session, Assessment, kind=KIND, key=assessment_id, options=LOADING)
    if not permissions.permits(actor, Permission.WRITE_ASSESSMENT, assessment):
        raise Forbidden(Permission.WRITE_ASSESSMENT)
    return assessment


def draft(session: Session, actor: Actor, assessment_id: int) -> Assessment:
    assessment = own(session, actor, assessment_id)
    if assessment.status != AssessmentStatus.DRAFT:
        raise status_changes.conflict(session, assessment, kind=KIND, wanted="填写")
    consent(session, actor, assessment)
    return assessment


def consent(session: Session, actor: Actor, assessment: Assessment) -> int | None:
    """A diagnosis rests on the enterprise's consent, today; the other kinds need none."""
    if assessment.kind != AssessmentKind.DIAGNOSIS:
        return None
    grant = access_grants.find_active(
        session,
        organisation_id=actor.organisation_id,
        enterprise_id=assessment.enterprise_id,
        purpose=GrantPurpose.DIAGNOSIS,
    )
    if grant is None:
        raise Invalid({"enterprise_id": [NO_CONSENT]})
    return grant.id
