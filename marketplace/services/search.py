"""The search engine behind the shelf: which one, how it is fed, and what happens while it is away."""

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from flask import Flask, current_app

from marketplace.services import locks, outbox, search_analysis, search_documents
from search_index.embedded import EmbeddedEngine
from search_index.engine import Engine, EngineUnavailable
from search_index.meilisearch import MeilisearchEngine
from search_index.queries import Query, Results, Suggestion

LOCK = "outbox-solution"
LOCK_SECONDS = 5.0
REST_SECONDS = 3.0  # after a failure the engine is left alone for so long, so that no page waits for it again


class Search:
    """The engine with a memory of its last failure."""

    def __init__(self, engine: Engine, *, clock: Callable[[], float] = time.monotonic) -> None:
        self.engine = engine
        self._clock = clock
        self._rests_until = 0.0

    @property
    def is_resting(self) -> bool:
        return self._clock() < self._rests_until

    def call(self, name: str, *arguments: Any, **options: Any) -> Any:
        """Call the engine's method; while it rests after a failure, fail at once."""
        if self.is_resting:
            raise EngineUnavailable("resting after a failure")
        try:
            return getattr(self.engine, name)(*arguments, **options)
        except EngineUnavailable:
            self._rests_until = self._clock() + REST_SECONDS
            raise

    def wake(self) -> None:
        self._rests_until = 0.0


def init_app(app: Flask) -> None:
    app.extensions["search"] = Search(_make_engine(app))
    if app.config["DELIVERY"] == "inline":
        app.extensions["after_commit"] = deliver_quietly


def _make_engine(app: Flask) -> Engine:
    analysis = search_analysis.make()
    url = app.config["MEILISEARCH_URL"]
    if url:
        meilisearch: Engine = MeilisearchEngine(url, app.config["MEILISEARCH_KEY"], analysis=analysis)
        return meilisearch
    return EmbeddedEngine(Path(app.config["SEARCH_FOLDER"]) / "embedded", analysis=analysis)


def _search() -> Search:
    search: Search = current_app.extensions["search"]
    return search


def engine_name() -> str:
    return type(_search().engine).__name__


def is_available() -> bool:
    try:
        return bool(_search().engine.health())
    except EngineUnavailable:
        return False


def query(wanted: Query) -> Results | None:
    """The engine's answer, or None while it is away: the caller then asks the database."""
    try:
        results: Results = _search().call("search", wanted)
    except EngineUnavailable:
        return None
    return results


def suggest(prefix: str, *, limit: int) -> tuple[Suggestion, ...]:
    """Suggestions while typing; none while the engine is away."""
    try:
        suggestions: tuple[Suggestion, ...] = _search().call("suggest", prefix, limit=limit)
    except EngineUnavailable:
        return ()
    return suggestions


def deliver() -> int:
    """Bring the index up to the database: all waiting changes, under one lock over all workers."""
    if not outbox.waiting(topic=outbox.SOLUTION):
        return 0
    with locks.exclusive(LOCK, wait_seconds=LOCK_SECONDS) as is_held:
        return outbox.deliver(topic=outbox.SOLUTION, handle=_project) if is_held else 0


def deliver_quietly() -> int:
    """As `deliver`; an engine that is away keeps the messages waiting, and the page is not held up."""
    if _search().is_resting:
        return 0
    try:
        return deliver()
    except EngineUnavailable:
        return 0


def _project(ids: Sequence[int]) -> None:
    documents, gone = search_documents.load(ids)
    _search().call("apply", documents, gone)


def rebuild() -> int:
    """Build the whole index aside from the database and swap; what waited before is part of it."""
    with locks.exclusive(LOCK, wait_seconds=LOCK_SECONDS * 12) as is_held:
        if not is_held:
            raise EngineUnavailable("another process is writing the index")
        documents = list(search_documents.every())
        _search().wake()
        _search().call("rebuild", documents)
    deliver()
    return len(documents)


def fingerprint() -> str:
    """A hash over all stored documents: equal for an index that was fed and one that was rebuilt."""
    return str(_search().call("fingerprint"))
