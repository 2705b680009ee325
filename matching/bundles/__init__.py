"""Bundles (二级数转包): the solutions that bring an enterprise to a level at the least own cost, with proof.

A bundle holds when, after it, the level rule of the 2024 standard grants the target level, every essential line's scene
is at the line's target, every solution may stand in it (provider not suspended or removed, price known, in use within
the deadline, deployed as asked), needs and conflicts between solutions hold, and own cost and providers keep within
their limits. The best one has the least own cost, then the fewest providers, then the smallest sum of what its
providers' ratings lack, then the fewest solutions, then the first ids. It never climbs beyond the target for money.
"""

from collections import Counter
from collections.abc import Sequence
from decimal import Decimal

from matching.bundles import check, eligibility, others, requirements, solver, words
from matching.bundles.eligibility import Barrier
from matching.bundles.infeasibility import Inquiry, OutOfTime, reasons, uncovered
from matching.bundles.milp import Clock
from matching.bundles.others import Listing
from matching.bundles.problem import Problem
from matching.bundles.requirements import Terms
from matching.bundles.results import Composition, Evaluation, Kind, Status
from matching.bundles.solver import Answer
from matching.documents import Demand, PriceModel, Solution
from matching.subsidies import SubsidyRule

_UNKNOWN_FACTS = (Barrier.PRICE_UNKNOWN, Barrier.DAYS_UNKNOWN, Barrier.DEPLOYMENT_UNKNOWN)
_UNIT_MODELS = (PriceModel.PER_DEVICE, PriceModel.PER_USER)


def compose(
    demand: Demand,
    solutions: Sequence[Solution],
    *,
    target_level: int,
    budget: int | None = None,
    subsidy: SubsidyRule | None = None,
    max_providers: int | None = None,
    alternatives: int = 0,
    time_limit: float | None = None,
) -> Composition:
    """The best bundle and up to `alternatives` others, or why there is none and what would make one possible.

    `budget` (yuan) goes before the demand's own; `time_limit` is in seconds for everything together, at its end stands
    the best that was found with its proven gap. Raises ValueError for a target level that is not in the level rule.
    """
    terms = requirements.from_demand(
        demand, target_level=target_level, budget=budget, subsidy=subsidy, max_providers=max_providers
    )
    shortfalls = eligibility.shortfalls(solutions)
    clock = Clock(time_limit)
    if terms.missing_points:
        return _impossible(terms, solutions, Inquiry(solutions, shortfalls, clock))
    problem = Problem(terms, solutions, shortfalls)
    answer = solver.best(problem, clock)
    if answer.chosen is not None:
        listing = Listing(demand, terms, solutions, shortfalls, clock)
        listing.bundles.append(listing.describe(problem, answer.chosen, Kind.BEST))
        others.extend(listing, problem, alternatives)
        return _possible(listing, answer)
    if not answer.is_proven:
        return Composition(Status.UNKNOWN, reasons=(words.NOT_FOUND,))
    return _impossible(terms, solutions, Inquiry(solutions, shortfalls, clock))


def evaluate(
    demand: Demand,
    chosen: Sequence[Solution],
    *,
    target_level: int,
    budget: int | None = None,
    subsidy: SubsidyRule | None = None,
    max_providers: int | None = None,
) -> Evaluation:
    """What chosen solutions come to, and each condition that they do not hold, worded; for a basket edited by hand.

    A solution without a price adds nothing to the money and is a violation. Raises ValueError for a target level that
    is not in the level rule.
    """
    terms = requirements.from_demand(
        demand, target_level=target_level, budget=budget, subsidy=subsidy, max_providers=max_providers
    )
    return check.evaluate(terms, demand, chosen, eligibility.shortfalls(chosen))


def _possible(listing: Listing, answer: Answer) -> Composition:
    cost = listing.bundles[0].own_cost
    gap = Decimal(cost - answer.bound) / cost if cost and not answer.is_proven else Decimal(0)
    notes = _notes(listing)
    if not answer.is_proven:
        notes.insert(0, words.out_of_time(gap))
    status = Status.OPTIMAL if answer.is_proven else Status.FEASIBLE
    return Composition(status, tuple(listing.bundles), gap=gap, notes=tuple(notes))


def _notes(listing: Listing) -> list[str]:
    """What a reader must know to read the figures rightly."""
    terms = listing.terms
    listed = {name for bundle in listing.bundles for name in bundle.solutions}
    prices = [one.price for one in listing.solutions if one.id in listed and one.price]
    notes = [words.NO_SCORE] if terms.score is None else []
    if any(price.model in _UNIT_MODELS for price in prices):
        notes.append(words.UNIT_PRICES)
    return notes


def _impossible(terms: Terms, solutions: Sequence[Solution], inquiry: Inquiry) -> Composition:
    try:
        conflict, remedies = inquiry.conflict(terms), inquiry.remedies(terms)
    except OutOfTime:
        conflict, remedies = (), ()
    unknown = Counter(barrier for one in solutions for barrier in eligibility.barriers(terms, one))
    return Composition(
        Status.INFEASIBLE,
        uncovered=uncovered(terms, solutions),
        conflict=conflict,
        reasons=reasons(terms, solutions, conflict) or (words.NOT_CLEARED_UP,),
        smallest_change=remedies,
        notes=tuple(words.left_out(fact, unknown[fact]) for fact in _UNKNOWN_FACTS if unknown[fact]),
    )
