"""The price verdict that the price reviewer judges by, kept with his judgement in the words that he saw."""

from dataclasses import dataclass

from sqlalchemy import select

from marketplace.extensions import db
from marketplace.models.listings import ListingVersion
from marketplace.models.solutions import Solution
from marketplace.services import prices
from marketplace.services.prices import Verdict


@dataclass(frozen=True, slots=True)
class Price:
    sentence: str | None
    needs_proof: bool
    verdicts: tuple[Verdict, ...] = ()


NONE = Price(None, needs_proof=False)


def of_version(version_id: int) -> Price:
    """Line by line; a version that is not there has none, its judgement fails for another reason."""
    query = (
        select(ListingVersion.content, ListingVersion.solution_id, Solution.provider_id)
        .join(Solution, Solution.id == ListingVersion.solution_id)
        .where(ListingVersion.id == version_id)
    )
    row = db.session.execute(query).one_or_none()
    if row is None:
        return NONE
    found = prices.verdicts(row.content, solution_id=row.solution_id, provider_id=row.provider_id)
    sentence = "\n".join(f"{one.label}：{one.sentence}" for one in found)
    return Price(sentence or None, any(one.asks_for_proof for one in found), found)
