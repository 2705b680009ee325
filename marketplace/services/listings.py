"""What a provider decides about a listing: submit, recall, withdraw."""

from collections.abc import Sequence

from flask import current_app
from sqlalchemy.orm import Session

from marketplace.domain import listings as rules
from marketplace.domain import questions, shelf
from marketplace.domain.actors import Actor
from marketplace.domain.answer_changes import Change
from marketplace.domain.errors import Conflict, Invalid, NotFound
from marketplace.extensions import db
from marketplace.models.approvals import Approval
from marketplace.models.listings import ListingDraft, ListingVersion, VersionChange
from marketplace.models.providers import Provider
from marketplace.models.solutions import Solution, SolutionStatus
from marketplace.services import (
    approvals,
    audit,
    clock,
    listing_drafts,
    listing_expiry,
    listing_projection,
    listing_reviews,
    notifications,
    outbox,
    status_changes,
    unit_of_work,
)
from marketplace.services.listing_drafts import DRAFT, KIND
from marketplace.services.listing_reviews import Review

NOTHING_NEW = "和在架版本没有差别，不用提交。要改内容先到各部分修改，不改就删除这份草稿"


def submit(
    actor: Actor, *, solution_id: int, version: int, is_declared: bool, once: str | None = None
) -> ListingVersion:
    """The draft becomes a version: a minor edit is applied at once, everything else goes to review."""
    if not is_declared:
        raise Invalid({"is_declared": ["请逐条看过声明，打勾后再提交"]})
    with unit_of_work.writing(actor, once=once) as session:
        solution = listing_drafts.own(session, actor, solution_id)
        review = listing_reviews.find(session, solution_id)
        draft = _to_submit(session, solution, review, version=version)
        _check(session, actor, solution, draft)
        if review is not None and review.is_returned:
            made = _resubmit(session, actor, review, draft)
        else:
            made = _submit(session, actor, solution, draft)
        if draft.is_renewal:
            notifications.close_todos(session, KIND, solution_id, [listing_expiry.REMINDER])
        details = {"number": made.number, "change": str(made.change), "declaration": rules.DECLARATION["version"]}
        audit.record(session, actor, "listings.submitted", kind=KIND, key=solution_id, details=details)
        unit_of_work.remember(session, once, kind=DRAFT, key=solution_id)
        return made


def _to_submit(session: Session, solution: Solution, review: Review | None, *, version: int) -> ListingDraft:
    if review is not None and review.is_running:
        raise Conflict("approval", review.approval_id, review.status, wanted="提交")
    draft = listing_drafts.find(session, solution.id)
    if draft is None:
        raise status_changes.conflict(session, solution, kind=KIND, wanted="提交")
    if draft.version != version:
        raise Conflict(DRAFT, solution.id, "", wanted="提交")
    return draft


def _check(session: Session, actor: Actor, solution: Solution, draft: ListingDraft) -> None:
    found = questions.check(draft.content, today=clock.today())
    for place in listing_drafts.foreign_proofs(actor, draft.content.get("proofs", ())):
        found[f"proofs.{place}.evidence"] = ["这份材料已撤下，请换一份"]
    if found:
        raise Invalid(found)
    if solution.status == SolutionStatus.SUSPENDED:
        raise Invalid({"": ["产品正在暂停展示，恢复以后才能提交修改"]})
    provider = session.get_one(Provider, solution.provider_id)
    if provider.standing in shelf.HIDDEN_STANDINGS:
        raise Invalid({"": ["单位在服务商池里已暂停或移出，恢复以后才能提交"]})


def _resubmit(session: Session, actor: Actor, review: Review, draft: ListingDraft) -> ListingVersion:
    """The same submission in its next round; the reviewers see what has changed since the one they sent back."""
    approval: Approval = status_changes.locked(session, Approval, kind="approval", key=review.approval_id)
    earlier = session.get_one(ListingVersion, approval.version_id)
    if questions.digest(draft.content) == earlier.digest:
        raise Invalid({"": ["还没有按审核意见修改，改好后再提交"]})
    made = _version(session, actor, draft, change=earlier.change)
    approvals.resubmit(session, actor, approval=approval, version=made)
    return made


def _submit(session: Session, actor: Actor, solution: Solution, draft: ListingDraft) -> ListingVersion:
    change = _change_of(session, solution, draft)
    made = _version(session, actor, draft, change=change)
    if change == VersionChange.MINOR:
        listing_projection.apply(session, solution, made)
        if rules.is_sampled(str(current_app.secret_key), solution_id=solution.id, digest=made.digest):
            approvals.sample(session, actor, solution=solution, version=made)
    else:
        approvals.open_for(session, actor, solution=solution, version=made)
    return made


def _change_of(session: Session, solution: Solution, draft: ListingDraft) -> VersionChange:
    if solution.listed_at is None:
        return VersionChange.INITIAL
    found = rules.change_of(
        status=solution.status, changes=changes(session, solution, draft), is_renewal=draft.is_renewal
    )
    if found is None:
        raise Invalid({"": [NOTHING_NEW]})
    return found


def changes(session: Session, solution: Solution, draft: ListingDraft) -> Sequence[Change]:
    """The draft against what the shelf shows now."""
    base = listing_drafts.approved(session, solution)
    return questions.changed(base.content, draft.content) if base is not None else ()


def _version(session: Session, actor: Actor, draft: ListingDraft, *, change: VersionChange) -> ListingVersion:
    """The next number; the solution is locked, so that no two get the same."""
    content = questions.canonical(draft.content)
    made = ListingVersion(
        solution_id=draft.solution_id,
        number=(listing_drafts.newest(session, draft.solution_id) or 0) + 1,
        content=content,
        digest=questions.digest(content),
        change=change,
        created_at=clock.now(),
        created_by=actor.user_id,
    )
    session.add(made)
    session.flush()
    return made


def recall(actor: Actor, *, solution_id: int, version: int, once: str | None = None) -> None:
    """Take the submission back; the draft can be written again."""
    review = listing_reviews.find(db.session, solution_id)
    if review is None:
        raise NotFound("approval", solution_id)
    approvals.recall(actor, approval_id=review.approval_id, version=version, once=once)


def withdraw(actor: Actor, *, solution_id: int, version: int, reason: str, once: str | None = None) -> None:
    """Off the shelf by its provider; the page stays with a dated banner. What was under review is recalled with it."""
    with unit_of_work.writing(actor, once=once) as session:
        solution = listing_drafts.own(session, actor, solution_id)
        status_changes.change(session, actor, solution, kind=KIND, action="withdraw", reason=reason, version=version)
        solution.status_note, solution.suspended_until = reason.strip(), None
        approvals.recall_open(session, actor, solution_id=solution_id)
        outbox.put(session, topic=outbox.SOLUTION, subject_id=solution_id)
        unit_of_work.remember(session, once, kind=KIND, key=solution_id)
