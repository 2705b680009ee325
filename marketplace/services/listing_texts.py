"""The texts of all listings that were ever submitted or listed, kept in the process for comparison.

A submission is compared with the newest version of every other listing (its shelf page, where there is no version).
What is kept is marked by the version's digest: only texts that are new or changed are read again.
"""

import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from flask import current_app
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from marketplace.domain import questions
from marketplace.domain.risk_flags import POLICY
from marketplace.models.listings import ListingVersion
from marketplace.models.solutions import Coverage, Solution, SolutionCase
from matching.resemblance import Likeness, Resemblance

RULE = POLICY["similar_text"]
EXTENSION = "listing_texts"
CHUNK = 500
COLUMNS = {"coverage.function": Coverage.function, "cases.story": SolutionCase.story}


@dataclass(frozen=True, slots=True)
class Part:
    """One answer: the label of its question, and what was written."""

    label: str
    text: str


@dataclass(frozen=True, slots=True)
class Mark:
    """What a kept text was made of: a version by its digest, or a shelf page by its row's version."""

    version_id: int | None
    state: str


class Kept:
    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.texts = Resemblance(width=RULE["width"], common_from=RULE["common_from"])
        self.marks: dict[int, str] = {}

    def update(self, session: Session, marks: Mapping[int, Mark]) -> None:
        for gone in set(self.marks) - set(marks):
            self.texts.drop(gone)
            del self.marks[gone]
        changed = [key for key, mark in marks.items() if self.marks.get(key) != mark.state]
        for start in range(0, len(changed), CHUNK):
            chunk = {key: marks[key] for key in changed[start : start + CHUNK]}
            for key, parts in _read(session, chunk).items():
                self.texts.put(key, joined(parts))
                self.marks[key] = marks[key].state


def of_content(content: Mapping[str, Any]) -> tuple[Part, ...]:
    """The parts that are compared, in the order of the policy."""
    found = []
    for name in RULE["fields"]:
        question, _, column = name.partition(".")
        value = content.get(question)
        rows = [row.get(column) for row in value or ()] if column else [value]
        found += [Part(questions.BY_ID[question].label, str(text)) for text in rows if text]
    return tuple(found)


def joined(parts: Iterable[Part]) -> str:
    return "\n".join(part.text for part in parts)


def alike(session: Session, *, text: str, without: frozenset[int]) -> list[Likeness]:
    """Listings that share phrases with the text, but for these; the most alike first."""
    kept: Kept = current_app.extensions.setdefault(EXTENSION, Kept())
    with kept.lock:
        kept.update(session, marks(session))
        return [one for one in kept.texts.compare(text) if one.key not in without]


def parts_of(session: Session, solution_id: int) -> tuple[Part, ...]:
    """As they are compared now."""
    found = marks(session, only=solution_id)
    return _read(session, found).get(solution_id, ())


def marks(session: Session, *, only: int | None = None) -> dict[int, Mark]:
    """By solution; what was neither submitted nor listed is nobody's business yet."""
    newest = select(func.max(ListingVersion.id)).group_by(ListingVersion.solution_id)
    versions = select(ListingVersion.solution_id, ListingVersion.id, ListingVersion.digest).where(
        ListingVersion.id.in_(newest)
    )
    listed = select(Solution.id, Solution.version).where(Solution.listed_at.is_not(None))
    if only is not None:
        versions, listed = versions.where(ListingVersion.solution_id == only), listed.where(Solution.id == only)
    found = {key: Mark(None, f"shelf {version}") for key, version in session.execute(listed)}
    found |= {key: Mark(version_id, digest) for key, version_id, digest in session.execute(versions)}
    return found


def _read(session: Session, marks: Mapping[int, Mark]) -> dict[int, tuple[Part, ...]]:
    versions = [mark.version_id for mark in marks.values() if mark.version_id is not None]
    pages = [key for key, mark in marks.items() if mark.version_id is None]
    query = select(ListingVersion.solution_id, ListingVersion.content).where(ListingVersion.id.in_(versions))
    found = {key: of_content(content) for key, content in session.execute(query)}
    return found | _pages(session, pages) if pages else found


def _pages(session: Session, keys: list[int]) -> dict[int, tuple[Part, ...]]:
    """From the shelf's own rows, in the shape of answers."""
    plain = [name for name in RULE["fields"] if "." not in name]
    query = select(Solution.id, *(getattr(Solution, name) for name in plain)).where(Solution.id.in_(keys))
    contents: dict[int, dict[str, Any]] = {
        key: dict(zip(plain, values, strict=True)) for key, *values in session.execute(query)
    }
    for name, column in COLUMNS.items():
        question, _, part = name.partition(".")
        table = column.class_
        rows = select(table.solution_id, column).where(table.solution_id.in_(keys)).order_by(table.id)
        for key, text in session.execute(rows):
            contents[key].setdefault(question, []).append({part: text})
    return {key: of_content(content) for key, content in contents.items()}
