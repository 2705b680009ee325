"""What one good row of an import does: a new draft, a changed one, nothing, or it is left alone with the reason."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.domain import questions
from marketplace.domain.actors import Actor
from marketplace.domain.errors import NotFound
from marketplace.domain.listing_sheets import ASKED
from marketplace.models.listing_imports import ListingImportRow, RowOutcome
from marketplace.models.listings import ListingDraft, ListingVersion
from marketplace.models.solutions import Solution
from marketplace.services import audit, listing_drafts, listing_reviews, status_changes

IN_TEMPLATE = frozenset(question.id for question in ASKED)
IN_REVIEW = "正在审核，没有改动。审核结束后再导入"
RETURNED = "审核退回修改中，没有改动。请在产品页按意见修改"
EDITED = "检查以后有人改过这个产品，没有改动。请核对后重新上传"


@dataclass(frozen=True, slots=True)
class Known:
    """A listing as the check of the file has seen it; version 0: it has no draft."""

    solution_id: int
    draft_version: int


def known(session: Session, provider_id: int, rows: Sequence[tuple[str, str]]) -> dict[str, Known]:
    """By number; a listing that has no number yet is known by its name, where that names one alone."""
    numbers, names = {number for number, _ in rows}, {name for _, name in rows}
    found = dict(_versions(session, provider_id, Solution.product_number.in_(numbers), Solution.product_number))
    unnumbered = (Solution.product_number.is_(None), Solution.name.in_(names))
    named: dict[str, list[Known]] = {}
    for name, one in _versions(session, provider_id, unnumbered[0] & unnumbered[1], Solution.name):
        named.setdefault(name, []).append(one)
    wanted: dict[str, list[str]] = {}
    for number, name in rows:
        wanted.setdefault(name, []).append(number)
    for name, candidates in named.items():
        numbers_of_name = [number for number in wanted[name] if number not in found]
        if len(candidates) == len(numbers_of_name) == 1:
            found[numbers_of_name[0]] = candidates[0]
    return found


def _versions(session: Session, provider_id: int, condition: Any, key: Any) -> Iterable[tuple[str, Known]]:
    query = (
        select(key, Solution.id, ListingDraft.version)
        .outerjoin(ListingDraft, ListingDraft.solution_id == Solution.id)
        .where(Solution.provider_id == provider_id, condition)
    )
    for name, solution_id, version in session.execute(query):
        yield name, Known(solution_id, version or 0)


def apply(session: Session, actor: Actor, row: ListingImportRow) -> None:
    """Inside the caller's transaction; the provider is locked, so that no two imports make the same listing."""
    query = select(Solution.id).where(
        Solution.provider_id == actor.provider_id, Solution.product_number == row.product_number
    )
    numbered = session.scalar(query)
    try:
        if numbered is None and row.solution_id is None:
            _create(session, actor, row)
        else:
            _change(session, actor, row, numbered or row.solution_id or 0)
    except NotFound:  # deleted in this very moment
        row.outcome, row.note, row.solution_id = RowOutcome.LEFT, EDITED, None


def _create(session: Session, actor: Actor, row: ListingImportRow) -> None:
    solution = listing_drafts.create(session, actor, content=row.content)
    solution.product_number = row.product_number
    row.solution_id, row.outcome = solution.id, RowOutcome.CREATED
    _record(session, actor, row, questions.BY_ID.keys() & row.content.keys())


def _change(session: Session, actor: Actor, row: ListingImportRow, solution_id: int) -> None:
    solution: Solution = status_changes.locked(session, Solution, kind=listing_drafts.KIND, key=solution_id)
    draft = listing_drafts.find(session, solution_id)
    base = None if draft is not None else _base(session, solution)
    before: Mapping[str, Any] = draft.content if draft is not None else base.content if base is not None else {}
    kept = {key: value for key, value in before.items() if key not in IN_TEMPLATE}
    after = questions.canonical(kept | row.content)
    is_same = questions.digest(before) == questions.digest(after)
    problem = "" if is_same else _obstacle(session, solution, draft, row)
    row.solution_id = solution_id
    if problem:
        row.outcome, row.note = RowOutcome.LEFT, problem
        return
    solution.product_number = row.product_number
    row.outcome = RowOutcome.UNCHANGED if is_same else RowOutcome.CHANGED
    if not is_same:
        _write(session, actor, solution, draft, base, after)
        _record(session, actor, row, {key for key in questions.BY_ID if before.get(key) != after.get(key)})


def _base(session: Session, solution: Solution) -> ListingVersion | None:
    """What the shelf shows; nothing of a draft that was never submitted."""
    if solution.listed_at is None:
        return None
    return listing_drafts.approved(session, solution) or listing_drafts.first_version(session, solution)


def _obstacle(session: Session, solution: Solution, draft: ListingDraft | None, row: ListingImportRow) -> str:
    review = listing_reviews.find(session, solution.id)
    if review is not None and review.is_running:
        return IN_REVIEW
    if review is not None and review.is_returned:
        return RETURNED
    is_new = row.solution_id != solution.id  # made since the check, by another file or by hand
    return EDITED if is_new or (draft.version if draft else 0) != row.seen_version else ""


def _write(
    session: Session,
    actor: Actor,
    solution: Solution,
    draft: ListingDraft | None,
    base: ListingVersion | None,
    content: dict[str, Any],
) -> None:
    if draft is None:
        draft = ListingDraft(solution_id=solution.id, base_version_id=base.id if base else None)
        session.add(draft)
    listing_drafts.put(actor, solution, draft, content)
    session.flush()


def _record(session: Session, actor: Actor, row: ListingImportRow, touched: Iterable[str]) -> None:
    details = {"import": row.import_id, "questions": [key for key in questions.BY_ID if key in set(touched)]}
    audit.record(
        session, actor, "listings.imported", kind=listing_drafts.KIND, key=row.solution_id or 0, details=details
    )
