"""The score sheet of one demand: every criterion over a whole catalogue, as arrays."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
import numpy.typing as npt

from matching import conditions
from matching.catalogue import Bools, Catalogue, Floats
from matching.conditions import Fit, State
from matching.documents import Demand
from matching.subsidies import SubsidyRule
from matching.weights import LineWeights, Points, Weights

_PLACES = 6  # decimals of a contribution; a score is the sum of the rounded ones


@dataclass(frozen=True, slots=True)
class Excerpt:
    """Some rows of a sheet in full; small enough to keep."""

    names: tuple[str, ...]
    rows: tuple[int, ...]
    cost: Floats  # (rows,)
    own: Floats  # (rows,)
    contributions: Floats  # (rows, criteria), rounded
    states: npt.NDArray[np.int_]  # (rows, criteria)
    scores: tuple[float, ...]
    by_line: Floats  # (rows, lines): what scene and text of a line earn
    covers: Bools  # (rows, lines): the line's target level is reached


@dataclass(frozen=True, slots=True)
class Sheet:
    """Criteria of a demand over n solutions in the order they are shown: scenes by line, texts by line, conditions."""

    demand: Demand
    names: tuple[str, ...]
    points: tuple[float, ...]
    fits: tuple[Fit, ...]
    cost: Floats  # (n,) yuan of the first year, infinite where unknown
    own: Floats  # (n,) the same without the subsidy

    def totals(self) -> Floats:
        """Points, (n,)."""
        total = np.zeros_like(self.cost)
        for points, fit in zip(self.points, self.fits, strict=True):
            total += points * fit.share
        return total

    def shares(self, weights: LineWeights) -> Floats:
        """Shares of the criteria, (n, criteria) in the order of `Points`, the lines summed up by their weights."""
        names = [field.name for field in fields(Points)]
        by_line = line_shares(self.demand, weights)
        total = np.zeros((len(self.cost), len(names)))
        for at, (name, fit) in enumerate(zip(self.names, self.fits, strict=True)):
            kind, _, line = name.partition(":")
            total[:, names.index(kind)] += fit.share * (by_line[at % len(by_line)] if line else 1.0)
        return total

    def excerpt(self, rows: Sequence[int]) -> Excerpt:
        """The given solutions with contributions, states and scores."""
        chosen = np.array(rows, dtype=np.int_)
        lines = len(self.demand.lines)
        shares = np.stack([fit.share[chosen] for fit in self.fits], axis=1).astype(np.float64)
        earned: Floats = np.round(shares * np.array(self.points), _PLACES)
        states = conditions.states(self.fits, chosen)
        return Excerpt(
            names=self.names,
            rows=tuple(rows),
            cost=self.cost[chosen],
            own=self.own[chosen],
            contributions=earned,
            states=states,
            scores=tuple(np.round(earned.sum(axis=1), _PLACES).tolist()),
            by_line=earned[:, :lines] + earned[:, lines : 2 * lines],
            covers=states[:, :lines] == State.MET,
        )


def make(
    catalogue: Catalogue,
    demand: Demand,
    closeness: npt.NDArray[Any],
    *,
    provider: Fit,
    weights: Weights,
    subsidy: SubsidyRule | None,
) -> Sheet:
    """The sheet of `demand`; `closeness` (lines, n) compares texts, `provider` is the same for every demand."""
    lines = demand.lines
    scenes = [conditions.scene(catalogue, line, weights.lines) for line in lines]
    texts = [conditions.text(catalogue, line, row, weights.text) for line, row in zip(lines, closeness, strict=True)]
    cost = conditions.first_year_cost(catalogue, demand)
    own = conditions.own_cost(catalogue, cost, subsidy)
    others = {
        "industry": conditions.industry(catalogue, demand, weights.conditions),
        "size": conditions.size(catalogue, demand),
        "deployment": conditions.deployment(catalogue, demand),
        "deadline": conditions.deadline(catalogue, demand, weights.conditions),
        "budget": conditions.budget(catalogue, demand, weights.conditions, own),
        "cases": conditions.cases(catalogue, demand, weights.conditions),
        "provider": provider,
    }
    shares = line_shares(demand, weights.lines)
    names = [f"{kind}:{line.id}" for kind in ("scene", "text") for line in lines]
    points = [kind * share for kind in (weights.points.scene, weights.points.text) for share in shares]
    return Sheet(
        demand=demand,
        names=(*names, *others),
        points=(*points, *(getattr(weights.points, name) for name in others)),
        fits=(*scenes, *texts, *others.values()),
        cost=cost,
        own=own,
    )


def line_shares(demand: Demand, weights: LineWeights) -> list[float]:
    """Shares of the lines, essential ones counted higher, adding up to 1."""
    raw = [line.weight * (weights.essential_factor if line.is_essential else 1) for line in demand.lines]
    total = math.fsum(raw)
    return [weight / total if total else 0.0 for weight in raw]
