"""Every status change that exists, one table a noun: action, sources, target, permission, is a reason due."""

from marketplace.domain import consortium_steps, supply_steps
from marketplace.domain.permissions import Permission
from marketplace.domain.steps import Transition, step, table
from marketplace.models.approvals import ApprovalStatus
from marketplace.models.assessments import AssessmentStatus
from marketplace.models.bundles import SheetStatus
from marketplace.models.calls import CallStatus, ObjectionStatus
from marketplace.models.challenges import ChallengeStatus
from marketplace.models.consortia import ChangeStatus, ConsortiumStatus
from marketplace.models.demands import DemandStatus
from marketplace.models.evidence import GrantStatus
from marketplace.models.leads import LeadStatus
from marketplace.models.matches import ShortlistStatus, WeightSetStatus
from marketplace.models.provider_applications import ApplicationStatus
from marketplace.models.providers import Standing
from marketplace.models.solutions import SolutionStatus

TRANSITIONS: dict[str, dict[str, Transition]] = {
    **supply_steps.STEPS,
    **consortium_steps.STEPS,
    "demand": table(
        Transition("publish", "发布", frozenset({DemandStatus.DRAFT}), DemandStatus.PUBLISHED, Permission.WRITE_DEMAND),
        Transition(
            "withdraw", "撤回", frozenset({DemandStatus.PUBLISHED}), DemandStatus.WITHDRAWN, Permission.WRITE_DEMAND
        ),
    ),
    "shortlist": table(
        Transition(
            "close", "定稿", frozenset({ShortlistStatus.OPEN}), ShortlistStatus.CLOSED, Permission.KEEP_SHORTLIST
        ),
        Transition(
            "reopen", "重新打开", frozenset({ShortlistStatus.CLOSED}), ShortlistStatus.OPEN, Permission.KEEP_SHORTLIST
        ),
    ),
    "assessment": table(
        step("complete", "完成", AssessmentStatus.DRAFT, AssessmentStatus.COMPLETED, Permission.WRITE_ASSESSMENT),
        step(
            "void",
            "作废",
            AssessmentStatus.COMPLETED,
            AssessmentStatus.VOIDED,
            Permission.WRITE_ASSESSMENT,
            reason=True,
        ),
    ),
    "access_grant": table(
        step("withdraw", "收回授权", GrantStatus.ACTIVE, GrantStatus.WITHDRAWN, Permission.GRANT_ACCESS),
    ),
    "lead": table(
        step("interest", "有意对接", LeadStatus.OFFERED, LeadStatus.INTERESTED, Permission.ANSWER_LEAD),
        step("decline", "不接", LeadStatus.OFFERED, LeadStatus.DECLINED, Permission.ANSWER_LEAD),
        step("introduce", "同意对接", LeadStatus.INTERESTED, LeadStatus.INTRODUCED, Permission.OPEN_LEADS),
        step("refuse", "暂不对接", LeadStatus.INTERESTED, LeadStatus.REFUSED, Permission.OPEN_LEADS),
        Transition(
            "cancel",
            "取消",
            frozenset({LeadStatus.OFFERED, LeadStatus.INTERESTED}),
            LeadStatus.CANCELLED,
            Permission.OPEN_LEADS,
        ),
    ),
    # Steps of the standing in the pool; services/standings.py is where they happen.
    "challenge": table(
        step("publish", "发榜", ChallengeStatus.DRAFT, ChallengeStatus.OPEN, Permission.MANAGE_CHALLENGES),
        step("close", "收榜", ChallengeStatus.OPEN, ChallengeStatus.CLOSED, Permission.MANAGE_CHALLENGES, reason=True),
    ),
    "weight_set": table(
        step(
            "adopt", "采用", WeightSetStatus.PROPOSED, WeightSetStatus.ADOPTED, Permission.DECIDE_WEIGHTS, reason=True
        ),
        step(
            "retire", "停用", WeightSetStatus.ADOPTED, WeightSetStatus.RETIRED, Permission.DECIDE_WEIGHTS, reason=True
        ),
    ),
    "quotation_sheet": table(
        step("withdraw", "收回", SheetStatus.SHARED, SheetStatus.WITHDRAWN, Permission.BUILD_BUNDLE),
    ),
}


def available(kind: str, status: str) -> tuple[Transition, ...]:
    return tuple(row for row in TRANSITIONS[kind].values() if status in row.sources)


INITIAL: dict[str, str] = {
    "demand": DemandStatus.DRAFT,
    "solution": SolutionStatus.DRAFT,
    "approval": ApprovalStatus.IN_REVIEW,
    "shortlist": ShortlistStatus.OPEN,
    "assessment": AssessmentStatus.DRAFT,
    "access_grant": GrantStatus.ACTIVE,
    "lead": LeadStatus.OFFERED,
    "challenge": ChallengeStatus.DRAFT,
    "provider_application": ApplicationStatus.DRAFT,
    "provider": Standing.CANDIDATE,
    "call": CallStatus.DRAFT,
    "objection": ObjectionStatus.OPEN,
    "consortium": ConsortiumStatus.FORMING,
    "consortium_change": ChangeStatus.CONSENTING,
    "weight_set": WeightSetStatus.PROPOSED,
    "quotation_sheet": SheetStatus.SHARED,
}
