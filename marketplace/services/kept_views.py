"""Views that depend on the catalogue alone, kept in the process until the catalogue changes.

Every change of what a listing shows writes an outbox row in its own transaction, every change of a provider raises its
version, and bundles are only ever added: one small statement tells whether anything that was kept may still be shown.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeVar

from flask import current_app
from sqlalchemy import Select, func, select

from marketplace.extensions import db
from marketplace.models.bundles import Bundle
from marketplace.models.outbox import OutboxMessage
from marketplace.models.providers import Provider

View = TypeVar("View")
Mark = tuple[Any, ...]
EXTENSION = "kept_views"
SIZE = 4096
WINDOW = 1000  # more messages than transactions that are under way at once


def _statement() -> Select[*tuple[Any, ...]]:
    newest = select(func.max(OutboxMessage.id)).scalar_subquery()
    recent = select(func.count()).where(OutboxMessage.id > newest - WINDOW).scalar_subquery()
    providers = select(func.sum(Provider.version)).scalar_subquery()
    known = select(func.count()).select_from(Provider).scalar_subquery()
    bundles = select(func.max(Bundle.id)).scalar_subquery()
    return select(newest, recent, providers, known, bundles)


STATEMENT = _statement()  # built once: every page asks it


def mark() -> Mark:
    """Differs after every change that has been committed.

    Ids are given before commit, so a lower one may appear after a higher: the newest id alone would miss it. Counting
    the last thousand does not.
    """
    return tuple(db.session.execute(STATEMENT).one())


class Shelf:
    """The most recently used views under one mark; another mark empties it."""

    def __init__(self, *, size: int = SIZE) -> None:
        self._size = size
        self._lock = threading.Lock()
        self._mark: Mark | None = None
        self._views: OrderedDict[Any, Any] = OrderedDict()

    def find(self, now: Mark, keys: Iterable[Any]) -> dict[Any, Any]:
        with self._lock:
            if self._mark != now:
                self._mark = now
                self._views.clear()
            found = {key: self._views[key] for key in keys if key in self._views}
            for key in found:
                self._views.move_to_end(key)
            return found

    def put(self, now: Mark, views: Mapping[Any, Any]) -> None:
        """What was made under a mark that is past is not kept."""
        with self._lock:
            if self._mark != now:
                return
            self._views.update(views)
            while len(self._views) > self._size:
                self._views.popitem(last=False)


def get(kind: str, keys: Sequence[int], make: Callable[[Sequence[int]], Mapping[int, View]]) -> dict[int, View]:
    """The views of the keys; `make` is asked for those that are not kept, and leaves out what does not exist."""
    shelves: dict[str, Shelf] = current_app.extensions.setdefault(EXTENSION, {})
    shelf = shelves.setdefault(kind, Shelf())
    now = mark()
    views: dict[int, View] = shelf.find(now, keys)
    missing = [key for key in keys if key not in views]
    if missing:
        made = make(missing)
        shelf.put(now, made)
        views.update(made)
    return views
