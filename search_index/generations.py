"""Where embedded indexes live: generation folders, a pointer to the live one, and the writers' lock.

path/current            {"generation": "g-…", "settings": "…"}, replaced atomically
path/g-…/               one index
path/write.lock         held by the one writer; the kernel drops it when he dies
"""

import contextlib
import fcntl
import json
import os
import shutil
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from search_index import settings
from search_index.engine import EngineUnavailable

_POINTER = "current"
_LOCK = "write.lock"
_PREFIX = "g-"
_META = "meta.json"
_KEPT = 2  # the live one, and the one before it, which a reader may just be opening

_PIECES = {".fast", ".fieldnorm", ".idx", ".pos", ".store", ".term", ".del"}

Signature = tuple[int, ...]


@contextlib.contextmanager
def guarded() -> Iterator[None]:
    """Whatever a missing or damaged index makes the engine say becomes EngineUnavailable."""
    try:
        yield
    except (OSError, ValueError, RuntimeError) as error:
        raise EngineUnavailable(f"search index: {error}") from error
    except BaseException as error:
        # A panic of the native library derives from BaseException; its class cannot be imported.
        if type(error).__name__ != "PanicException":
            raise
        raise EngineUnavailable(f"search index: {error}") from error


@dataclass(frozen=True, slots=True)
class Generations:
    """The folder of one catalogue's indexes."""

    path: Path
    clock: Callable[[], float] = time.monotonic

    def current(self) -> Path:
        """Folder of the live index. EngineUnavailable when none was built, or by other settings."""
        with guarded():
            built_by, name = _read_pointer(self.path / _POINTER)
        if built_by != settings.load().fingerprint:
            raise EngineUnavailable("search index: built by other settings, rebuild it")
        return self.path / Path(name).name

    def files(self, folder: Path) -> tuple[str, ...]:
        """What a reader of `folder` depends on: the pointer, the list of pieces, and the pieces."""
        with guarded():
            pieces = sorted(str(entry) for entry in folder.iterdir() if entry.suffix in _PIECES)
        return (f"{self.path}/{_POINTER}", f"{folder}/{_META}", *pieces)

    def create(self) -> Path:
        """An empty folder for the next generation. Only for the holder of the lock."""
        with guarded():
            numbers = [int(entry.name.removeprefix(_PREFIX)) for entry in self._folders()]
            folder = self.path / f"{_PREFIX}{max(numbers, default=0) + 1:08d}"
            folder.mkdir(parents=True)
            return folder

    def publish(self, folder: Path) -> None:
        """Make `folder` the live index and clear away older ones. Only for the holder of the lock."""
        with guarded():
            draft = self.path / f"{_POINTER}.draft"
            pointer = {"generation": folder.name, "settings": settings.load().fingerprint}
            with draft.open("w", encoding="utf-8") as stream:
                json.dump(pointer, stream)
                stream.flush()
                os.fsync(stream.fileno())
            draft.replace(self.path / _POINTER)
            _sync(self.path)
        self._clear(folder)

    def discard(self, folder: Path) -> None:
        """Remove a generation that was not finished."""
        shutil.rmtree(folder, ignore_errors=True)

    @contextlib.contextmanager
    def writing(self) -> Iterator[None]:
        """Hold the writers' lock; EngineUnavailable when another writer keeps it for too long."""
        with guarded():
            self.path.mkdir(parents=True, exist_ok=True)
            stream = (self.path / _LOCK).open("a")
        with stream:
            self._await_lock(stream.fileno())
            yield

    def _await_lock(self, descriptor: int) -> None:
        rule = settings.load().locks
        deadline = self.clock() + rule["wait_seconds"]
        while True:
            with contextlib.suppress(BlockingIOError):
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                return
            if self.clock() >= deadline:
                raise EngineUnavailable("search index: another writer is at work")
            time.sleep(rule["poll_seconds"])

    def _folders(self) -> list[Path]:
        return sorted(entry for entry in self.path.glob(f"{_PREFIX}*") if entry.name.removeprefix(_PREFIX).isdecimal())

    def _clear(self, live: Path) -> None:
        """Readers of a removed generation keep its files open; the system frees them when they let go."""
        folders = self._folders()
        kept = {live, *[folder for folder in folders if folder < live][-(_KEPT - 1) :]}
        for folder in folders:
            if folder not in kept:
                self.discard(folder)


def _read_pointer(path: Path) -> tuple[str, str]:
    pointer = json.loads(path.read_text(encoding="utf-8"))
    if not isinstance(pointer, dict):
        raise ValueError("the pointer to the live index is damaged")
    return str(pointer.get("settings")), str(pointer.get("generation"))


def signature(files: Iterable[str]) -> Signature | None:
    """Changes when another generation goes live, when this one is written to, or when somebody damages a piece.

    None when a file is gone. Pieces never change by themselves: a mapped one that shrank must not be read again.
    """
    try:
        return tuple(stamp for file in files for stamp in _stamp(file))
    except OSError:
        return None


def _stamp(path: str) -> tuple[int, int, int]:
    status = os.stat(path)  # noqa: PTH116 - before every search, and half the cost of Path.stat
    return status.st_ino, status.st_mtime_ns, status.st_size


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
