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
_BEGINNING, _INSIDE, _HEARD = "0", "1", "2"
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


def terms(suggestion: Suggestion, analysis: Analysis) -> set[str]:
    """The keys of a name, each with what it stands for."""
    text = "".join(normalise(suggestion.text).split())
    keys = {(text[at : at + _LONGEST_KEY], _BEGINNING if at == 0 else _INSIDE) for at in range(len(text))}
    keys |= {(sound, _HEARD) for sound in analysis.sounds(suggestion.text)}
    keys |= {(initials, _HEARD) for initials in analysis.initials(suggestion.text)}
    tail = _SEPARATOR.join((suggestion.kind, suggestion.id, suggestion.text))
    return {_SEPARATOR.join((key, way, tail)) for key, way in keys}


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


def ranked(found: Iterable[Found], *, limit: int) -> tuple[Suggestion, ...]:
    """Beginnings before insides before sounds; kinds in their order; more documents, shorter, then by text."""
    best: dict[Suggestion, tuple[str, int, int, int, str]] = {}
    for entry in found:
        _, way, kind, name_id, text = entry.term.split(_SEPARATOR, 4)
        suggestion = Suggestion(text, kind, name_id)
        rank = (way, _KINDS.index(kind), -entry.documents, len(text), text)
        best[suggestion] = min(rank, best.get(suggestion, rank))
    return tuple(sorted(best, key=lambda suggestion: (best[suggestion], suggestion.id))[:limit])
