"""Bundles for random enterprises, beside the plain linear program under them: `python -m benchmarks.bundles`.

Plain means: one call of HiGHS for the least own cost over all candidates, without reduction, further aims, ties, checks
in whole numbers or explanation. The catalogue comes twice: as generated, where a few low prices decide, and hard:
one-off prices in round figures, so that very many bundles are nearly alike, with needs and conflicts between solutions.
Open enterprises set no deadline, deployment or budget, so that every solution is a candidate.
"""

import argparse
import json
import random
import sys
import time
from collections import Counter
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import coo_array

from benchmarks import catalogue
from matching import bundles, reading, standard
from matching.bundles import eligibility, requirements
from matching.bundles.requirements import Terms
from matching.bundles.results import Composition
from matching.documents import Demand, Solution
from matching.subsidies import SubsidyRule

_TARGET = 2
_SUBSIDY = SubsidyRule(Decimal("0.4"), 300_000)
_ROUND = 5_000
_RELATED = 0.1  # share of solutions that need, and of those that exclude, another one


def enterprises(n: int, seed: int, *, is_open: bool = False) -> list[Demand]:
    """Demands with an assessment: a score around the target's and a level for every scene."""
    rng = random.Random(seed)
    found = []
    for row in catalogue.demands(n, seed):
        levels = {scene: rng.choice((0, 0, 1, 1, 1, 2)) for scene in standard.SCENES}
        levels |= {line["scene"]: line["current_level"] for line in row["lines"]}
        row |= {"scene_levels": levels, "assessment_score": rng.randrange(38, 70)}
        for key in ("deadline_days", "deployment", "budget") if is_open else ():
            del row[key]
        found.append(reading.demand(row))
    return found


def hardened(rows: Sequence[dict[str, Any]], seed: int) -> list[dict[str, Any]]:
    """The same catalogue with prices that are nearly alike, by the number of scenes, and with relations."""
    rng = random.Random(seed)
    ids = [row["id"] for row in rows]
    for row in rows:
        amount = _ROUND * (2 * len(row["coverage"]) + rng.randrange(4))
        row["price"] = {"model": "one_off", "amount": amount, "eligible_share": rng.choice((0.5, 0.8, 1.0))}
        row["needs"] = [rng.choice(ids)] if rng.random() < _RELATED else []
        row["conflicts"] = [rng.choice(ids)] if rng.random() < _RELATED else []
    return list(rows)


class _Rows:
    """Linear conditions, each at least a number."""

    def __init__(self) -> None:
        self.entries: list[tuple[int, int, float]] = []
        self.low: list[float] = []

    def add(self, coefficients: dict[int, float], least: float) -> None:
        self.entries.extend((len(self.low), column, value) for column, value in coefficients.items())
        self.low.append(least)

    def matrix(self, columns: int) -> Any:
        lines, places, values = zip(*self.entries, strict=True)
        return coo_array((values, (lines, places)), shape=(len(self.low), columns)).tocsr()


def plain(terms: Terms, solutions: Sequence[Solution]) -> float | None:
    """The least own cost by one call: columns are solutions, scenes and own cost."""
    usable, rows = eligibility.usable(terms, solutions), _Rows()
    count = len(usable)
    cost = count + len(standard.SCENES)
    _cover(rows, terms, usable)
    _relate(rows, usable)
    prices = [float(eligibility.price(one)) for one in usable]
    paid = [float(_SUBSIDY.rate) * float(eligibility.eligible(one)) for one in usable]
    rows.add({cost: 1.0, **{column: paid[column] - prices[column] for column in range(count)}}, 0)
    rows.add({cost: 1.0, **{column: -prices[column] for column in range(count)}}, -float(_SUBSIDY.cap or 0))
    upper, objective = np.ones(cost + 1), np.zeros(cost + 1)
    upper[cost] = np.inf if terms.budget is None else terms.budget
    objective[cost] = 1
    result = milp(
        objective,
        integrality=np.array([1] * count + [0] * (cost + 1 - count)),
        bounds=Bounds(np.zeros(cost + 1), upper),
        constraints=LinearConstraint(rows.matrix(cost + 1), rows.low),
        options={"mip_rel_gap": 0.0, "time_limit": 60.0},
    )
    return None if result.x is None else float(result.fun)


def _cover(rows: _Rows, terms: Terms, usable: Sequence[Solution]) -> None:
    def lifting(scene: str, level: int) -> dict[int, float]:
        return {column: 1.0 for column, one in enumerate(usable) if one.coverage.get(scene, 0) >= level}

    columns = {scene: len(usable) + place for place, scene in enumerate(standard.SCENES)}
    for scene, column in columns.items():
        if terms.present[scene] < _TARGET:
            rows.add({column: -1.0, **lifting(scene, _TARGET)}, 0)
    rows.add(dict.fromkeys(columns.values(), 1.0), terms.scenes)
    mandatory = [column for scene, column in columns.items() if standard.SCENES[scene].is_mandatory]
    rows.add(dict.fromkeys(mandatory, 1.0), terms.mandatory_scenes)
    for essential in terms.essentials:
        rows.add(lifting(essential.scene, essential.level), 1)


def _relate(rows: _Rows, usable: Sequence[Solution]) -> None:
    at = {one.id: column for column, one in enumerate(usable)}
    for column, one in enumerate(usable):
        for other in one.needs:
            rows.add({at[other]: 1.0, column: -1.0} if at[other] != column else {}, 0)
        for other in one.conflicts:
            if at.get(other, column) != column:
                rows.add({column: -1.0, at[other]: -1.0}, -1)


def _agrees(composition: Composition, cost: float | None) -> bool:
    """Whether the plain program came to the same own cost, but for rounding."""
    if not composition.bundles or cost is None:
        return not composition.bundles and cost is None
    return bool(composition.gap) or abs(composition.bundles[0].own_cost - cost) <= 1


def measure(
    solutions: Sequence[Solution], demands: Sequence[Demand], alternatives: int, limit: float
) -> dict[str, Any]:
    """Seconds by the clock on the wall (median, 95th percentile), the worst gap, and the ratio to the plain program."""
    mine, bare, outcomes, gaps, agreed = [], [], Counter[str](), [0.0], 0
    for demand in demands:
        terms = requirements.from_demand(demand, target_level=_TARGET, subsidy=_SUBSIDY)
        start = time.perf_counter()
        cost = None if terms.missing_points else plain(terms, solutions)
        middle = time.perf_counter()
        found = bundles.compose(
            demand, solutions, target_level=_TARGET, subsidy=_SUBSIDY, alternatives=alternatives, time_limit=limit
        )
        mine.append(time.perf_counter() - middle)
        outcomes[found.status] += 1
        gaps.append(float(found.gap))
        agreed += bool(terms.missing_points) or _agrees(found, cost)
        if found.bundles:
            bare.append((mine[-1], middle - start))
    ours, plains = zip(*bare, strict=True)
    return {
        "solutions": len(solutions),
        "enterprises": len(demands),
        "alternatives": alternatives,
        "p50_seconds": round(float(np.percentile(mine, 50)), 3),
        "p95_seconds": round(float(np.percentile(mine, 95)), 3),
        "max_seconds": round(max(mine), 3),
        "plain_p50_seconds": round(float(np.percentile(plains, 50)), 3),
        "plain_p95_seconds": round(float(np.percentile(plains, 95)), 3),
        "ratio_where_possible": round(sum(ours) / sum(plains), 2),
        "outcomes": dict(outcomes),
        "worst_gap": max(gaps),
        "agree_with_plain": agreed,
    }


def main() -> None:
    """Both catalogues at both sizes."""
    for size, count in ((216, 100), (2_000, 100)):
        for is_hard in (False, True):
            rows = catalogue.generate(size, seed=1)
            solutions = reading.solutions(hardened(rows, seed=3) if is_hard else rows)
            for alternatives in (0, 4):
                _report(is_hard, measure(solutions, enterprises(count, seed=2), alternatives, limit=20.0))


def _report(is_hard: bool, figures: dict[str, Any]) -> None:
    json.dump({"catalogue": "hard" if is_hard else "as generated"} | figures, sys.stdout, ensure_ascii=False)
    sys.stdout.write("\n")
    sys.stdout.flush()


def run() -> None:
    """One catalogue of a chosen size."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--solutions", type=int)
    parser.add_argument("--enterprises", type=int, default=100)
    parser.add_argument("--alternatives", type=int, default=0)
    parser.add_argument("--limit", type=float, default=20.0)
    parser.add_argument("--hard", action="store_true")
    parser.add_argument("--open", action="store_true")
    options = parser.parse_args()
    if options.solutions is None:
        main()
        return
    rows = catalogue.generate(options.solutions, seed=1)
    solutions = reading.solutions(hardened(rows, seed=3) if options.hard else rows)
    found = enterprises(options.enterprises, seed=2, is_open=options.open)
    _report(options.hard, measure(solutions, found, options.alternatives, options.limit))


if __name__ == "__main__":
    run()
