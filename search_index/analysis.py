"""Text to what is indexed: words, sounds and initials. The tokeniser and the synonyms are the caller's."""

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import NamedTuple

from search_index import settings

_PIECES = re.compile(r"(?P<han>[\u3400-\u4dbf\u4e00-\u9fff]+)|(?P<latin>[a-z0-9]+)")
_LONGEST_PART = 6
# Names, keywords and the texts of a page come back again and again.
_RECENT = 20_000


class Word(NamedTuple):
    """A word of a text: Chinese (`is_han`) or Latin; `run` numbers the unbroken stretch of script it stands in."""

    text: str
    is_han: bool
    run: int
    start: int


@dataclass(frozen=True)
class Analysis:
    """How the caller's language works.

    `cut` cuts a stretch of Chinese characters into words, without overlap and without loss. `synonyms` maps a word
    to words that also answer it (one direction an entry; case does not matter). `pinyin` gives one toneless
    syllable a character. `scene_names` names the scene tokens that may be suggested.
    """

    cut: Callable[[str], Sequence[str]]
    synonyms: Mapping[str, tuple[str, ...]]
    pinyin: Callable[[str], Sequence[str]]
    scene_names: Mapping[str, str] = field(default_factory=dict)
    _syllables: dict[str, tuple[str, ...]] = field(default_factory=dict, init=False, repr=False, compare=False)

    @cached_property
    def synonyms_by_word(self) -> dict[str, tuple[str, ...]]:
        """Synonyms with every key and value in the form in which words are indexed."""
        gathered: dict[str, list[str]] = {}
        for word, others in self.synonyms.items():
            gathered.setdefault(normalise(word), []).extend(normalise(other) for other in others)
        return {word: tuple(dict.fromkeys(others)) for word, others in gathered.items()}

    def words(self, text: str) -> tuple[Word, ...]:
        """The words of a text in their order; `start` counts characters of the normalised text."""
        return self._recent_words(text)

    @cached_property
    def _recent_words(self) -> Callable[[str], tuple[Word, ...]]:
        return lru_cache(maxsize=_RECENT)(self._cut_words)

    def _cut_words(self, text: str) -> tuple[Word, ...]:
        found: list[Word] = []
        for run, match in enumerate(_PIECES.finditer(normalise(text))):
            start = match.start()
            if match["latin"]:
                found.append(Word(match["latin"], False, run, start))
                continue
            for piece in self.cut(match["han"]):
                found.append(Word(piece, True, run, start))
                start += len(piece)
        return tuple(found)

    def tokens(self, text: str) -> set[str]:
        """What `text` can be found by: its words, and the parts of long Chinese words."""
        found: set[str] = set()
        for word in self.words(text):
            found.add(word.text)
            if word.is_han and len(word.text) > 2:
                found.update(_parts(word.text))
        return found

    def sounds(self, text: str) -> frozenset[str]:
        """Folded syllables written together, from every beginning of a word, one syllable to the longest."""
        return self._recent_sounds(text)

    def initials(self, text: str) -> frozenset[str]:
        """First letters of the syllables written together, from every beginning of a word."""
        return self._recent_initials(text)

    def openings(self, text: str) -> Iterator[tuple[bool, str, str]]:
        """For every place where Chinese may be taken up: is it the text's beginning, the sounds and initials on."""
        longest = settings.load().typing["initials_to"]
        words = self.words(text)
        begins_han = bool(words) and words[0].is_han
        for number, (syllables, starts) in enumerate(self._han_runs(text)):
            for start in starts:
                spoken = syllables[start : start + longest]
                is_first = begins_han and number == 0 and start == 0
                yield is_first, fold("".join(spoken)), "".join(syllable[0] for syllable in spoken)

    @cached_property
    def _recent_sounds(self) -> Callable[[str], frozenset[str]]:
        return lru_cache(maxsize=_RECENT)(self._read_sounds)

    @cached_property
    def _recent_initials(self) -> Callable[[str], frozenset[str]]:
        return lru_cache(maxsize=_RECENT)(self._read_initials)

    def _read_sounds(self, text: str) -> frozenset[str]:
        longest = settings.load().typing["sound_syllables"]
        return frozenset(
            fold("".join(syllables[start:end]))
            for syllables, starts in self._han_runs(text)
            for start in starts
            for end in range(start + 1, min(len(syllables), start + longest) + 1)
        )

    def _read_initials(self, text: str) -> frozenset[str]:
        rule = settings.load().typing
        first, last = rule["initials_from"], rule["initials_to"]
        return frozenset(
            "".join(syllable[0] for syllable in syllables[start:end])
            for syllables, starts in self._han_runs(text)
            for start in starts
            for end in range(start + first, min(len(syllables), start + last) + 1)
        )

    def syllables(self, word: str) -> tuple[str, ...]:
        """Toneless syllables of Chinese characters, one each."""
        known = self._syllables.get(word)
        if known is None:
            known = self._syllables[word] = tuple(syllable or "?" for syllable in self.pinyin(word))
        return known

    def _han_runs(self, text: str) -> Iterator[tuple[list[str], list[int]]]:
        """Per stretch of Chinese: its syllables, and at which of them words begin."""
        runs: dict[int, tuple[list[str], list[int]]] = {}
        for word in self.words(text):
            if word.is_han:
                syllables, starts = runs.setdefault(word.run, ([], []))
                starts.extend(range(len(syllables), len(syllables) + beginnings(word.text)))
                syllables.extend(self.syllables(word.text))
        yield from runs.values()


def normalise(text: str) -> str:
    """Full-width forms and upper case made plain. Keeps the length of ordinary Chinese and Latin text."""
    return unicodedata.normalize("NFKC", text).lower()


@lru_cache(maxsize=200_000)
def fold(sound: str) -> str:
    """Sounds that are often mixed up, made one (`settings.toml`, typing.folds)."""
    for heard, written in settings.load().folds:
        sound = sound.replace(heard, written)
    return sound


def beginnings(word: str) -> int:
    """At how many characters a word may be taken up: a long one is several that the caller's dictionary joined."""
    return len(word) - 1 if len(word) >= settings.load().typing["part_from"] else 1


def _parts(word: str) -> Iterator[str]:
    for length in range(2, min(len(word) - 1, _LONGEST_PART) + 1):
        for start in range(len(word) - length + 1):
            yield word[start : start + length]
