"""Every status change that exists, one table a noun: action, sources, target, permission, is a reason due."""

from dataclasses import dataclass

from marketplace.domain.permissions import Permission
from marketplace.models.assessments import AssessmentStatus
from marketplace.models.bundles import SheetStatus
from marketplace.models.challenges import ChallengeStatus
from marketplace.models.demands import DemandStatus
from marketplace.models.evidence import GrantStatus
from marketplace.models.leads import LeadStatus
from marketplace.models.matches import ShortlistStatus, WeightSetStatus
from marketplace.models.solutions import SolutionStatus


@dataclass(frozen=True, slots=True)
class Transition:
    action: str
    label: str
    sources: frozenset[str]
    target: str
    permission: Permission
    needs_reason: bool = False


def _table(*rows: Transition) -> dict[str, Transition]:
    return {row.action: row for row in rows}


def _step(
    action: str, label: str, source: str, target: str, permission: Permission, *, reason: bool = False
) -> Transition:
    return Transition(action, label, frozenset({source}), target, permission, reason)


TRANSITIONS: dict[str, dict[str, Transition]] = {
    "demand": _table(
        Transition("publish", "发布", frozenset({DemandStatus.DRAFT}), DemandStatus.PUBLISHED, Permission.WRITE_DEMAND),
        Transition(
            "withdraw", "撤回", frozenset({DemandStatus.PUBLISHED}), DemandStatus.WITHDRAWN, Permission.WRITE_DEMAND
        ),
    ),
    "solution": _table(
        Transition(
            "suspend",
            "暂停",
            frozenset({SolutionStatus.LISTED}),
            SolutionStatus.SUSPENDED,
            Permission.SUSPEND_LISTING,
            needs_reason=True,
        ),
        Transition(
            "restore",
            "恢复",
            frozenset({SolutionStatus.SUSPENDED}),
            SolutionStatus.LISTED,
            Permission.SUSPEND_LISTING,
            needs_reason=True,
        ),
    ),
    "shortlist": _table(
        Transition(
            "close", "定稿", frozenset({ShortlistStatus.OPEN}), ShortlistStatus.CLOSED, Permission.KEEP_SHORTLIST
        ),
        Transition(
            "reopen", "重新打开", frozenset({ShortlistStatus.CLOSED}), ShortlistStatus.OPEN, Permission.KEEP_SHORTLIST
        ),
    ),
    "assessment": _table(
        _step("complete", "完成", AssessmentStatus.DRAFT, AssessmentStatus.COMPLETED, Permission.WRITE_ASSESSMENT),
        _step(
            "void",
            "作废",
            AssessmentStatus.COMPLETED,
            AssessmentStatus.VOIDED,
            Permission.WRITE_ASSESSMENT,
            reason=True,
        ),
    ),
    "access_grant": _table(
        _step("withdraw", "收回授权", GrantStatus.ACTIVE, GrantStatus.WITHDRAWN, Permission.GRANT_ACCESS),
    ),
    "lead": _table(
        _step("interest", "有意对接", LeadStatus.OFFERED, LeadStatus.INTERESTED, Permission.ANSWER_LEAD),
        _step("decline", "不接", LeadStatus.OFFERED, LeadStatus.DECLINED, Permission.ANSWER_LEAD),
        _step("introduce", "同意对接", LeadStatus.INTERESTED, LeadStatus.INTRODUCED, Permission.OPEN_LEADS),
        _step("refuse", "暂不对接", LeadStatus.INTERESTED, LeadStatus.REFUSED, Permission.OPEN_LEADS),
        Transition(
            "cancel",
            "取消",
            frozenset({LeadStatus.OFFERED, LeadStatus.INTERESTED}),
            LeadStatus.CANCELLED,
            Permission.OPEN_LEADS,
        ),
    ),
    "challenge": _table(
        _step("publish", "发榜", ChallengeStatus.DRAFT, ChallengeStatus.OPEN, Permission.MANAGE_CHALLENGES),
        _step("close", "收榜", ChallengeStatus.OPEN, ChallengeStatus.CLOSED, Permission.MANAGE_CHALLENGES, reason=True),
    ),
    "weight_set": _table(
        _step(
            "adopt", "采用", WeightSetStatus.PROPOSED, WeightSetStatus.ADOPTED, Permission.DECIDE_WEIGHTS, reason=True
        ),
        _step(
            "retire", "停用", WeightSetStatus.ADOPTED, WeightSetStatus.RETIRED, Permission.DECIDE_WEIGHTS, reason=True
        ),
    ),
    "quotation_sheet": _table(
        _step("withdraw", "收回", SheetStatus.SHARED, SheetStatus.WITHDRAWN, Permission.BUILD_BUNDLE),
    ),
}


def available(kind: str, status: str) -> tuple[Transition, ...]:
    return tuple(row for row in TRANSITIONS[kind].values() if status in row.sources)


INITIAL: dict[str, str] = {
    "demand": DemandStatus.DRAFT,
    "solution": SolutionStatus.DRAFT,
    "shortlist": ShortlistStatus.OPEN,
    "assessment": AssessmentStatus.DRAFT,
    "access_grant": GrantStatus.ACTIVE,
    "lead": LeadStatus.OFFERED,
    "challenge": ChallengeStatus.DRAFT,
    "weight_set": WeightSetStatus.PROPOSED,
    "quotation_sheet": SheetStatus.SHARED,
}
