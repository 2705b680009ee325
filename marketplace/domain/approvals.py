"""双审核 as rules: who may sit where, what a score is, when two verdicts diverge, what a panel decides."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from marketplace.domain.permissions import Permission
from marketplace.models.approvals import ApprovalKind, ApprovalStatus, Seat, Verdict
from marketplace.models.solutions import SolutionStatus
from marketplace.policy import reader

POLICY: Mapping[str, Any] = reader.load("approvals")
TEXT_MAX: int = POLICY["queue"]["text_max"]
FIRST = (Seat.FEASIBILITY, Seat.PRICE)
PANEL = (Seat.PANEL_1, Seat.PANEL_2, Seat.PANEL_3)
SEATS_IN = {
    ApprovalStatus.IN_REVIEW: FIRST,
    ApprovalStatus.PANEL: PANEL,
    ApprovalStatus.SECOND_REVIEW: (Seat.SECOND,),
}
UNDECIDED = frozenset(SEATS_IN)
OPEN = UNDECIDED | {ApprovalStatus.RETURNED}
PERMISSION = {
    Seat.FEASIBILITY: Permission.REVIEW_FEASIBILITY,
    Seat.PRICE: Permission.REVIEW_PRICE,
    Seat.SECOND: Permission.REVIEW_SECOND,
    **dict.fromkeys(PANEL, Permission.SIT_ON_PANEL),
}
ANSWERS = ("met", "partly", "unmet")
WORTH = {"met": 1.0, "partly": 0.5, "unmet": 0.0}

# From which status of the listing an approval of this kind puts it on the shelf; where it is not listed, what was
# approved is written and the listing stays where it is. A listing that was withdrawn meanwhile is left alone.
LISTS_FROM = {
    ApprovalKind.INITIAL: {SolutionStatus.DRAFT},
    ApprovalKind.RELISTING: {SolutionStatus.WITHDRAWN, SolutionStatus.EXPIRED},
    ApprovalKind.RENEWAL: {SolutionStatus.EXPIRED},
    ApprovalKind.MATERIAL: frozenset[SolutionStatus](),
}
WRITES_ON = {
    ApprovalKind.INITIAL: frozenset[SolutionStatus](),
    ApprovalKind.RELISTING: frozenset[SolutionStatus](),
    ApprovalKind.RENEWAL: {SolutionStatus.LISTED, SolutionStatus.SUSPENDED},
    ApprovalKind.MATERIAL: {SolutionStatus.LISTED, SolutionStatus.SUSPENDED, SolutionStatus.EXPIRED},
}


@dataclass(frozen=True, slots=True)
class Item:
    id: str
    text: str
    points: int
    is_must: bool
    is_shared: bool
    look_at: tuple[str, ...]


class Step(StrEnum):
    """What follows from the verdicts that are in: an action of the table of transitions."""

    AGREE = "agree"
    DIVERGE = "diverge"
    SETTLE = "settle"
    RETURN = "return"
    REJECT = "reject"


@dataclass(frozen=True, slots=True)
class Given:
    """One seat's verdict with its checklist."""

    verdict: Verdict
    checklist: Mapping[str, str]


def checklist(seat: Seat, kind: ApprovalKind) -> tuple[Item, ...]:
    name = "sample" if kind == ApprovalKind.SAMPLE else "panel" if seat in PANEL else str(seat)
    return tuple(
        Item(
            row["id"], row["text"], row["points"], row.get("must", False), row.get("shared", False),
            tuple(row["look_at"]),
        )
        for row in POLICY["checklist"]
        if name in row["seats"]
    )  # fmt: skip


def seats_in(status: ApprovalStatus, kind: ApprovalKind) -> tuple[Seat, ...]:
    """Which seats are to be taken now; a sample is looked at by one person."""
    if kind == ApprovalKind.SAMPLE:
        return (Seat.FEASIBILITY,) if status == ApprovalStatus.IN_REVIEW else ()
    return SEATS_IN.get(status, ())


def score(items: Iterable[Item], answers: Mapping[str, str]) -> int:
    """Points of 100 over these items; what is not answered earns nothing."""
    rows = tuple(items)
    total = sum(item.points for item in rows)
    earned = sum(item.points * WORTH.get(answers.get(item.id, ""), 0.0) for item in rows)
    return round(100 * earned / total) if total else 0


def score_gap(one: Given, other: Given) -> int:
    """Over the questions that both first seats answer: two different checklists have no difference worth a number."""
    shared = tuple(item for item in checklist(Seat.FEASIBILITY, ApprovalKind.INITIAL) if item.is_shared)
    return abs(score(shared, one.checklist) - score(shared, other.checklist))


def after_first(one: Given, other: Given) -> Step:
    """Pass against reject, or too far apart in what both judged: a panel. Agreed rejection rejects, else it returns."""
    verdicts = {one.verdict, other.verdict}
    if verdicts == {Verdict.PASS, Verdict.REJECT}:
        return Step.DIVERGE
    if verdicts == {Verdict.REJECT}:
        return Step.REJECT
    if verdicts != {Verdict.RETURN} and score_gap(one, other) > POLICY["divergence"]["score_gap"]:
        return Step.DIVERGE
    return Step.AGREE if verdicts == {Verdict.PASS} else Step.RETURN


def after_panel(verdicts: Sequence[Verdict]) -> Step | None:
    """None until all are in; then what most of them say, and without a majority for either end a return."""
    if len(verdicts) < POLICY["divergence"]["seats"]:
        return None
    for verdict, step in ((Verdict.PASS, Step.SETTLE), (Verdict.REJECT, Step.REJECT)):
        if verdicts.count(verdict) >= POLICY["divergence"]["majority"]:
            return step
    return Step.RETURN


def three_passes(verdicts: Mapping[Seat, Verdict]) -> bool:
    """What a listing needs: both first seats, or most of the panel where they differed; and the second review."""
    passed = {seat for seat, verdict in verdicts.items() if verdict == Verdict.PASS}
    both = set(FIRST) <= passed
    majority = len(passed & set(PANEL)) >= POLICY["divergence"]["majority"] and set(FIRST) <= set(verdicts)
    return Seat.SECOND in passed and (both or majority)


def kind_for(status: SolutionStatus, change: str) -> ApprovalKind:
    """What a submission is, by where the listing stands and what its version changes."""
    if status == SolutionStatus.DRAFT:
        return ApprovalKind.INITIAL
    if change == ApprovalKind.RENEWAL and status != SolutionStatus.WITHDRAWN:
        return ApprovalKind.RENEWAL
    if status in {SolutionStatus.WITHDRAWN, SolutionStatus.EXPIRED}:
        return ApprovalKind.RELISTING
    return ApprovalKind.MATERIAL


def is_batchable(kind: ApprovalKind, risk: int) -> bool:
    return kind == ApprovalKind.RENEWAL and risk <= POLICY["queue"]["low_risk_max"]
