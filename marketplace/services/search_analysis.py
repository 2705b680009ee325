"""What the search engines are given: the cutter with the trade's words, its synonyms, pinyin, scene names."""

from collections.abc import Callable, Sequence
from functools import cache

import rjieba
from pypinyin import lazy_pinyin

from marketplace.domain import wording
from matching import lexicon
from search_index.analysis import Analysis


@cache
def make() -> Analysis:
    """One for all applications of a process: the dictionary of the cutter takes a while to load."""
    words = lexicon.default()
    return Analysis(
        cut=_cutter(words.cutter_words()), synonyms=words.synonyms(), pinyin=_pinyin, scene_names=wording.SCENES
    )


def _cutter(domain_words: Sequence[str]) -> Callable[[str], Sequence[str]]:
    jieba = rjieba.Jieba()
    for word in domain_words:
        jieba.add_word(word, None, "n")
    return lambda text: list(jieba.cut(text))


def _pinyin(text: str) -> Sequence[str]:
    return list(lazy_pinyin(text, errors="default"))
