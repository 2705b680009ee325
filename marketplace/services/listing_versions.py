"""The versions of a listing, and what is different between any two of them, question by question."""

import difflib
from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from marketplace.domain import permissions, questions, wording
from marketplace.domain.actors import Actor
from marketplace.domain.errors import Forbidden, NotFound
from marketplace.domain.permissions import Permission
from marketplace.extensions import db
from marketplace.models.accounts import User
from marketplace.models.listings import ListingVersion
from marketplace.models.solutions import Solution

CHANGES = {"initial": "首次提交", "minor": "小改动", "material": "重要变更", "renewal": "续期"}
LONG = 12  # characters: below, the two answers stand side by side unmarked


@dataclass(frozen=True, slots=True)
class Entry:
    number: int
    change: str
    at: str
    who: str
    approved: str
    is_shown: bool


@dataclass(frozen=True, slots=True)
class History:
    solution: Solution
    entries: tuple[Entry, ...]  # the newest first


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of text that stands in both, or in one alone."""

    text: str
    is_changed: bool


@dataclass(frozen=True, slots=True)
class Difference:
    label: str
    part: str
    before: tuple[Piece, ...]
    after: tuple[Piece, ...]
    is_material: bool


@dataclass(frozen=True, slots=True)
class Comparison:
    solution: Solution
    before: Entry
    after: Entry
    numbers: tuple[int, ...]
    differences: tuple[Difference, ...]


def history(actor: Actor, solution_id: int) -> History:
    solution = _readable(actor, solution_id)
    return History(solution, tuple(reversed(_entries(_rows(solution_id)))))


def compare(actor: Actor, solution_id: int, *, number: int, against: int | None) -> Comparison:
    """`number` against another one, by default the one before it; the older stands on the left."""
    solution = _readable(actor, solution_id)
    rows = _rows(solution_id)
    by_number = {row.number: place for place, (row, _name) in enumerate(rows)}
    if number not in by_number or (against is not None and against not in by_number):
        raise NotFound("version", number)
    other = max(number - 1, 1) if against is None else against
    first, last = sorted((other, number))
    entries = _entries(rows)
    before, after = rows[by_number[first]][0], rows[by_number[last]][0]
    return Comparison(
        solution,
        entries[by_number[first]],
        entries[by_number[last]],
        tuple(by_number),
        tuple(differences(before, after)),
    )


def differences(before: ListingVersion, after: ListingVersion) -> Iterator[Difference]:
    for change in questions.changed(before.content, after.content):
        left, right = marked(change.before, change.after)
        yield Difference(change.label, change.part, left, right, change.is_material)


def marked(before: str, after: str) -> tuple[tuple[Piece, ...], tuple[Piece, ...]]:
    """Both texts in pieces, those that differ marked; of a short text all of it."""
    if min(len(before), len(after)) < LONG:
        return _whole(before), _whole(after)
    matcher = difflib.SequenceMatcher(None, before, after, autojunk=False)
    left, right = [], []
    for kind, start, end, other_start, other_end in matcher.get_opcodes():
        if end > start:
            left.append(Piece(before[start:end], kind != "equal"))
        if other_end > other_start:
            right.append(Piece(after[other_start:other_end], kind != "equal"))
    return tuple(left), tuple(right)


def _whole(text: str) -> tuple[Piece, ...]:
    return (Piece(text, is_changed=True),) if text else ()


def _readable(actor: Actor, solution_id: int) -> Solution:
    query = select(Solution).where(Solution.id == solution_id).options(joinedload(Solution.provider))
    solution = db.session.scalars(query).one_or_none()
    if solution is None:
        raise NotFound("solution", solution_id)
    if not permissions.permits(actor, Permission.READ_APPROVALS, solution):
        raise Forbidden(Permission.READ_APPROVALS)
    return solution


def _rows(solution_id: int) -> list[tuple[ListingVersion, str]]:
    query = (
        select(ListingVersion, User.name)
        .join(User, User.id == ListingVersion.created_by)
        .where(ListingVersion.solution_id == solution_id)
        .order_by(ListingVersion.number)
    )
    return [(row, name) for row, name in db.session.execute(query)]


def _entries(rows: list[tuple[ListingVersion, str]]) -> list[Entry]:
    shown = max((row.number for row, _ in rows if row.approved_at is not None), default=0)
    return [
        Entry(
            number=row.number,
            change=CHANGES[row.change],
            at=wording.moment(row.created_at),
            who=name,
            approved=wording.moment(row.approved_at) if row.approved_at else "",
            is_shown=row.number == shown,
        )
        for row, name in rows
    ]
