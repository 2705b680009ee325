"""What a factory could change about its own terms, and who would then meet everything: computed on the whole catalogue.

A change is one further way of deployment (or any), a higher budget, a longer deadline, or one essential line less. What
it is to meet everything stands in `matching.shelves`; it is a plain yes or no, so nothing here hangs on a score.
"""

import math
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

from matching import standard
from matching.documents import Demand, DemandLine
from matching.ranking import Ranker
from matching.shelves import Shelf

_STEPS: Final[dict[str, Any]] = tomllib.loads(
    (Path(__file__).parent / "counterfactuals.toml").read_text(encoding="utf-8")
)
_TEN_THOUSAND = 10_000


class Kind(StrEnum):
    """What is changed."""

    DEPLOYMENT = "deployment"
    BUDGET = "budget"
    DEADLINE = "deadline"
    LINE = "line"


@dataclass(frozen=True, slots=True)
class Change:
    """One change of terms: what is added (yuan, days, ways of deployment, lines dropped), and the changed demand."""

    kind: Kind
    amount: int
    said: str
    demand: Demand


@dataclass(frozen=True, slots=True)
class Counterfactual:
    """A change and whom it brings.

    `solutions` newly meet everything alone, `providers` newly do with their own solutions (ids, sorted); `before` and
    `after` count the solutions that meet everything. `is_first` says that nobody did before, alone or as a provider.
    """

    change: Change
    before: int
    after: int
    solutions: tuple[str, ...]
    providers: tuple[str, ...]
    is_first: bool

    @property
    def kind(self) -> Kind:
        """What is changed."""
        return self.change.kind

    @property
    def sentence(self) -> str:
        """In Chinese, what is given up and what comes of it."""
        if self.is_first:
            who = f"{len(self.solutions)}个产品" if self.solutions else f"{len(self.providers)}家服务商"
            return f"{self.change.said}，首次有{who}满足全部要求"
        gains = []
        if self.solutions:
            gains.append(f"多{len(self.solutions)}个产品可选")
        if self.providers:
            gains.append(f"多{len(self.providers)}家服务商能全部满足")
        return f"{self.change.said}，{'，'.join(gains)}"


def find(ranker: Ranker, demand: Demand, limit: int = 5) -> tuple[Counterfactual, ...]:
    """At most `limit` changes that bring anybody, the most useful first.

    First what opens a way where there was none; then the more solutions, the more providers, the smaller change.
    Budget and deadline are raised in whole steps: by the least that brings a solution, and by the least that brings a
    provider. A change that another one of its kind makes needless, by bringing as many for less, is left out.
    """
    shelf = Shelf(ranker)
    now = shelf.meeting(demand), shelf.covering(demand)
    found = [gain for change in _changes(shelf, demand) if (gain := _gain(shelf, change, *now))]
    kept: list[Counterfactual] = []
    for one in sorted(found, key=_rank):
        if not any(_makes_needless(other, one) for other in kept):
            kept.append(one)
    return tuple(kept[: max(limit, 0)])


def _gain(shelf: Shelf, change: Change, alone: frozenset[str], together: frozenset[str]) -> Counterfactual | None:
    after = shelf.meeting(change.demand)
    solutions, providers = after - alone, shelf.covering(change.demand) - together
    if not solutions and not providers:
        return None
    is_first = not alone and not together
    return Counterfactual(change, len(alone), len(after), tuple(sorted(solutions)), tuple(sorted(providers)), is_first)


def _rank(one: Counterfactual) -> tuple[object, ...]:
    kinds = list(Kind)
    return (
        not one.is_first,
        -len(one.solutions),
        -len(one.providers),
        kinds.index(one.kind),
        one.change.amount,
        one.change.said,
    )


def _makes_needless(other: Counterfactual, one: Counterfactual) -> bool:
    return (
        other.kind == one.kind
        and other.change.amount <= one.change.amount
        and set(one.solutions) <= set(other.solutions)
        and set(one.providers) <= set(other.providers)
    )


def _changes(shelf: Shelf, demand: Demand) -> Iterator[Change]:
    yield from _deployments(demand)
    if demand.budget is not None:
        yield from _least(shelf, demand, Kind.BUDGET, demand.budget, _STEPS["money_step"], _STEPS["budget_limit"])
    if demand.deadline_days is not None:
        days = demand.deadline_days
        yield from _least(shelf, demand, Kind.DEADLINE, days, _STEPS["days_step"], _STEPS["deadline_limit"])
    yield from _lines(demand)


def _deployments(demand: Demand) -> Iterator[Change]:
    asked = demand.deployment or ()
    others = [way for way in standard.DEPLOYMENTS if way not in asked]
    if not asked or not others:
        return
    names = "、".join(standard.DEPLOYMENTS[way] for way in asked)
    for way in others:
        said = f"除{names}外也接受{standard.DEPLOYMENTS[way]}"
        yield Change(Kind.DEPLOYMENT, 1, said, replace(demand, deployment=(*asked, way)))
    yield Change(Kind.DEPLOYMENT, len(others), f"不再限定{names}", replace(demand, deployment=None))


def _lines(demand: Demand) -> Iterator[Change]:
    """Each line that is asked made optional, as long as another one stays."""
    essential = [line for line in demand.lines if line.is_essential]
    asked = essential or list(demand.lines)
    for dropped in asked if len(asked) > 1 else ():
        kept = tuple(_without(line, dropped, essential) for line in demand.lines)
        said = f"“{standard.SCENES[dropped.scene].name}”这一项这次先不做"
        yield Change(Kind.LINE, 1, said, replace(demand, lines=kept))


def _without(line: DemandLine, dropped: DemandLine, essential: list[DemandLine]) -> DemandLine:
    """Where no line is essential, all others become so."""
    return replace(line, is_essential=line is not dropped and (line.is_essential or not essential))


def _least(shelf: Shelf, demand: Demand, kind: Kind, limit: int, unit: int, end: float) -> Iterator[Change]:
    """The least raise that brings a solution, and the least that brings a provider; both only grow with the raise."""
    most = max(math.floor(limit * (end - 1) / unit), 1)

    def change(steps: int) -> Change:
        return _raised(demand, kind, limit, steps * unit)

    ways: tuple[Callable[[Demand], frozenset[str]], ...] = shelf.meeting, shelf.covering
    for who in ways:
        now = len(who(demand))
        low, high = 1, most
        if len(who(change(most).demand)) == now:
            continue
        while low < high:
            middle = (low + high) // 2
            low, high = (low, middle) if len(who(change(middle).demand)) > now else (middle + 1, high)
        yield change(low)


def _raised(demand: Demand, kind: Kind, limit: int, amount: int) -> Change:
    if kind == Kind.BUDGET:
        said = f"预算加{amount / _TEN_THOUSAND:g}万元"
        return Change(kind, amount, said, replace(demand, budget=limit + amount))
    return Change(kind, amount, f"期限放宽{amount}天", replace(demand, deadline_days=limit + amount))
