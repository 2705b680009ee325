"""What the fund might bear: by kind of expense, by ratio, up to the cap."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.domain import subsidies
from marketplace.models.solutions import SubsidyCategory


@pytest.mark.parametrize(
    ("amount", "category", "subsidy"),
    [
        (100_000, "software", 40_000),
        (38_000, "cloud", 15_200),
        (480, "equipment", 192),
        (333, "consulting", 133),  # 133.2: fractions of a yuan are dropped
        (100_000, "none", 0),
        (0, "software", 0),
        (750_000, "software", 300_000),
        (750_001, "software", 300_000),
        (5_000_000, "software", 300_000),
    ],
)
def test_the_estimate_follows_ratio_and_cap(amount: int, category: str, subsidy: int) -> None:
    assert subsidies.estimate(amount, category=category).subsidy == subsidy


@given(st.integers(0, 10**9), st.sampled_from(sorted(SubsidyCategory)))
def test_both_parts_add_up_and_the_fund_never_bears_more_than_half_or_the_cap(amount: int, category: str) -> None:
    estimate = subsidies.estimate(amount, category=category)
    assert estimate.subsidy + estimate.own == amount
    assert 0 <= estimate.subsidy <= min(amount * subsidies.RATE, subsidies.CAP)
    assert 0 <= estimate.share <= float(subsidies.RATE)


def test_the_note_says_that_it_is_an_estimate_and_by_which_clause() -> None:
    assert "仅供估算" in subsidies.NOTE
    assert "第九条" in subsidies.NOTE


@pytest.mark.parametrize(
    ("level", "eligible", "subsidy"),
    [
        (1, 1_000_000, 0),  # 一级 is not what the pilot pays for
        (2, 0, 0),
        (2, 333, 133),
        (2, 749_999, 299_999),
        (2, 750_000, 300_000),
        (2, 750_001, 300_000),
        (3, 750_001, 300_000),
        (3, 1_000_000, 400_000),
        (3, 9_000_000, 400_000),
        (4, 1_200_000, 480_000),
        (4, 1_250_001, 500_000),
    ],
)
def test_a_project_gets_the_ratio_up_to_the_cap_of_its_level(level: int, eligible: int, subsidy: int) -> None:
    assert subsidies.rule(level).amount(eligible) == subsidy


def test_fractions_are_dropped_once_over_the_whole_project() -> None:
    rule = subsidies.rule(2)
    assert rule.amount(333 + 333) == 266  # twice 133.2
    assert rule.amount(333) + rule.amount(333) == 266
    assert rule.amount(334 + 334) == 267  # twice 133.6: not 266
    assert rule.amount(334) * 2 == 266


def test_the_rule_of_level_two_is_the_one_that_product_pages_show() -> None:
    assert (subsidies.rule(2).rate, subsidies.rule(2).cap) == (subsidies.RATE, subsidies.CAP)


def test_each_rule_says_its_clause_and_promises_nothing() -> None:
    for level in (2, 3, 4):
        note = subsidies.rule(level).note
        assert "仅供估算" in note
        assert "第九条" in note
        assert "通过验收后才有" in note
    assert "没有奖补" in subsidies.rule(1).note
