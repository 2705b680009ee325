"""One person, one way of writing his account name."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.domain import browsers, login_names


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("138 0000 0000", "13800000000"),
        ("+86 13800000000", "13800000000"),
        ("１３８００００００００", "13800000000"),
        (" Li.Hua@Example.TEST ", "li.hua@example.test"),
    ],
)
def test_ways_of_writing_the_same_name_are_one(typed: str, kept: str) -> None:
    assert login_names.normalise(typed) == kept
    assert login_names.is_valid(kept)


@pytest.mark.parametrize(
    "typed",
    ["", "12345", "12800000000", "li", "a@b", "@example.test", "a b@", "李@例.中国", "a@" + "b" * 90 + ".cn"],
)
def test_what_is_neither_number_nor_address_is_refused(typed: str) -> None:
    assert not login_names.is_valid(login_names.normalise(typed))


@given(st.text(max_size=90))
def test_normalising_twice_changes_nothing_more(typed: str) -> None:
    once = login_names.normalise(typed)
    assert login_names.normalise(once) == once or not login_names.is_valid(once)


def test_a_masked_name_keeps_the_middle_back() -> None:
    assert login_names.masked("13812345678") == "138****5678"
    assert login_names.masked("li.hua@example.test") == "li***@example.test"


@pytest.mark.parametrize(
    ("user_agent", "words"),
    [
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/130.0 Safari/537.36 Edg/130.0", "Edge，Windows"),
        ("Mozilla/5.0 (Linux; Android 14) Chrome/120 Mobile Safari/537.36 MicroMessenger/8.0", "微信，安卓"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 14_0) Version/17.0 Safari/605.1", "Safari，macOS"),
        ("", "浏览器未知，系统未知"),
    ],
)
def test_a_browser_is_described_in_a_few_words(user_agent: str, words: str) -> None:
    assert browsers.describe(user_agent) == words
