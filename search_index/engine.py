"""The interface that both engines keep, and the one error they raise."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from search_index.documents import Document
from search_index.queries import Query, Results, Suggestion


class EngineUnavailable(Exception):
    """The engine cannot answer now: stopped, hanging, damaged, or not built yet. Ask the database instead."""


@dataclass(frozen=True, slots=True)
class Health:
    """A sign of life: the engine's name, how many documents it holds, and which build of the index it is."""

    engine: str
    documents: int
    build: str


class Engine(Protocol):
    """Every method raises EngineUnavailable, quickly, when the engine cannot do its work."""

    def search(self, query: Query) -> Results:
        """One page of results with the counts of the facets asked for."""
        ...

    def suggest(self, prefix: str, *, limit: int = 8) -> tuple[Suggestion, ...]:
        """Names that begin with, contain, or sound like what has been typed so far."""
        ...

    def apply(self, upserts: Sequence[Document], deletes: Sequence[str]) -> None:
        """Replace or add documents and remove ids, in one step that every reader sees."""
        ...

    def rebuild(self, documents: Iterable[Document]) -> None:
        """Build a new index aside from exactly these documents, then put it in the old one's place."""
        ...

    def fingerprint(self) -> str:
        """Hash over all stored documents: two indexes with equal content have equal fingerprints."""
        ...

    def document_ids(self) -> frozenset[str]: ...

    def health(self) -> Health: ...
