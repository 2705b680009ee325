"""大写金额: the table that accountants are taught by, and every figure read back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.domain import capital_amounts

VALUES = {digit: value for value, digit in enumerate(capital_amounts.DIGITS)}
UNITS = {"拾": 10, "佰": 100, "仟": 1000}


@pytest.mark.parametrize(
    ("yuan", "words"),
    [
        (0, "零元整"),
        (1, "壹元整"),
        (10, "壹拾元整"),
        (15, "壹拾伍元整"),
        (101, "壹佰零壹元整"),
        (110, "壹佰壹拾元整"),
        (1_001, "壹仟零壹元整"),
        (1_010, "壹仟零壹拾元整"),
        (1_409, "壹仟肆佰零玖元整"),
        (6_007, "陆仟零柒元整"),
        (9_999, "玖仟玖佰玖拾玖元整"),
        (10_000, "壹万元整"),
        (10_001, "壹万零壹元整"),
        (16_409, "壹万陆仟肆佰零玖元整"),
        (100_000, "壹拾万元整"),
        (107_000, "壹拾万柒仟元整"),  # 附一: the zero may be left out where 万位 alone is 0
        (120_034, "壹拾贰万零叁拾肆元整"),
        (300_500, "叁拾万零伍佰元整"),
        (1_000_000, "壹佰万元整"),
        (10_000_001, "壹仟万零壹元整"),
        (20_500_000, "贰仟零伍拾万元整"),
        (100_000_000, "壹亿元整"),
        (100_000_005, "壹亿零伍元整"),
        (100_050_000, "壹亿零伍万元整"),
        (1_234_567_890, "壹拾贰亿叁仟肆佰伍拾陆万柒仟捌佰玖拾元整"),
    ],
)
def test_an_amount_is_written_as_on_a_cheque(yuan: int, words: str) -> None:
    assert capital_amounts.of(yuan) == words


def read(words: str) -> int:
    """The other way round, by a plain reading of the characters."""
    total = group = digit = 0
    for character in words.removesuffix("元整"):
        if character in VALUES:
            digit = VALUES[character]
        elif character in UNITS:
            group, digit = group + digit * UNITS[character], 0
        else:
            total, group, digit = total + (group + digit) * {"万": 10_000, "亿": 100_000_000}[character], 0, 0
    return total + group + digit


@given(st.integers(0, capital_amounts.LIMIT - 1))
def test_every_amount_can_be_read_back_and_no_zero_is_said_twice(yuan: int) -> None:
    words = capital_amounts.of(yuan)
    assert read(words) == yuan
    assert "零零" not in words
    assert not words.removesuffix("元整").endswith("零") or yuan == 0


@pytest.mark.parametrize("yuan", [-1, capital_amounts.LIMIT])
def test_an_amount_beyond_the_characters_is_refused(yuan: int) -> None:
    with pytest.raises(ValueError, match="an amount from 0"):
        capital_amounts.of(yuan)
