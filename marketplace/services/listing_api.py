"""The listing as data: what stands on the shelf, by the same questions that the form asks."""

from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import select

from marketplace.domain import questions, shelf
from marketplace.domain.errors import NotFound
from marketplace.domain.question_types import Question
from marketplace.extensions import db
from marketplace.models.listings import ListingVersion
from marketplace.models.solutions import Solution, SolutionStatus
from marketplace.services import listing_projection


def definition() -> dict[str, Any]:
    """All questions in their order, with what may be chosen; those that are for the review alone are marked."""
    return {
        "sections": [
            {"id": section.id, "name": section.name, "questions": [_question(one) for one in section.questions]}
            for section in questions.SECTIONS
        ]
    }


def _question(one: Question) -> dict[str, Any]:
    rule = one.rule
    facts: dict[str, Any] = {
        "id": one.id, "label": one.label, "wording": one.wording, "hint": one.hint, "type": one.type,
        "required": rule.required, "min": rule.min, "max": rule.max, "unit": rule.unit or None,
        "change": one.change, "public": one.is_public,
    }  # fmt: skip
    known = questions.choices_of(one)
    if known:
        facts["choices"] = [{"id": key, "label": label} for key, label in known.items()]
    if one.columns:
        facts["columns"] = [_question(column) for column in one.columns]
    return facts


def get(solution_id: int) -> dict[str, Any]:
    """NotFound for whatever does not stand on the shelf now; what only the review may see is left out."""
    query = select(Solution).where(Solution.id == solution_id, Solution.status == SolutionStatus.LISTED)
    solution = db.session.scalars(query.options(*listing_projection.LOADING)).one_or_none()
    if solution is None or not shelf.is_on_shelf(solution):
        raise NotFound("solution", solution_id)
    version = db.session.execute(
        select(ListingVersion.number, ListingVersion.approved_at)
        .where(ListingVersion.solution_id == solution_id, ListingVersion.approved_at.is_not(None))
        .order_by(ListingVersion.number.desc())
        .limit(1)
    ).one_or_none()
    return {
        "id": solution.id,
        "provider": {"id": solution.provider_id, "name": solution.provider.organisation.name},
        "version": version.number if version else None,
        "listed_on": _iso(solution.listed_at),
        "expires_on": _iso(solution.expires_on),
        "answers": public(listing_projection.content_of(solution)),
    }


def _iso(moment: Any) -> str | None:
    return moment.isoformat()[:10] if moment else None


def public(content: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in content.items():
        question = questions.BY_ID[key]
        if not question.is_public:
            continue
        shown = {column.id for column in question.columns if column.is_public}
        found[key] = [_cells(row, shown) for row in value] if question.type == "rows" else value
    return found


def _cells(row: Mapping[str, Any], shown: Collection[str]) -> dict[str, Any]:
    return {name: cell for name, cell in row.items() if name in shown}
