"""The status changes of the supply side: listings, their review, providers, calls and consortia."""

from marketplace.domain.permissions import Permission
from marketplace.domain.steps import Transition, step, table
from marketplace.models.approvals import ApprovalStatus
from marketplace.models.calls import CallStatus, ObjectionStatus
from marketplace.models.provider_applications import ApplicationStatus
from marketplace.models.providers import Standing
from marketplace.models.solutions import SolutionStatus

OPEN = ApprovalStatus
UNDECIDED = (ApprovalStatus.IN_REVIEW, ApprovalStatus.PANEL, ApprovalStatus.SECOND_REVIEW)

STEPS: dict[str, dict[str, Transition]] = {
    "solution": table(
        step(
            "list",
            "准予上架",
            (SolutionStatus.DRAFT, SolutionStatus.WITHDRAWN, SolutionStatus.EXPIRED),
            SolutionStatus.LISTED,
            Permission.REVIEW_SECOND,
        ),
        step(
            "suspend", "暂停", SolutionStatus.LISTED, SolutionStatus.SUSPENDED, Permission.SUSPEND_LISTING, reason=True
        ),
        step(
            "restore", "恢复", SolutionStatus.SUSPENDED, SolutionStatus.LISTED, Permission.SUSPEND_LISTING, reason=True
        ),
        step(
            "withdraw",
            "下架",
            (SolutionStatus.LISTED, SolutionStatus.SUSPENDED),
            SolutionStatus.WITHDRAWN,
            Permission.WRITE_LISTING,
            reason=True,
        ),
        step("expire", "到期", SolutionStatus.LISTED, SolutionStatus.EXPIRED, Permission.EXPIRE_LISTING),
    ),
    "approval": table(
        step("agree", "两项评估通过", OPEN.IN_REVIEW, OPEN.SECOND_REVIEW, Permission.REVIEW_LISTING),
        step("diverge", "意见分歧，转会商", OPEN.IN_REVIEW, OPEN.PANEL, Permission.REVIEW_LISTING),
        step("settle", "会商通过", OPEN.PANEL, OPEN.SECOND_REVIEW, Permission.SIT_ON_PANEL),
        step("return", "退回修改", UNDECIDED, OPEN.RETURNED, Permission.REVIEW_LISTING, reason=True),
        step("reject", "不予通过", UNDECIDED, OPEN.REJECTED, Permission.REVIEW_LISTING, reason=True),
        step("approve", "监理复审通过", OPEN.SECOND_REVIEW, OPEN.APPROVED, Permission.REVIEW_SECOND),
        step("resubmit", "修改后再报", OPEN.RETURNED, OPEN.IN_REVIEW, Permission.WRITE_LISTING),
        step("recall", "撤回申请", (*UNDECIDED, OPEN.RETURNED), OPEN.RECALLED, Permission.WRITE_LISTING),
        step("restart", "换人重评", UNDECIDED, OPEN.IN_REVIEW, Permission.ASSIGN_REVIEWERS, reason=True),
        step("check", "抽查合格", OPEN.IN_REVIEW, OPEN.CHECKED, Permission.REVIEW_FEASIBILITY),
        step("refer", "转为评估", OPEN.IN_REVIEW, OPEN.REFERRED, Permission.REVIEW_FEASIBILITY, reason=True),
    ),
    "provider_application": table(
        step(
            "submit",
            "提交申请",
            (ApplicationStatus.DRAFT, ApplicationStatus.RETURNED),
            ApplicationStatus.SUBMITTED,
            Permission.APPLY_TO_POOL,
        ),
        step(
            "return",
            "退回补正",
            ApplicationStatus.SUBMITTED,
            ApplicationStatus.RETURNED,
            Permission.DECIDE_APPLICATION,
            reason=True,
        ),
        step(
            "admit", "准予入池", ApplicationStatus.SUBMITTED, ApplicationStatus.ADMITTED, Permission.DECIDE_APPLICATION
        ),
        step(
            "reject",
            "不予入池",
            ApplicationStatus.SUBMITTED,
            ApplicationStatus.REJECTED,
            Permission.DECIDE_APPLICATION,
            reason=True,
        ),
        step(
            "withdraw",
            "撤回申请",
            (ApplicationStatus.SUBMITTED, ApplicationStatus.RETURNED),
            ApplicationStatus.WITHDRAWN,
            Permission.APPLY_TO_POOL,
        ),
    ),
    "provider": table(
        step("admit", "入池", Standing.CANDIDATE, Standing.LISTED, Permission.DECIDE_APPLICATION),
    ),
    "call": table(
        step("publish", "发布遴选公告", CallStatus.DRAFT, CallStatus.OPEN, Permission.MANAGE_CALLS),
        step("close", "截止应榜，转入评分", CallStatus.OPEN, CallStatus.SCORING, Permission.MANAGE_CALLS),
        step("gather", "评分齐，转入合议", CallStatus.SCORING, CallStatus.CONSENSUS, Permission.GATHER_SCORES),
        step("announce", "结果公示", CallStatus.CONSENSUS, CallStatus.ANNOUNCED, Permission.MANAGE_CALLS),
        step(
            "reopen",
            "撤下公示，重新合议",
            CallStatus.ANNOUNCED,
            CallStatus.CONSENSUS,
            Permission.MANAGE_CALLS,
            reason=True,
        ),
        step("conclude", "确认结果", CallStatus.ANNOUNCED, CallStatus.CONCLUDED, Permission.CONCLUDE_CALL),
        step(
            "cancel",
            "终止遴选",
            (CallStatus.OPEN, CallStatus.SCORING, CallStatus.CONSENSUS, CallStatus.ANNOUNCED),
            CallStatus.CANCELLED,
            Permission.CONCLUDE_CALL,
            reason=True,
        ),
    ),
    "objection": table(
        step(
            "dismiss",
            "异议不成立",
            ObjectionStatus.OPEN,
            ObjectionStatus.DISMISSED,
            Permission.MANAGE_CALLS,
            reason=True,
        ),
        step("uphold", "异议成立", ObjectionStatus.OPEN, ObjectionStatus.UPHELD, Permission.MANAGE_CALLS, reason=True),
    ),
}
