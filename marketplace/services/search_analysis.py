"""What the search engines are given: the cutter with the trade's words, its synonyms, pinyin."""

from collections.abc import Sequence

import rjieba
from pypinyin import lazy_pinyin

from matching import lexicon
from search_index.analysis import Analysis


def make() -> Analysis:
    return Analysis(cut=_cut, synonyms=lexicon.synonyms(), pinyin=_pinyin)


def _cut(text: str) -> Sequence[str]:
    return list(rjieba.cut_for_search(text))


def _pinyin(text: str) -> Sequence[str]:
    return list(lazy_pinyin(text, errors="default"))
