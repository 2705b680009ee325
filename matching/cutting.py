"""Text to features: words of a Chinese cutter that knows the lexicon, characters, concepts.

Stuffing is worth nothing: a feature counts once a clause, a clause counts once a text, and one that is repeated over
and over is not read at all.
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import chain

import rjieba

from matching.lexicon import Lexicon

_WORD = re.compile(r"\w(?:[\w.+#%-]*[\w+#%])?")
_RUN = re.compile(r"[\u3400-\u9fff]+|[a-z0-9]+")
_RUN_LENGTHS = (1, 2)
_CLAUSE_END = re.compile(r"[\s。！？；，、：,;:!?|/（）()【】\[\]“”\"]+")
_KEPT = 16_384  # texts whose clauses are kept, as each is read for words, characters and concepts
_MOST_REPEATS = 4  # a clause that stands more often than this in one text is stuffing
_CHANTED = re.compile(rf"(.{{2,60}}?)\1{{{_MOST_REPEATS},}}")  # the same without anything between


@dataclass(frozen=True, eq=False)
class Cutter:
    """Cuts texts; every method returns features once a clause, clauses in no order that matters."""

    lexicon: Lexicon
    _jieba: rjieba.Jieba

    def words(self, text: str) -> list[str]:
        """Words in search mode (long words and the words inside them), in lower case, without stop words."""
        return [word for clause in clauses(text) for word in self._words(clause)]

    def _words(self, clause: str) -> Iterator[str]:
        stop = self.lexicon.stop_words
        for word in dict.fromkeys(self._jieba.cut_for_search(clause)):
            if word not in stop and _WORD.fullmatch(word):
                yield word

    def letters(self, text: str) -> list[str]:
        """Chinese characters and pairs of neighbours; Latin words and numbers whole."""
        return [
            piece
            for clause in clauses(text)
            for piece in dict.fromkeys(piece for run in _RUN.findall(clause) for piece in _pieces(run))
        ]

    def concepts(self, text: str) -> list[str]:
        """Concepts of the lexicon, once for every different term that names them."""
        return self.lexicon.find("。".join(clauses(text)))


@lru_cache(maxsize=_KEPT)
def clauses(text: str) -> tuple[str, ...]:
    """The clauses of a text in lower case, each once, also where one stands within another.

    Those that are repeated over and over are left out, and so is what stands within them.
    """
    counts = Counter(part for part in _CLAUSE_END.split(text.lower()) if part)
    stuffing = [part for part, count in counts.items() if count > _MOST_REPEATS]
    read: list[str] = []
    for part in sorted(dict.fromkeys(_CHANTED.sub("", one) for one in counts), key=len, reverse=True):
        if part and not any(part in other for other in chain(stuffing, read)):
            read.append(part)
    return tuple(read)


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
