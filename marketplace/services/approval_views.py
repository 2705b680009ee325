"""One submission as its readers may see it: reviewers blind to each other, the provider without any name."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from marketplace.domain import approvals as rules
from marketplace.domain import permissions, questions, working_days
from marketplace.domain.actors import Actor
from marketplace.domain.answer_changes import Change
from marketplace.domain.errors import Forbidden, NotFound
from marketplace.domain.permissions import Permission
from marketplace.extensions import db
from marketplace.models.accounts import Role
from marketplace.models.approvals import Approval, ApprovalKind, ApprovalStatus, ReviewSeat
from marketplace.models.listings import ListingVersion
from marketplace.models.providers import Provider
from marketplace.services import (
    approvals,
    clock,
    status_history,
)
from marketplace.services.approval_cases import KIND


@dataclass(frozen=True, slots=True)
class Answer:
    id: str
    label: str
    text: str


@dataclass(frozen=True, slots=True)
class Section:
    name: str
    answers: tuple[Answer, ...]


@dataclass(frozen=True, slots=True)
class View:
    approval: Approval
    version: ListingVersion
    sections: tuple[Section, ...]
    changes: tuple[Change, ...]
    changes_since: str
    history: tuple[status_history.Entry, ...]
    due_words: str
    is_overdue: bool
    notes: tuple[approvals.Note, ...]  # for the provider, when it was returned
    may_recall: bool


def get(actor: Actor, approval_id: int, *, seen: int | None = None) -> View:
    """`seen`: the version that the reader had before him, when it has been replaced meanwhile."""
    query = (
        select(Approval, ListingVersion)
        .join(ListingVersion, ListingVersion.id == Approval.version_id)
        .where(Approval.id == approval_id)
        .options(
            joinedload(Approval.solution), joinedload(Approval.provider).joinedload(Provider.organisation)
        )
    )  # fmt: skip
    row = db.session.execute(query).one_or_none()
    if row is None:
        raise NotFound(KIND, approval_id)
    approval, version = row
    if not permissions.permits(actor, Permission.READ_APPROVALS, approval):
        raise Forbidden(Permission.READ_APPROVALS)
    base, since = _base(approval, version, seen)
    is_own = actor.role == Role.PROVIDER
    is_returned = approval.status == ApprovalStatus.RETURNED
    is_open = approval.status in rules.UNDECIDED
    today = clock.today()
    return View(
        approval=approval,
        version=version,
        sections=_sections(version.content),
        changes=questions.changed(base, version.content) if base is not None else (),
        changes_since=since,
        history=status_history.of(kind=KIND, key=approval_id),
        due_words=working_days.left_words(approval.due_on, today=today) if is_open else "",
        is_overdue=is_open and approval.due_on < today,
        notes=approvals.notes_of(approval.solution_id) if is_own and is_returned else (),
        may_recall=is_own and approvals.may_recall(approval),
    )


def _sections(content: Mapping[str, Any]) -> tuple[Section, ...]:
    return tuple(
        Section(
            section.name,
            tuple(
                Answer(one.id, one.label, questions.answer_text(one, content.get(one.id))) for one in section.questions
            ),
        )
        for section in questions.SECTIONS
    )


def _base(approval: Approval, version: ListingVersion, seen: int | None) -> tuple[Any, str]:
    """What the changes are counted from: the version seen, the one of the round before, or what the shelf shows."""
    if seen is not None and seen != version.id:
        return _content(ListingVersion.id == seen, version), "你刚才看的版本"
    if approval.round > 1:
        judged = select(ReviewSeat.version_id).where(
            ReviewSeat.approval_id == approval.id, ReviewSeat.version_id.is_not(None),
            ReviewSeat.version_id != version.id,
        )  # fmt: skip
        return _content(ListingVersion.id.in_(judged), version), "上一轮评估的版本"
    if approval.kind == ApprovalKind.INITIAL:
        return None, ""
    return _content(ListingVersion.approved_at.is_not(None), version), "在架版本"


def _content(condition: Any, version: ListingVersion) -> Any:
    query = (
        select(ListingVersion.content)
        .where(condition, ListingVersion.solution_id == version.solution_id, ListingVersion.number < version.number)
        .order_by(ListingVersion.number.desc())
        .limit(1)
    )
    return db.session.scalar(query)
