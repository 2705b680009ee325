"""The password rule of policy/accounts.toml."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.domain import passwords


@pytest.mark.parametrize("password", ["车间-2026-检验单", "correct horse 7", "Zx9-Zx9-Zx9"])
def test_a_long_mixed_password_is_good(password: str) -> None:
    assert passwords.problems(password, login="13800000000") == []


@pytest.mark.parametrize(
    ("password", "word"),
    [
        ("a1-b2-c3", "至少10位"),
        ("x9-" * 60, "最多128位"),
        ("abcdefghijklm", "至少2种"),
        ("my-password-1", "太常见"),
        ("aaaaaaaaaaaa", "太常见"),
        ("li.hua-2026-x", "不能包含账号"),
    ],
)
def test_each_weakness_is_named(password: str, word: str) -> None:
    assert any(word in text for text in passwords.problems(password, login="li.hua@example.test"))


def test_full_width_signs_are_the_same_password() -> None:
    assert passwords.normalise("Ａｂ１２") == "Ab12"


def test_the_hint_names_the_numbers_of_the_policy() -> None:
    assert str(passwords.RULE["min_length"]) in passwords.rule_in_words()
    assert str(passwords.RULE["min_kinds"]) in passwords.rule_in_words()


@given(st.text(max_size=200))
def test_nothing_shorter_than_the_policy_ever_passes(password: str) -> None:
    if not passwords.problems(password):
        assert passwords.RULE["min_length"] <= len(password) <= passwords.RULE["max_length"]
        assert passwords.kinds(password) >= passwords.RULE["min_kinds"]
