"""Export of a whole enterprise file as one zip, with a check sum for each part; read by services/file_packages."""

import hashlib
import json
import tempfile
import zipfile
from dataclasses import dataclass
from typing import IO, Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from marketplace.domain import permissions
from marketplace.domain.actors import Actor
from marketplace.domain.errors import Forbidden, NotFound
from marketplace.domain.permissions import Permission
from marketplace.extensions import db
from marketplace.models.audit import AuditEntry
from marketplace.models.enterprises import Enterprise
from marketplace.models.evidence import Evidence
from marketplace.services import audit, clock, enterprise_timelines, evidence_store, file_parts, unit_of_work
from marketplace.services.file_format import EVIDENCE_FOLDER, FORMAT, MANIFEST, PARTS, VERSION, Row

CHUNK = 1024 * 1024
OLD_TIME = (2000, 1, 1, 0, 0, 0)  # of the entries: equal content gives equal bytes
IN_MEMORY = 16 * 1024 * 1024
# The exchange itself is no part of what is exchanged.
NOT_CARRIED = frozenset({"enterprises.exported", "enterprises.imported", "accounts.invited"})


@dataclass(frozen=True, slots=True)
class Export:
    name: str
    file: IO[bytes]


def export(actor: Actor, *, enterprise_id: int) -> Export:
    """The owner's or the bureau's copy; that it was made goes on record."""
    with unit_of_work.writing(actor) as session:
        query = select(Enterprise).where(Enterprise.id == enterprise_id).options(joinedload(Enterprise.organisation))
        enterprise = session.scalars(query).one_or_none()
        if enterprise is None:
            raise NotFound("enterprise", enterprise_id)
        if not permissions.permits(actor, Permission.EXPORT_FILE, enterprise):
            raise Forbidden(Permission.EXPORT_FILE)
        parts = file_parts.collect(session, enterprise)
        parts["timeline"] = timeline(enterprise)
        name = f"{enterprise.organisation.name}-企业档案-{clock.today():%Y%m%d}.zip"
        details = {"parts": {key: len(rows) for key, rows in parts.items() if isinstance(rows, list)}}
        audit.record(session, actor, "enterprises.exported", kind="enterprise", key=enterprise_id, details=details)
    return Export(name, _write(parts))


def timeline(enterprise: Enterprise) -> list[Row]:
    """The readable trail, oldest first: what came with an import, then what has happened here."""
    record, rows = [], []
    for row in enterprise_timelines.of_file(enterprise):
        if row.action == "enterprises.imported":
            record += read_record(row)
        if row.action not in NOT_CARRIED:
            rows.append(row)
    names = enterprise_timelines.titles(enterprise, rows)
    return record + [_told(row, names) for row in rows]


def _told(row: AuditEntry, names: enterprise_timelines.Titles) -> Row:
    entry = enterprise_timelines.entry(row, names)
    return {
        "at": row.at.isoformat(), "who": entry.who, "role": entry.role, "what": entry.what, "note": entry.note,
        "before": entry.before, "after": entry.after, "action": row.action,
    }  # fmt: skip


def imported(enterprise_id: int) -> list[Row]:
    """The trail that came with the enterprise's file, oldest first; empty for one that was registered here."""
    query = select(AuditEntry).where(
        AuditEntry.subject_kind == "enterprise",
        AuditEntry.subject_id == enterprise_id,
        AuditEntry.action == "enterprises.imported",
    )
    row = db.session.scalars(query.limit(1)).one_or_none()
    return read_record(row) if row else []


def read_record(row: AuditEntry) -> list[Row]:
    """The trail that came with an import: a file of the store, never rows of this trail."""
    sha256 = row.details["parts"]["timeline"]
    with evidence_store.open_file(sha256) as file:
        found: list[Row] = json.load(file)
    return found


def sweep() -> int:
    """Remove stored files that neither a piece of evidence nor an imported trail knows; returns how many."""
    imported = select(AuditEntry.details).where(AuditEntry.action == "enterprises.imported")
    records = {str(details["parts"]["timeline"]) for details in db.session.scalars(imported)}
    return evidence_store.remove_orphans(records | set(db.session.scalars(select(Evidence.sha256))))


def _write(parts: Row) -> IO[bytes]:
    file = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 - handed to the caller
    listed = []
    with zipfile.ZipFile(file, "w") as archive:
        for name in PARTS:
            content = encode(parts[name])
            archive.writestr(_entry(f"{name}.json", zipfile.ZIP_DEFLATED), content)
            listed.append(_line(f"{name}.json", len(content), hashlib.sha256(content).hexdigest()))
        for row in parts["evidence"]:
            path = EVIDENCE_FOLDER + row["sha256"]
            with (
                evidence_store.open_file(row["sha256"]) as piece,
                archive.open(_entry(path, zipfile.ZIP_STORED), "w", force_zip64=True) as target,
            ):
                while chunk := piece.read(CHUNK):
                    target.write(chunk)
            listed.append(_line(path, row["size"], row["sha256"]))
        manifest = {"format": FORMAT, "version": VERSION, "made_at": clock.now().isoformat(), "parts": listed}
        archive.writestr(_entry(MANIFEST, zipfile.ZIP_DEFLATED), encode(manifest))
    file.seek(0)
    return file


def encode(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, indent=1).encode()


def _entry(name: str, method: int) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, OLD_TIME)
    entry.compress_type = method
    return entry


def _line(path: str, size: int, sha256: str) -> Row:
    return {"path": path, "size": size, "sha256": sha256}
