"""文字相近: passages of a submission that another provider's listing has too, with their places in both."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.domain import risk_flags as rules
from marketplace.domain.risk_flags import Finding
from marketplace.models.listings import ListingVersion
from marketplace.models.risk_flags import RiskKind
from marketplace.models.solutions import Solution
from marketplace.services import listing_texts
from marketplace.services.listing_texts import RULE, Part
from matching import resemblance
from matching.resemblance import Passage


def find(session: Session, solution: Solution, version: ListingVersion) -> Iterable[Finding]:
    """Against the newest version of every listing of other providers; those most alike are read word by word."""
    parts = listing_texts.of_content(version.content)
    own = select(Solution.id).where(Solution.provider_id == solution.provider_id)
    near = listing_texts.alike(session, text=listing_texts.joined(parts), without=frozenset(session.scalars(own)))
    chosen = near[: RULE["candidates"]]
    columns = (Solution.id, Solution.name, Solution.listed_at)
    query = select(*columns).where(Solution.id.in_([one.key for one in chosen]))
    named = {row.id: row for row in session.execute(query)}
    for one in chosen:
        key = int(str(one.key))
        finding = _finding(named[key], parts, listing_texts.parts_of(session, key), one.containment)
        if finding is not None:
            yield finding


def _finding(other: Any, parts: Sequence[Part], others: Sequence[Part], containment: float) -> Finding | None:
    passages = _passages(parts, others)
    letters = sum(one["letters"] for one in passages)
    longest = max((one["letters"] for one in passages), default=0)
    if not rules.is_telling(letters=letters, longest=longest, containment=containment):
        return None
    percent = round(containment * rules.TOP)
    evidence = {
        "solution": other.id,
        "name": other.name,
        "is_public": other.listed_at is not None,
        "letters": letters,
        "longest": longest,
        "percent": percent,
        "passages": passages[: RULE["passages_max"]],
        "left_out": max(0, len(passages) - RULE["passages_max"]),
    }
    return Finding(RiskKind.SIMILAR_TEXT, f"solution {other.id}", percent, evidence)


def _passages(parts: Sequence[Part], others: Sequence[Part]) -> list[dict[str, Any]]:
    """The longest first; a passage lies in one answer on either side."""
    found = [
        {"letters": one.letters, "here": _quote(part, one.start, one.end), "there": _there(other, one)}
        for part in parts
        for other in others
        for one in resemblance.passages(part.text, other.text, shortest=RULE["passage_min"])
    ]
    return _once(sorted(found, key=lambda one: -one["letters"]))


def _there(other: Part, one: Passage) -> Mapping[str, Any]:
    return _quote(other, one.other_start, one.other_end)


def _quote(part: Part, start: int, end: int) -> dict[str, Any]:
    """The passage with a little of what stands around it."""
    context = RULE["context"]
    return {
        "label": part.label,
        "start": start,
        "end": end,
        "before": part.text[max(0, start - context) : start],
        "text": part.text[start:end],
        "after": part.text[end : end + context],
        "is_cut": end + context < len(part.text),
    }


def _once(found: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """What one text says once and the other twice is one passage."""
    seen: set[tuple[str, int, str]] = set()
    kept = []
    for one in found:
        key = (one["here"]["label"], one["here"]["start"], one["here"]["text"])
        if key not in seen:
            seen.add(key)
            kept.append(one)
    return kept
