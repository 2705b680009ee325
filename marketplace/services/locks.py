"""One holder at a time, over all workers: an advisory lock of PostgreSQL, or a file lock beside SQLite."""

import fcntl
import time
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from flask import current_app
from sqlalchemy import func, select

from marketplace.extensions import db

POLL_SECONDS = 0.02


@contextmanager
def exclusive(name: str, *, wait_seconds: float) -> Iterator[bool]:
    """True when the lock was got within the time; a dead holder's lock is free at once, for its owner is gone."""
    taker = _advisory if db.engine.dialect.name == "postgresql" else _file
    with taker(name, time.monotonic() + wait_seconds) as is_held:
        yield is_held


@contextmanager
def _advisory(name: str, deadline: float) -> Iterator[bool]:
    key = zlib.crc32(name.encode())
    with db.engine.connect() as connection:
        is_held = bool(connection.scalar(select(func.pg_try_advisory_lock(key))))
        while not is_held and time.monotonic() < deadline:
            time.sleep(POLL_SECONDS)
            is_held = bool(connection.scalar(select(func.pg_try_advisory_lock(key))))
        try:
            yield is_held
        finally:
            if is_held:
                connection.scalar(select(func.pg_advisory_unlock(key)))
            connection.rollback()


@contextmanager
def _file(name: str, deadline: float) -> Iterator[bool]:
    folder = Path(current_app.config["SEARCH_FOLDER"])
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / f"{name}.lock").open("a") as handle:
        is_held = _try(handle.fileno())
        while not is_held and time.monotonic() < deadline:
            time.sleep(POLL_SECONDS)
            is_held = _try(handle.fileno())
        yield is_held


def _try(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
