"""双审核: a listing is submitted, comes back for another round, is recalled, is sampled; what it was returned with."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.domain import approvals as rules
from marketplace.domain import questions, wording, working_days
from marketplace.domain.actors import Actor
from marketplace.domain.errors import Forbidden, Invalid
from marketplace.domain.permissions import Permission
from marketplace.extensions import db
from marketplace.models.approvals import Approval, ApprovalKind, ApprovalStatus, ReviewSeat
from marketplace.models.listings import ListingVersion
from marketplace.models.solutions import Solution
from marketplace.services import (
    approval_cases,
    approval_conflicts,
    approval_notices,
    approval_seats,
    audit,
    clock,
    notifications,
    risk_flags,
    status_changes,
    unit_of_work,
)
from marketplace.services.approval_cases import KIND, Case


@dataclass(frozen=True, slots=True)
class Note:
    """What has to be changed, by question."""

    question: str
    text: str
    seat: str

    @property
    def label(self) -> str:
        asked = questions.BY_ID.get(self.question)
        return asked.label if asked else self.question


def open_for(session: Session, actor: Actor, *, solution: Solution, version: ListingVersion) -> Approval:
    """A first submission of this version, inside the caller's transaction, with the listing locked."""
    kind = rules.kind_for(solution.status, version.change)
    return _open(session, actor, solution=solution, version=version, kind=kind)


def sample(session: Session, actor: Actor, solution: Solution, version: ListingVersion) -> Approval | None:
    """A minor edit picked for a later look; one look at a time is enough."""
    if _open_one(session, solution.id, is_sample=True) is not None:
        return None
    return _open(session, actor, solution=solution, version=version, kind=ApprovalKind.SAMPLE)


def _open(
    session: Session,
    actor: Actor,
    *,
    solution: Solution,
    version: ListingVersion,
    kind: ApprovalKind,
    follows_id: int | None = None,
) -> Approval:
    is_sample = kind == ApprovalKind.SAMPLE
    earlier = _open_one(session, solution.id, is_sample=is_sample)
    if earlier is not None:
        raise status_changes.conflict(session, earlier, kind=KIND, wanted="提交评估")
    approval = Approval(
        solution_id=solution.id, provider_id=solution.provider_id, kind=kind, status=ApprovalStatus.IN_REVIEW, round=1,
        risk=0, follows_id=follows_id,
    )  # fmt: skip
    _submit(approval, version)
    session.add(approval)
    session.flush()
    set_risk(approval, risk_flags.raise_for(session, solution, version))
    _record(session, actor, approval, version)
    notifications.tell_audience(session, actor, "approval.submitted", approval, audience="listing_reviewers")
    approval_notices.tell_risk(session, actor, approval)
    return approval


def resubmit(session: Session, actor: Actor, *, approval: Approval, version: ListingVersion) -> None:
    """The next round, with the same people in their seats; only what was noted may have been changed."""
    case = approval_cases.locked(session, approval.id)
    _check_only_noted(session, case, version)
    status_changes.change(session, actor, case.approval, kind=KIND, action="resubmit")
    case.approval.round += 1
    _submit(case.approval, version)
    set_risk(case.approval, risk_flags.raise_for(session, case.solution, version))
    session.flush()
    approval_seats.seat_former(session, case, rules.FIRST)
    approval_notices.tell_risk(session, actor, case.approval)
    _record(session, actor, case.approval, version)


def _submit(approval: Approval, version: ListingVersion) -> None:
    now = clock.now()
    approval.version_id, approval.submitted_at, approval.submitted_by = version.id, now, version.created_by
    approval.due_on = working_days.after(clock.today(), rules.POLICY["days"][approval.kind])
    set_risk(approval, approval.risk)


def set_risk(approval: Approval, risk: int) -> None:
    """A riskier submission stands in the queue as if it had waited so many days longer."""
    approval.risk = risk
    approval.queue_at = approval.submitted_at - timedelta(days=risk * rules.POLICY["queue"]["days_a_risk_point"])


def _record(session: Session, actor: Actor, approval: Approval, version: ListingVersion) -> None:
    details = {"kind": approval.kind, "round": approval.round, "version": version.number}
    audit.record(session, actor, "approvals.submitted", kind=KIND, key=approval.id, details=details)


def _check_only_noted(session: Session, case: Case, version: ListingVersion) -> None:
    noted = {note.question for note in _notes(case.now())}
    before: Mapping[str, Any] = session.get_one(ListingVersion, case.approval.version_id).content
    others = [one for one in questions.changed(before, version.content) if one.question not in noted]
    if others:
        raise Invalid({one.question: [f"{one.label}没有要求修改，请改回原来的内容"] for one in others})


def refer(session: Session, actor: Actor, case: Case) -> Approval | None:
    """A sample that was not in order gets the whole review, unless one is under way already."""
    if _open_one(session, case.solution.id, is_sample=False) is not None:
        return None
    version = session.get_one(ListingVersion, case.approval.version_id)
    return _open(
        session, actor, solution=case.solution, version=version, kind=ApprovalKind.MATERIAL, follows_id=case.approval.id
    )


def recall(actor: Actor, *, approval_id: int, version: int | None, once: str | None = None) -> None:
    """By the provider, as long as nothing is decided; not what a sample has brought about."""
    with unit_of_work.writing(actor, once=once) as session:
        case = approval_cases.locked(session, approval_id)
        _check_may_recall(case.approval)
        status_changes.change(session, actor, case.approval, kind=KIND, action="recall", version=version)
        unit_of_work.remember(session, once, kind=KIND, key=approval_id)


def _check_may_recall(approval: Approval) -> None:
    if not is_own_wish(approval):
        raise Forbidden(Permission.WRITE_LISTING)


def is_own_wish(approval: Approval) -> bool:
    """Not what the bureau looks at of itself: a sample, and the review that a sample brought about."""
    return approval.kind != ApprovalKind.SAMPLE and approval.follows_id is None


def may_recall(approval: Approval) -> bool:
    return is_own_wish(approval) and approval.status in rules.OPEN


def recall_open(session: Session, actor: Actor, *, solution_id: int) -> None:
    """With a withdrawn listing its review ends too, inside the caller's transaction, with the listing locked."""
    found = _open_one(session, solution_id, is_sample=False)
    if found is not None:
        approval: Approval = status_changes.locked(session, Approval, kind=KIND, key=found.id)
        status_changes.change(session, actor, approval, kind=KIND, action="recall")


def restart(actor: Actor, *, approval_id: int, reason: str, version: int | None, once: str | None = None) -> None:
    """The leader begins a new round with others, when somebody who sits there turns out to be tied to the provider."""
    with unit_of_work.writing(actor, once=once) as session:
        case = approval_cases.locked(session, approval_id)
        status_changes.change(
            session, actor, case.approval, kind=KIND, action="restart", reason=reason, version=version
        )
        if not any(
            approval_conflicts.of(session, user_id=row.reviewer_id, seat=row.seat, case=case) for row in case.now()
        ):
            raise Invalid({"reason": ["本轮评估人都没有应当回避的情形，不用换人重评"]})
        case.approval.round += 1
        session.flush()
        approval_seats.seat_former(session, case, rules.FIRST)
        unit_of_work.remember(session, once, kind=KIND, key=approval_id)


def open_of(session: Session, solution_id: int) -> Approval | None:
    """The submission that is not decided yet or was returned."""
    return _open_one(session, solution_id, is_sample=False)


def _open_one(session: Session, solution_id: int, *, is_sample: bool) -> Approval | None:
    is_kind = Approval.kind == ApprovalKind.SAMPLE if is_sample else Approval.kind != ApprovalKind.SAMPLE
    query = select(Approval).where(Approval.solution_id == solution_id, is_kind, Approval.status.in_(rules.OPEN))
    return session.scalars(query).one_or_none()


def notes_of(solution_id: int) -> tuple[Note, ...]:
    """What the provider has to change now; empty when nothing was returned."""
    query = (
        select(ReviewSeat)
        .join(Approval, (Approval.id == ReviewSeat.approval_id) & (Approval.round == ReviewSeat.round))
        .where(Approval.solution_id == solution_id, Approval.status == ApprovalStatus.RETURNED)
        .order_by(ReviewSeat.id)
    )
    return _notes(db.session.scalars(query).all())


def _notes(rows: Any) -> tuple[Note, ...]:
    return tuple(
        Note(note["question"], note["text"], wording.REVIEW_SEATS[row.seat])
        for row in rows
        if row.verdict is not None
        for note in row.notes
    )
