"""The status changes of consortia and of the changes that are proposed to them."""

from marketplace.domain.permissions import Permission
from marketplace.domain.steps import Transition, step, table
from marketplace.models.consortia import ChangeStatus, ConsortiumStatus

FORMING, SUBMITTED, ACTIVE = ConsortiumStatus.FORMING, ConsortiumStatus.SUBMITTED, ConsortiumStatus.ACTIVE
PENDING = (ChangeStatus.CONSENTING, ChangeStatus.SUBMITTED)

STEPS: dict[str, dict[str, Transition]] = {
    "consortium": table(
        step("submit", "报市局确认", FORMING, SUBMITTED, Permission.KEEP_CONSORTIUM),
        step("recall", "撤回报送", SUBMITTED, FORMING, Permission.KEEP_CONSORTIUM),
        step("return", "退回补正", SUBMITTED, FORMING, Permission.DECIDE_CONSORTIUM, reason=True),
        step("confirm", "确认成立", SUBMITTED, ACTIVE, Permission.DECIDE_CONSORTIUM),
        step(
            "dissolve",
            "解散",
            (FORMING, SUBMITTED, ACTIVE),
            ConsortiumStatus.DISSOLVED,
            Permission.DISSOLVE_CONSORTIUM,
            reason=True,
        ),
    ),
    "consortium_change": table(
        step(
            "agree",
            "各方同意，报市局",
            ChangeStatus.CONSENTING,
            ChangeStatus.SUBMITTED,
            Permission.ANSWER_CONSORTIUM,
        ),
        step(
            "decline",
            "不同意变更",
            ChangeStatus.CONSENTING,
            ChangeStatus.DECLINED,
            Permission.ANSWER_CONSORTIUM,
            reason=True,
        ),
        step("withdraw", "撤回变更", PENDING, ChangeStatus.WITHDRAWN, Permission.KEEP_CONSORTIUM),
        step("lapse", "随联合体解散终止", PENDING, ChangeStatus.WITHDRAWN, Permission.DISSOLVE_CONSORTIUM),
        step("confirm", "同意变更", ChangeStatus.SUBMITTED, ChangeStatus.CONFIRMED, Permission.DECIDE_CONSORTIUM),
        step(
            "refuse",
            "不同意变更",
            ChangeStatus.SUBMITTED,
            ChangeStatus.REFUSED,
            Permission.DECIDE_CONSORTIUM,
            reason=True,
        ),
    ),
}
