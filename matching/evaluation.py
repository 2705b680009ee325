"""How well rankings agree with graded judgements: NDCG, recall and mean reciprocal rank with bootstrap intervals.

Exponential gain 2^grade - 1 with a logarithmic discount (Burges et al. 2005). A demand without a positive grade says
nothing about an order: it is left out and counted.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from matching.baselines import BASELINES
from matching.catalogue import Floats
from matching.documents import Judgement, Solution
from matching.ranking import Ranker

_RESAMPLES = 2000
_SEED = 20240904
_LOW, _HIGH = 2.5, 97.5


@dataclass(frozen=True, slots=True)
class Interval:
    """A mean over demands with its 95 % bootstrap interval."""

    mean: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Metrics by name for the ranker and for every baseline; `left_out` demands have no positive grade."""

    demands: int
    left_out: int
    metrics: Mapping[str, Interval]
    baselines: Mapping[str, Mapping[str, Interval]]


def ndcg(order: Sequence[str], grades: Mapping[str, int], k: int) -> float:
    """Normalised discounted cumulative gain of the first `k` ids; `grades` must hold a positive one."""
    gained = _discounted([grades.get(solution, 0) for solution in order[:k]])
    return gained / _discounted(sorted(grades.values(), reverse=True)[:k])


def _discounted(grades: Sequence[int]) -> float:
    return math.fsum((2**grade - 1) / math.log2(place + 2) for place, grade in enumerate(grades))


def recall(order: Sequence[str], grades: Mapping[str, int], k: int) -> float:
    """Share of the positively graded ids among the first `k`."""
    positive = {solution for solution, grade in grades.items() if grade > 0}
    return len(positive.intersection(order[:k])) / len(positive)


def reciprocal_rank(order: Sequence[str], grades: Mapping[str, int]) -> float:
    """One over the place of the first positively graded id, 0 when there is none."""
    return next((1 / (place + 1) for place, solution in enumerate(order) if grades.get(solution, 0) > 0), 0.0)


def measures(order: Sequence[str], grades: Mapping[str, int]) -> dict[str, float]:
    """All metrics of one ranking."""
    return {
        "ndcg@5": ndcg(order, grades, 5),
        "ndcg@10": ndcg(order, grades, 10),
        "recall@10": recall(order, grades, 10),
        "mrr": reciprocal_rank(order, grades),
    }


def interval(values: Sequence[float]) -> Interval:
    """Mean and percentile bootstrap over demands, 2000 resamples, fixed seed; NaN without values is 0."""
    if not values:
        return Interval(0.0, 0.0, 0.0)
    array = np.array(values)
    drawn = np.random.default_rng(_SEED).integers(len(array), size=(_RESAMPLES, len(array)))
    low, high = np.percentile(array[drawn].mean(axis=1), [_LOW, _HIGH])
    return Interval(float(array.mean()), float(low), float(high))


def evaluate(ranker: Ranker, solutions: Sequence[Solution], judgements: Sequence[Judgement]) -> Evaluation:
    """Evaluate a ranker (it is fitted here) and all baselines on the same judgements."""
    judged = [row for row in judgements if any(grade > 0 for grade in row.grades.values())]
    demands = [row.demand for row in judged]
    rankings = ranker.fit(solutions).rank_many(demands)
    orders = [[result.solution for result in ranking.results] for ranking in rankings]
    baselines = {
        name: _metrics(_orders(baseline(solutions, demands), solutions), judged)
        for name, baseline in BASELINES.items()
        if judged
    }
    return Evaluation(len(judged), len(judgements) - len(judged), _metrics(orders, judged), baselines)


def _orders(scores: Floats, solutions: Sequence[Solution]) -> list[list[str]]:
    """Ids by descending score, ties by id."""
    ids = np.array([solution.id for solution in solutions])
    return [[str(ids[at]) for at in np.lexsort((ids, -np.round(row, 9)))] for row in scores]


def _metrics(orders: Sequence[Sequence[str]], judged: Sequence[Judgement]) -> dict[str, Interval]:
    rows = [measures(order, row.grades) for order, row in zip(orders, judged, strict=True)]
    names = ("ndcg@5", "ndcg@10", "recall@10", "mrr")
    return {name: interval([row[name] for row in rows]) for name in names}
