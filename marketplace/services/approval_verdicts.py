"""Deciding a seat, once and for exactly the version seen; and what follows when the verdicts are in."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from marketplace.domain import approvals as rules
from marketplace.domain import judgements
from marketplace.domain.actors import Actor
from marketplace.domain.approvals import Step
from marketplace.domain.errors import Conflict
from marketplace.domain.judgements import Asked, Judgement, Note
from marketplace.models.approvals import ApprovalKind, ApprovalStatus, ReviewSeat, Seat, Verdict
from marketplace.models.listings import ListingVersion
from marketplace.services import (
    approval_cases,
    approval_conflicts,
    approval_notices,
    approval_prices,
    approval_seats,
    approvals,
    audit,
    clock,
    listing_projection,
    outbox,
    status_changes,
    unit_of_work,
)
from marketplace.services.approval_cases import KIND, Case

WANTED = "提交意见"


@dataclass(frozen=True, slots=True)
class Outcome:
    status: ApprovalStatus
    is_moved: bool


def decide(
    actor: Actor, *, approval_id: int, seat: Seat, judgement: Judgement, seen: int, once: str | None = None
) -> Outcome:
    """`seen` is the version (listing_versions.id) that the page showed."""
    price = approval_prices.of_version(seen) if seat == Seat.PRICE else approval_prices.NONE  # before the lock
    with unit_of_work.writing(actor, once=once) as session:
        case = approval_cases.locked(session, approval_id)
        approval_seats.check_permission(actor, seat)
        row = _own_row(session, actor, case, seat, seen)
        approval_conflicts.check(session, user_id=actor.user_id or 0, seat=seat, case=case)
        asked = Asked(seat, case.approval.kind, price.needs_proof, case.approval.round > 1)
        judgements.check(judgement, asked)
        _write(case, row, judgement)
        row.price_sentence = price.sentence
        session.flush()
        approval_notices.close_due(session, approval_id, row.reviewer_id)
        details = {"seat": seat, "round": row.round, "version": case.approval.version_id}
        audit.record(session, actor, "approvals.judged", kind=KIND, key=approval_id, details=details)
        before = case.approval.status
        _move(session, actor, case, seat)
        unit_of_work.remember(session, once, kind=KIND, key=approval_id)
        return Outcome(case.approval.status, case.approval.status != before)


def _own_row(session: Session, actor: Actor, case: Case, seat: Seat, seen: int) -> ReviewSeat:
    """The actor's own seat of this round, still undecided, before exactly the version that is to be judged."""
    approval_cases.check_version(case, seen)
    approval_cases.check_open_for(session, case, seat, wanted=WANTED)
    row = case.find(seat)
    if row is None:
        raise status_changes.conflict(session, case.approval, kind=KIND, wanted=WANTED)
    if row.reviewer_id != actor.user_id or row.verdict is not None:
        raise approval_cases.taken(case, row, wanted=WANTED)
    return row


def _write(case: Case, row: ReviewSeat, given: Judgement) -> None:
    items = rules.checklist(row.seat, case.approval.kind)
    row.checklist = {item.id: given.checklist[item.id] for item in items}
    row.score = rules.score(items, row.checklist)
    row.notes = [{"question": note.question, "text": note.text} for note in given.notes]
    row.reason = given.reason or None
    row.verdict, row.version_id, row.decided_at = given.verdict, case.approval.version_id, clock.now()


def _move(session: Session, actor: Actor, case: Case, seat: Seat) -> None:
    """The last verdict that was waited for moves the submission, exactly once: its row is locked."""
    if case.approval.kind == ApprovalKind.SAMPLE:
        _after_sample(session, actor, case)
    elif seat in rules.FIRST:
        given = case.given(rules.FIRST)
        if len(given) == len(rules.FIRST):
            _take(session, actor, case, rules.after_first(*given))
    elif seat in rules.PANEL:
        step = rules.after_panel([one.verdict for one in case.given(rules.PANEL)])
        if step is not None:
            _take(session, actor, case, step)
    else:
        _after_second(session, actor, case)


def _take(session: Session, actor: Actor, case: Case, step: Step) -> None:
    status_changes.change(session, actor, case.approval, kind=KIND, action=step, reason=_reason(case, step))
    session.flush()
    approval_seats.seat_former(session, case, rules.seats_in(case.approval.status, case.approval.kind))


def _reason(case: Case, step: Step) -> str | None:
    """What the provider reads as the reason: the contents to change, or the words of who rejected."""
    if step == Step.RETURN:
        return judgements.summary(tuple(Note(one["question"], one["text"]) for row in case.now() for one in row.notes))
    if step == Step.REJECT:
        words = (row.reason for row in case.now() if row.verdict == Verdict.REJECT and row.reason)
        return "；".join(words)[: rules.TEXT_MAX]
    return None


def _after_sample(session: Session, actor: Actor, case: Case) -> None:
    row = case.find(Seat.FEASIBILITY)
    if row is not None and row.verdict == Verdict.PASS:
        status_changes.change(session, actor, case.approval, kind=KIND, action="check")
        return
    reason = _reason(case, Step.RETURN) if row and row.verdict == Verdict.RETURN else _reason(case, Step.REJECT)
    status_changes.change(session, actor, case.approval, kind=KIND, action="refer", reason=reason)
    session.flush()
    approvals.refer(session, actor, case)


def _after_second(session: Session, actor: Actor, case: Case) -> None:
    verdict = case.verdicts().get(Seat.SECOND)
    if verdict == Verdict.PASS:
        _approve(session, actor, case)
    elif verdict == Verdict.RETURN:
        _take(session, actor, case, Step.RETURN)
    else:
        _take(session, actor, case, Step.REJECT)


def _approve(session: Session, actor: Actor, case: Case) -> None:
    """Three distinct people without conflict have passed it: what was judged is what the shelf shows, or nothing is."""
    approval, solution = case.approval, case.solution
    approval_conflicts.check_all(session, case)
    does_list = solution.status in rules.LISTS_FROM[approval.kind]
    if not rules.three_passes(case.verdicts()) or not (does_list or solution.status in rules.WRITES_ON[approval.kind]):
        raise Conflict("solution", solution.id, str(solution.status), decided_at=solution.decided_at, wanted="准予上架")
    status_changes.change(session, actor, approval, kind=KIND, action="approve")
    session.flush()  # the guard of the database looks at the row before the listing follows it
    version = session.get_one(ListingVersion, approval.version_id)
    listing_projection.apply(session, solution, version)
    if does_list:
        status_changes.change(session, actor, solution, kind="solution", action="list")
    outbox.put(session, topic=outbox.SOLUTION, subject_id=solution.id)
