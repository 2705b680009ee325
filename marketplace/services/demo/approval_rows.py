"""The rows of a demo submission, as the use cases would have left them on their day."""

from datetime import date

from marketplace.domain import approvals as rules
from marketplace.domain import working_days
from marketplace.models.approvals import Approval, ApprovalKind, ApprovalStatus, ReviewSeat, Seat, StatusChange, Verdict
from marketplace.models.listings import ListingVersion
from marketplace.models.solutions import Solution
from marketplace.services import approvals
from marketplace.services.demo import content
from marketplace.services.demo.people import Registry

STATUS_AFTER = {
    "agree": "second_review", "diverge": "panel", "return": "returned", "resubmit": "in_review", "reject": "rejected",
    "recall": "recalled", "check": "checked", "approve": "approved",
}  # fmt: skip


def begin(solution: Solution, version: ListingVersion, kind: ApprovalKind, day: date, author: int) -> Approval:
    approval = Approval(
        solution_id=solution.id, provider_id=solution.provider_id, kind=kind, status=ApprovalStatus.IN_REVIEW, round=1,
        submitted_by=author,
    )  # fmt: skip
    submit(approval, version, day)
    return approval


def submit(approval: Approval, version: ListingVersion, day: date) -> None:
    approval.version_id, approval.submitted_at = version.id, content.moment(day)
    approval.due_on = working_days.after(day, rules.POLICY["days"][approval.kind])
    approvals.set_risk(approval, approval.risk or 0)


def take(
    registry: Registry,
    approval: Approval,
    seat: Seat,
    login: str,
    day: date,
    verdict: Verdict | None,
    *,
    partly: set[str] | None = None,
    unmet: set[str] | None = None,
    notes: list[dict[str, str]] | None = None,
    reason: str | None = None,
) -> ReviewSeat:
    """Claimed, and, with a verdict, decided on the same day."""
    items = rules.checklist(seat, approval.kind)
    answers = {
        item.id: "unmet" if item.id in (unmet or ()) else "partly" if item.id in (partly or ()) else "met"
        for item in items
    }
    days = rules.POLICY["seat_days"]["panel" if seat in rules.PANEL else seat]
    row = ReviewSeat(
            approval_id=approval.id, round=approval.round, seat=seat, reviewer_id=registry.seats[login].user_id,
            claimed_at=content.moment(day, hour=9), due_on=working_days.after(day, days), verdict=verdict,
            version_id=approval.version_id if verdict else None, score=rules.score(items, answers) if verdict else None,
            checklist=answers if verdict else {}, notes=notes or [], reason=reason,
            decided_at=content.moment(day, hour=15) if verdict else None,
    )  # fmt: skip
    registry.session.add(row)
    return row


def step(
    registry: Registry, approval: Approval, action: str, who: str | int, day: date, *, reason: str | None = None
) -> None:
    """The history's row; where the submission stands follows, but for what the database has to be ready for."""
    user_id = who if isinstance(who, int) else registry.seats[who].user_id
    before, after = approval.status, ApprovalStatus(STATUS_AFTER[action])
    at = content.moment(day, hour=16)
    registry.session.add(
        StatusChange(
            subject_kind="approval", subject_id=approval.id, action=action, from_status=before, to_status=after,
            reason=reason, decided_by=user_id, decided_at=at,
        )
    )  # fmt: skip
    if after != ApprovalStatus.APPROVED:
        is_initial = after == ApprovalStatus.IN_REVIEW
        approval.status = after
        approval.decided_at = None if is_initial else at
        approval.decided_by = None if is_initial else user_id
