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
