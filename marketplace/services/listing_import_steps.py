"""How an import gets from one stage to the next, and who acts while it does."""

from collections.abc import Iterable

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from marketplace.domain import permissions
from marketplace.domain.actors import SYSTEM, Actor
from marketplace.domain.listing_rows import Finding
from marketplace.domain.listing_sheets import POLICY
from marketplace.domain.permissions import Permission
from marketplace.models.accounts import Membership, Organisation, User
from marketplace.models.listing_imports import (
    ImportStage,
    ListingImport,
    ListingImportFinding,
    ListingImportRow,
    RowOutcome,
)
from marketplace.models.providers import Provider
from marketplace.services import accounts, audit, clock, notifications, status_changes
from marketplace.services.unit_of_work import writing

KIND = "listing_import"
MESSAGE_MAX = 200


def locked(session: Session, import_id: int) -> ListingImport:
    row: ListingImport = status_changes.locked(session, ListingImport, kind=KIND, key=import_id)
    return row


def lock_provider(session: Session, provider_id: int) -> None:
    """One import of a provider makes listings at a time; who only refers to the provider is not kept waiting."""
    session.execute(select(Provider.id).where(Provider.id == provider_id).with_for_update(key_share=True))


def begin(import_id: int, *, give_up: str) -> ImportStage | None:
    """Note the attempt before anything is tried; None when there is nothing to do, or no more trying."""
    with writing() as session:
        row = locked(session, import_id)
        if row.stage not in (ImportStage.UPLOADED, ImportStage.CHECKING, ImportStage.IMPORTING):
            return None
        row.attempts += 1
        if row.attempts > POLICY["attempts_max"]:
            stop(session, row, note=give_up)
            return None
        if row.stage == ImportStage.UPLOADED:
            row.stage = ImportStage.CHECKING
        row.touched_at = clock.now()
        return row.stage


def actor_of(session: Session, row: ListingImport) -> Actor | None:
    """Who uploaded the file, in the seat of this provider that he still has."""
    query = (
        select(Membership)
        .join(Organisation, Organisation.id == Membership.organisation_id)
        .join(Provider, Provider.organisation_id == Organisation.id)
        .join(User, User.id == Membership.user_id)
        .where(Membership.user_id == row.created_by, Provider.id == row.provider_id, User.is_active)
        .options(*accounts.SEAT)
    )
    seat = session.scalars(query).one_or_none()
    actor = accounts.actor_in(seat) if seat is not None else None
    return actor if actor is not None and permissions.permits(actor, Permission.WRITE_LISTING, row) else None


def fail(import_id: int, *, note: str, findings: Iterable[Finding] = ()) -> None:
    with writing() as session:
        row = locked(session, import_id)
        if row.stage == ImportStage.CHECKING:
            told = list(kept(import_id, findings))
            session.add_all(told)
            row.finding_count = len(told)
            stop(session, row, note=note)


def stop(session: Session, row: ListingImport, *, note: str) -> None:
    row.stage, row.note, row.finished_at = ImportStage.FAILED, note[:MESSAGE_MAX], clock.now()
    actor = actor_of(session, row) or SYSTEM
    audit.record(session, actor, "listing_imports.failed", kind=KIND, key=row.id, details={"note": row.note})
    words = {"name": row.file_name, "reason": row.note}
    notifications.tell(
        session, "listing_import.failed", subject_kind=KIND, subject_id=row.id, to=[row.created_by], words=words
    )


def finish(session: Session, actor: Actor, row: ListingImport) -> None:
    session.flush()
    query = select(ListingImportRow.outcome, func.count()).where(ListingImportRow.import_id == row.id)
    counts = {outcome: count for outcome, count in session.execute(query.group_by(ListingImportRow.outcome))}
    row.stage, row.finished_at = ImportStage.IMPORTED, clock.now()
    told = (RowOutcome.CREATED, RowOutcome.CHANGED, RowOutcome.UNCHANGED, RowOutcome.LEFT)
    details: dict[str, object] = {str(outcome): counts.get(outcome, 0) for outcome in told}
    audit.record(session, actor, "listing_imports.finished", kind=KIND, key=row.id, details=details)


def kept(import_id: int, findings: Iterable[Finding]) -> Iterable[ListingImportFinding]:
    for one in findings:
        yield ListingImportFinding(
            import_id=import_id,
            sheet=one.sheet,
            line=one.line,
            column=one.column,
            label=one.label[:60],
            typed=one.typed,
            message=one.message[:MESSAGE_MAX],
        )
