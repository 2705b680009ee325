"""Text to features: words of a Chinese cutter that knows the lexicon, characters, concepts."""

import re
from dataclasses import dataclass
from functools import cache

import rjieba

from matching.lexicon import Lexicon

_WORD = re.compile(r"\w(?:[\w.+#%-]*[\w+#%])?")
_RUN = re.compile(r"[\u3400-\u9fff]+|[a-z0-9]+")
_RUN_LENGTHS = (1, 2)


@dataclass(frozen=True, eq=False)
class Cutter:
    """Cuts texts; every method returns features in reading order, repetitions included."""

    lexicon: Lexicon
    _jieba: rjieba.Jieba

    def words(self, text: str) -> list[str]:
        """Words in search mode (long words and the words inside them), in lower case, without stop words."""
        stop = self.lexicon.stop_words
        cut = self._jieba.cut_for_search(text.lower())
        return [word for word in cut if word not in stop and _WORD.fullmatch(word)]

    def letters(self, text: str) -> list[str]:
        """Chinese characters and pairs of neighbours; Latin words and numbers whole."""
        return [piece for run in _RUN.findall(text.lower()) for piece in _pieces(run)]

    def concepts(self, text: str) -> list[str]:
        """Concepts of the lexicon, once for every different term that names them."""
        return self.lexicon.find(text)


def _pieces(run: str) -> list[str]:
    if run.isascii():
        return [run]
    return [run[at : at + length] for length in _RUN_LENGTHS for at in range(len(run) - length + 1)]


@cache
def _cutter(words: tuple[str, ...]) -> rjieba.Jieba:
    jieba = rjieba.Jieba()
    for word in words:
        jieba.add_word(word, None, "n")
    return jieba


def cutter(lexicon: Lexicon) -> Cutter:
    """A cutter whose dictionary is the general one plus the lexicon's words."""
    return Cutter(lexicon, _cutter(tuple(lexicon.cutter_words())))
