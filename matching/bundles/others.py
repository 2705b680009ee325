"""Bundles beside the best one: each differs in its set, holds as well and contains nothing superfluous."""

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from matching.bundles import check, solver, words
from matching.bundles.milp import Clock
from matching.bundles.problem import Aim, Problem
from matching.bundles.requirements import Terms
from matching.bundles.results import Bundle, GivesUp, Kind
from matching.documents import Demand, Solution

_PROVIDERS_FIRST = (Aim.PROVIDERS, Aim.OWN_COST, Aim.SHORTFALL, Aim.SOLUTIONS)


@dataclass(slots=True)
class Listing:
    """The bundles found so far, the best first; a further one must not contain any of them."""

    demand: Demand
    terms: Terms
    solutions: Sequence[Solution]
    shortfalls: Mapping[str, int]
    clock: Clock
    bundles: list[Bundle] = field(default_factory=list)

    def describe(self, problem: Problem, chosen: Sequence[int], kind: Kind) -> Bundle:
        """A found set as a bundle."""
        bundle = check.describe(self.terms, self.demand, problem.picked(chosen), self.shortfalls)
        return dataclasses.replace(bundle, kind=kind)

    def best(
        self, problem: Problem, kind: Kind, order: Sequence[Aim] = solver.ORDER, *, is_other: bool = False
    ) -> Bundle | None:
        """The proven best bundle of a problem; with `is_other`, of those that contain none that is listed."""
        place = {one.id: at for at, one in enumerate(problem.solutions)}
        listed = [bundle.solutions for bundle in self.bundles] if is_other else []
        excluded = [tuple(place[name] for name in names) for names in listed]
        answer = solver.best(problem, self.clock, order=order, excluded=excluded)
        return self.describe(problem, answer.chosen, kind) if answer.chosen is not None and answer.is_proven else None

    def new(self, bundle: Bundle | None) -> Bundle | None:
        """A bundle, unless its set is listed."""
        return bundle if bundle and bundle.solutions not in [one.solutions for one in self.bundles] else None

    def problem(self, terms: Terms, worst: int | None = None) -> Problem:
        """A problem under other terms, with no provider whose shortfall is above `worst`."""
        rows = [one for one in self.solutions if worst is None or self.shortfalls[one.provider_id] <= worst]
        return Problem(terms, rows, self.shortfalls)


def extend(listing: Listing, problem: Problem, count: int) -> None:
    """Up to `count` more: cheapest other, fewest providers (or one alone), best rated, then the next cheapest."""
    further = _candidates(listing, problem)
    while len(listing.bundles) <= count:
        for bundle in further:
            if bundle is not None:
                listing.bundles.append(dataclasses.replace(bundle, gives_up=gives_up(listing, bundle)))
                break
        else:
            return


def _candidates(listing: Listing, problem: Problem) -> Iterator[Bundle | None]:
    """Made one by one, since each must differ from those listed before."""
    first = listing.bundles[0]
    yield listing.best(problem, Kind.CHEAPEST_OTHER, is_other=True)
    yield listing.new(_fewest_providers(listing, problem))
    yield listing.new(_best_rated(listing, first))
    while further := listing.best(problem, Kind.NEXT_CHEAPEST, is_other=True):
        yield further


def _fewest_providers(listing: Listing, problem: Problem) -> Bundle | None:
    """The cheapest bundle of the fewest providers, if these are fewer than in the first."""
    bundle = listing.best(problem, Kind.FEWEST_PROVIDERS, _PROVIDERS_FIRST)
    if bundle is None or len(bundle.providers) >= len(listing.bundles[0].providers):
        return None
    return dataclasses.replace(bundle, kind=Kind.ONE_PROVIDER) if len(bundle.providers) == 1 else bundle


def _best_rated(listing: Listing, first: Bundle) -> Bundle | None:
    """The cheapest bundle whose lowest-rated provider is rated highest, if that is higher than in the first."""
    if not first.providers:
        return None
    limit = max(listing.shortfalls[name] for name in first.providers)
    steps = sorted({shortfall for shortfall in listing.shortfalls.values() if shortfall < limit})
    low, high = 0, len(steps)
    while low < high:
        middle = (low + high) // 2
        if solver.is_possible(listing.problem(listing.terms, steps[middle]), listing.clock):
            high = middle
        else:
            low = middle + 1
    if low == len(steps):
        return None
    return listing.best(listing.problem(listing.terms, steps[low]), Kind.BEST_RATED)


def gives_up(listing: Listing, bundle: Bundle) -> tuple[GivesUp, ...]:
    """What a bundle has worse than the first."""
    first = listing.bundles[0]
    found: list[GivesUp] = []
    if (more := bundle.own_cost - first.own_cost) > 0:
        found.append(GivesUp("own_cost", Decimal(more), (), f"企业多付 {words.money(more)}"))
    if (more := len(bundle.providers) - len(first.providers)) > 0:
        found.append(GivesUp("providers", Decimal(more), (), f"多 {more} 家服务商"))
    if first.lowest_rating and bundle.lowest_rating and bundle.lowest_rating < first.lowest_rating:
        text = f"服务商最低评分（按评价数折算）从 {first.lowest_rating} 降到 {bundle.lowest_rating}"
        found.append(GivesUp("rating", first.lowest_rating - bundle.lowest_rating, (), text))
    lost = tuple(line for line in first.covers if line not in bundle.covers)
    if lost:
        text = f"少满足 {len(lost)} 条需求：{words.lines(listing.demand, lost)}"
        found.append(GivesUp("lines", Decimal(len(lost)), lost, text))
    return tuple(found)
