"""Many at once, each in a transaction of its own, with a row that says what happened to it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from sqlalchemy import select

from marketplace.domain import approvals as rules
from marketplace.domain import wording
from marketplace.domain.actors import Actor
from marketplace.domain.errors import Conflict, Forbidden, Invalid, MarketError, NotFound
from marketplace.domain.judgements import Judgement, Note
from marketplace.extensions import db
from marketplace.models.approvals import Approval, ReviewSeat, Seat, Verdict
from marketplace.models.solutions import Solution
from marketplace.services import approval_seats, approval_verdicts

LIMIT: int = rules.POLICY["queue"]["batch_max"]
Seen = Mapping[int, int]  # approval -> version that the page showed


@dataclass(frozen=True, slots=True)
class Result:
    approval_id: int
    name: str
    is_done: bool
    words: str


class NotFit(MarketError):
    """This one has to be opened and judged by itself; carries why."""


def claim(actor: Actor, *, seat: Seat, seen: Seen) -> tuple[Result, ...]:
    def one(key: int, _version_id: int) -> str:
        approval_seats.claim(actor, approval_id=key, seat=seat)
        return f"已认领{wording.REVIEW_SEATS[seat]}"

    return _each(seen, one)


def decide(actor: Actor, *, verdict: Verdict, note: Note | None, seen: Seen) -> tuple[Result, ...]:
    """Low-risk renewals in which one already sits: all questions answered met, or one note for all of them."""

    def one(key: int, version_id: int) -> str:
        seat = _own_seat(actor, key)
        answers = {item.id: "met" for item in rules.checklist(seat, _approval(key).kind)}
        given = Judgement(verdict, answers, (note,) if note else (), has_seen_changes=True)
        outcome = approval_verdicts.decide(actor, approval_id=key, seat=seat, judgement=given, seen=version_id)
        status = wording.APPROVAL_STATUSES[outcome.status]
        return f"意见已提交，现在{status}" if outcome.is_moved else "意见已提交，等另一席"

    return _each(seen, one)


def _own_seat(actor: Actor, key: int) -> Seat:
    approval = _approval(key)
    if not rules.is_batchable(approval.kind, approval.risk):
        raise NotFit("不是低风险续期，请打开逐件评估")
    query = select(ReviewSeat.seat).where(
        ReviewSeat.approval_id == key, ReviewSeat.round == approval.round, ReviewSeat.reviewer_id == actor.user_id,
        ReviewSeat.verdict.is_(None),
    )  # fmt: skip
    seat = db.session.scalar(query)
    if seat is None:
        raise NotFit("您没有认领，或已提交过意见")
    return seat


def _approval(key: int) -> Approval:
    found = db.session.get(Approval, key)
    if found is None:
        raise NotFound("approval", key)
    return found


def _each(seen: Seen, act: Callable[[int, int], str]) -> tuple[Result, ...]:
    keys = list(seen)[:LIMIT]
    query = select(Approval.id, Solution.name).join(Solution).where(Approval.id.in_(keys))
    names = {key: name for key, name in db.session.execute(query)}
    db.session.rollback()
    results = []
    for key in keys:
        try:
            words, is_done = act(key, seen[key]), True
        except MarketError as error:
            db.session.rollback()
            words, is_done = _words(error), False
        results.append(Result(key, names.get(key, "没有这份申请"), is_done, words))
    return tuple(results)


def _words(error: MarketError) -> str:
    if isinstance(error, NotFit):
        return str(error)
    if isinstance(error, Invalid):
        return "；".join(text for texts in error.messages.values() for text in texts)
    if isinstance(error, Conflict):
        return "刚被别人办过或有了新版本，请打开看"
    return "没有这项权限" if isinstance(error, Forbidden) else "没有这份申请"
