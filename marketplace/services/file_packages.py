"""Import, first half: an uploaded zip is read with distrust and put aside until somebody confirms it."""

import hashlib
import json
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from marketplace.domain import evidence as rules
from marketplace.domain import permissions
from marketplace.domain.actors import Actor
from marketplace.domain.errors import Forbidden, NotFound
from marketplace.domain.permissions import Permission
from marketplace.services import evidence_store
from marketplace.services.file_format import EVIDENCE_FOLDER, FORMAT, MANIFEST, PARTS, VERSION, Row, broken

LIMITS = rules.POLICY["exchange"]
CHUNK = 1024 * 1024
TOO_LARGE = f"档案文件超过{LIMITS['max_bytes'] // 1024 // 1024}兆字节，请联系平台运维单位处理"


@dataclass(frozen=True, slots=True)
class Package:
    """A zip that has passed every check of form; `parts` is its JSON, `pieces` the check sums of its evidence files."""

    path: Path
    parts: dict[str, Any]
    pieces: tuple[str, ...]
    made_at: str


def stage(actor: Actor, stream: IO[bytes]) -> str:
    """Put an uploaded zip aside until its import is confirmed; returns its key. Refused when it is not in order."""
    if not permissions.permits(actor, Permission.IMPORT_FILE):
        raise Forbidden(Permission.IMPORT_FILE)
    with evidence_store.receiving(stream, limit=LIMITS["max_bytes"], refusal=TOO_LARGE) as received:
        read(received.path)
        target = _staged(received.sha256)
        if not target.exists():
            received.path.rename(target)
    return received.sha256


def staged(actor: Actor, *, key: str) -> Path:
    if not permissions.permits(actor, Permission.IMPORT_FILE):
        raise Forbidden(Permission.IMPORT_FILE)
    path = _staged(key)
    if not is_check_sum(key) or not path.exists():
        raise NotFound("enterprise", key)
    return path


def _staged(key: str) -> Path:
    return evidence_store.folder(evidence_store.STAGED) / f"{key}.zip"


def read(path: Path) -> Package:
    """Check form and check sums of all that is inside; Invalid names what is wrong."""
    try:
        with zipfile.ZipFile(path) as archive:
            _check_entries(archive.infolist())
            manifest = _json(archive, MANIFEST)
            listed = _check_manifest(manifest, {entry.filename for entry in archive.infolist()})
            for line in listed:
                _check_sum(archive, line)
            parts = {name: _json(archive, f"{name}.json") for name in PARTS}
    except (zipfile.BadZipFile, NotImplementedError, EOFError, OSError, RuntimeError, KeyError) as error:
        raise broken("这个zip打不开、不完整，或者不是本平台导出的企业档案") from error
    pieces = tuple(line["path"].removeprefix(EVIDENCE_FOLDER) for line in listed if "/" in line["path"])
    return Package(path, parts, pieces, str(manifest["made_at"]))


def _check_entries(entries: Iterable[zipfile.ZipInfo]) -> None:
    """Names by a closed list, so that no path leads out; sizes before anything is unpacked."""
    rows = list(entries)
    names = [entry.filename for entry in rows]
    known = {MANIFEST, *(f"{name}.json" for name in PARTS)}
    for name in names:
        if name not in known and not _is_piece(name):
            raise broken(f"zip里有不认识的文件“{name[:80]}”")
    if len(names) != len(set(names)):
        raise broken("zip里有重名的文件")
    if len(rows) > LIMITS["max_entries"] or sum(entry.file_size for entry in rows) > LIMITS["unpacked_bytes"]:
        raise broken("zip解开后太大")
    for entry in rows:
        limit = rules.UPLOAD["max_bytes"] if "/" in entry.filename else LIMITS["part_bytes"]
        if entry.file_size > limit:
            raise broken(f"zip里的“{entry.filename[:80]}”太大")


def is_check_sum(text: str) -> bool:
    return len(text) == hashlib.sha256().digest_size * 2 and set(text) <= set("0123456789abcdef")


def _is_piece(name: str) -> bool:
    digest = name.removeprefix(EVIDENCE_FOLDER)
    return digest != name and is_check_sum(digest)


def _json(archive: zipfile.ZipFile, name: str) -> Any:
    try:
        return json.loads(archive.read(name))
    except (ValueError, RecursionError) as error:
        raise broken(f"{name}读不出来") from error


def _check_manifest(manifest: Any, names: set[str]) -> list[Row]:
    """The manifest lists exactly what is there."""
    if not isinstance(manifest, dict) or manifest.get("format") != FORMAT or "made_at" not in manifest:
        raise broken("这不是本平台导出的企业档案")
    if manifest.get("version") != VERSION:
        raise broken(f"档案格式是第{str(manifest.get('version'))[:10]}版，本平台只认第{VERSION}版")
    listed: Any = manifest.get("parts")
    is_list = isinstance(listed, list) and all(
        isinstance(line, dict) and isinstance(line.get("path"), str) for line in listed
    )
    if not is_list or {line["path"] for line in listed} != names - {MANIFEST} or len(listed) != len(names) - 1:
        raise broken("zip里的文件和清单对不上")
    return list(listed)


def _check_sum(archive: zipfile.ZipFile, line: Row) -> None:
    digest, size = hashlib.sha256(), 0
    with archive.open(line["path"]) as file:
        while chunk := file.read(CHUNK):
            digest.update(chunk)
            size += len(chunk)
    is_named_so = "/" not in line["path"] or line["path"] == EVIDENCE_FOLDER + digest.hexdigest()
    if size != line.get("size") or digest.hexdigest() != line.get("sha256") or not is_named_so:
        raise broken(f"“{line['path'][:80]}”和清单里的校验值不一致，文件被改动过或没有传完整")
