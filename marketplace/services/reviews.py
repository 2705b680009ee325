"""Reviews of a listing by the enterprises that use it."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from marketplace.domain import shelf, wording
from marketplace.extensions import db
from marketplace.models.reviews import Review

STARS = (5, 4, 3, 2, 1)
SHOWN: int = shelf.SHELF["reviews_shown"]


@dataclass(frozen=True, slots=True)
class ReviewView:
    """Size and industry of the reviewer, not its name."""

    rating: int
    text: str
    reply: str
    size: str
    industry: str
    written_on: str


@dataclass(frozen=True, slots=True)
class Reviews:
    """`distribution`: how many reviews by number of stars, five first."""

    count: int
    distribution: tuple[tuple[int, int], ...]
    newest: tuple[ReviewView, ...]


NONE = Reviews(0, (), ())


def of_solution(solution_id: int) -> Reviews:
    """All are counted, the newest are shown; the newest first."""
    query = (
        select(Review)
        .where(Review.solution_id == solution_id)
        .options(joinedload(Review.enterprise))
        .order_by(Review.written_on.desc(), Review.id.desc())
    )
    found = db.session.scalars(query).all()
    tally = {stars: sum(review.rating == stars for review in found) for stars in STARS}
    return Reviews(len(found), tuple(tally.items()), tuple(_view(review) for review in found[:SHOWN]))


def _view(review: Review) -> ReviewView:
    enterprise = review.enterprise
    return ReviewView(
        rating=review.rating,
        text=review.text,
        reply=review.reply or "",
        size=wording.SIZES.get(enterprise.size or "", "规模未知"),
        industry=wording.INDUSTRIES.get(enterprise.industry, enterprise.industry),
        written_on=wording.day(review.written_on),
    )
