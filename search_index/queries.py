"""What is asked of an engine and what it answers, as data."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from search_index import settings

# Private-use characters around a highlighted piece: the page escapes the text first, then replaces them.
START: Final = "\ue000"
END: Final = "\ue001"

FACETS: Final[tuple[str, ...]] = tuple(settings.load().facets)
FILTERS: Final[tuple[str, ...]] = tuple(settings.load().filters)
SORTS: Final[tuple[str, ...]] = ("relevance", *settings.load().sorts)


@dataclass(frozen=True, slots=True)
class Query:
    """A search. Values of one filter widen, filters narrow; ValueError names what does not exist.

    `page` counts from 1. `facets` are the facets to be counted, each under all the other chosen ones.
    """

    text: str = ""
    filters: Mapping[str, frozenset[str]] = field(default_factory=dict)
    sort: str = "relevance"
    page: int = 1
    per_page: int = 20
    facets: tuple[str, ...] = FACETS

    def __post_init__(self) -> None:
        for name in (*self.filters, *self.facets):
            if name not in FILTERS or (name in self.facets and name not in FACETS):
                raise ValueError(f"unknown filter or facet: {name}")
        if self.sort not in SORTS:
            raise ValueError(f"unknown sort: {self.sort}")
        if self.page < 1 or not 1 <= self.per_page <= settings.load().pages["per_page_max"]:
            raise ValueError(f"page {self.page} of {self.per_page} is out of range")

    @property
    def chosen(self) -> dict[str, frozenset[str]]:
        """The filters that restrict anything."""
        return {name: frozenset(values) for name, values in self.filters.items() if values}

    @property
    def offset(self) -> int:
        return (self.page - 1) * self.per_page


@dataclass(frozen=True)
class Hit:
    """One result. `highlights`: field -> its text with START and END around what matched; only such fields."""

    id: str
    highlights: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Results:
    """One page. `relaxed`: no document has all the words, these have most of them."""

    total: int
    hits: tuple[Hit, ...]
    facets: Mapping[str, Mapping[str, int]]
    took_ms: float
    relaxed: bool = False


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A completion: the text to search for, and whether it names a solution, provider, family or scene.

    `id` is the document's or the provider's id or the scene's token; a family is its own id.
    """

    text: str
    kind: str
    id: str
