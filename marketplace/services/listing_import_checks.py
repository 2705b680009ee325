"""What the check of a workbook found, written down: each product's row, and each thing wrong."""

from collections.abc import Iterable, Sequence

from sqlalchemy.orm import Session

from marketplace.domain.listing_products import Judged
from marketplace.domain.listing_rows import Book, Finding
from marketplace.domain.listing_sheets import POLICY, SHEETS
from marketplace.models.listing_imports import ImportStage, ListingImport, ListingImportRow, RowOutcome
from marketplace.services import clock, listing_import_rows, listing_import_steps, notifications

SHEET_ORDER = {name: place for place, name in enumerate(SHEETS)}


def keep(session: Session, row: ListingImport, book: Book, judged: Sequence[Judged]) -> None:
    """Inside the caller's transaction, with the import locked."""
    good = [one for one in judged if not one.findings]
    session.add_all(_rows(session, row, good))
    session.add_all(_faulty(row.id, book, judged))
    told = [*book.findings, *(finding for one in judged for finding in one.findings)]
    session.add_all(listing_import_steps.kept(row.id, sorted(told, key=_order)))
    row.stage, row.attempts, row.touched_at = ImportStage.CHECKED, 0, clock.now()
    row.rows_total = row.rows_done = len(judged) + len(book.spoilt)
    row.rows_good, row.finding_count = len(good), len(told)
    row.rows_faulty = row.rows_total - len(good)
    words = {"name": row.file_name, "good": str(row.rows_good), "faulty": str(row.rows_faulty)}
    notifications.tell(
        session, "listing_import.checked", subject_kind=listing_import_steps.KIND, subject_id=row.id,
        to=[row.created_by], words=words,
    )  # fmt: skip


def _order(finding: Finding) -> tuple[int, int, int]:
    """As one leafs through the workbook."""
    return (SHEET_ORDER[finding.sheet], finding.line, finding.column)


def _rows(session: Session, row: ListingImport, good: Sequence[Judged]) -> list[ListingImportRow]:
    known = listing_import_rows.known(session, row.provider_id, [(one.number, one.name) for one in good])
    return [
        ListingImportRow(
            import_id=row.id,
            line=one.line,
            product_number=one.number,
            name=one.name,
            content=one.content,
            outcome=RowOutcome.WAITING,
            seen_version=known[one.number].draft_version if one.number in known else 0,
            solution_id=known[one.number].solution_id if one.number in known else None,
        )
        for one in good
    ]


def _faulty(import_id: int, book: Book, judged: Sequence[Judged]) -> Iterable[ListingImportRow]:
    told = [(one.line, one.number, one.name) for one in judged if one.findings]
    told += [(one.line, one.number[: POLICY["number_max"]], "") for one in book.spoilt]
    return [
        ListingImportRow(
            import_id=import_id, line=line, product_number=number, name=name, content={}, outcome=RowOutcome.FAULTY
        )
        for line, number, name in told
    ]
