"""A listing as the shelf would show it, from answers that no table holds yet; its prices among those of its kind."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm.attributes import set_committed_value

from marketplace.domain import questions
from marketplace.domain.question_types import Question
from marketplace.extensions import db
from marketplace.models.solutions import Solution, SolutionStatus
from marketplace.services import listing_projection, prices, solution_details
from marketplace.services.listing_views import Sheet
from marketplace.services.prices import Verdict
from marketplace.services.solution_details import Detail


def detail(sheet: Sheet) -> Detail:
    """What the page would show; rows that are not written to the end are left out."""
    solution = transient(sheet.solution, sheet.content)
    return solution_details.preview(solution)


def transient(listed: Solution, content: Mapping[str, Any]) -> Solution:
    """A solution that belongs to no session: the standing of the listed one, the words of the answers."""
    solution = Solution(
        id=listed.id, provider_id=listed.provider_id, status=SolutionStatus.LISTED, contracts=listed.contracts,
        listed_at=listed.listed_at, expires_on=listed.expires_on, rating_sum=listed.rating_sum,
        rating_count=listed.rating_count, coverage=[], price_plans=[], cases=[], certificates=[],
    )  # fmt: skip
    set_committed_value(solution, "provider", listed.provider)  # without the event that would put it into the session
    with db.session.no_autoflush:
        listing_projection.write(db.session, solution, whole_rows(content))
    return solution


def whole_rows(content: Mapping[str, Any]) -> dict[str, Any]:
    """The answers without rows that lack a cell which has to be there."""
    found = dict(content)
    for question in questions.QUESTIONS:
        if question.type == "rows" and question.id in found:
            found[question.id] = [row for row in found[question.id] if _is_whole(question, row)]
    return found


def _is_whole(question: Question, row: Mapping[str, Any]) -> bool:
    return all(row.get(column.id) is not None for column in question.columns if column.rule.required)


def verdicts(sheet: Sheet) -> tuple[Verdict, ...]:
    """「我的报价在同类中的位置」, before anybody else has seen it."""
    content = whole_rows(sheet.content)
    if not content.get("price_plans") or not content.get("coverage"):
        return ()
    return prices.verdicts(content, solution_id=sheet.solution.id, provider_id=sheet.solution.provider_id)
