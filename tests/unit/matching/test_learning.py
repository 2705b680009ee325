"""Fitted points come from the evidence, are never negative, and go no further than the evidence reaches."""

import dataclasses
import json
import math
from collections.abc import Mapping

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks import catalogue
from matching import learning, lexicon, reading, weights
from matching.documents import Judgement
from matching.ranking import Ranker
from matching.weights import Points, Weights

WORDS = dataclasses.replace(lexicon.default(), speech=())
SOLUTIONS = reading.solutions(catalogue.generate(120, seed=41))
DEMANDS = [reading.demand(row) for row in catalogue.demands(60, seed=42)]
CONFIGURED = weights.default()
TRUE = {
    "scene": 45.0,
    "text": 10.0,
    "industry": 20.0,
    "size": 0.0,
    "deployment": 5.0,
    "deadline": 0.0,
    "budget": 10.0,
    "cases": 10.0,
    "provider": 0.0,
}
RANKER = Ranker(CONFIGURED, WORDS).fit(SOLUTIONS)
SHARES = [RANKER.shares(demand) for demand in DEMANDS]
IDS = [row.id for row in RANKER.catalogue_.solutions]


def judged(points: Mapping[str, float], count: int = 60) -> list[Judgement]:
    """Judgements of somebody who weighs by `points`: grade 3 for the best tenth, then 2, then 1."""
    names = [field.name for field in dataclasses.fields(Points)]
    found = []
    for demand, shares in zip(DEMANDS[:count], SHARES, strict=False):
        scores = shares @ np.array([points[name] for name in names])
        edges = np.quantile(scores, [0.75, 0.85, 0.93])
        grades = (scores[:, None] > edges).sum(axis=1)
        found.append(Judgement(demand, {name: int(grade) for name, grade in zip(IDS, grades, strict=True) if grade}))
    return found


def fit(judgements: list[Judgement], prior: float = 0.1, base: Weights = CONFIGURED) -> learning.Fitted:
    return learning.fit(judgements, SOLUTIONS, weights=base, lexicon=WORDS, prior_demands=prior)


def distance(one: Mapping[str, float], other: Mapping[str, float]) -> float:
    return sum(abs(one[name] - other[name]) for name in TRUE)


FITTED = fit(judged(TRUE))


def test_shares_times_points_are_the_scores() -> None:
    points = np.array([getattr(CONFIGURED.points, field.name) for field in dataclasses.fields(Points)])
    for demand, shares in zip(DEMANDS[:5], SHARES, strict=False):
        assert shares @ points == pytest.approx(RANKER.scores([demand])[0], abs=1e-4)


def test_known_weights_are_recovered() -> None:
    assert distance(FITTED.points, TRUE) < 30
    assert distance(FITTED.points, TRUE) < distance(FITTED.configured, TRUE) / 3
    assert max(FITTED.points, key=lambda name: FITTED.points[name]) == "scene"
    assert all(FITTED.points[name] < 2 for name, points in TRUE.items() if not points)


def test_fitted_points_rank_held_out_demands_better() -> None:
    assert FITTED.after.mean > FITTED.before.mean + 0.05
    assert FITTED.after.mean > 0.9


def test_intervals_hold_the_points_and_narrow_with_evidence() -> None:
    few = fit(judged(TRUE, count=8))
    for name, (low, high) in FITTED.intervals.items():
        assert low - 1.5 <= FITTED.points[name] <= high + 1.5
    wide, narrow = (sum(high - low for low, high in one.intervals.values()) for one in (few, FITTED))
    assert narrow < wide


def test_a_stronger_prior_stays_closer_to_the_configured_points() -> None:
    distances = [distance(fit(judged(TRUE), prior).points, FITTED.configured) for prior in (0.1, 20, 1000)]
    assert distances == sorted(distances, reverse=True)
    assert distances[-1] < 10


@settings(max_examples=8, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, len(DEMANDS) - 1), st.dictionaries(st.sampled_from(IDS), st.integers(0, 3))),
        max_size=6,
    ),
    st.sampled_from([0.0, 0.5, 20.0]),
)
def test_points_are_never_negative_and_add_up(rows: list[tuple[int, dict[str, int]]], prior: float) -> None:
    found = fit([Judgement(DEMANDS[at], grades) for at, grades in rows], prior)
    assert min(found.points.values()) >= 0
    assert math.fsum(found.points.values()) == pytest.approx(100, abs=1e-9)
    assert found.weights(CONFIGURED).points.scene == found.points["scene"]
    assert all(0 <= low <= high <= 100 for low, high in found.intervals.values())
    assert found.demands + found.left_out == len(rows)


def test_without_evidence_the_points_stay() -> None:
    found = fit([Judgement(DEMANDS[0], {})])
    assert found.points == found.configured
    assert (found.demands, found.left_out) == (0, 1)


def test_a_fit_is_repeatable_and_can_be_stored() -> None:
    stored = json.loads(json.dumps(FITTED.as_data()))
    assert learning.from_data(stored) == FITTED
    assert fit(judged(TRUE)) == FITTED
