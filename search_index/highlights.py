"""Marks in a text what a plan matched: the typed words, their synonyms, and what only sounds like them."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import takewhile

from search_index import analysis as analysis_module
from search_index import settings
from search_index.analysis import Analysis, Word, fold, normalise
from search_index.documents import Document
from search_index.planning import Atom, Match, Plan, Space
from search_index.queries import END, START

_WIDE = re.compile(r"[\uff10-\uff5a]")
_CUT = "…"
# A text that carries the marks itself must not be able to forge them.
_JOIN = "\x1f"
_UNMARKED = str.maketrans({START: None, END: None, _JOIN: None})
# Texts that a page shows marked; the description is cut to the piece around the first mark.
SHOWN = ("name", "summary", "provider_name", "description")


@dataclass(frozen=True, slots=True)
class _Character:
    """A Chinese character in its text, and whether something may be taken up there."""

    start: int
    syllable: str
    run: int
    is_beginning: bool


class Highlighter:
    """Marks texts for one plan: made once per search, used for every hit."""

    def __init__(self, plan: Plan, analysis: Analysis) -> None:
        atoms = _atoms(plan)
        self._analysis = analysis
        written = [atom for atom in atoms if atom.space == Space.WORDS and atom.match != Match.TYPO]
        self._han = sorted({atom.value for atom in written if not atom.value.isascii()})
        self._latin = _pattern(atom for atom in written if atom.value.isascii())
        self._heard = [atom for atom in atoms if atom.space != Space.WORDS]
        self._slips = [atom.value for atom in atoms if atom.space == Space.WORDS and atom.match == Match.TYPO]

    def mark(self, joined: str) -> dict[str, str]:
        """Field -> marked text, for the fields of `join` in which anything matched."""
        spans = self._spans(joined)
        if not spans:
            return {}
        spans = _merged(spans)
        marked: dict[str, str] = {}
        start = at = 0
        for name, text in zip(SHOWN, joined.split(_JOIN), strict=True):
            end, first = start + len(text), at
            while at < len(spans) and spans[at][0] < end:
                at += 1
            if at > first:
                inside = [(left - start, right - start) for left, right in spans[first:at]]
                marked[name] = _excerpt(text, inside) if name == "description" else _marked(text, inside)
            start = end + 1
        return marked

    def _spans(self, text: str) -> list[tuple[int, int]]:
        plain = _plain(text)
        spans: list[tuple[int, int]] = []
        for word in self._han:
            at = plain.find(word)
            while at >= 0:
                spans.append((at, at + len(word)))
                at = plain.find(word, at + len(word))
        if self._latin:
            spans.extend(match.span() for match in self._latin.finditer(plain))
        if self._heard or self._slips:
            words = self._analysis.words(plain)
            spans.extend(self._heard_spans(words))
            spans.extend(_span(word, word) for word in words if any(_is_slip(word.text, slip) for slip in self._slips))
        return spans

    def _heard_spans(self, words: Sequence[Word]) -> Iterator[tuple[int, int]]:
        spoken = [character for word in words if word.is_han for character in self._spoken(word)]
        for at, first in enumerate(spoken):
            if not first.is_beginning:
                continue
            sound = initials = ""
            for character in takewhile(lambda other: other.run == first.run, spoken[at:]):  # noqa: B023 - used at once
                sound += character.syllable
                initials += character.syllable[0]
                if self._is_heard(fold(sound), initials):
                    yield first.start, character.start + 1
                    break

    def _spoken(self, word: Word) -> Iterator[_Character]:
        beginnings = analysis_module.beginnings(word.text)
        for at, syllable in enumerate(self._analysis.syllables(word.text)):
            yield _Character(word.start + at, syllable, word.run, at < beginnings)

    def _is_heard(self, sound: str, initials: str) -> bool:
        return any(
            initials == atom.value if atom.space == Space.INITIALS else _sounds_like(atom, sound)
            for atom in self._heard
        )


def join(document: Document) -> str:
    """The texts to be marked as one, so that one pass finds everything."""
    return _JOIN.join(getattr(document, name).translate(_UNMARKED) for name in SHOWN)


def _plain(text: str) -> str:
    """The text as it is looked up, character for character; full-width letters are rare and cost time."""
    plain = normalise(text) if _WIDE.search(text) else text.lower()
    return plain if len(plain) == len(text) else text


def _atoms(plan: Plan) -> list[Atom]:
    return [atom for group in plan.groups for alternative in group.alternatives for atom in alternative.atoms]


def _pattern(atoms: Iterable[Atom]) -> re.Pattern[str] | None:
    forms = {f"{atom.value}{'[a-z0-9]*' if atom.match == Match.PREFIX else '(?![a-z0-9])'}" for atom in atoms}
    return re.compile(f"(?<![a-z0-9])(?:{'|'.join(sorted(forms))})") if forms else None


def _sounds_like(atom: Atom, sound: str) -> bool:
    if atom.match == Match.TYPO:
        return _is_slip(sound, atom.value)
    return sound.startswith(atom.value) if atom.match == Match.PREFIX else sound == atom.value


def _is_slip(word: str, typed: str) -> bool:
    """One letter added, left out, changed, or two neighbours swapped."""
    if abs(len(word) - len(typed)) > 1 or word == typed:
        return word == typed
    same = len(list(takewhile(lambda pair: pair[0] == pair[1], zip(word, typed, strict=False))))
    rest, other = word[same:], typed[same:]
    if len(word) != len(typed):
        return rest[1:] == other or rest == other[1:]
    return rest[1:] == other[1:] or (rest[1::-1] == other[:2] and rest[2:] == other[2:])


def _span(first: Word, last: Word) -> tuple[int, int]:
    return first.start, last.start + len(last.text)


def _merged(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def _marked(text: str, spans: list[tuple[int, int]]) -> str:
    pieces: list[str] = []
    done = 0
    for start, end in spans:
        pieces += (text[done:start], START, text[start:end], END)
        done = end
    return "".join(pieces) + text[done:]


def _excerpt(text: str, spans: list[tuple[int, int]]) -> str:
    rule = settings.load().pages
    if len(text) <= rule["excerpt_length"]:
        return _marked(text, spans)
    start = max(0, spans[0][0] - rule["excerpt_before"])
    end = min(len(text), max(start + rule["excerpt_length"], spans[0][1]))
    inside = [(a - start, min(b, end) - start) for a, b in spans if a < end]
    return f"{_CUT if start else ''}{_marked(text[start:end], inside)}{_CUT if end < len(text) else ''}"
