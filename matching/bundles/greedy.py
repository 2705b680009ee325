"""A quick bundle for when the time is over before the solver has found one."""

import math

from matching.bundles import check, eligibility
from matching.bundles.problem import Chosen, Problem


def first(problem: Problem) -> Chosen | None:
    """Sets grown by the cheapest gain, each begun with another provider; the first that holds.

    It is not the best and may miss one that is there.
    """
    found = (_grown(problem, provider) for provider in ("", *problem.providers))
    return next((problem.thinned(chosen) for chosen in found if problem.holds(chosen)), None)


def _grown(problem: Problem, preferred: str) -> Chosen:
    """A set to which the cheapest gain was added until nothing is missing or nothing gains."""
    chosen: set[int] = set()
    while missing := check.missing(problem.terms, problem.picked(chosen)):
        left = [at for at in range(len(problem.solutions)) if not problem.clashes(at) & chosen]
        prices = {at: _price(problem, at, preferred, missing) for at in left}
        at = min(prices, key=lambda one: (prices[one], one), default=None)
        if at is None or prices[at] == math.inf or problem.closure(at) <= chosen:
            break
        chosen |= problem.closure(at)
    return tuple(sorted(chosen))


def _price(problem: Problem, at: int, preferred: str, missing: set[tuple[str, int]]) -> float:
    """Yuan for each gain; half for the preferred provider."""
    one = problem.solutions[at]
    gain = sum(one.coverage.get(scene, 0) >= level for scene, level in missing)
    if not gain:
        return math.inf
    return (eligibility.price(one) + 1) / gain / (2 if one.provider_id == preferred else 1)
