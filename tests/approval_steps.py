"""The steps of the double review, taken through the real use cases: who claims, who says what."""

from collections.abc import Mapping
from typing import Any

from marketplace.domain import approvals as rules
from marketplace.domain.actors import Actor
from marketplace.domain.judgements import Judgement, Note
from marketplace.extensions import db
from marketplace.models.accounts import Role
from marketplace.models.approvals import Approval, ApprovalKind, Seat, Verdict
from marketplace.models.listings import ListingVersion
from marketplace.models.solutions import Solution
from marketplace.services import approval_seats, approval_verdicts, approvals
from marketplace.services.approval_verdicts import Outcome
from marketplace.services.unit_of_work import writing
from tests.factories import Factory

NOTE = Note("coverage", "请逐条说明由哪项功能达到")
ROLES = {
    Seat.FEASIBILITY: Role.EXPERT,
    Seat.PRICE: Role.BUREAU_REVIEWER,
    Seat.SECOND: Role.SUPERVISOR,
    Seat.PANEL_1: Role.EXPERT,
    Seat.PANEL_2: Role.BUREAU_REVIEWER,
    Seat.PANEL_3: Role.BUREAU_LEADER,
}


def fresh(approval_id: int) -> Approval:
    db.session.rollback()
    return db.session.get_one(Approval, approval_id, populate_existing=True)


def solution_of(approval_id: int) -> Solution:
    return db.session.get_one(Solution, fresh(approval_id).solution_id, populate_existing=True)


def judgement(
    verdict: Verdict,
    seat: Seat,
    *,
    kind: ApprovalKind = ApprovalKind.INITIAL,
    answers: Mapping[str, str] | None = None,
    **facts: Any,
) -> Judgement:
    """All questions answered: met, or as `answers` says; with what the verdict needs besides."""
    given = {item.id: "met" for item in rules.checklist(seat, kind)} | dict(answers or {})
    words: dict[str, Any] = {"has_proof": True, "has_seen_changes": True}
    if verdict == Verdict.RETURN:
        words["notes"] = (NOTE,)
    if verdict == Verdict.REJECT:
        words["reason"] = "与试点行业无关"
    return Judgement(verdict, given, **(words | facts))


def claim(actor: Actor, approval_id: int, seat: Seat) -> None:
    approval_seats.claim(actor, approval_id=approval_id, seat=seat)


def decide(
    actor: Actor,
    approval_id: int,
    seat: Seat,
    verdict: Verdict = Verdict.PASS,
    *,
    seen: int | None = None,
    **facts: Any,
) -> Outcome:
    approval = fresh(approval_id)
    given = judgement(verdict, seat, kind=approval.kind, **facts)
    return approval_verdicts.decide(
        actor, approval_id=approval_id, seat=seat, judgement=given, seen=approval.version_id if seen is None else seen
    )


def sit(
    make: Factory,
    approval_id: int,
    seat: Seat,
    verdict: Verdict = Verdict.PASS,
    *,
    by: Actor | None = None,
    **facts: Any,
) -> Actor:
    """Claim and decide, by somebody new where nobody is named."""
    actor = by or make.actor(make.user(ROLES[seat]))
    claim(actor, approval_id, seat)
    decide(actor, approval_id, seat, verdict, **facts)
    return actor


def to_second(make: Factory, approval_id: int) -> dict[Seat, Actor]:
    return {seat: sit(make, approval_id, seat) for seat in rules.FIRST}


def to_shelf(make: Factory, approval_id: int) -> dict[Seat, Actor]:
    return {**to_second(make, approval_id), Seat.SECOND: sit(make, approval_id, Seat.SECOND)}


def to_panel(make: Factory, approval_id: int) -> dict[Seat, Actor]:
    return {
        Seat.FEASIBILITY: sit(make, approval_id, Seat.FEASIBILITY, Verdict.PASS),
        Seat.PRICE: sit(make, approval_id, Seat.PRICE, Verdict.REJECT),
    }


def resubmit(make: Factory, approval_id: int, **answers: Any) -> ListingVersion:
    """The provider changes what was noted (the coverage, where nothing else is said) and submits again."""
    approval = fresh(approval_id)
    owner = make.owner(approval.provider_id)
    solution = db.session.get_one(Solution, approval.solution_id)
    rewritten = [{"scene": "quality", "level": "2", "function": f"检验记录，第{approval.round}次改"}]
    before = db.session.get_one(ListingVersion, approval.version_id).content
    changed = {**before, **(answers or {"coverage": rewritten})}
    version = make.version(solution, **changed)
    with writing(owner) as session:
        again = session.get_one(Approval, approval_id)
        approvals.resubmit(session, owner, approval=again, version=session.merge(version, load=False))
    return version
