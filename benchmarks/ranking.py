"""Ranking beside the bare arithmetic it cannot do without, in one run: `python -m benchmarks.ranking`.

Bare means: the sparse product of the demands' and the solutions' text features, and the structured points in NumPy with
nothing around them (no states, no line by line rows, no explanation, no selection of the best).
"""

import argparse
import json
import sys
import time
from collections.abc import Callable, Sequence
from functools import partial

import numpy as np
import numpy.typing as npt

from benchmarks import catalogue
from matching import lexicon, reading, weights
from matching.catalogue import DEPLOYMENT_AT, INDUSTRY_AT, SCENE_AT, SIZE_AT
from matching.documents import Demand
from matching.ranking import Ranker

_TOP = 20


def bare(ranker: Ranker, demands: Sequence[Demand]) -> npt.NDArray[np.float64]:
    """Points of the demands (rows) without anything around the arithmetic."""
    columns, points = ranker.catalogue_, ranker.weights.points
    product = (
        ranker.text_.query_matrix([line.text for demand in demands for line in demand.lines]) @ ranker.text_.index_
    )
    texts = product.toarray()
    total, at = np.empty((len(demands), len(columns.solutions))), 0
    for row, demand in enumerate(demands):
        shares = np.array([line.weight for line in demand.lines]) / 100
        targets = np.array([line.target_level for line in demand.lines])[:, None]
        levels = columns.levels[[SCENE_AT[line.scene] for line in demand.lines]]
        mine = texts[at : at + len(shares)]
        at += len(shares)
        score = points.scene * (shares @ (levels >= targets))
        score += points.text * (shares @ (mine / mine.max(axis=1, keepdims=True)))
        score += points.industry * columns.industries[INDUSTRY_AT[demand.enterprise.industry]]
        score += points.size * columns.sizes[SIZE_AT[demand.enterprise.size or "small"]]
        score += points.deployment * columns.deployments[[DEPLOYMENT_AT[way] for way in demand.deployment or ()]].any(
            axis=0
        )
        score += points.deadline * (columns.days <= (demand.deadline_days or 0))
        score += points.budget * np.nan_to_num(np.clip(2 - columns.amount / max(demand.budget or 1, 1), 0, 1))
        total[row] = score + points.provider * columns.provider_fit
    return total


def seconds(work: Callable[[], object], *, clock: Callable[[], float] = time.process_time) -> float:
    """Seconds of a run: of processor time unless another clock is given, so that a busy machine matters less."""
    start = clock()
    work()
    return clock() - start


def explain(ranker: Ranker, demand: Demand) -> tuple[object, ...]:
    """Rank one demand and word everything that a page shows of it."""
    ranking = ranker.rank(demand, top=_TOP)
    return tuple(result.criteria for result in ranking.results), ranking.providers


def measure(solutions: int, demands: int, times: int) -> dict[str, float]:
    """Figures: fitting, one demand worded in full (95th percentile, wall clock), all demands, ratio to the bare."""
    rows = reading.solutions(catalogue.generate(solutions, seed=1))
    wanted = [reading.demand(row) for row in catalogue.demands(demands, seed=2)]
    ranker = Ranker(weights.default(), lexicon.default())
    fit = seconds(lambda: ranker.fit(rows))
    single = [seconds(partial(explain, ranker, one), clock=time.perf_counter) for one in wanted[:100]]
    batch, plain, worded = [], [], []
    for _ in range(times):  # in turn, so that a busy machine slows both
        plain.append(seconds(partial(bare, ranker, wanted)))
        batch.append(seconds(lambda: list(ranker.rank_many(wanted, top=_TOP))))
        worded.append(seconds(lambda: [explain(ranker, one) for one in wanted]))
    return {
        "solutions": solutions,
        "demands": demands,
        "fit_seconds": round(fit, 2),
        "one_demand_p95_ms": round(float(np.percentile(single, 95)) * 1000, 1),
        "all_demands_seconds": round(min(batch), 2),
        "all_worded_one_by_one_seconds": round(min(worded), 2),
        "bare_seconds": round(min(plain), 2),
        "ratio": round(min(batch) / min(plain), 2),
    }


def run() -> None:
    """Print the figures as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--solutions", type=int, default=10_000)
    parser.add_argument("--demands", type=int, default=400)
    parser.add_argument("--times", type=int, default=3)
    options = parser.parse_args()
    json.dump(measure(options.solutions, options.demands, options.times), sys.stdout, indent=1)
    sys.stdout.write("\n")


if __name__ == "__main__":
    run()
