"""The measures, against values worked out by hand."""

import math

import pytest

from benchmarks import catalogue
from matching import evaluation, lexicon, reading, weights
from matching.documents import Judgement
from matching.ranking import Ranker

GRADES = {"A": 3, "B": 2, "C": 1, "D": 0}


def test_ndcg_has_exponential_gain_and_logarithmic_discount() -> None:
    ideal = 7 + 3 / math.log2(3) + 1 / 2
    assert evaluation.ndcg(["X", "C", "A"], GRADES, 5) == pytest.approx((1 / math.log2(3) + 7 / 2) / ideal)
    assert evaluation.ndcg(["A", "B", "C", "D"], GRADES, 10) == 1
    assert evaluation.ndcg(["X", "Y"], GRADES, 5) == 0


def test_ndcg_looks_at_the_first_k_only() -> None:
    assert evaluation.ndcg(["X", "A"], GRADES, 1) == 0
    assert evaluation.ndcg(["A"], GRADES, 1) == 1


def test_recall_counts_positive_grades() -> None:
    assert evaluation.recall(["A", "D", "X", "B"], GRADES, 3) == pytest.approx(1 / 3)


def test_reciprocal_rank_is_of_the_first_positive() -> None:
    assert evaluation.reciprocal_rank(["X", "D", "C"], GRADES) == pytest.approx(1 / 3)
    assert evaluation.reciprocal_rank(["X", "D"], GRADES) == 0


def test_an_interval_holds_its_mean_and_is_repeatable() -> None:
    values = [0.1, 0.9, 0.4, 0.7, 1.0]
    one = evaluation.interval(values)
    assert one.low < one.mean < one.high
    assert one.mean == pytest.approx(0.62)
    assert evaluation.interval(values) == one


def test_demands_without_a_positive_grade_are_left_out_and_counted() -> None:
    solutions = reading.solutions(catalogue.generate(30, seed=5))
    one, two = (reading.demand(row) for row in catalogue.demands(2, seed=5))
    judged = [Judgement(one, {solutions[0].id: 2}), Judgement(two, {solutions[1].id: 0})]
    found = evaluation.evaluate(Ranker(weights.default(), lexicon.default()), solutions, judged)
    assert (found.demands, found.left_out) == (1, 1)
    assert set(found.metrics) == {"ndcg@5", "ndcg@10", "recall@10", "mrr"}
    assert set(found.baselines) == {"tf_idf", "bm25", "cover", "tf_idf_plus_cover"}


def test_nothing_judged_is_no_error() -> None:
    solutions = reading.solutions(catalogue.generate(5, seed=5))
    found = evaluation.evaluate(Ranker(weights.default(), lexicon.default()), solutions, [])
    assert found.demands == 0
    assert found.metrics["mrr"].mean == 0
