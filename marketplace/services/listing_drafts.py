"""Writing a listing: start, copy, edit what is listed, keep answers as they are given, drop the draft."""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from marketplace.domain import listings as rules
from marketplace.domain import permissions, questions
from marketplace.domain.actors import Actor
from marketplace.domain.errors import Conflict, Forbidden, Invalid, NotFound
from marketplace.domain.permissions import Permission
from marketplace.extensions import db
from marketplace.models.evidence import Evidence
from marketplace.models.listings import ListingDraft, ListingVersion, VersionChange
from marketplace.models.solutions import Solution, SolutionStatus
from marketplace.services import audit, clock, listing_projection, listing_reviews, status_changes, unit_of_work
from marketplace.services.listing_reviews import Review

KIND = "solution"
DRAFT = "listing_draft"


def start(actor: Actor, *, content: Mapping[str, Any], once: str | None = None) -> int:
    """A new listing with its first answers: the name at least."""
    found = {key: texts for key, texts in questions.check(content).items() if key in content or key == "name"}
    if found:
        raise Invalid(found)
    with unit_of_work.writing(actor, once=once) as session:
        solution = create(session, actor, content=content)
        audit.record(session, actor, "listings.started", kind=KIND, key=solution.id, details={"name": solution.name})
        unit_of_work.remember(session, once, kind=DRAFT, key=solution.id)
        return solution.id


def copy(actor: Actor, *, solution_id: int, once: str | None = None) -> int:
    """A new listing that begins with the answers of one's own; cases and proofs are of the product, not of its form."""
    with unit_of_work.writing(actor, once=once) as session:
        source = own(session, actor, solution_id)
        content = current(session, source) | {"name": f"{source.name}（副本）"[: questions.BY_ID["name"].rule.max]}
        for key in ("cases", "proofs"):
            content.pop(key, None)
        solution = create(session, actor, content=content)
        audit.record(session, actor, "listings.copied", kind=KIND, key=solution.id, details={"from": source.id})
        unit_of_work.remember(session, once, kind=DRAFT, key=solution.id)
        return solution.id


def create(session: Session, actor: Actor, *, content: Mapping[str, Any]) -> Solution:
    """The row that carries the draft; what it shows stays empty until a version is approved."""
    if actor.provider_id is None or not permissions.permits(actor, Permission.WRITE_LISTING):
        raise Forbidden(Permission.WRITE_LISTING)
    kept = questions.canonical(content)
    solution = Solution(
        provider_id=actor.provider_id, name=kept.get("name", ""), family=kept.get("family", ""), product_type="",
        summary="", description="", keywords=[], gbt4754=[], status=SolutionStatus.DRAFT,
    )  # fmt: skip
    session.add(solution)
    session.flush()
    session.add(_draft(actor, solution.id, kept))
    session.flush()
    return solution


def _draft(actor: Actor, solution_id: int, content: dict[str, Any], **facts: Any) -> ListingDraft:
    return ListingDraft(
        solution_id=solution_id, content=content, touched={}, updated_at=clock.now(), updated_by=actor.user_id, **facts
    )


def edit(actor: Actor, *, solution_id: int, is_renewal: bool = False, once: str | None = None) -> None:
    """Open a draft on the approved version; one that is open already stays (and becomes a renewal when asked)."""
    with unit_of_work.writing(actor, once=once) as session:
        solution = own(session, actor, solution_id)
        draft = find(session, solution_id)
        if draft is None:
            base = approved(session, solution) or first_version(session, solution)
            draft = _draft(actor, solution_id, dict(base.content), base_version_id=base.id)
            session.add(draft)
            audit.record(session, actor, "listings.opened", kind=KIND, key=solution_id, details={"from": base.number})
        if is_renewal and not draft.is_renewal:
            if not rules.is_renewable(status=solution.status, expires_on=solution.expires_on, today=clock.today()):
                raise Invalid({"": [f"到期前{rules.POLICY['remind_days']}天内才能续期"]})
            draft.is_renewal = True
        unit_of_work.remember(session, once, kind=DRAFT, key=solution_id)


def save(actor: Actor, *, solution_id: int, given: Mapping[str, Any], seen: int) -> int:
    """Keep these answers (None: cleared), or none of them; returns the version of the draft that now stands.

    `seen` is the version that the page was made from. An answer that somebody has changed since is refused, with all
    that was sent along, unless the draft says the same already: a button pressed while its field was saving itself
    loses to nobody.
    """
    _check(actor, given)
    with unit_of_work.writing(actor) as session:
        solution = own(session, actor, solution_id)
        draft = _open_draft(session, solution)
        after = questions.canonical(draft.content | dict(given))
        changing = differing(draft.content, after)
        if not changing:
            return draft.version
        if any(draft.touched.get(key, 0) > seen for key in changing):
            raise Conflict(DRAFT, solution_id, "", wanted="保存")
        _only_noted(listing_reviews.find(session, solution_id), changing)
        put(actor, solution, draft, after)
        audit.record(session, actor, "listings.answered", kind=KIND, key=solution_id, details={"questions": changing})
        session.flush()
        return draft.version


def differing(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    return [key for key in questions.BY_ID if before.get(key) != after.get(key)]


def put(actor: Actor, solution: Solution, draft: ListingDraft, after: dict[str, Any]) -> None:
    """Write the answers, and which of them this version of the draft has changed; a new listing is called by them."""
    changing = differing(draft.content or {}, after)
    draft.touched = (draft.touched or {}) | dict.fromkeys(changing, (draft.version or 0) + 1)
    draft.content, draft.updated_at, draft.updated_by = after, clock.now(), actor.user_id or 0
    if solution.listed_at is None:
        solution.name, solution.family = after.get("name") or solution.name, after.get("family", "")


def _check(actor: Actor, given: Mapping[str, Any]) -> None:
    found = {key: texts for key, texts in questions.check(given, is_draft=True).items() if key.split(".")[0] in given}
    foreign = foreign_proofs(actor, given.get("proofs") or ())
    if foreign:
        found[f"proofs.{foreign[0]}.evidence"] = ["这份材料不在本单位材料库里，请重新选择"]
    if found:
        raise Invalid(found)


def foreign_proofs(actor: Actor, rows: Any) -> list[int]:
    """The places of the rows that cite what is not in the actor's own locker."""
    wanted = {row.get("evidence", "") for row in rows}
    keys = [int(key) for key in wanted if key.isascii() and key.isdecimal()]
    query = select(Evidence.id).where(
        Evidence.organisation_id == actor.organisation_id, Evidence.id.in_(keys), Evidence.withdrawn_at.is_(None)
    )
    known = {str(key) for key in db.session.scalars(query)} if keys else set()
    return [place for place, row in enumerate(rows) if row.get("evidence") and row["evidence"] not in known]


def _only_noted(review: Review | None, changing: Iterable[str]) -> None:
    """While a submission is returned, what its notes do not name stands as the reviewers have seen it."""
    strange = [] if review is None else [key for key in changing if not review.may_change(key)]
    if strange:
        raise Invalid({key: ["审核没有要求修改这一项，不能改"] for key in strange})


def drop(actor: Actor, *, solution_id: int, version: int, once: str | None = None) -> bool:
    """Throw the draft away; a listing that was never submitted goes with it (then True)."""
    with unit_of_work.writing(actor, once=once) as session:
        solution = own(session, actor, solution_id)
        draft = _open_draft(session, solution, version=version)
        review = listing_reviews.find(session, solution_id)
        if review is not None and review.is_open:
            raise Conflict("approval", review.approval_id, review.status, wanted="删除草稿")
        session.delete(draft)
        session.flush()
        is_gone = solution.listed_at is None and review is None and newest(session, solution_id) is None
        if is_gone:
            session.execute(delete(Solution).where(Solution.id == solution_id))
        audit.record(session, actor, "listings.dropped", kind=KIND, key=solution_id, details={"name": solution.name})
        return is_gone


def own(session: Session, actor: Actor, solution_id: int) -> Solution:
    """The actor's own listing, locked: first of the locks (solution, then approval, then seat)."""
    solution: Solution = status_changes.locked(session, Solution, kind=KIND, key=solution_id)
    if not permissions.permits(actor, Permission.WRITE_LISTING, solution):
        raise Forbidden(Permission.WRITE_LISTING)
    return solution


def find(session: Session, solution_id: int) -> ListingDraft | None:
    query = select(ListingDraft).where(ListingDraft.solution_id == solution_id).with_for_update(of=ListingDraft)
    return session.scalars(query.execution_options(populate_existing=True)).one_or_none()


def _open_draft(session: Session, solution: Solution, *, version: int | None = None) -> ListingDraft:
    """The draft while it may be written: none is open, or its review is running, and somebody was faster."""
    review = listing_reviews.find(session, solution.id)
    if review is not None and review.is_running:
        raise Conflict("approval", review.approval_id, review.status, wanted="修改")
    draft = find(session, solution.id)
    if draft is None:
        raise status_changes.conflict(session, solution, kind=KIND, wanted="修改")
    if version is not None and draft.version != version:
        raise Conflict(DRAFT, solution.id, "")
    return draft


def approved(session: Session, solution: Solution) -> ListingVersion | None:
    """The version that the shelf shows."""
    query = select(ListingVersion).where(
        ListingVersion.solution_id == solution.id, ListingVersion.approved_at.is_not(None)
    )
    return session.scalars(query.order_by(ListingVersion.number.desc()).limit(1)).one_or_none()


def newest(session: Session, solution_id: int) -> int | None:
    query = select(func.max(ListingVersion.number)).where(ListingVersion.solution_id == solution_id)
    return session.scalar(query)


def first_version(session: Session, solution: Solution) -> ListingVersion:
    """Version 1 of a listing from before there were versions: what the shelf shows."""
    if solution.listed_at is None or solution.decided_by is None:
        raise NotFound(DRAFT, solution.id)
    listing_projection.load(session, solution)
    content = listing_projection.content_of(solution)
    version = ListingVersion(
        solution_id=solution.id, number=1, content=content, digest=questions.digest(content),
        change=VersionChange.INITIAL, created_at=solution.listed_at, created_by=solution.decided_by,
        approved_at=solution.listed_at,
    )  # fmt: skip
    session.add(version)
    session.flush()
    return version


def current(session: Session, solution: Solution) -> dict[str, Any]:
    """What its provider sees of it now: the draft, else the approved version, else the shelf."""
    draft = find(session, solution.id)
    if draft is not None:
        return dict(draft.content)
    base = approved(session, solution) or first_version(session, solution)
    return dict(base.content)
