"""What a provider sees while he writes: the tasks with their states, what is missing, what his edit would be."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from marketplace.domain import listings as rules
from marketplace.domain import permissions, questions
from marketplace.domain.actors import Actor
from marketplace.domain.answer_changes import Change
from marketplace.domain.errors import Forbidden, NotFound
from marketplace.domain.permissions import Permission
from marketplace.domain.question_types import Question, Section
from marketplace.extensions import db
from marketplace.models.evidence import Evidence
from marketplace.models.listings import ListingDraft, ListingVersion, VersionChange
from marketplace.models.providers import Provider
from marketplace.models.solutions import Solution
from marketplace.services import clock, listing_drafts, listing_reviews
from marketplace.services.listing_reviews import Review

KIND = "solution"
Messages = Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class Task:
    section: Section
    state: str
    hint: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """A listing as its provider works on it; `draft` is None where nothing is being written."""

    solution: Solution
    draft: ListingDraft | None
    content: Mapping[str, Any]
    review: Review | None
    shown: ListingVersion | None  # the version on the shelf
    changes: tuple[Change, ...]
    messages: Messages
    tasks: tuple[Task, ...]
    evidence: Mapping[str, str]

    @property
    def is_writable(self) -> bool:
        return self.draft is not None and not (self.review and self.review.is_running)

    @property
    def is_complete(self) -> bool:
        return not self.messages

    @property
    def material(self) -> tuple[Change, ...]:
        return tuple(change for change in self.changes if change.is_material)

    @property
    def change(self) -> VersionChange | None:
        """What submitting now would be."""
        if self.draft is None or self.solution.listed_at is None:
            return VersionChange.INITIAL
        return rules.change_of(status=self.solution.status, changes=self.changes, is_renewal=self.draft.is_renewal)

    @property
    def is_renewable(self) -> bool:
        return rules.is_renewable(status=self.solution.status, expires_on=self.solution.expires_on, today=clock.today())

    def may_change(self, question: str) -> bool:
        return self.is_writable and (self.review is None or self.review.may_change(question))

    def notes(self, question: str) -> tuple[str, ...]:
        return self.review.notes.get(question, ()) if self.review else ()

    def text(self, question: Question) -> str:
        """The answer in words; a cited piece of evidence by its title."""
        value = self.content.get(question.id)
        if question.id == "proofs" and value:
            value = [row | {"evidence": self.evidence.get(row.get("evidence", ""), "已撤下的材料")} for row in value]
        return questions.answer_text(question, value)


def sheet(actor: Actor, solution_id: int) -> Sheet:
    """NotFound and Forbidden as for every listing that is not one's own."""
    solution = own(actor, solution_id)
    session = db.session
    draft = session.scalars(select(ListingDraft).where(ListingDraft.solution_id == solution_id)).one_or_none()
    review = listing_reviews.find(session, solution_id)
    shown = listing_drafts.approved(session, solution)
    content = dict(draft.content) if draft else dict(shown.content) if shown else {}
    messages = questions.check(content, today=clock.today()) if draft else {}
    return Sheet(
        solution=solution,
        draft=draft,
        content=content,
        review=review,
        shown=shown,
        changes=questions.changed(shown.content, content) if shown and draft else (),
        messages=messages,
        tasks=tuple(_task(section, content, messages, review) for section in questions.SECTIONS),
        evidence=evidence_of(actor),
    )


def own(actor: Actor, solution_id: int) -> Solution:
    query = select(Solution).where(Solution.id == solution_id)
    solution = db.session.scalars(
        query.options(joinedload(Solution.provider).joinedload(Provider.organisation))
    ).one_or_none()
    if solution is None:
        raise NotFound(KIND, solution_id)
    if not permissions.permits(actor, Permission.WRITE_LISTING, solution):
        raise Forbidden(Permission.WRITE_LISTING)
    return solution


def _task(section: Section, content: Mapping[str, Any], messages: Messages, review: Review | None) -> Task:
    keys = {question.id for question in section.questions}
    noted = sum(key in keys for key in review.notes) if review and review.is_returned else 0
    if noted:
        return Task(section, "in_progress", f"审核要求修改{noted}处")
    missing = len({key.partition(".")[0] for key in messages} & keys)
    if not keys & set(content):
        has_to = any(question.rule.required for question in section.questions)
        return Task(section, "not_started", section.hint if has_to else f"选填。{section.hint}")
    if missing:
        return Task(section, "in_progress", f"还有{missing}项要填或要改")
    return Task(section, "done", "")


def evidence_of(actor: Actor) -> dict[str, str]:
    """The pieces of the provider's own locker that may be cited, by id; the newest first."""
    query = (
        select(Evidence.id, Evidence.title)
        .where(Evidence.organisation_id == actor.organisation_id, Evidence.withdrawn_at.is_(None))
        .order_by(Evidence.id.desc())
    )
    return {str(key): title for key, title in db.session.execute(query)}


def families() -> tuple[str, ...]:
    """What products of a kind are called on the shelf already."""
    query = select(Solution.family).where(Solution.listed_at.is_not(None)).distinct().order_by(Solution.family)
    return tuple(db.session.scalars(query))
