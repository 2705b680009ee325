"""GB 32100 and GB 11714, checked against the standards' own tables and example."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.domain import credit_codes

# GB 32100-2015 table 4, written out; the module computes them as powers of 3.
WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
EXAMPLE = "91350100M000100Y43"  # the standard's own
FIRST_EIGHT = st.text(alphabet=credit_codes.ALPHABET, min_size=8, max_size=8)
CODES = st.builds(
    lambda region, first_eight: credit_codes.make(category="91", region=f"{region:06d}", first_eight=first_eight),
    st.integers(0, 999_999),
    FIRST_EIGHT,
)


def test_the_standards_example_is_valid() -> None:
    assert credit_codes.is_valid(EXAMPLE)
    assert credit_codes.organisation_code(EXAMPLE[8:16]) == EXAMPLE[8:17]


@given(CODES)
def test_every_made_code_satisfies_the_sum_of_the_standard(code: str) -> None:
    values = [credit_codes.ALPHABET.index(sign) for sign in code]
    total = sum(weight * value for weight, value in zip(WEIGHTS, values[:17], strict=True)) + values[17]
    assert len(code) == 18
    assert total % 31 == 0
    assert credit_codes.is_valid(code)


@given(CODES, st.integers(0, 17), st.sampled_from(credit_codes.ALPHABET))
def test_one_wrong_sign_is_always_found(code: str, place: int, sign: str) -> None:
    wrong = code[:place] + sign + code[place + 1 :]
    assert credit_codes.is_valid(wrong) == (wrong == code)


@given(CODES, st.integers(0, 16))
def test_two_neighbours_exchanged_are_always_found(code: str, place: int) -> None:
    wrong = code[:place] + code[place + 1] + code[place] + code[place + 2 :]
    assert credit_codes.is_valid(wrong) == (wrong == code)


@pytest.mark.parametrize(
    "text",
    ["", "91350100M000100Y4", EXAMPLE + "0", EXAMPLE.lower(), "91350100I000100Y43", "9135010OM000100Y43", "一" * 18],
)
def test_another_shape_is_no_code(text: str) -> None:
    assert not credit_codes.is_valid(text)


def test_blanks_and_small_letters_are_forgiven_before_the_check() -> None:
    assert credit_codes.normalise(" 9135 0100 m000 100y 43\n") == EXAMPLE


@given(st.text(max_size=40))
def test_no_text_breaks_the_check(text: str) -> None:
    assert credit_codes.is_valid(credit_codes.normalise(text)) in (True, False)
