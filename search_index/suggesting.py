"""Suggestions: which keys a name is stored under, and which of the names found come first.

A key is a lower-case beginning, a stretch from inside the name, its sound or its initials; a key that begins with
what was typed is a match.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from search_index.analysis import Analysis, fold, normalise
from search_index.documents import Document
from search_index.queries import Suggestion

_SEPARATOR = "\x1f"
_KINDS = ("family", "scene", "solution", "provider")
_WRITTEN, _HEARD = "0", "1"
_LONGEST_KEY = 16


@dataclass(frozen=True, slots=True)
class Found:
    """A stored key that matched, and how many documents carry it."""

    term: str
    documents: int


def names(document: Document, analysis: Analysis) -> Iterator[Suggestion]:
    """What a document offers for suggestion."""
    yield Suggestion(document.name, "solution", document.id)
    yield Suggestion(document.provider_name, "provider", document.provider_id)
    for family in document.families:
        yield Suggestion(family, "family", family)
    for scene in document.scenes:
        if scene in analysis.scene_names:
            yield Suggestion(analysis.scene_names[scene], "scene", scene)


def terms(suggestion: Suggestion, analysis: Analysis) -> tuple[set[str], set[str]]:
    """The keys of a name, each with what it stands for: those of its beginning, and those from inside it."""
    text = "".join(normalise(suggestion.text).split())
    tail = _SEPARATOR.join((suggestion.kind, suggestion.id, suggestion.text))
    leading, inside = {_term(text, _WRITTEN, tail)}, {_term(text[at:], _WRITTEN, tail) for at in range(1, len(text))}
    for is_first, sound, initials in analysis.openings(suggestion.text):
        (leading if is_first else inside).update((_term(sound, _HEARD, tail), _term(initials, _HEARD, tail)))
    return leading, inside


def _term(key: str, way: str, tail: str) -> str:
    return _SEPARATOR.join((key[:_LONGEST_KEY], way, tail))


def prefixes(typed: str, analysis: Analysis) -> tuple[str, ...]:
    """What stored keys may begin with: the typed text, and its sound."""
    text = "".join(normalise(typed).split())[:_LONGEST_KEY]
    if not text:
        return ()
    if text.isascii():
        return tuple(dict.fromkeys((text, fold(text))))
    words = analysis.words(text)
    if len(text) > 1 and all(word.is_han for word in words):
        return (text, fold("".join("".join(analysis.syllables(word.text)) for word in words)))
    return (text,)


def ranked(leading: Iterable[Found], inside: Iterable[Found], *, limit: int) -> tuple[Suggestion, ...]:
    """Beginnings first; the written before the heard; kinds in their order; more documents, shorter, then by text."""
    best: dict[Suggestion, tuple[int, str, int, int, int, str]] = {}
    for place, entries in enumerate((leading, inside)):
        for entry in entries:
            _, way, kind, name_id, text = entry.term.split(_SEPARATOR, 4)
            suggestion = Suggestion(text, kind, name_id)
            rank = (place, way, _KINDS.index(kind), -entry.documents, len(text), text)
            best[suggestion] = min(rank, best.get(suggestion, rank))
    return tuple(sorted(best, key=lambda suggestion: (best[suggestion], suggestion.id))[:limit])
