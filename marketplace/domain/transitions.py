"""Every status change that exists, one table a noun: action, sources, target, permission, is a reason due."""

from dataclasses import dataclass

from marketplace.domain.permissions import Permission
from marketplace.models.approvals import ApprovalStatus
from marketplace.models.assessments import AssessmentStatus
from marketplace.models.bundles import SheetStatus
from marketplace.models.calls import CallStatus, ObjectionStatus
from marketplace.models.challenges import ChallengeStatus
from marketplace.models.demands import DemandStatus
from marketplace.models.evidence import GrantStatus
from marketplace.models.leads import LeadStatus
from marketplace.models.matches import ShortlistStatus, WeightSetStatus
from marketplace.models.provider_applications import ApplicationStatus
from marketplace.models.providers import Standing
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
    action: str,
    label: str,
    source: str | tuple[str, ...],
    target: str,
    permission: Permission,
    *,
    reason: bool = False,
) -> Transition:
    sources = frozenset({source} if isinstance(source, str) else source)
    return Transition(action, label, sources, target, permission, reason)


OPEN = ApprovalStatus
UNDECIDED = (ApprovalStatus.IN_REVIEW, ApprovalStatus.PANEL, ApprovalStatus.SECOND_REVIEW)


TRANSITIONS: dict[str, dict[str, Transition]] = {
    "demand": _table(
        Transition("publish", "发布", frozenset({DemandStatus.DRAFT}), DemandStatus.PUBLISHED, Permission.WRITE_DEMAND),
        Transition(
            "withdraw", "撤回", frozenset({DemandStatus.PUBLISHED}), DemandStatus.WITHDRAWN, Permission.WRITE_DEMAND
        ),
    ),
    "solution": _table(
        _step(
            "list",
            "准予上架",
            (SolutionStatus.DRAFT, SolutionStatus.WITHDRAWN, SolutionStatus.EXPIRED),
            SolutionStatus.LISTED,
            Permission.REVIEW_SECOND,
        ),
        _step(
            "suspend", "暂停", SolutionStatus.LISTED, SolutionStatus.SUSPENDED, Permission.SUSPEND_LISTING, reason=True
        ),
        _step(
            "restore", "恢复", SolutionStatus.SUSPENDED, SolutionStatus.LISTED, Permission.SUSPEND_LISTING, reason=True
        ),
        _step(
            "withdraw",
            "下架",
            (SolutionStatus.LISTED, SolutionStatus.SUSPENDED),
            SolutionStatus.WITHDRAWN,
            Permission.WRITE_LISTING,
            reason=True,
        ),
        _step("expire", "到期", SolutionStatus.LISTED, SolutionStatus.EXPIRED, Permission.EXPIRE_LISTING),
    ),
    "approval": _table(
        _step("agree", "两项评估通过", OPEN.IN_REVIEW, OPEN.SECOND_REVIEW, Permission.REVIEW_LISTING),
        _step("diverge", "意见分歧，转会商", OPEN.IN_REVIEW, OPEN.PANEL, Permission.REVIEW_LISTING),
        _step("settle", "会商通过", OPEN.PANEL, OPEN.SECOND_REVIEW, Permission.SIT_ON_PANEL),
        _step("return", "退回修改", UNDECIDED, OPEN.RETURNED, Permission.REVIEW_LISTING, reason=True),
        _step("reject", "不予通过", UNDECIDED, OPEN.REJECTED, Permission.REVIEW_LISTING, reason=True),
        _step("approve", "监理复审通过", OPEN.SECOND_REVIEW, OPEN.APPROVED, Permission.REVIEW_SECOND),
        _step("resubmit", "修改后再报", OPEN.RETURNED, OPEN.IN_REVIEW, Permission.WRITE_LISTING),
        _step("recall", "撤回申请", (*UNDECIDED, OPEN.RETURNED), OPEN.RECALLED, Permission.WRITE_LISTING),
        _step("restart", "换人重评", UNDECIDED, OPEN.IN_REVIEW, Permission.ASSIGN_REVIEWERS, reason=True),
        _step("check", "抽查合格", OPEN.IN_REVIEW, OPEN.CHECKED, Permission.REVIEW_FEASIBILITY),
        _step("refer", "转为评估", OPEN.IN_REVIEW, OPEN.REFERRED, Permission.REVIEW_FEASIBILITY, reason=True),
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
    "provider_application": _table(
        _step(
            "submit",
            "提交申请",
            (ApplicationStatus.DRAFT, ApplicationStatus.RETURNED),
            ApplicationStatus.SUBMITTED,
            Permission.APPLY_TO_POOL,
        ),
        _step(
            "return",
            "退回补正",
            ApplicationStatus.SUBMITTED,
            ApplicationStatus.RETURNED,
            Permission.DECIDE_APPLICATION,
            reason=True,
        ),
        _step(
            "admit", "准予入池", ApplicationStatus.SUBMITTED, ApplicationStatus.ADMITTED, Permission.DECIDE_APPLICATION
        ),
        _step(
            "reject",
            "不予入池",
            ApplicationStatus.SUBMITTED,
            ApplicationStatus.REJECTED,
            Permission.DECIDE_APPLICATION,
            reason=True,
        ),
        _step(
            "withdraw",
            "撤回申请",
            (ApplicationStatus.SUBMITTED, ApplicationStatus.RETURNED),
            ApplicationStatus.WITHDRAWN,
            Permission.APPLY_TO_POOL,
        ),
    ),
    # Steps of the standing in the pool; services/standings.py is where they happen.
    "provider": _table(
        _step("admit", "入池", Standing.CANDIDATE, Standing.LISTED, Permission.DECIDE_APPLICATION),
    ),
    "call": _table(
        _step("publish", "发布遴选公告", CallStatus.DRAFT, CallStatus.OPEN, Permission.MANAGE_CALLS),
        _step("close", "截止应榜，转入评分", CallStatus.OPEN, CallStatus.SCORING, Permission.MANAGE_CALLS),
        _step("gather", "评分齐，转入合议", CallStatus.SCORING, CallStatus.CONSENSUS, Permission.GATHER_SCORES),
        _step("announce", "结果公示", CallStatus.CONSENSUS, CallStatus.ANNOUNCED, Permission.MANAGE_CALLS),
        _step(
            "reopen",
            "撤下公示，重新合议",
            CallStatus.ANNOUNCED,
            CallStatus.CONSENSUS,
            Permission.MANAGE_CALLS,
            reason=True,
        ),
        _step("conclude", "确认结果", CallStatus.ANNOUNCED, CallStatus.CONCLUDED, Permission.CONCLUDE_CALL),
        _step(
            "cancel",
            "终止遴选",
            (CallStatus.OPEN, CallStatus.SCORING, CallStatus.CONSENSUS, CallStatus.ANNOUNCED),
            CallStatus.CANCELLED,
            Permission.CONCLUDE_CALL,
            reason=True,
        ),
    ),
    "objection": _table(
        _step(
            "dismiss",
            "异议不成立",
            ObjectionStatus.OPEN,
            ObjectionStatus.DISMISSED,
            Permission.MANAGE_CALLS,
            reason=True,
        ),
        _step("uphold", "异议成立", ObjectionStatus.OPEN, ObjectionStatus.UPHELD, Permission.MANAGE_CALLS, reason=True),
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
    "weight_set": WeightSetStatus.PROPOSED,
    "quotation_sheet": SheetStatus.SHARED,
}
