"""Measures that earn points without a product, against all subsets of them."""

from decimal import Decimal
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from marketplace.domain import measures
from marketplace.domain.measures import Key
from matching import standard

MEASURES: tuple[Key, ...] = tuple(
    (item.id, option.id) for item in standard.ITEMS.values() for option in item.options.values() if option.measure
)
WITH_MEASURES = sorted({item for item, _ in MEASURES})


@st.composite
def answer(draw: st.DrawFn, item: str) -> frozenset[str]:
    keys = sorted(standard.ITEMS[item].options)
    if standard.ITEMS[item].rule == "one":
        return frozenset({draw(st.sampled_from(keys))})
    return draw(st.frozensets(st.sampled_from(keys[1:]))) or frozenset({keys[0]})


ANSWERS = st.fixed_dictionaries({item: answer(item) for item in standard.ITEMS})


def points_of(answers: dict[str, frozenset[str]]) -> Decimal:
    return sum((standard.item_points(standard.ITEMS[item], chosen) for item, chosen in answers.items()), Decimal(0))


def with_measures(answers: dict[str, frozenset[str]], chosen: tuple[Key, ...]) -> Decimal:
    """Points by the standard's own function, after the answers have been put right by hand."""
    held = dict(answers)
    for item, option in chosen:
        if standard.ITEMS[item].rule == "one":
            held[item] = frozenset(
                {max(held[item] | {option}, key=lambda key: standard.ITEMS[item].options[key].points)}
            )
        else:
            held[item] = (held[item] - {"A"}) | {option}
    return points_of(held)


@settings(max_examples=25, deadline=None)
@given(answers=ANSWERS, missing=st.integers(1, 26 * 8))
def test_the_plan_is_the_smallest_set_and_of_these_the_one_that_earns_most(
    answers: dict[str, frozenset[str]], missing: int
) -> None:
    todo = measures.plan(Decimal(0), answers, (), 2)
    offered = (*todo.chosen, *todo.spare)
    wanted = Decimal(missing) / 8
    chosen = measures.fewest(offered, wanted)
    size = len(chosen)
    base = points_of(answers)
    keys = tuple((one.item, one.option) for one in chosen)
    gained = with_measures(answers, keys) - base
    assert gained == sum((one.points for one in chosen), Decimal(0))
    every = tuple((one.item, one.option) for one in offered)
    if gained < wanted:
        assert gained == with_measures(answers, MEASURES) - base
        return
    smaller = {with_measures(answers, some) - base for some in combinations(every, size - 1)} if size else set()
    assert all(points < wanted for points in smaller)
    assert gained == max(with_measures(answers, some) - base for some in combinations(every, size))


@settings(max_examples=60, deadline=None)
@given(answers=ANSWERS, target=st.integers(1, 4), ticked=st.sets(st.sampled_from(MEASURES)))
def test_ticks_count_what_they_add_and_the_plan_ends_at_the_target_or_says_what_is_short(
    answers: dict[str, frozenset[str]], target: int, ticked: set[Key]
) -> None:
    base = points_of(answers)
    plan = measures.plan(base, answers, ticked, target)
    assert plan.now == with_measures(answers, tuple(sorted(ticked)))
    everything = (*ticked, *((one.item, one.option) for one in plan.chosen))
    assert plan.after == with_measures(answers, everything)
    assert plan.short == max(plan.required - plan.after, Decimal(0))
    assert not plan.short or not plan.spare
    assert not {(one.item, one.option) for one in (*plan.chosen, *plan.spare)} & ticked


@settings(max_examples=60, deadline=None)
@given(answers=ANSWERS, target=st.integers(1, 4))
def test_another_answer_to_one_item_changes_the_offers_of_that_item_alone(
    answers: dict[str, frozenset[str]], target: int
) -> None:
    for item in standard.ITEMS:
        other = answers | {item: frozenset({"A"})}
        before, after = (
            {(one.item, one.option): one.points for one in measures.fewest(_offered(given), Decimal(100))}
            for given in (answers, other)
        )
        changed = {key for key in before.keys() | after.keys() if before.get(key) != after.get(key)}
        assert {key[0] for key in changed} <= {item}


def _offered(answers: dict[str, frozenset[str]]) -> tuple[measures.Measure, ...]:
    plan = measures.plan(Decimal(0), answers, (), 4)
    return (*plan.chosen, *plan.spare)


def test_a_single_answer_item_counts_the_difference_and_one_measure_alone() -> None:
    nothing = {item: frozenset({"A"}) for item in standard.ITEMS}
    plan = measures.plan(Decimal(37), nothing, (), 2)
    assert [(one.item, one.option, one.points) for one in plan.chosen] == [("Q8", "C", Decimal(3))]
    begun = measures.plan(Decimal(38), nothing | {"Q8": frozenset({"B"})}, (("Q8", "C"),), 2)
    assert [(one.option, one.points) for one in begun.done] == [("C", Decimal("1.5"))]
    advanced = measures.plan(Decimal(30), nothing | {"Q8": frozenset({"D"})}, (), 2)
    assert "Q8" not in {one.item for one in (*advanced.chosen, *advanced.spare)}


def test_what_measures_cannot_reach_is_left_for_products() -> None:
    nothing = {item: frozenset({"A"}) for item in standard.ITEMS}
    plan = measures.plan(Decimal(0), nothing, (), 2)
    assert (plan.after, plan.short) == (Decimal("25.5"), Decimal("14.5"))
    left = {row.item: row.points for row in plan.products}
    assert (left["Q2"], left["Q4"], left["Q5"], left["Q6"]) == (Decimal(6), Decimal(10), Decimal(10), Decimal("2.5"))
    assert not left.keys() & {"Q7", "Q9", "Q10", "Q12", "Q13", "Q14", "Q15"}


def test_with_enough_points_nothing_is_asked_for_and_a_narrow_pass_is_said() -> None:
    answers = {item: frozenset({"A"}) for item in standard.ITEMS}
    assert measures.plan(Decimal(60), answers, (), 2).chosen == ()
    assert not measures.plan(Decimal(60), answers, (), 2).is_tight
    assert measures.plan(Decimal("40.5"), answers, (), 2).is_tight


@pytest.mark.parametrize("key", [("Q1", "B"), ("Q6", "C"), ("Q99", "B"), ("Q6", "Z")])
def test_a_tick_of_what_is_no_measure_counts_nothing(key: Key) -> None:
    answers = {item: frozenset({"A"}) for item in standard.ITEMS}
    assert measures.plan(Decimal(30), answers, (key,), 2).now == Decimal(30)
    assert not measures.is_measure(*key)


def test_every_product_item_is_an_item_of_the_standard_and_no_outcome() -> None:
    assert all(standard.ITEMS[item].dimension != "outcome" for item in measures.PRODUCT_ITEMS)
    with_products = {item.id for item in standard.ITEMS.values() if item.dimension != "outcome"}
    wholly_by_measures = {"Q7", "Q9", "Q10"}
    assert set(measures.PRODUCT_ITEMS) == with_products - wholly_by_measures
