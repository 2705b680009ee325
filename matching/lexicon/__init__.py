"""Domain words, abbreviations and colloquial factory words as data, with their reader.

`names` of a concept are interchangeable and may serve as search synonyms; `words` merely point to it.
"""

import re
import tomllib
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

_ASCII = re.compile(r"[a-z][a-z0-9+#-]*")
_FOLDER = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Concept:
    """A thing that goes by several names; `scenes` are scenes of the 2024 standard it belongs to."""

    id: str
    scenes: tuple[str, ...]
    names: tuple[str, ...]
    words: tuple[str, ...]


@dataclass(frozen=True)
class Lexicon:
    """Concepts, words for the cutter and stop words; `find` names the concepts in a text.

    Terms are looked up in lower case: Chinese terms wherever they stand, Latin ones only as a whole word. `speech` are
    needs in factories' own words, from which is learnt what is ordinary talk.
    """

    concepts: Mapping[str, Concept]
    extra_words: tuple[str, ...] = ()
    stop_words: frozenset[str] = frozenset()
    speech: tuple[str, ...] = ()
    _by_start: dict[str, list[tuple[str, str]]] = field(init=False, repr=False, compare=False)
    _latin: dict[str, list[str]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        by_start: dict[str, list[tuple[str, str]]] = defaultdict(list)
        latin: dict[str, list[str]] = defaultdict(list)
        for concept in self.concepts.values():
            for term in dict.fromkeys(word.lower() for word in concept.names + concept.words):
                if term.isascii():
                    latin[term].append(concept.id)
                else:
                    by_start[term[:2]].append((term, concept.id))
        object.__setattr__(self, "_by_start", dict(by_start))
        object.__setattr__(self, "_latin", dict(latin))

    def find(self, text: str) -> list[str]:
        """Ids of the concepts that `text` mentions, once for every different term that it uses."""
        return [concept for _, concept in sorted(set(self._mentions(text.lower())))]

    def _mentions(self, text: str) -> Iterator[tuple[str, str]]:
        for start in range(len(text) - 1):
            for term, concept in self._by_start.get(text[start : start + 2], ()):
                if text.startswith(term, start):
                    yield term, concept
        for word in _ASCII.findall(text):
            for concept in self._latin.get(word, ()):
                yield word, concept

    def cutter_words(self) -> list[str]:
        """Every word that a Chinese cutter should keep whole, sorted, without repetition."""
        terms = {term for concept in self.concepts.values() for term in concept.names + concept.words}
        return sorted(terms.union(self.extra_words))

    def synonyms(self) -> dict[str, tuple[str, ...]]:
        """Each interchangeable name with its other names, as a search engine wants them."""
        pairs: dict[str, list[str]] = defaultdict(list)
        for concept in self.concepts.values():
            for name in concept.names:
                pairs[name].extend(other for other in concept.names if other != name)
        return {name: tuple(dict.fromkeys(others)) for name, others in pairs.items() if others}


def _lines(path: Path) -> list[str]:
    rows = (line.strip() for line in path.read_text(encoding="utf-8").splitlines())
    return [row for row in rows if row and not row.startswith("#")]


def read(folder: Path) -> Lexicon:
    """Read `concepts.toml`, `words.txt`, `stopwords.txt` and `speech.txt` of a folder."""
    rows = tomllib.loads((folder / "concepts.toml").read_text(encoding="utf-8"))
    concepts = {
        name: Concept(name, tuple(row["scenes"]), tuple(row["names"]), tuple(row["words"]))
        for name, row in rows.items()
    }
    return Lexicon(
        concepts,
        extra_words=tuple(_lines(folder / "words.txt")),
        stop_words=frozenset(_lines(folder / "stopwords.txt")),
        speech=tuple(_lines(folder / "speech.txt")),
    )


@cache
def default() -> Lexicon:
    """The lexicon that ships with the library."""
    return read(_FOLDER)
