"""Fit the points of the criteria to judgements or outcomes: never negative, drawn towards the configured ones.

For each demand the gains of the solutions (2^grade - 1, as NDCG counts them), centred within the demand, are explained
by the criteria's shares, centred likewise: non-negative least squares with a ridge towards the configured points
(Lawson and Hanson 1974; Hoerl and Kennard 1970). The ridge weighs as much as `prior_demands` average demands, so little
evidence moves little. An outcome (a solution that was looked at, shortlisted, bought) is a judgement with a grade.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from typing import Any

import numpy as np
from scipy.optimize import nnls

from matching import evaluation
from matching.catalogue import Floats
from matching.documents import Judgement, Solution
from matching.evaluation import Interval
from matching.lexicon import Lexicon
from matching.ranking import Ranker
from matching.subsidies import SubsidyRule
from matching.weights import Points, Weights

PRIOR_DEMANDS = 20.0
_NAMES = tuple(field.name for field in fields(Points))
_FULL = 100
_PLACES = 2
_FOLDS = 5
_RESAMPLES = 200
_SEED = 20240904
_LOW, _HIGH = 2.5, 97.5
_TOP_GRADE = 3
_CUT = 10  # NDCG@10


@dataclass(frozen=True, slots=True)
class Fitted:
    """Points (two decimals, adding up to 100) with 95 % bootstrap intervals over demands, by criterion.

    `before` and `after` are NDCG@10 on demands held out in turn, with the configured and with the fitted points;
    `left_out` demands have no positive grade and say nothing.
    """

    points: Mapping[str, float]
    intervals: Mapping[str, tuple[float, float]]
    configured: Mapping[str, float]
    before: Interval
    after: Interval
    demands: int
    left_out: int
    prior_demands: float

    def weights(self, base: Weights) -> Weights:
        """`base` with the fitted points."""
        return replace(base, points=Points(**self.points))

    def as_data(self) -> dict[str, Any]:
        """Plain data to be stored."""
        data = asdict(self)
        return data | {"intervals": {name: list(ends) for name, ends in self.intervals.items()}}


def from_data(data: Mapping[str, Any]) -> Fitted:
    """The other way of `Fitted.as_data`."""
    intervals = {name: (low, high) for name, (low, high) in data["intervals"].items()}
    ends = {name: Interval(**data[name]) for name in ("before", "after")}
    return Fitted(**{**data, "intervals": intervals, **ends})


@dataclass(frozen=True, slots=True)
class _Evidence:
    """What one demand says: shares (n, criteria), gains (n,), both also centred and multiplied out."""

    shares: Floats
    grades: Mapping[str, int]
    gram: Floats
    moment: Floats


def fit(
    judgements: Sequence[Judgement],
    solutions: Sequence[Solution],
    *,
    weights: Weights,
    lexicon: Lexicon,
    subsidy: SubsidyRule | None = None,
    prior_demands: float = PRIOR_DEMANDS,
) -> Fitted:
    """Fit the points; the same arguments give the same result. Without a judged demand the points stay as they are.

    `subsidy` is the rule that the ranking itself counts by, so that budgets are judged alike.
    """
    ranker = Ranker(weights, lexicon, subsidy).fit(solutions)
    ids = [solution.id for solution in ranker.catalogue_.solutions]
    judged = [row for row in judgements if any(row.grades.get(name, 0) > 0 for name in ids)]
    evidence = [_evidence(ranker, row, ids) for row in judged]
    configured = np.array([getattr(weights.points, name) for name in _NAMES])
    points = _solve(evidence, configured, prior_demands)
    low, high = _bootstrap(evidence, configured, prior_demands)
    after = _held_out(evidence, configured, prior_demands, ids)
    before = [_ndcg(one, configured, ids) for one in evidence]
    return Fitted(
        points=dict(zip(_NAMES, _rounded(points), strict=True)),
        intervals={
            name: (round(float(one), _PLACES), round(float(other), _PLACES))
            for name, one, other in zip(_NAMES, low, high, strict=True)
        },
        configured=dict(zip(_NAMES, configured.tolist(), strict=True)),
        before=evaluation.interval(before),
        after=evaluation.interval(after),
        demands=len(judged),
        left_out=len(judgements) - len(judged),
        prior_demands=prior_demands,
    )


def _evidence(ranker: Ranker, row: Judgement, ids: Sequence[str]) -> _Evidence:
    shares = ranker.shares(row.demand)
    gains = np.array([(2 ** row.grades.get(name, 0) - 1) / (2**_TOP_GRADE - 1) for name in ids])
    centred = shares - shares.mean(axis=0)
    gains -= gains.mean()
    return _Evidence(shares, row.grades, centred.T @ centred / len(ids), centred.T @ gains / len(ids))


def _solve(evidence: Sequence[_Evidence], configured: Floats, prior_demands: float) -> Floats:
    """The points that explain the evidence best, adding up to 100."""
    if not evidence:
        return configured
    gram = np.sum([one.gram for one in evidence], axis=0)
    moment = np.sum([one.moment for one in evidence], axis=0)
    spread = float(configured @ gram @ configured)
    scale = max(float(configured @ moment) / spread, 0.0) if spread else 0.0
    if not scale:
        return configured
    ridge = max(prior_demands, 1e-6) * np.trace(gram) / len(gram) / len(evidence)
    # |Xv - y|^2 + ridge |v - scale * configured|^2, by the Cholesky factor of its matrix
    matrix = gram + ridge * np.eye(len(gram))
    factor = np.linalg.cholesky(matrix).T
    wanted = np.linalg.solve(factor.T, moment + ridge * scale * configured)
    found, _ = nnls(factor, wanted)
    total = float(found.sum())
    return np.asarray(_FULL * found / total if total else configured, dtype=np.float64)


def _bootstrap(evidence: Sequence[_Evidence], configured: Floats, prior_demands: float) -> tuple[Floats, Floats]:
    if not evidence:
        return configured, configured
    drawn = np.random.default_rng(_SEED).integers(len(evidence), size=(_RESAMPLES, len(evidence)))
    found = [_solve([evidence[at] for at in row], configured, prior_demands) for row in drawn.tolist()]
    low, high = np.percentile(np.array(found), [_LOW, _HIGH], axis=0)
    return low, high


def _held_out(
    evidence: Sequence[_Evidence], configured: Floats, prior_demands: float, ids: Sequence[str]
) -> list[float]:
    """NDCG of each demand with points fitted to the demands of the other folds."""
    order = np.random.default_rng(_SEED).permutation(len(evidence)).tolist()
    found = [0.0] * len(evidence)
    for fold in range(_FOLDS):
        held = set(order[fold::_FOLDS])
        points = _solve([one for at, one in enumerate(evidence) if at not in held], configured, prior_demands)
        for at in held:
            found[at] = _ndcg(evidence[at], points, ids)
    return found


def _ndcg(one: _Evidence, points: Floats, ids: Sequence[str]) -> float:
    scores = np.round(one.shares @ points, 6)
    order = [ids[at] for at in np.lexsort((np.arange(len(ids)), -scores))]
    return evaluation.ndcg(order, one.grades, _CUT)


def _rounded(points: Floats) -> list[float]:
    """Two decimals that still add up to 100: what rounding leaves goes to the largest remainders."""
    unit = 10**_PLACES
    floors = np.floor(points * unit + 1e-9)
    spare = round(_FULL * unit - math.fsum(floors))
    largest = np.argsort(floors - points * unit, kind="stable")[:spare]
    floors[largest] += 1
    return [float(part) for part in np.round(floors / unit, _PLACES)]
