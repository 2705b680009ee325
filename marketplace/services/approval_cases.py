"""A submission with its locks taken, parents first: listing, approval, seats; and what its seats say."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from marketplace.domain import approvals as rules
from marketplace.domain.approvals import Given
from marketplace.domain.errors import Conflict, NotFound
from marketplace.models.approvals import Approval, ReviewSeat, Seat, Verdict
from marketplace.models.solutions import Solution
from marketplace.services import status_changes

KIND = "approval"


@dataclass
class NewerVersion(Conflict):
    """What was judged has been replaced meanwhile; `seen` tells which version the person had before him."""

    seen: int = 0


@dataclass(slots=True)
class Case:
    """All rows are locked; `seats` holds every round's."""

    solution: Solution
    approval: Approval
    seats: list[ReviewSeat] = field(default_factory=list)

    def now(self) -> tuple[ReviewSeat, ...]:
        return tuple(one for one in self.seats if one.round == self.approval.round)

    def find(self, seat: Seat) -> ReviewSeat | None:
        return next((one for one in self.now() if one.seat == seat), None)

    def verdicts(self) -> Mapping[Seat, Verdict]:
        return {one.seat: one.verdict for one in self.now() if one.verdict is not None}

    def given(self, seats: Iterable[Seat]) -> tuple[Given, ...]:
        """Of these seats, those that have decided in this round."""
        rows = (self.find(seat) for seat in seats)
        return tuple(Given(one.verdict, one.checklist) for one in rows if one is not None and one.verdict is not None)


def locked(session: Session, approval_id: int) -> Case:
    solution_id = session.scalar(select(Approval.solution_id).where(Approval.id == approval_id))
    if solution_id is None:
        raise NotFound(KIND, approval_id)
    solution: Solution = status_changes.locked(session, Solution, kind="solution", key=solution_id)
    approval: Approval = status_changes.locked(session, Approval, kind=KIND, key=approval_id)
    query = (
        select(ReviewSeat)
        .where(ReviewSeat.approval_id == approval_id)
        .options(joinedload(ReviewSeat.reviewer))
        .order_by(ReviewSeat.id)
        .with_for_update(of=ReviewSeat)
        .execution_options(populate_existing=True)
    )
    return Case(solution, approval, list(session.scalars(query)))


def check_open_for(session: Session, case: Case, seat: Seat, *, wanted: str) -> None:
    """The seat is one of those that this state asks for."""
    if seat not in rules.seats_in(case.approval.status, case.approval.kind):
        raise status_changes.conflict(session, case.approval, kind=KIND, wanted=wanted)


def taken(case: Case, row: ReviewSeat, *, wanted: str) -> Conflict:
    """Somebody sits there already, or has decided: for the page of the one who came second."""
    at = row.decided_at or row.claimed_at
    return Conflict(KIND, case.approval.id, str(case.approval.status), decided_at=at, wanted=wanted)


def check_version(case: Case, seen: int) -> None:
    """A judgement holds for exactly the version that was seen."""
    if seen != case.approval.version_id:
        raise NewerVersion(
            KIND, case.approval.id, str(case.approval.status), decided_at=case.approval.submitted_at,
            wanted="提交意见", seen=seen,
        )  # fmt: skip
