"""The conditions of a demand against a catalogue: how far each holds (0 to 1) and what is to be said about it.

Nothing unknown earns anything, whether the solution or the demand leaves it open.
"""

from collections.abc import Sequence
from enum import IntEnum
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from matching import quantities
from matching.catalogue import DEPLOYMENT_AT, INDUSTRY_AT, SCENE_AT, SIZE_AT, Bools, Catalogue, Floats, Levels
from matching.documents import Demand, DemandLine
from matching.subsidies import SubsidyRule
from matching.weights import ConditionWeights, LineWeights, TextWeights

Rows = npt.NDArray[np.int_]
States = npt.NDArray[np.int_]


class State(IntEnum):
    """How far a criterion holds; the names in lower case are those of the file format."""

    UNMET = 0
    PARTLY = 1
    MET = 2
    UNKNOWN = 3


class Fit(NamedTuple):
    """A criterion over n solutions; arrays (n,) or one value for all.

    `share` of its points (0 to 1) must be 0 where not `known`; where not `met`, it holds in part from `least` on.
    """

    share: npt.NDArray[Any]
    known: Bools | bool
    met: Bools
    least: float = 0.0


def states(fits: Sequence[Fit], rows: Rows) -> States:
    """The states of chosen rows, (rows, fits)."""
    shares = np.stack([fit.share[rows] for fit in fits], axis=1)
    met = np.stack([fit.met[rows] for fit in fits], axis=1)
    known = np.stack([_among(fit.known, rows) for fit in fits], axis=1)
    in_part = (shares > 0) & (shares >= np.array([fit.least for fit in fits], dtype=shares.dtype))
    found = np.where(met, State.MET, np.where(in_part, State.PARTLY, State.UNMET))
    return np.where(known, found, State.UNKNOWN)


def _among(flags: Bools | bool, rows: Rows) -> Bools:
    return flags[rows] if isinstance(flags, np.ndarray) else np.full(len(rows), flags)


def not_asked(catalogue: Catalogue) -> Fit:
    """A condition that the demand does not state: unknown for everyone."""
    nothing = np.zeros(len(catalogue.solutions))
    return Fit(nothing, False, nothing > 0)


def scene(catalogue: Catalogue, line: DemandLine, weights: LineWeights) -> Fit:
    """A line's scene: whole at the target level or above, in part between the present level and the target."""
    way = max(line.target_level - line.current_level, 1)
    table = np.array([weights.partly * max(level - line.current_level, 0) / way for level in range(5)])
    table[line.target_level :] = 1.0
    table[0] = 0.0
    share = table[catalogue.levels[SCENE_AT[line.scene]]]
    return Fit(share, True, share >= 1)


def text(catalogue: Catalogue, line: DemandLine, closeness: npt.NDArray[Any], weights: TextWeights) -> Fit:
    """A line's words: `closeness` (n,) is relative to the best match of the catalogue, 0 to 1."""
    known = catalogue.has_text & bool(line.text.strip())
    return Fit(closeness, known, closeness >= weights.met, least=weights.partly)


def industry(catalogue: Catalogue, demand: Demand, weights: ConditionWeights) -> Fit:
    """Same class of GB/T 4754, then same pilot industry, then general purpose, then another industry.

    Naming other classes than the enterprise's is worded, but costs nothing against naming none.
    """
    same = catalogue.industries[INDUSTRY_AT[demand.enterprise.industry]]
    share = np.where(same, weights.same_industry, weights.general_purpose * catalogue.is_general)
    met = same | catalogue.is_general
    code = demand.enterprise.gbt4754
    if code is not None:
        met &= ~(same & catalogue.classes_known)
        if code in catalogue.classes:
            named = catalogue.classes[code] & (same | catalogue.is_general)
            share[named] = 1.0
            met |= named
    return Fit(share, catalogue.industries_known, met)


def size(catalogue: Catalogue, demand: Demand) -> Fit:
    """The enterprise's size is among those that the solution is made for."""
    if demand.enterprise.size is None:
        return not_asked(catalogue)
    made_for: Bools = catalogue.sizes[SIZE_AT[demand.enterprise.size]]
    return Fit(made_for.astype(float), catalogue.sizes_known, made_for)


def deployment(catalogue: Catalogue, demand: Demand) -> Fit:
    """One of the ways of deployment that the enterprise accepts."""
    if not demand.deployment:
        return not_asked(catalogue)
    wanted = [DEPLOYMENT_AT[way] for way in demand.deployment]
    offered: Bools = np.asarray(catalogue.deployments[wanted].any(axis=0))
    return Fit(offered.astype(float), catalogue.deployments_known, offered)


def deadline(catalogue: Catalogue, demand: Demand, weights: ConditionWeights) -> Fit:
    """In use within the deadline; what takes longer earns less, down to nothing at the limit."""
    if demand.deadline_days is None:
        return not_asked(catalogue)
    return _within(catalogue.days, demand.deadline_days, weights.deadline_limit)


def budget(catalogue: Catalogue, demand: Demand, weights: ConditionWeights, own: Floats) -> Fit:
    """The enterprise's `own` cost within the budget; what costs more earns less, down to nothing at the limit."""
    if demand.budget is None:
        return not_asked(catalogue)
    return _within(own, demand.budget, weights.budget_limit)


def _within(values: Floats, limit: int, end: float) -> Fit:
    """`values` are infinite where unknown."""
    room = max(limit * (end - 1), 1e-9)
    share = np.clip((limit + room - values) / room, 0, 1)
    return Fit(share, np.isfinite(values), values <= limit)


def first_year_cost(catalogue: Catalogue, demand: Demand) -> Floats:
    """Yuan, (n,); infinite where there is no price, or no number of users or machines to multiply it by."""
    cost = catalogue.fixed_cost.copy()
    users = demand.enterprise.employees
    if users is not None:
        cost[catalogue.by_user] = catalogue.amount[catalogue.by_user] * users
    machines = _machines(catalogue.device_levels, demand)
    known = np.isfinite(machines)
    rows = catalogue.by_device[known]
    cost[rows] = catalogue.amount[rows] * machines[known]
    return cost


def own_cost(catalogue: Catalogue, cost: Floats, rule: SubsidyRule | None) -> Floats:
    """What the enterprise pays itself of the first year's `cost`; where the eligible share is unknown, all of it."""
    if rule is None:
        return cost
    paid = np.zeros_like(cost)
    np.multiply(cost, catalogue.eligible * float(rule.rate), out=paid, where=np.isfinite(cost))
    own: Floats = cost - np.minimum(np.floor(np.round(paid, 6)), np.inf if rule.cap is None else rule.cap)
    return own


def _machines(levels: Levels, demand: Demand) -> Floats:
    """Machines that the lines speak of whose scene a solution covers (`levels` (16, n)); infinite when untold.

    The fewest if told differently, so that a solution that covers one scene more is never taken to cost more for it.
    """
    least = np.full(levels.shape[1], np.inf)
    for line in demand.lines:
        count = quantities.machines(line.text)
        if count is not None:
            covers = levels[SCENE_AT[line.scene]] > 0
            least[covers] = np.minimum(least[covers], count)
    return least


def cases(catalogue: Catalogue, demand: Demand, weights: ConditionWeights) -> Fit:
    """Accepted local cases of the same industry and of a scene that the demand asks for."""
    scenes = [SCENE_AT[line.scene] for line in demand.lines]
    same_industry = catalogue.cases[INDUSTRY_AT[demand.enterprise.industry]]
    both = same_industry[scenes].any(axis=0)
    either = same_industry.any(axis=0) | catalogue.cases[:, scenes].any(axis=(0, 1))
    return Fit(np.where(both, 1.0, np.where(either, weights.half_case, 0.0)), catalogue.cases_known, both)


def provider(catalogue: Catalogue) -> Fit:
    """Standing and ratings of the provider; a candidate holds in part, one under watch does not."""
    met = ~catalogue.is_candidate & ~catalogue.is_watched
    return Fit(catalogue.provider_fit, catalogue.provider_known, met)
