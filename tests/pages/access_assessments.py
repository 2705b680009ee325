"""What test_access.py asks about assessments: a finished one and a draft, written by each who may write one."""

from typing import Any

from marketplace.domain.actors import Actor
from marketplace.extensions import db
from marketplace.models.accounts import Role, User
from marketplace.models.assessments import AssessmentKind, AssessmentStatus
from tests.factories import Factory

KIND_OF_ROLE = {
    Role.ENTERPRISE: AssessmentKind.SELF,
    Role.PROVIDER: AssessmentKind.DIAGNOSIS,
    Role.EXPERT: AssessmentKind.DIAGNOSIS,
    Role.SUPERVISOR: AssessmentKind.ON_SITE,
}


def assessment_things(make: Factory, enterprise: Actor, writer: Actor) -> dict[str, Any]:
    """Of this enterprise, written by this person; who may not write any gets the enterprise's own."""
    author = writer if writer.role in KIND_OF_ROLE else enterprise
    owner = db.session.get_one(User, enterprise.user_id)
    facts = {"user": owner, "kind": KIND_OF_ROLE[author.role], "organisation_id": author.organisation_id}
    return {
        "assessment": make.assessment(**facts).id,
        "assessment_draft": make.assessment(status=AssessmentStatus.DRAFT, **facts).id,
    }
