"""What a reviewer has on his desk beside the submission; of a seat that is blind to him nothing is ever read."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import and_, func, or_, select

from marketplace.domain import approvals as rules
from marketplace.domain import permissions, wording, working_days
from marketplace.domain.actors import Actor
from marketplace.domain.permissions import Permission
from marketplace.extensions import db
from marketplace.models.accounts import Role, User
from marketplace.models.approvals import Approval, ApprovalKind, ApprovalStatus, ReviewSeat, Seat
from marketplace.services import (
    approval_prices,
    approval_proofs,
    approval_queue,
    approval_seats,
    approvals,
    clock,
    risk_flags,
)
from marketplace.services.approval_prices import Price
from marketplace.services.approval_proofs import Proof
from marketplace.services.approval_views import View


@dataclass(frozen=True, slots=True)
class Holder:
    """Who sits where now, for the leader: never what he said."""

    seat: Seat
    name: str
    due_words: str
    is_decided: bool
    is_absent: bool


@dataclass(frozen=True, slots=True)
class Opinion:
    seat: Seat
    label: str
    round: int
    verdict: str
    score: int | None
    notes: tuple[approvals.Note, ...]
    reason: str
    price_sentence: str
    unmet: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Desk:
    """What a reviewer has besides."""

    seat: Seat | None  # his own, undecided
    free: tuple[Seat, ...]
    checklist: tuple[rules.Item, ...]
    opinions: tuple[Opinion, ...]
    holders: tuple[Holder, ...]
    price: Price
    flags: tuple[risk_flags.Flag, ...]
    proofs: tuple[Proof, ...]
    before: int | None
    after: int | None
    is_blind: bool
    may_assign: bool


def of(actor: Actor, view: View) -> Desk:
    """Nothing of a blind seat is read from the database, so that nothing of it can reach the page."""
    approval = view.approval
    rows = _readable(actor, approval)
    own = next((one for one in rows if one.reviewer_id == actor.user_id and one.round == approval.round), None)
    seat = own.seat if own and own.verdict is None and approval.status in rules.UNDECIDED else None
    may_assign = permissions.permits(actor, Permission.ASSIGN_REVIEWERS)
    holders = _holders(approval)
    before, after = approval_queue.neighbours(actor, approval)
    open_seats = rules.seats_in(approval.status, approval.kind)
    taken = {one.seat for one in holders}
    is_seated = any(one.reviewer_id == actor.user_id for one in rows)
    return Desk(
        seat=seat if seat in open_seats else None,
        free=() if is_seated else tuple(
            one for one in open_seats if one not in taken and permissions.permits(actor, rules.PERMISSION[one])
        ),
        checklist=rules.checklist(seat, approval.kind) if seat else (),
        opinions=tuple(_opinion(one, approval.kind) for one in rows if one.verdict is not None),
        holders=holders if may_assign or actor.role == Role.AUDITOR else (),
        price=approval_prices.of_version(approval.version_id),
        flags=risk_flags.for_reader(actor, approval.version_id),
        proofs=approval_proofs.of(actor, approval, view.version.content),
        before=before,
        after=after,
        is_blind=approval.status == ApprovalStatus.IN_REVIEW and approval.kind != ApprovalKind.SAMPLE,
        may_assign=may_assign,
    )  # fmt: skip


def _readable(actor: Actor, approval: Approval) -> list[ReviewSeat]:
    """One's own; of this round what is no longer blind; earlier rounds in which both first seats were in."""
    whole = (
        select(ReviewSeat.round)
        .where(ReviewSeat.approval_id == approval.id, ReviewSeat.seat.in_(rules.FIRST), ReviewSeat.verdict.is_not(None))
        .group_by(ReviewSeat.round)
        .having(func.count() == len(rules.FIRST))
    )
    now = ReviewSeat.round == approval.round
    conditions = [ReviewSeat.reviewer_id == actor.user_id, and_(~now, ReviewSeat.round.in_(whole))]
    if approval.status == ApprovalStatus.PANEL:
        conditions.append(and_(now, ReviewSeat.seat.in_(rules.FIRST)))
    elif approval.status != ApprovalStatus.IN_REVIEW:
        conditions.append(now)
    query = select(ReviewSeat).where(ReviewSeat.approval_id == approval.id, or_(*conditions)).order_by(ReviewSeat.id)
    return list(db.session.scalars(query))


def _holders(approval: Approval) -> tuple[Holder, ...]:
    columns = (ReviewSeat.seat, User.name, ReviewSeat.due_on, ReviewSeat.verdict.is_not(None))
    query = (
        select(*columns)
        .join(User, User.id == ReviewSeat.reviewer_id)
        .where(ReviewSeat.approval_id == approval.id, ReviewSeat.round == approval.round)
        .order_by(ReviewSeat.id)
    )
    today = clock.today()
    return tuple(
        Holder(
            seat, name, working_days.left_words(due_on, today=today), bool(is_decided),
            not is_decided and approval_seats.is_past_absence(due_on, today=today),
        )
        for seat, name, due_on, is_decided in db.session.execute(query)
    )  # fmt: skip


def _opinion(row: ReviewSeat, kind: ApprovalKind) -> Opinion:
    label = wording.REVIEW_SEATS[row.seat]
    items: Mapping[str, str] = {item.id: item.text for item in rules.checklist(row.seat, kind)}
    return Opinion(
        seat=row.seat,
        label=label,
        round=row.round,
        verdict=str(row.verdict),
        score=row.score,
        notes=tuple(approvals.Note(one["question"], one["text"], label) for one in row.notes),
        reason=row.reason or "",
        price_sentence=row.price_sentence or "",
        unmet=tuple(items[key] for key, answer in row.checklist.items() if answer == "unmet" and key in items),
    )
