"""A consortium (联合体): the fewest providers that bring every line of a demand to its target, when nobody does alone.

Exact: a set cover solved to proven optimality with HiGHS, stage by stage. First the fewest providers, then the most
points of standing and rating, then those first by name, so that the same input gives the same answer.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_FLOOR, Decimal

import numpy as np
import numpy.typing as npt
from scipy.optimize import Bounds, LinearConstraint, milp

from matching import catalogue, quantities
from matching.documents import Demand, DemandLine, PriceModel, Provider, Solution, Standing
from matching.weights import ProviderWeights

_GRAIN = 10_000  # standing and rating (0 to 1) as whole numbers, so that stages compare exactly
_STANDINGS = (Standing.WATCH, Standing.CANDIDATE, Standing.LISTED, Standing.RECOMMENDED)


@dataclass(frozen=True, slots=True)
class Member:
    """A provider with what falls to it: lines, their weight (percent of all asked), products, list price of a year.

    `price` is None when one of the products has no price that the demand tells how to count; `price_share` (percent,
    whole, adding up to 100) is None unless all prices are known.
    """

    provider: str
    lines: tuple[str, ...]
    weight: float
    solutions: tuple[str, ...]
    price: int | None
    price_share: int | None


@dataclass(frozen=True, slots=True)
class Consortium:
    """The members, the lead first; `uncovered` lines nobody on the shelf brings to their target.

    The lead covers the most weight; among equals the better standing, then the better ratings, decide. One member
    means that it needs nobody else.
    """

    members: tuple[Member, ...]
    uncovered: tuple[str, ...]

    @property
    def lead(self) -> str | None:
        """The provider proposed to lead (牵头); None without members."""
        return self.members[0].provider if self.members else None


def compose(
    demand: Demand, solutions: Sequence[Solution], *, weights: ProviderWeights, essential_only: bool = False
) -> Consortium:
    """The smallest set of providers that covers all lines (the essential ones alone, if so asked) that can be covered.

    Suspended and removed providers are left out, and so are solutions that miss the demand's deadline or its ways of
    deployment or leave them open. Budget is not a condition: the split of prices shows what it comes to.
    """
    lines = [line for line in demand.lines if line.is_essential or not essential_only]
    shelf = sorted((row for row in solutions if _may_serve(row, demand)), key=lambda row: row.id)
    able = {line.id: _providers(shelf, line) for line in lines}
    asked = [line for line in lines if able[line.id]]
    names = sorted(set[str]().union(*able.values()))
    merit = {name: _merit(rows, weights) for name, rows in _by_provider(shelf).items()}
    chosen = _smallest(asked, able, names, merit) if asked else []
    reached = {name: sum(line.weight for line in asked if name in able[line.id]) for name in chosen}
    order = sorted(chosen, key=lambda name: (-reached[name], *(-part for part in merit[name]), name))
    return Consortium(
        members=_members(order, asked, able, shelf, demand),
        uncovered=tuple(line.id for line in lines if not able[line.id]),
    )


def _may_serve(row: Solution, demand: Demand) -> bool:
    in_time = demand.deadline_days is None or (
        row.days_to_deploy is not None and row.days_to_deploy <= demand.deadline_days
    )
    fits = not demand.deployment or bool(set(row.deployment or ()).intersection(demand.deployment))
    return in_time and fits and not row.is_barred


def _reaches(row: Solution, line: DemandLine) -> bool:
    return row.coverage.get(line.scene, 0) >= max(line.target_level, 1)


def _providers(shelf: Sequence[Solution], line: DemandLine) -> set[str]:
    return {row.provider_id for row in shelf if _reaches(row, line)}


def _by_provider(shelf: Sequence[Solution]) -> dict[str, list[Solution]]:
    rows: dict[str, list[Solution]] = defaultdict(list)
    for row in shelf:
        rows[row.provider_id].append(row)
    return dict(rows)


def _merit(rows: Sequence[Solution], weights: ProviderWeights) -> tuple[int, int]:
    """Standing (its place in their order) and rating (shrunk by count, in grains); 0 where nothing is known."""
    known: list[Provider] = [row.provider for row in rows if row.provider]
    standing = max((_STANDINGS.index(one.standing) for one in known), default=0)
    rating = max((catalogue.rating_fit(one, weights) for one in known), default=0.0)
    return standing, round(rating * _GRAIN)


def _smallest(
    asked: Sequence[DemandLine],
    able: Mapping[str, set[str]],
    names: Sequence[str],
    merit: Mapping[str, tuple[int, int]],
) -> list[str]:
    """The proven smallest set; among these the best standing and rating in sum, then the first by name."""
    covers = np.array([[name in able[line.id] for name in names] for line in asked], dtype=float)
    rows = [LinearConstraint(covers, lb=1)]
    best = len(_STANDINGS) * _GRAIN
    shortfall = np.array([best - merit[name][0] * _GRAIN - merit[name][1] for name in names], dtype=float)
    found = np.zeros(len(names))
    for cost in (np.ones(len(names)), shortfall, np.arange(len(names), dtype=float)):
        found = _solve(cost, rows)
        rows.append(LinearConstraint(cost[None, :], ub=round(float(cost @ found)) + 0.5))
    return [name for name, is_chosen in zip(names, found, strict=True) if is_chosen]


def _solve(cost: npt.NDArray[np.float64], rows: Sequence[LinearConstraint]) -> npt.NDArray[np.float64]:
    found = milp(
        cost, constraints=rows, integrality=np.ones(len(cost)), bounds=Bounds(0, 1), options={"mip_rel_gap": 0}
    )
    if not found.success:
        raise ArithmeticError(f"no optimum of the set cover: {found.message}")
    return np.asarray(np.round(found.x), dtype=np.float64)


def _members(
    order: Sequence[str],
    asked: Sequence[DemandLine],
    able: Mapping[str, set[str]],
    shelf: Sequence[Solution],
    demand: Demand,
) -> tuple[Member, ...]:
    """A line goes to the first member that can take it, so that the lead takes what it can."""
    total = sum(line.weight for line in asked) or 1
    shares: list[tuple[str, list[DemandLine], list[Solution], int | None]] = []
    for name in order:
        taken = {line.id for _, lines, _, _ in shares for line in lines}
        lines = [line for line in asked if name in able[line.id] and line.id not in taken]
        products = _products(lines, [row for row in shelf if row.provider_id == name], demand)
        shares.append((name, lines, products, _price(products, demand)))
    parts = _percent([price for _, _, _, price in shares])
    return tuple(
        Member(
            provider=name,
            lines=tuple(line.id for line in lines),
            weight=round(100 * sum(line.weight for line in lines) / total, 2),
            solutions=tuple(row.id for row in products),
            price=price,
            price_share=part,
        )
        for (name, lines, products, price), part in zip(shares, parts, strict=True)
    )


def _products(lines: Sequence[DemandLine], mine: Sequence[Solution], demand: Demand) -> list[Solution]:
    """Products for the lines, greedily: most weight first, then the lower known price, then id."""
    chosen: list[Solution] = []
    open_lines = list(lines)
    while open_lines:
        best = min(mine, key=lambda row: (-_weight(row, open_lines), _sort_price(row, demand), row.id))
        chosen.append(best)
        open_lines = [line for line in open_lines if not _reaches(best, line)]
    return chosen


def _weight(row: Solution, lines: Sequence[DemandLine]) -> float:
    return sum(max(line.weight, 1e-9) for line in lines if _reaches(row, line))


def _sort_price(row: Solution, demand: Demand) -> float:
    price = _price([row], demand)
    return float("inf") if price is None else price


def _price(products: Sequence[Solution], demand: Demand) -> int | None:
    """The list prices of the first year in sum, in yuan."""
    prices = [_first_year(row, demand) for row in products]
    known = [price for price in prices if price is not None]
    return sum(known) if len(known) == len(prices) else None


def _first_year(row: Solution, demand: Demand) -> int | None:
    if row.price is None:
        return None
    factor: int | None = 1
    if row.price.model == PriceModel.PER_USER:
        factor = demand.enterprise.employees
    elif row.price.model == PriceModel.PER_DEVICE:
        told = [quantities.machines(line.text) for line in demand.lines if row.coverage.get(line.scene)]
        factor = min((count for count in told if count is not None), default=None)
    return None if factor is None else row.price.amount * factor


def _percent(prices: Sequence[int | None]) -> list[int | None]:
    """Whole percent that add up to 100, what rounding leaves going to the largest remainders."""
    known = [price for price in prices if price is not None]
    total = sum(known)
    if len(known) < len(prices) or not total:
        return [None] * len(prices)
    exact = [Decimal(100 * price) / total for price in known]
    floors = [int(part.to_integral_value(ROUND_FLOOR)) for part in exact]
    spare = 100 - sum(floors)
    largest = sorted(range(len(exact)), key=lambda at: (floors[at] - exact[at], at))
    return [floor + (at in largest[:spare]) for at, floor in enumerate(floors)]
