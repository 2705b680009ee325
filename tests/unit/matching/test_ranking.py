"""A ranking can be read off its criteria, and says nothing that the rows do not hold."""

import dataclasses
import math
import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks import catalogue
from matching import lexicon, reading, weights
from matching.documents import Demand, Solution
from matching.ranking import Ranker
from matching.results import Criterion, Ranking
from tests.unit.matching import rows

SOLUTIONS = reading.solutions(catalogue.generate(80, seed=11))
DEMANDS = [reading.demand(row) for row in catalogue.demands(12, seed=12)]
FILLERS = reading.solutions(
    [rows.solution(id=f"F{at}", name=f"别的{at}", summary="能耗抄表", description="电表") for at in range(4)]
)


def ranker(solutions: list[Solution]) -> Ranker:
    return Ranker(weights.default(), lexicon.default()).fit(solutions)


FITTED = ranker(SOLUTIONS)


def of(ranking: Ranking, solution: str = "S1") -> dict[str, Criterion]:
    result = next(result for result in ranking.results if result.solution == solution)
    return {criterion.name: criterion for criterion in result.criteria}


def criteria(solution: dict[str, Any], demand: dict[str, Any]) -> dict[str, Criterion]:
    """Criteria of one solution beside others."""
    fitted = ranker([reading.solution(solution), *FILLERS])
    return of(fitted.rank(reading.demand(demand)))


@pytest.mark.parametrize("demand", DEMANDS, ids=lambda demand: demand.id)
def test_a_score_is_the_sum_of_its_contributions(demand: Demand) -> None:
    for result in FITTED.rank(demand).results:
        assert result.score == pytest.approx(math.fsum(part.contribution for part in result.criteria), abs=1e-9)
        assert 0 <= result.score <= 100
        assert all(part.reason and part.contribution >= 0 for part in result.criteria)
        assert all(part.contribution == 0 for part in result.criteria if part.state == "unknown")


def test_criteria_have_the_same_names_in_the_same_order_everywhere() -> None:
    ranking = FITTED.rank(DEMANDS[0])
    lines = [line.id for line in DEMANDS[0].lines]
    expected = [f"{kind}:{line}" for kind in ("scene", "text") for line in lines]
    expected += ["industry", "size", "deployment", "deadline", "budget", "cases", "provider"]
    assert all([part.name for part in result.criteria] == expected for result in ranking.results)


def test_best_come_first_and_ties_go_by_id() -> None:
    for demand in DEMANDS:
        places = [(-result.score, result.solution) for result in FITTED.rank(demand).results]
        assert places == sorted(places)


@pytest.mark.parametrize("top", [0, 1, 5, 79, 80, 1000])
def test_the_best_few_are_the_first_of_all(top: int) -> None:
    for demand in DEMANDS[:4]:
        everything = [(result.solution, result.score) for result in FITTED.rank(demand).results]
        assert [(result.solution, result.score) for result in FITTED.rank(demand, top=top).results] == everything[:top]


def test_many_at_once_rank_as_one_by_one() -> None:
    for demand, ranking in zip(DEMANDS, FITTED.rank_many(DEMANDS, top=7), strict=True):
        alone = FITTED.rank(demand, top=7)
        assert [result.solution for result in ranking.results] == [result.solution for result in alone.results]
        assert [result.score for result in ranking.results] == pytest.approx([result.score for result in alone.results])


def test_the_score_table_agrees_with_the_rankings() -> None:
    table = FITTED.scores(DEMANDS)
    ids = [solution.id for solution in FITTED.catalogue_.solutions]
    for row, demand in zip(table, DEMANDS, strict=True):
        for result in FITTED.rank(demand).results:
            assert result.score == pytest.approx(row[ids.index(result.solution)], abs=1e-4)
    assert FITTED.scores([]).shape == (0, len(ids))


@settings(max_examples=5, deadline=None)
@given(st.randoms(use_true_random=False))
def test_the_order_of_solutions_does_not_matter(rng: random.Random) -> None:
    mixed = list(SOLUTIONS)
    rng.shuffle(mixed)
    other = ranker(mixed)
    for demand in DEMANDS[:3]:
        assert other.rank(demand) == FITTED.rank(demand)


def test_suspended_and_removed_providers_never_appear() -> None:
    barred = {row.id for row in SOLUTIONS if row.provider and row.provider.standing in ("suspended", "removed")}
    assert barred
    for demand in DEMANDS:
        ranking = FITTED.rank(demand)
        assert barred.isdisjoint(result.solution for result in ranking.results)
        assert barred.isdisjoint(solution for provider in ranking.providers for solution in provider.solutions)


def test_repeated_ids_are_refused() -> None:
    with pytest.raises(ValueError, match="ids"):
        ranker([SOLUTIONS[0], SOLUTIONS[0]])


def test_an_empty_catalogue_ranks_nothing() -> None:
    assert ranker([]).rank(DEMANDS[0]).results == ()
    assert ranker([]).rank(DEMANDS[0]).providers == ()


@pytest.mark.parametrize("target", [1, 2, 3, 4])
def test_a_higher_level_never_scores_less(target: int) -> None:
    demand = rows.demand(lines=[rows.line(target_level=target)])
    earned = [
        criteria(rows.solution(coverage=[{"scene": "warehousing", "level": level}]), demand)["scene:L1"]
        for level in range(5)
    ]
    points = [part.contribution for part in earned]
    assert points == sorted(points)
    assert [part.state == "met" for part in earned] == [level >= target for level in range(5)]


UNKNOWN = {
    "industry": "industries",
    "size": "sizes",
    "deployment": "deployment",
    "deadline": "days_to_deploy",
    "budget": "price",
    "cases": "cases",
    "provider": "provider",
}


@pytest.mark.parametrize(("name", "key"), UNKNOWN.items())
def test_what_a_solution_leaves_open_is_unknown_earns_nothing_and_never_beats_met(name: str, key: str) -> None:
    met = criteria(rows.solution(), rows.demand())[name]
    unknown = criteria(rows.solution(**{key: None}), rows.demand())[name]
    assert met.state == "met"
    assert (unknown.state, unknown.contribution) == ("unknown", 0)
    assert met.contribution > 0
    assert "未知" in unknown.reason


@pytest.mark.parametrize(
    ("name", "changes"),
    [
        ("size", {"enterprise": {"industry": "modern_food"}}),
        ("deployment", {"deployment": None}),
        ("deadline", {"deadline_days": None}),
        ("budget", {"budget": None}),
    ],
)
def test_what_a_demand_leaves_open_is_unknown_for_everyone(name: str, changes: dict[str, Any]) -> None:
    part = criteria(rows.solution(), rows.demand(**changes))[name]
    assert (part.state, part.contribution) == ("unknown", 0)
    assert "未知" in part.reason


def price(model: str, amount: int) -> dict[str, Any]:
    return {"price": {"model": model, "amount": amount}}


STATED: list[tuple[str, dict[str, Any], dict[str, Any], str, str]] = [
    ("scene:L1", {}, {}, "met", "仓储物流可达二级，达到你要的二级"),
    ("scene:L1", {"coverage": [{"scene": "warehousing", "level": 1}]}, {}, "partly", "未到你要的二级"),
    ("scene:L1", {"coverage": []}, {}, "unmet", "不覆盖仓储物流"),
    ("text:L1", {}, {}, "met", "盘点"),
    ("text:L1", {"summary": "", "description": " "}, {}, "unknown", "没有文字介绍"),
    ("text:L1", {}, {"lines": [rows.line(text="")]}, "unknown", "没有文字说明"),
    ("industry", {"industries": []}, {}, "met", "通用产品"),
    ("industry", {"industries": ["advanced_metals"]}, {}, "unmet", "先进金属战略材料"),
    ("industry", {"gbt4754": ["146"]}, {}, "partly", "146"),
    ("size", {"sizes": ["medium"]}, {}, "unmet", "你是小型企业"),
    ("deployment", {"deployment": ["private"]}, {}, "unmet", "只有本地部署，你要云端订阅"),
    ("deadline", {}, {}, "met", "20天上线，在你要的30天内"),
    ("deadline", {"days_to_deploy": 45}, {}, "partly", "45天上线，超过你要的30天"),
    ("deadline", {"days_to_deploy": 60}, {}, "unmet", "超过"),
    ("budget", {}, {}, "met", "首年约1.20万元，在预算2.00万元内"),
    ("budget", price("annual", 30_000), {}, "partly", "超过预算2.00万元"),
    ("budget", price("annual", 40_000), {}, "unmet", "超过预算"),
    ("budget", price("per_user", 240), {}, "met", "按60人计，首年约1.44万元"),
    ("budget", price("per_user", 240), {"enterprise": {"industry": "modern_food"}}, "unknown", "未写员工人数"),
    ("budget", price("per_device", 500), {}, "unknown", "说不准台数"),
    ("budget", price("per_device", 500), {"lines": [rows.line(text="有二十五台秤")]}, "met", "25台计，首年约1.25万元"),
    ("budget", price("per_device", 0), {}, "unknown", "说不准台数"),
    ("budget", {"price": None}, {"enterprise": {"industry": "modern_food", "employees": 0}}, "unknown", "未写明价格"),
    ("budget", price("annual", 1), {"budget": 0}, "unmet", "超过预算0.00万元"),
    ("deadline", {"days_to_deploy": 0}, {"deadline_days": 0}, "met", "0天上线"),
    ("cases", {"cases": []}, {}, "unmet", "还没有案例"),
    ("cases", {}, {"lines": [rows.line(scene="quality")]}, "partly", "场景不同"),
    ("provider", {}, {}, "met", "在册服务商，10个评价平均4.5分"),
    ("provider", {"provider": {"standing": "candidate"}}, {}, "partly", "还没有评价"),
    ("provider", {"provider": {"standing": "watch"}}, {}, "unmet", "观察期"),
]


@pytest.mark.parametrize(("name", "solution", "demand", "state", "said"), STATED)
def test_a_reason_names_the_stored_fact(
    name: str, solution: dict[str, Any], demand: dict[str, Any], state: str, said: str
) -> None:
    part = criteria(rows.solution(**solution), rows.demand(**demand))[name]
    assert part.state == state
    assert said in part.reason


def test_the_text_carries_a_solution_whose_scene_is_mislabelled() -> None:
    mislabelled = reading.solution(rows.solution(coverage=[{"scene": "finance", "level": 2}]))
    ranking = ranker([mislabelled, *FILLERS]).rank(reading.demand(rows.demand()))
    assert of(ranking)["text:L1"].state == "met"
    assert of(ranking)["text:L1"].contribution > max(of(ranking, row.id)["text:L1"].contribution for row in FILLERS)


def test_no_ratings_earn_less_than_poor_evidence_and_less_than_much() -> None:
    earned = [
        criteria(rows.solution(provider={"standing": "listed", "rating_sum": 4 * n, "rating_count": n}), rows.demand())
        for n in (0, 2, 50)
    ]
    points = [part["provider"].contribution for part in earned]
    assert points[0] < points[1] < points[2]


def test_an_essential_line_counts_more() -> None:
    lines = [rows.line(weight=50, essential=True), rows.line(id="L2", scene="quality", weight=50, essential=False)]
    both = rows.solution(coverage=[{"scene": "warehousing", "level": 2}, {"scene": "quality", "level": 2}])
    parts = criteria(both, rows.demand(lines=lines))
    assert parts["scene:L1"].contribution > parts["scene:L2"].contribution > 0


def test_weights_are_the_callers() -> None:
    points = dataclasses.replace(weights.default().points, scene=70, text=0)
    only = dataclasses.replace(weights.default(), points=points)
    part = of(
        Ranker(only, lexicon.default()).fit([reading.solution(rows.solution())]).rank(reading.demand(rows.demand()))
    )
    assert part["text:L1"].contribution == 0
    assert part["scene:L1"].contribution == 70
    with pytest.raises(ValueError, match="100"):
        dataclasses.replace(points, scene=60)


def combined(*solutions: dict[str, Any]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Solutions and covered lines of provider P1 for a demand of two lines."""
    lines = [rows.line(weight=70), rows.line(id="L2", scene="quality", weight=30, text="质检记录翻不到")]
    fitted = ranker(reading.solutions(list(solutions)))
    provider = fitted.rank(reading.demand(rows.demand(lines=lines))).providers[0]
    return provider.solutions, provider.covers


def test_a_provider_is_shown_with_its_best_combination() -> None:
    quality = rows.solution(
        id="S2", coverage=[{"scene": "quality", "level": 3}], summary="检验记录", description="质检记录随时查。"
    )
    assert combined(rows.solution(), quality) == (("S1", "S2"), ("L1", "L2"))
    assert combined(rows.solution(), quality | {"conflicts": ["S1"]}) == (("S1",), ("L1",))
    weaker = rows.solution(id="S2", coverage=[{"scene": "quality", "level": 1}])
    assert combined(rows.solution(), weaker) == (("S1",), ("L1",))


def test_a_provider_scores_at_least_as_its_best_solution() -> None:
    for demand in DEMANDS:
        ranking = FITTED.rank(demand)
        best: dict[str, float] = {}
        for result in ranking.results:
            provider = next(row.provider_id for row in SOLUTIONS if row.id == result.solution)
            best[provider] = max(best.get(provider, 0), result.score)
        assert {row.provider for row in ranking.providers} == set(best)
        assert all(best[row.provider] <= row.score <= 100 + 1e-9 for row in ranking.providers)
