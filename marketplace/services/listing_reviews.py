"""Where the review of a listing stands, as its provider needs to know it: open or not, what it asks him to change."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session, selectinload

from marketplace.domain import questions
from marketplace.models.approvals import Approval, ApprovalKind, ApprovalStatus

RUNNING = frozenset({ApprovalStatus.IN_REVIEW, ApprovalStatus.PANEL, ApprovalStatus.SECOND_REVIEW})


@dataclass(frozen=True, slots=True)
class Review:
    """The newest submission; `notes` by question while it is returned: these questions alone may be changed."""

    approval_id: int
    status: ApprovalStatus
    version: int
    version_id: int
    submitted_at: datetime
    due_on: date
    notes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def is_running(self) -> bool:
        return self.status in RUNNING

    @property
    def is_returned(self) -> bool:
        return self.status == ApprovalStatus.RETURNED

    def may_change(self, question: str) -> bool:
        """While it is returned, what its notes do not name stands; a note that names no question is on the whole."""
        return not self.is_returned or question in self.notes or self.is_on_the_whole

    @property
    def is_on_the_whole(self) -> bool:
        return any(key not in questions.BY_ID for key in self.notes) or not self.notes

    @property
    def is_open(self) -> bool:
        return self.is_running or self.is_returned


def of(session: Session, solution_ids: Sequence[int]) -> dict[int, Review]:
    """By solution; samples are the bureau's own business and are left out."""
    newest = (
        select(func.max(Approval.id))
        .where(Approval.solution_id.in_(solution_ids), Approval.kind != ApprovalKind.SAMPLE)
        .group_by(Approval.solution_id)
    )
    rows = session.scalars(select(Approval).where(Approval.id.in_(newest)).options(selectinload(Approval.seats)))
    return {row.solution_id: _review(row) for row in rows}


def find(session: Session, solution_id: int) -> Review | None:
    return of(session, [solution_id]).get(solution_id)


def _review(row: Approval) -> Review:
    given = (note for seat in row.seats if seat.round == row.round for note in seat.notes)
    notes = _by_question(given) if row.status == ApprovalStatus.RETURNED else {}
    return Review(row.id, row.status, row.version, row.version_id, row.submitted_at, row.due_on, notes)


def _by_question(notes: Iterable[Mapping[str, str]]) -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for note in notes:
        found.setdefault(note["question"].partition(".")[0], []).append(note["text"])
    return {key: tuple(dict.fromkeys(texts)) for key, texts in found.items()}
