"""Who meets a demand as plain yes or no, without any score: single solutions, and providers with their own ones.

To meet everything: each line that is asked (the essential ones; all, where none is) reaches its target level, the cost
for the enterprise is known and within the budget, the days are known and within the deadline, one of the accepted ways
of deployment is offered. What the demand leaves open is not asked.
"""

from collections.abc import Sequence

import numpy as np

from matching import conditions
from matching.catalogue import DEPLOYMENT_AT, SCENE_AT, Bools, Floats
from matching.documents import Demand, DemandLine
from matching.ranking import Ranker

_State = tuple[int, frozenset[int]]  # lines covered as bits, chosen rows that are in conflict with others
_Cost = tuple[float, float]  # the price less the subsidy's rate, and the price: own cost grows with both


class Shelf:
    """The fitted catalogue of a ranker as conditions that hold or do not."""

    def __init__(self, ranker: Ranker) -> None:
        self.catalogue = ranker.catalogue_
        self.subsidy = ranker.subsidy
        self.by_provider = ranker.by_provider_

    def meeting(self, demand: Demand) -> frozenset[str]:
        """Ids of the solutions that alone meet everything."""
        holds = self.terms(demand) & self._within_budget(demand)
        for line in asked(demand):
            holds &= self.covers(line)
        return frozenset(self.catalogue.solutions[row].id for row in np.flatnonzero(holds))

    def covering(self, demand: Demand) -> frozenset[str]:
        """Ids of the providers some of whose own solutions meet everything together, within the budget in sum."""
        terms, lines = self.terms(demand), asked(demand)
        table = np.array([self.covers(line) & terms for line in lines]).reshape(len(lines), -1)
        cost = conditions.first_year_cost(self.catalogue, demand)
        able = [name for name, rows in self.by_provider.items() if lines and table[:, rows].any(axis=1).all()]
        if demand.budget is None:
            return frozenset(able)
        return frozenset(
            name for name in able if self._cheapest(table[:, self.by_provider[name]], name, cost) <= demand.budget
        )

    def terms(self, demand: Demand) -> Bools:
        """Deadline and deployment, (n,)."""
        holds = np.ones(len(self.catalogue.solutions), dtype=bool)
        if demand.deadline_days is not None:
            holds &= self.catalogue.days <= demand.deadline_days
        if demand.deployment:
            holds &= self.catalogue.deployments[[DEPLOYMENT_AT[way] for way in demand.deployment]].any(axis=0)
        return holds

    def covers(self, line: DemandLine) -> Bools:
        """The line's target level is reached, (n,)."""
        reached: Bools = self.catalogue.levels[SCENE_AT[line.scene]] >= max(line.target_level, 1)
        return reached

    def _within_budget(self, demand: Demand) -> Bools:
        if demand.budget is None:
            return np.ones(len(self.catalogue.solutions), dtype=bool)
        cost = conditions.first_year_cost(self.catalogue, demand)
        within: Bools = conditions.own_cost(self.catalogue, cost, self.subsidy) <= demand.budget
        return within

    def _cheapest(self, table: Bools, provider: str, cost: Floats) -> float:
        """The least that a provider's solutions cost the enterprise that cover all lines, no two in conflict."""
        rows = self.by_provider[provider]
        against = {row: self._conflicts(row, rows) for row in rows}
        states: dict[_State, list[_Cost]] = {(0, frozenset()): [(0.0, 0.0)]}
        for at, row in enumerate(rows):
            bits = sum(1 << line for line in np.flatnonzero(table[:, at]).tolist())
            if not bits or not np.isfinite(cost[row]):
                continue
            more = self._with(states, row, bits, against=against[row], price=float(cost[row]))
            for state, costs in more.items():
                states[state] = _best([*states.get(state, []), *costs])
        whole = (1 << len(table)) - 1
        ends = [self._own(*one) for (bits, _), costs in states.items() if bits == whole for one in costs]
        return min(ends, default=np.inf)

    def _with(
        self, states: dict[_State, list[_Cost]], row: int, bits: int, *, against: frozenset[int], price: float
    ) -> dict[_State, list[_Cost]]:
        """The states that taking `row` leads to."""
        rate = float(self.subsidy.rate) if self.subsidy else 0.0
        less = price * (1 - rate * float(self.catalogue.eligible[row]))
        found: dict[_State, list[_Cost]] = {}
        for (covered, chosen), costs in states.items():
            if bits & ~covered and not against & chosen:
                state = covered | bits, chosen | ({row} if against else frozenset())
                found.setdefault(state, []).extend((one + less, other + price) for one, other in costs)
        return found

    def _own(self, less: float, price: float) -> float:
        paid = float(np.floor(round(price - less, 6)))
        cap = self.subsidy.cap if self.subsidy else 0
        return price - (paid if cap is None else min(paid, cap))

    def _conflicts(self, row: int, rows: Sequence[int]) -> frozenset[int]:
        one, others = self.catalogue.solutions[row], {other: self.catalogue.solutions[other] for other in rows}
        return frozenset(
            other for other, solution in others.items() if solution.id in one.conflicts or one.id in solution.conflicts
        )


def asked(demand: Demand) -> tuple[DemandLine, ...]:
    """The essential lines, or all of them where none is."""
    return tuple(line for line in demand.lines if line.is_essential) or demand.lines


def _best(costs: list[_Cost]) -> list[_Cost]:
    """Those that no other one beats in both parts."""
    best: list[_Cost] = []
    for less, price in sorted(set(costs)):
        if not best or price < best[-1][1]:
            best.append((less, price))
    return best
