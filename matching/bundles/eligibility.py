"""Which solutions may stand in a bundle, and what their providers' ratings count."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import Final

from matching.bundles import requirements
from matching.bundles.requirements import Terms
from matching.documents import Solution

_RATING_STEPS: Final = 10_000  # ratings are whole numbers of this part of a star


class Barrier(StrEnum):
    """Why a solution may not stand in a bundle."""

    BARRED = "barred"
    PRICE_UNKNOWN = "price_unknown"
    DAYS_UNKNOWN = "days_unknown"
    TOO_SLOW = "too_slow"
    DEPLOYMENT_UNKNOWN = "deployment_unknown"
    OTHER_DEPLOYMENT = "other_deployment"


def barriers(terms: Terms, solution: Solution) -> tuple[Barrier, ...]:
    """What stands against a solution: unknown is never taken for good, and an unknown price never for nothing."""
    deadline, wanted = terms.deadline_days, terms.deployment
    days, ways = solution.days_to_deploy, solution.deployment
    found = {
        Barrier.BARRED: solution.is_barred,
        Barrier.PRICE_UNKNOWN: solution.price is None,
        Barrier.DAYS_UNKNOWN: deadline is not None and days is None,
        Barrier.TOO_SLOW: deadline is not None and days is not None and days > deadline,
        Barrier.DEPLOYMENT_UNKNOWN: wanted is not None and not ways,
        Barrier.OTHER_DEPLOYMENT: wanted is not None and bool(ways) and not set(wanted) & set(ways or ()),
    }
    return tuple(barrier for barrier, stands in found.items() if stands)


def usable(terms: Terms, solutions: Iterable[Solution]) -> list[Solution]:
    """Solutions without a barrier whose needs are usable, too, through all steps; in order of id."""
    found = {one.id: one for one in solutions if not barriers(terms, one)}
    while terms.needs:
        broken = [one.id for one in found.values() if any(other not in found for other in one.needs)]
        if not broken:
            break
        for name in broken:
            del found[name]
    return [found[name] for name in sorted(found)]


def price(solution: Solution) -> int:
    """The list price in its own unit (a year, a device, a user), yuan; the caller knows that there is one."""
    return solution.price.amount if solution.price else 0


def eligible(solution: Solution) -> Fraction:
    """The part of the price that may be subsidised, exactly; nothing where the share is unknown."""
    if solution.price is None or solution.price.eligible_share is None:
        return Fraction(0)
    return solution.price.amount * Fraction(str(solution.price.eligible_share))


def shortfalls(solutions: Sequence[Solution]) -> dict[str, int]:
    """By provider, how far its rating stays below the best, in whole steps.

    The mean is drawn towards `prior_rating` by `prior_count` ratings, so that a single praise is no proof and no rating
    is not an average one. Of differing records of one provider the one with most ratings counts.
    """
    records: dict[str, tuple[float, float]] = {}
    for one in solutions:
        told = (one.provider.rating_count, one.provider.rating_sum) if one.provider else (0, 0)
        records[one.provider_id] = max(told, records.get(one.provider_id, (0, 0)))
    return {name: _shortfall(count, total) for name, (count, total) in records.items()}


def _shortfall(count: float, total: float) -> int:
    settings = requirements.RATING
    prior = int(settings["prior_count"])
    drawn = (Fraction(str(total)) + prior * Fraction(settings["prior_rating"])) / (Fraction(str(count)) + prior)
    lacking: Fraction = Fraction(settings["best_rating"]) - drawn
    return max(round(lacking * _RATING_STEPS), 0)


def rating(shortfall: int) -> Decimal:
    """The drawn rating that a shortfall stands for, two decimals."""
    best = Decimal(requirements.RATING["best_rating"])
    return (best - Decimal(shortfall) / _RATING_STEPS).quantize(Decimal("0.01"))
