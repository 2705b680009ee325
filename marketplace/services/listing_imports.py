"""批量导入: a provider uploads a workbook, sees what its check found, and imports the good rows or none."""

from typing import IO

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from marketplace.domain import permissions
from marketplace.domain.actors import Actor
from marketplace.domain.errors import Conflict, Forbidden, NotFound
from marketplace.domain.permissions import Permission
from marketplace.models.listing_imports import (
    ImportStage,
    ListingImport,
    ListingImportFile,
)
from marketplace.models.providers import Provider
from marketplace.services import audit, clock, listing_import_files, listing_import_jobs, status_changes, unit_of_work

KIND = "listing_import"
OPEN = (ImportStage.UPLOADED, ImportStage.CHECKING, ImportStage.CHECKED, ImportStage.IMPORTING)


def upload(actor: Actor, stream: IO[bytes], *, name: str, once: str | None = None) -> int:
    """Keep the file and let its check begin; a file that is under way already is led to its import."""
    if actor.provider_id is None or not permissions.permits(actor, Permission.WRITE_LISTING):
        raise Forbidden(Permission.WRITE_LISTING)
    received = listing_import_files.receive(stream, name=name)
    now = clock.now()
    with unit_of_work.writing(actor, once=once) as session:
        status_changes.locked(session, Provider, kind="provider", key=actor.provider_id)
        key = _under_way(session, actor.provider_id, received.sha256)
        if key is None:
            row = ListingImport(
                provider_id=actor.provider_id, created_by=actor.user_id, created_at=now, touched_at=now,
                file_name=received.name, sha256=received.sha256, stage=ImportStage.UPLOADED,
            )  # fmt: skip
            session.add(row)
            session.flush()
            key = row.id
            session.add(ListingImportFile(import_id=key, content=received.content))
            details = {"file": received.name, "sha256": received.sha256}
            audit.record(session, actor, "listing_imports.uploaded", kind=KIND, key=key, details=details)
        unit_of_work.remember(session, once, kind=KIND, key=key)
    listing_import_jobs.after_commit()
    return key


def _under_way(session: Session, provider_id: int, sha256: str) -> int | None:
    return session.scalar(
        select(func.max(ListingImport.id)).where(
            ListingImport.provider_id == provider_id, ListingImport.sha256 == sha256, ListingImport.stage.in_(OPEN)
        )
    )


def confirm(actor: Actor, *, import_id: int, version: int, once: str | None = None) -> None:
    """Import the good rows."""
    with unit_of_work.writing(actor, once=once) as session:
        row = _to_decide(session, actor, import_id, version=version, wanted="导入")
        row.stage, row.rows_done, row.rows_total, row.attempts = ImportStage.IMPORTING, 0, row.rows_good, 0
        row.touched_at = clock.now()
        audit.record(
            session, actor, "listing_imports.confirmed", kind=KIND, key=import_id, details={"rows": row.rows_good}
        )
        unit_of_work.remember(session, once, kind=KIND, key=import_id)
    listing_import_jobs.after_commit()


def discard(actor: Actor, *, import_id: int, version: int, once: str | None = None) -> None:
    """Import none of it."""
    with unit_of_work.writing(actor, once=once) as session:
        row = _to_decide(session, actor, import_id, version=version, wanted="不导入")
        row.stage, row.finished_at = ImportStage.DISCARDED, clock.now()
        audit.record(
            session, actor, "listing_imports.discarded", kind=KIND, key=import_id, details={"rows": row.rows_good}
        )
        unit_of_work.remember(session, once, kind=KIND, key=import_id)


def _to_decide(session: Session, actor: Actor, import_id: int, *, version: int, wanted: str) -> ListingImport:
    row: ListingImport = status_changes.locked(session, ListingImport, kind=KIND, key=import_id)
    if not permissions.permits(actor, Permission.WRITE_LISTING, row):
        raise NotFound(KIND, import_id)
    if row.stage != ImportStage.CHECKED or row.version != version or not row.rows_good:
        raise Conflict(KIND, import_id, str(row.stage), wanted=wanted)
    return row
