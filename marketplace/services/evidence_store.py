"""Where the bytes of evidence lie: a folder outside the web root, each file under its SHA-256, whole or not at all."""

import hashlib
import os
import time
import uuid
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, BinaryIO

from flask import current_app

from marketplace.domain.errors import Invalid, NotFound
from marketplace.domain.evidence import LIMIT_TEXT, POLICY, SIZE_TEXT, UPLOAD
from marketplace.services import locks

CHUNK = 1024 * 1024
INCOMING, KEPT, STAGED = "incoming", "kept", "staged"
TOO_LARGE = f"文件超过{SIZE_TEXT}，请压缩或拆分后再上传。{LIMIT_TEXT}"
LOCK, PATIENCE_SECONDS = "evidence", 30.0


@dataclass(frozen=True, slots=True)
class Received:
    """A file that has arrived whole and is not kept yet."""

    path: Path
    sha256: str
    size: int


def folder(part: str) -> Path:
    path = Path(current_app.config["EVIDENCE_FOLDER"]) / part
    path.mkdir(parents=True, exist_ok=True, mode=0o700)
    return path


def path_of(sha256: str) -> Path:
    return folder(KEPT) / sha256[:2] / sha256


@contextmanager
def receiving(stream: IO[bytes], *, limit: int = UPLOAD["max_bytes"], refusal: str = TOO_LARGE) -> Iterator[Received]:
    """Write the stream beside its later place, to disk; whatever happens, nothing is left there afterwards."""
    path = folder(INCOMING) / uuid.uuid4().hex
    digest, size = hashlib.sha256(), 0
    try:
        with path.open("xb") as file:
            while chunk := stream.read(CHUNK):
                size += len(chunk)
                if size > limit:
                    raise Invalid({"file": [refusal]})
                digest.update(chunk)
                file.write(chunk)
            file.flush()
            os.fsync(file.fileno())
        if not size:
            raise Invalid({"file": ["文件是空的，请核对后重新选择"]})
        yield Received(path, digest.hexdigest(), size)
    finally:
        path.unlink(missing_ok=True)


def keep(received: Received) -> None:
    """Give it its place by one rename: a reader, or a crash, meets the whole file or none.

    The same content is stored once; its time is renewed, so that no sweep takes it before its row is written.
    """
    target = path_of(received.sha256)
    target.parent.mkdir(exist_ok=True, mode=0o700)
    with locks.exclusive(LOCK, wait_seconds=PATIENCE_SECONDS):
        if target.exists():
            target.touch()
            return
        received.path.chmod(0o400)
        received.path.rename(target)
        _sync_folder(target.parent)
        _sync_folder(target.parent.parent)


def _sync_folder(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def open_file(sha256: str) -> BinaryIO:
    """The kept file; NotFound when the disk has lost it, which the row alone cannot tell."""
    try:
        return path_of(sha256).open("rb")
    except FileNotFoundError as error:
        raise NotFound("evidence", sha256) from error


def remove_orphans(used: Collection[str]) -> int:
    """Remove what no row knows and nobody is about to write a row for; returns how many files went."""
    oldest = time.time() - POLICY["orphan_hours"] * 3600
    removed = 0
    for path in (*folder(INCOMING).iterdir(), *folder(STAGED).iterdir()):
        if path.stat().st_mtime < oldest:
            path.unlink(missing_ok=True)
            removed += 1
    for path in folder(KEPT).glob("*/*"):
        if path.name not in used:
            removed += _remove_if_old(path, oldest)
    return removed


def _remove_if_old(path: Path, oldest: float) -> int:
    """Under the lock, for an upload of the same content may just have renewed it."""
    with locks.exclusive(LOCK, wait_seconds=PATIENCE_SECONDS) as is_held:
        if not is_held or path.stat().st_mtime >= oldest:
            return 0
        path.unlink()
        return 1
