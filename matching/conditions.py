"""The conditions of a demand against a catalogue: how far each holds (0 to 1) and what is to be said about it.

Nothing unknown earns anything, whether the solution or the demand leaves it open.
"""

from collections.abc import Callable, Sequence
from enum import IntEnum
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from matching import quantities
from matching.bundle_terms import SubsidyRule
from matching.catalogue import DEPLOYMENT_AT, INDUSTRY_AT, PRICE_MODELS, SCENE_AT, SIZE_AT, Bools, Catalogue, Floats
from matching.documents import Demand, DemandLine, PriceModel
from matching.weights import ConditionWeights, LineWeights, TextWeights

Rows = Sequence[int]
States = npt.NDArray[np.int_]


class State(IntEnum):
    """How far a criterion holds; the names in lower case are those of the file format."""

    UNMET = 0
    PARTLY = 1
    MET = 2
    UNKNOWN = 3


class Fit(NamedTuple):
    """A criterion over n solutions: `share` of its points (0 to 1), and the states of chosen rows, made on demand."""

    share: npt.NDArray[Any]
    states: Callable[[Rows], States]


def _fit(share: npt.NDArray[Any], known: Bools | bool, *, met: Callable[[Rows], Bools] | None = None) -> Fit:
    """`share` must be 0 where not known. Met where `met` says so (or all is earned), partly where anything is."""

    def states(rows: Rows) -> States:
        earned = share[rows]
        whole = earned >= 1 if met is None else met(rows)
        state = np.where(whole, State.MET, np.where(earned > 0, State.PARTLY, State.UNMET))
        return np.where(known[rows] if isinstance(known, np.ndarray) else known, state, State.UNKNOWN)

    return Fit(share, states)


def not_asked(catalogue: Catalogue) -> Fit:
    """A condition that the demand does not state: unknown for everyone."""
    return _fit(np.zeros(len(catalogue.solutions)), False)


def scene(catalogue: Catalogue, line: DemandLine, weights: LineWeights) -> Fit:
    """A line's scene: whole at the target level or above, in part between the present level and the target."""
    way = max(line.target_level - line.current_level, 1)
    table = np.array([weights.partly * max(level - line.current_level, 0) / way for level in range(5)])
    table[line.target_level :] = 1.0
    table[0] = 0.0
    levels = catalogue.levels[SCENE_AT[line.scene]]
    return _fit(table[levels], True)


def text(catalogue: Catalogue, line: DemandLine, closeness: npt.NDArray[Any], weights: TextWeights) -> Fit:
    """A line's words: `closeness` (n,) is relative to the best match of the catalogue, 0 to 1."""
    known = catalogue.has_text & bool(line.text.strip())
    fit = _fit(closeness, known, met=lambda rows: closeness[rows] >= weights.met)

    def states(rows: Rows) -> States:
        found = fit.states(rows)
        return np.where((found == State.PARTLY) & (closeness[rows] < weights.partly), State.UNMET, found)

    return Fit(closeness, states)


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
    return _fit(share, catalogue.industries_known, met=lambda rows: met[rows])


def size(catalogue: Catalogue, demand: Demand) -> Fit:
    """The enterprise's size is among those that the solution is made for."""
    if demand.enterprise.size is None:
        return not_asked(catalogue)
    return _fit(catalogue.sizes[SIZE_AT[demand.enterprise.size]].astype(float), catalogue.sizes_known)


def deployment(catalogue: Catalogue, demand: Demand) -> Fit:
    """One of the ways of deployment that the enterprise accepts."""
    if not demand.deployment:
        return not_asked(catalogue)
    wanted = [DEPLOYMENT_AT[way] for way in demand.deployment]
    return _fit(catalogue.deployments[wanted].any(axis=0).astype(float), catalogue.deployments_known)


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
    return _fit(share, np.isfinite(values), met=lambda rows: values[rows] <= limit)


def first_year_cost(catalogue: Catalogue, demand: Demand) -> Floats:
    """Yuan, (n,); infinite where there is no price, or no number of users or machines to multiply it by."""
    factor = np.ones(len(catalogue.solutions))
    users = demand.enterprise.employees
    factor[catalogue.price_model == PRICE_MODELS.index(PriceModel.PER_USER)] = np.inf if users is None else users
    by_device = catalogue.price_model == PRICE_MODELS.index(PriceModel.PER_DEVICE)
    if by_device.any():
        factor[by_device] = _machines(catalogue, demand)[by_device]
    known = np.isfinite(catalogue.amount) & np.isfinite(factor)
    cost = np.full(len(factor), np.inf)
    np.multiply(catalogue.amount, factor, out=cost, where=known)
    return cost


def own_cost(catalogue: Catalogue, cost: Floats, rule: SubsidyRule | None) -> Floats:
    """What the enterprise pays itself of the first year's `cost`; where the eligible share is unknown, all of it."""
    if rule is None:
        return cost
    paid = np.zeros_like(cost)
    np.multiply(cost, catalogue.eligible * float(rule.rate), out=paid, where=np.isfinite(cost))
    own: Floats = cost - np.minimum(np.floor(np.round(paid, 6)), np.inf if rule.cap is None else rule.cap)
    return own


def _machines(catalogue: Catalogue, demand: Demand) -> Floats:
    """Machines that the lines speak of whose scene a solution covers, the fewest if told differently; infinite when
    untold. The fewest, so that a solution that covers one scene more is never taken to cost more for it."""
    least = np.full(len(catalogue.solutions), np.inf)
    for line in demand.lines:
        count = quantities.machines(line.text)
        if count is not None:
            covers = catalogue.levels[SCENE_AT[line.scene]] > 0
            least[covers] = np.minimum(least[covers], count)
    return least


def cases(catalogue: Catalogue, demand: Demand, weights: ConditionWeights) -> Fit:
    """Accepted local cases of the same industry and of a scene that the demand asks for."""
    scenes = [SCENE_AT[line.scene] for line in demand.lines]
    same_industry = catalogue.cases[INDUSTRY_AT[demand.enterprise.industry]]
    both = same_industry[scenes].any(axis=0)
    either = same_industry.any(axis=0) | catalogue.cases[:, scenes].any(axis=(0, 1))
    return _fit(
        np.where(both, 1.0, np.where(either, weights.half_case, 0.0)),
        catalogue.cases_known,
        met=lambda rows: both[rows],
    )


def provider(catalogue: Catalogue) -> Fit:
    """Standing and ratings of the provider; a candidate holds in part, one under watch does not."""
    state = np.where(catalogue.is_candidate, State.PARTLY, np.where(catalogue.is_watched, State.UNMET, State.MET))
    state = np.where(catalogue.provider_known, state, State.UNKNOWN)
    return Fit(catalogue.provider_fit, lambda rows: state[rows])
