"""Text to words, sounds and initials."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search_index.analysis import Analysis, fold, normalise
from tests.contract import search_fixture

_ANALYSIS = search_fixture.analysis()


def test_words_keep_their_place_in_the_text() -> None:
    text = "轻量ＭＥＳ报工"
    for word in _ANALYSIS.words(text):
        assert normalise(text)[word.start : word.start + len(word.text)] == word.text


def test_chinese_and_latin_are_cut_apart_and_numbered_by_stretch() -> None:
    words = _ANALYSIS.words("报工MES 2.0")
    assert [(word.text, word.is_han, word.run) for word in words] == [
        ("报工", True, 0), ("mes", False, 1), ("2", False, 2), ("0", False, 3)]  # fmt: skip


def test_a_long_word_can_be_found_by_its_parts() -> None:
    assert {"制造执行系统", "制造执行", "执行系统", "制造", "执行"} <= _ANALYSIS.tokens("制造执行系统")


def test_sounds_begin_where_words_begin_and_are_folded() -> None:
    sounds = _ANALYSIS.sounds("质检中心")
    assert {fold("zhijian"), fold("zhijianzhongxin"), fold("zhongxin")} <= sounds
    assert fold("xin") not in sounds


def test_initials_begin_where_words_begin() -> None:
    initials = _ANALYSIS.initials("仓储管理")
    assert {"cc", "ccg", "ccgl"} <= initials
    assert "c" not in initials


@pytest.mark.parametrize(("one", "other"), [("zhi", "zi"), ("chang", "cang"), ("shi", "si"), ("lan", "nan"),
                                            ("ping", "pin"), ("sheng", "sen")])  # fmt: skip
def test_sounds_that_are_mixed_up_are_one(one: str, other: str) -> None:
    assert fold(one) == fold(other)


@pytest.mark.parametrize(("one", "other"), [("bao", "pao"), ("gong", "gan"), ("ji", "qi")])
def test_sounds_that_differ_stay_apart(one: str, other: str) -> None:
    assert fold(one) != fold(other)


@given(st.text(max_size=60))
def test_any_text_can_be_analysed_without_losing_its_words(text: str) -> None:
    tokens = _ANALYSIS.tokens(text)
    assert {word.text for word in _ANALYSIS.words(text)} <= tokens
    assert not any(any(character.isspace() for character in token) for token in tokens)
    assert all(sound == fold(sound) for sound in _ANALYSIS.sounds(text))


def test_a_missing_syllable_does_not_shift_the_others() -> None:
    analysis = Analysis(cut=list, synonyms={}, pinyin=lambda text: ["" for _ in text])
    assert analysis.syllables("仓储") == ("?", "?")
