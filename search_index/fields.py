"""A document cut into what it can be found by: for each way of looking up, tokens by field."""

from collections.abc import Callable

from search_index import settings
from search_index.analysis import Analysis
from search_index.documents import Document

ALL = "all"
"""The field that holds the tokens of all others: enough to match, without weights."""

# No word, sound or initial spans two texts.
_BREAK = "\n"


def names(space: str) -> tuple[str, ...]:
    """The weighted fields of a space, most telling first."""
    return tuple(settings.load().spaces[space])


def text_of(document: Document, attributes: tuple[str, ...]) -> str:
    """The texts of attributes, kept apart."""
    pieces: list[str] = []
    for attribute in attributes:
        value = getattr(document, attribute)
        pieces.extend([value] if isinstance(value, str) else value)
    return _BREAK.join(piece for piece in pieces if piece)


def tokens(document: Document, analysis: Analysis) -> dict[tuple[str, str], frozenset[str]]:
    """(space, field) -> tokens, with the field ALL in every space."""
    readers: dict[str, Callable[[str], set[str]]] = {
        "words": analysis.tokens,
        "sounds": analysis.sounds,
        "initials": analysis.initials,
    }
    found: dict[tuple[str, str], frozenset[str]] = {}
    for space, entry in settings.load().spaces.items():
        whole: set[str] = set()
        for name, attributes in entry.items():
            cut = readers[space](text_of(document, attributes))
            found[space, name] = frozenset(cut)
            whole |= cut
        found[space, ALL] = frozenset(whole)
    return found
