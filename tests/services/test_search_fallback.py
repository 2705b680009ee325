"""While the engine is away the database answers the same: filters, counts, orders, pages."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from random import Random

import pytest
from flask import Flask
from sqlalchemy import update

from marketplace.domain import facets
from marketplace.models.providers import Standing
from marketplace.models.solutions import Coverage, SolutionStatus
from marketplace.services import search, search_fallback
from marketplace.services.unit_of_work import writing
from search_index import queries
from search_index.queries import Query
from tests.factories import Factory

ROUNDS = 120
FACETS = {facet.name: sorted(facet.values) for facet in facets.SOLUTIONS}


def random_filters(dice: Random) -> dict[str, frozenset[str]]:
    names = dice.sample(sorted(FACETS), dice.randint(0, 4))
    return {name: frozenset(dice.sample(FACETS[name], dice.randint(1, min(3, len(FACETS[name]))))) for name in names}


def nonzero(counts: dict[str, dict[str, int]]) -> dict[str, dict[str, int]]:
    return {name: {value: count for value, count in values.items() if count} for name, values in counts.items()}


def test_totals_counts_and_pages_equal_the_engines_for_random_filters(demo_app: Flask) -> None:
    dice = Random(20261121)
    sorts = [sort for sort in queries.SORTS if sort != "relevance"]
    filled = 0
    with demo_app.app_context():
        for _ in range(ROUNDS):
            query = Query(filters=random_filters(dice), sort=dice.choice(sorts), page=dice.randint(1, 2), per_page=7)
            engine, database = search.query(query), search_fallback.answer(query)
            assert engine is not None
            assert database.total == engine.total, query
            assert nonzero(database.facets) == nonzero(engine.facets), query
            assert [hit.id for hit in database.hits] == [hit.id for hit in engine.hits], query
            filled += bool(engine.total)
    assert filled > ROUNDS / 4


def test_scene_and_level_must_hold_on_one_coverage_row(app: Flask, make: Factory) -> None:
    both = make.solution(coverage=[("quality", 3), ("energy", 1)])
    make.solution(coverage=[("quality", 1), ("energy", 3)])
    query = Query(filters={"scene": frozenset({"quality"}), "level": frozenset({"2"})})
    answer = search_fallback.answer(query)
    assert [hit.id for hit in answer.hits] == [str(both.id)]
    assert answer.facets["scene"] == {"quality": 1, "energy": 1}
    assert answer.facets["level"] == {"1": 2, "2": 1, "3": 1}


@pytest.mark.parametrize(
    ("text", "is_found"),
    [
        ("追溯", True),
        ("批次 追溯", True),
        ("追溯 食堂", False),
        ("mes", True),
        ("喷码", True),  # a keyword, stored as JSON
        ("按批倒查", True),  # a function
        ("100%", False),
        ("_", False),
        ("'; DROP TABLE solutions; --", False),
        ("\\", False),
    ],
)
def test_words_are_looked_up_in_all_texts_and_signs_mean_themselves(
    app: Flask, make: Factory, text: str, is_found: bool
) -> None:
    solution = make.solution(
        name="批次追溯MES", coverage=[("quality", 2)], keywords=["喷码", "二维码"], summary="十分钟查到批次"
    )
    other = make.solution(name="别的", keywords=[], summary="不相干")
    with writing() as session:
        session.execute(update(Coverage).where(Coverage.solution_id == solution.id).values(function="按批倒查"))
    found = {hit.id for hit in search_fallback.answer(Query(text=text)).hits}
    assert (str(solution.id) in found) is is_found
    assert str(other.id) not in found


def test_provider_and_family_filter_and_strange_values_find_nothing(app: Flask, make: Factory) -> None:
    one, other = make.solution(family="质量追溯"), make.solution(family="抄表")
    by_provider = Query(filters={"provider": frozenset({str(one.provider_id)})})
    assert [hit.id for hit in search_fallback.answer(by_provider).hits] == [str(one.id)]
    by_family = Query(filters={"family": frozenset({"抄表"})})
    assert [hit.id for hit in search_fallback.answer(by_family).hits] == [str(other.id)]
    for strange in ("x", "-1", "9" * 40, "²"):
        assert search_fallback.answer(Query(filters={"provider": frozenset({strange})})).total == 0


def test_only_what_stands_on_the_shelf_is_found(app: Flask, make: Factory) -> None:
    listed = make.solution()
    for status in (SolutionStatus.DRAFT, SolutionStatus.SUSPENDED, SolutionStatus.WITHDRAWN):
        make.solution(status=status)
    for standing in (Standing.SUSPENDED, Standing.REMOVED):
        make.solution(provider=make.provider(standing=standing))
    answer = search_fallback.answer(Query())
    assert [hit.id for hit in answer.hits] == [str(listed.id)]
    assert answer.facets["scene"] == {"quality": 1}


def test_missing_values_come_last_in_every_order(app: Flask, make: Factory) -> None:
    unknown = make.solution(price=None, days_to_deploy=None)
    known = make.solution(price=50_000, days_to_deploy=80, rating_sum=20, rating_count=5, contracts=3)
    for sort in ("price", "days", "rating", "contracts"):
        hits = search_fallback.answer(Query(sort=sort)).hits
        assert [hit.id for hit in hits] == [str(known.id), str(unknown.id)], sort


def test_totals_answers_many_questions_in_one_statement(
    app: Flask, make: Factory, count_queries: Callable[[Flask], AbstractContextManager[list[str]]]
) -> None:
    make.solution(coverage=[("quality", 2)])
    make.solution(coverage=[("energy", 2)])
    asked = [Query(), Query(filters={"scene": frozenset({"energy"})}), Query(text="没有这种东西")]
    with count_queries(app) as statements:
        assert search_fallback.totals(asked) == [2, 1, 0]
    assert len(statements) == 1
    assert search_fallback.totals([]) == []
