"""What a provider sees of his imports: how far one is, what is wrong where, what became of each row."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from marketplace.domain import listing_sheets, permissions
from marketplace.domain.actors import Actor
from marketplace.domain.errors import Forbidden, NotFound
from marketplace.domain.listing_sheets import POLICY
from marketplace.domain.permissions import Permission
from marketplace.extensions import db
from marketplace.models.accounts import User
from marketplace.models.listing_imports import (
    ImportStage,
    ListingImport,
    ListingImportFile,
    ListingImportFinding,
    ListingImportRow,
    RowOutcome,
)
from marketplace.services import listing_import_problems
from marketplace.services.listing_import_steps import KIND
from marketplace.services.pages import Page

PER_PAGE: int = POLICY["per_page"]
SHOWN = (*(one for one in RowOutcome if one != RowOutcome.FAULTY), RowOutcome.FAULTY)  # what was done comes first
RUNNING = frozenset({ImportStage.UPLOADED, ImportStage.CHECKING, ImportStage.IMPORTING})


@dataclass(frozen=True, slots=True)
class Fault:
    sheet: str
    place: str  # "第5行C列", as the spreadsheet names it
    label: str
    typed: str
    message: str


@dataclass(frozen=True, slots=True)
class Summary:
    id: int
    file_name: str
    by: str
    created_at: datetime
    stage: str
    good: int
    faulty: int


@dataclass(frozen=True, slots=True)
class View:
    id: int
    version: int
    file_name: str
    by: str
    created_at: datetime
    stage: str
    is_running: bool
    done: int
    total: int
    good: int
    faulty: int
    note: str | None
    touched_at: datetime
    counts: tuple[tuple[str, int], ...]  # what became of the good rows
    finding_count: int
    has_workbook: bool  # of problems
    faults: Page[Fault]
    rows: Page[ListingImportRow]


def own(actor: Actor, import_id: int) -> ListingImport:
    row = db.session.get(ListingImport, import_id)
    if row is None or not permissions.permits(actor, Permission.WRITE_LISTING, row):
        raise NotFound(KIND, import_id)
    return row


def show(actor: Actor, *, import_id: int, number: int = 1) -> View:
    """`number` is the page of the rows once they are imported, before that the page of what is wrong."""
    row = own(actor, import_id)
    by_outcome = outcomes(row.id)
    is_done = row.stage == ImportStage.IMPORTED
    good = sum(count for one, count in by_outcome.items() if one != RowOutcome.FAULTY)
    told = tuple((str(one), by_outcome[one]) for one in SHOWN if one in by_outcome)
    return View(
        id=row.id,
        version=row.version,
        file_name=row.file_name,
        by=db.session.get_one(User, row.created_by).name,
        created_at=row.created_at,
        stage=str(row.stage),
        is_running=row.stage in RUNNING,
        done=row.rows_done,
        total=row.rows_total,
        good=row.rows_good,
        faulty=row.rows_faulty,
        note=row.note,
        touched_at=row.touched_at,
        counts=told,
        finding_count=row.finding_count,
        has_workbook=bool(row.finding_count and by_outcome),
        faults=_faults(row, number=1 if is_done else number),
        rows=_rows(row, total=good if is_done else 0, number=number),
    )


def _faults(row: ListingImport, *, number: int) -> Page[Fault]:
    total = row.finding_count
    number = Page.clamp(number, total=total, per_page=PER_PAGE)
    query = select(ListingImportFinding).where(ListingImportFinding.import_id == row.id)
    query = query.order_by(ListingImportFinding.id).limit(PER_PAGE).offset((number - 1) * PER_PAGE)
    found = db.session.scalars(query) if total else ()
    rows = tuple(Fault(one.sheet, _place(one), one.label, one.typed, one.message) for one in found)
    return Page(rows, number=number, per_page=PER_PAGE, total=total)


def _place(one: ListingImportFinding) -> str:
    if not one.line:
        return "整张表"
    return f"第{one.line}行" + (f"{listing_sheets.letter(one.column)}列" if one.column else "")


def _rows(row: ListingImport, *, total: int, number: int) -> Page[ListingImportRow]:
    """What was left alone first, then by line."""
    number = Page.clamp(number, total=total, per_page=PER_PAGE)
    query = (
        select(ListingImportRow)
        .where(ListingImportRow.import_id == row.id, ListingImportRow.outcome != RowOutcome.FAULTY)
        .order_by((ListingImportRow.outcome == RowOutcome.LEFT).desc(), ListingImportRow.line)
        .limit(PER_PAGE)
        .offset((number - 1) * PER_PAGE)
    )
    found = db.session.scalars(query) if total else ()
    return Page(tuple(found), number=number, per_page=PER_PAGE, total=total)


def outcomes(import_id: int) -> dict[RowOutcome, int]:
    query = select(ListingImportRow.outcome, func.count()).where(ListingImportRow.import_id == import_id)
    return {outcome: count for outcome, count in db.session.execute(query.group_by(ListingImportRow.outcome))}


def history(actor: Actor) -> tuple[Summary, ...]:
    """The provider's own, the newest first."""
    if actor.provider_id is None or not permissions.permits(actor, Permission.WRITE_LISTING):
        raise Forbidden(Permission.WRITE_LISTING)
    query = (
        select(ListingImport, User.name)
        .join(User, User.id == ListingImport.created_by)
        .where(ListingImport.provider_id == actor.provider_id)
        .order_by(ListingImport.id.desc())
        .limit(POLICY["history_rows"])
    )
    return tuple(
        Summary(row.id, row.file_name, name, row.created_at, str(row.stage), row.rows_good, row.rows_faulty)
        for row, name in db.session.execute(query)
    )


def problems_workbook(actor: Actor, *, import_id: int) -> tuple[str, bytes]:
    """Name and bytes of the uploaded workbook with its faulty cells marked; NotFound where there is none to make."""
    row = own(actor, import_id)
    file = db.session.get(ListingImportFile, import_id)
    query = select(ListingImportFinding).where(ListingImportFinding.import_id == import_id)
    findings = db.session.scalars(query.order_by(ListingImportFinding.id)).all()
    if file is None or not findings or not outcomes(import_id):
        raise NotFound(KIND, import_id)
    return f"{row.file_name.removesuffix('.xlsx')}-标错.xlsx", listing_import_problems.make(file.content, findings)
