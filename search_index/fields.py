"""A document cut into what it can be found by: for each way of looking up, tokens by field."""

from collections.abc import Callable, Set

from search_index import settings
from search_index.analysis import Analysis
from search_index.documents import Document

ALL = "all"
"""The field that holds the tokens of all others: enough to match, without weights."""


def names(space: str) -> tuple[str, ...]:
    """The weighted fields of a space, most telling first."""
    return tuple(settings.load().spaces[space])


def texts(document: Document, attributes: tuple[str, ...]) -> list[str]:
    """The texts of attributes, one by one: no word, sound or initial spans two of them."""
    found: list[str] = []
    for attribute in attributes:
        value = getattr(document, attribute)
        found.extend([value] if isinstance(value, str) else value)
    return found


def tokens(document: Document, analysis: Analysis) -> dict[tuple[str, str], frozenset[str]]:
    """(space, field) -> tokens, with the field ALL in every space."""
    readers: dict[str, Callable[[str], Set[str]]] = {
        "words": analysis.tokens,
        "sounds": analysis.sounds,
        "initials": analysis.initials,
    }
    found: dict[tuple[str, str], frozenset[str]] = {}
    for space, entry in settings.load().spaces.items():
        for name, attributes in entry.items():
            cut = map(readers[space], texts(document, attributes))
            found[space, name] = frozenset().union(*cut)
        found[space, ALL] = frozenset().union(*(found[space, name] for name in entry))
    return found
