"""牵总不垄断 as figures: the index against its definition, the limit of leads, what an award would make of it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.domain import concentration
from marketplace.domain.concentration import FULL, POLICY

AMOUNTS = st.dictionaries(st.integers(1, 30), st.integers(0, 500), max_size=12)
FOOD = "modern_food"


@given(AMOUNTS)
def test_the_index_is_the_sum_of_squared_percents_and_lies_between_equal_parts_and_all_in_one_hand(
    amounts: dict[int, int],
) -> None:
    found = concentration.measure(amounts)
    known = [amount for amount in amounts.values() if amount]
    if not known:
        assert (found.index, found.effective, found.band, found.shares) == (None, None, "", ())
        return
    assert found.index is not None
    assert found.index == pytest.approx(sum((100 * one / sum(known)) ** 2 for one in known))
    assert FULL / len(known) - 1e-6 <= found.index <= FULL
    assert found.effective == pytest.approx(FULL / found.index)
    assert sum(one.percent for one in found.shares) == pytest.approx(100)
    assert [one.amount for one in found.shares] == sorted(known, reverse=True)


@given(AMOUNTS, st.integers(2, 9))
def test_twice_as_much_of_everything_is_as_concentrated(amounts: dict[int, int], factor: int) -> None:
    more = {key: amount * factor for key, amount in amounts.items()}
    assert concentration.measure(more).index == concentration.measure(amounts).index


@given(AMOUNTS)
def test_two_that_merge_are_never_less_concentrated(amounts: dict[int, int]) -> None:
    keys = sorted(amounts)
    if len(keys) > 1:
        merged = {key: amount for key, amount in amounts.items() if key != keys[0]}
        merged[keys[1]] += amounts[keys[0]]
        assert (concentration.measure(merged).index or 0) >= (concentration.measure(amounts).index or 0) - 1e-9


def test_known_figures() -> None:
    assert concentration.measure({1: 7}).index == FULL
    assert concentration.measure({1: 1, 2: 1, 3: 1, 4: 1}).index == 2500
    assert concentration.measure({1: 30, 2: 30, 3: 20, 4: 20}).index == 2600
    assert concentration.measure({1: 1, 2: 1, 3: 1, 4: 1}).band == "moderate"  # the upper end still belongs to it
    assert concentration.measure(dict.fromkeys(range(10), 3)).band == "low"
    assert concentration.measure({1: 30, 2: 30, 3: 20, 4: 20}).band == "high"


def test_an_award_shows_both_sides() -> None:
    effect = concentration.award_effect({1: 1, 2: 1}, {1: 2, 3: 0})
    assert (effect.before.index, effect.after.index) == (5000, 6250)
    assert [one.provider_id for one in effect.after.shares] == [1, 2]


def test_the_limit_of_leads_is_the_policy_s_and_who_leads_already_counts_once() -> None:
    limit = POLICY["leads"]["per_industry"]
    full = {FOOD: set(range(limit))}
    assert concentration.lead_cap({FOOD: set(range(limit - 1))}, FOOD, {limit}) is None
    assert concentration.lead_cap(full, FOOD, {0, 1}) is None
    assert concentration.lead_cap({}, FOOD, set(range(limit))) is None
    warning = concentration.lead_cap(full, FOOD, {0, 90, 91})
    assert warning
    assert f"现有牵头服务商{limit}家，再加2家就是{limit + 2}家" in warning.sentence
    assert concentration.lead_cap({"advanced_metals": {1, 2, 3}}, FOOD, {4}) is None


def test_who_leads_two_industries_is_named_before_a_third() -> None:
    held = {FOOD: set[int](), "advanced_metals": {7}, "advanced_equipment": {7}}
    (warning,) = concentration.industries_cap(held, FOOD, {7: "甲", 8: "乙"})
    assert "甲已牵头先进金属战略材料、高端装备制造" in warning.sentence


def test_few_contracts_warn_of_nothing_and_many_in_one_hand_do() -> None:
    few = concentration.measure({1: POLICY["sample"]["minimum"] - 1})
    assert concentration.share_warnings(few, FOOD, {1: "甲"}) == ()
    many = concentration.measure({1: POLICY["sample"]["minimum"], 2: 1})
    assert [one.kind for one in concentration.share_warnings(many, FOOD, {1: "甲"})] == ["share", "hhi"]
    assert [one.kind for one in concentration.share_warnings(many, FOOD, {2: "乙"})] == ["hhi"]
    assert concentration.share_warnings(many, FOOD, {3: "丙"}) == ()
