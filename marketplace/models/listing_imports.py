"""批量导入: an uploaded workbook of listings, what its check found, and what became of each of its rows."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.models.base import Base, Versioned


class ImportStage(StrEnum):
    """How far the work on a file has got: the progress of a job, not a decision about a thing."""

    UPLOADED = "uploaded"
    CHECKING = "checking"
    CHECKED = "checked"  # waits for the provider's choice
    IMPORTING = "importing"
    IMPORTED = "imported"
    DISCARDED = "discarded"
    FAILED = "failed"


class RowOutcome(StrEnum):
    FAULTY = "faulty"
    WAITING = "waiting"
    CREATED = "created"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    LEFT = "left"  # under review, or edited since the check: the note says which


class ListingImport(Versioned, Base):
    __tablename__ = "listing_imports"
    __table_args__ = (
        CheckConstraint("(stage IN ('imported', 'discarded', 'failed')) = (finished_at IS NOT NULL)", name="finished"),
        Index("ix_listing_imports_provider_id_id", "provider_id", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    provider_id: Mapped[int] = mapped_column(ForeignKey("providers.id"))
    created_by: Mapped[int] = mapped_column(ForeignKey("users.id"))
    created_at: Mapped[datetime]
    file_name: Mapped[str]
    sha256: Mapped[str] = mapped_column(String(64))
    stage: Mapped[ImportStage] = mapped_column(default=ImportStage.UPLOADED, index=True)
    rows_total: Mapped[int] = mapped_column(default=0)  # of the stage that is under way, as rows_done
    rows_done: Mapped[int] = mapped_column(default=0)
    rows_good: Mapped[int] = mapped_column(default=0)
    rows_faulty: Mapped[int] = mapped_column(default=0)
    finding_count: Mapped[int] = mapped_column(default=0)
    attempts: Mapped[int] = mapped_column(default=0)  # begun and not got any further: a file that kills its workers
    note: Mapped[str | None]
    touched_at: Mapped[datetime]  # the last sign of progress
    finished_at: Mapped[datetime | None]


class ListingImportFile(Base):
    """The workbook as it came, in the database: no crash can leave the one without the other."""

    __tablename__ = "listing_import_files"

    import_id: Mapped[int] = mapped_column(ForeignKey("listing_imports.id"), primary_key=True)
    content: Mapped[bytes] = mapped_column(LargeBinary)


class ListingImportRow(Base):
    """One product of the file; `seen_version` is that of its draft when the file was checked, 0 for none."""

    __tablename__ = "listing_import_rows"
    __table_args__ = (UniqueConstraint("import_id", "line"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    import_id: Mapped[int] = mapped_column(ForeignKey("listing_imports.id"))
    line: Mapped[int]  # as the spreadsheet counts
    product_number: Mapped[str] = mapped_column(String(40))
    name: Mapped[str]
    content: Mapped[dict[str, Any]]  # empty for a faulty row
    outcome: Mapped[RowOutcome]
    note: Mapped[str | None]
    seen_version: Mapped[int] = mapped_column(default=0)
    solution_id: Mapped[int | None] = mapped_column(ForeignKey("solutions.id", ondelete="SET NULL"))


class ListingImportFinding(Base):
    """One thing wrong, at its cell; `column` counts from 1, 0 is the whole row; `line` 0 is the whole sheet."""

    __tablename__ = "listing_import_findings"
    __table_args__ = (Index("ix_listing_import_findings_place", "import_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    import_id: Mapped[int] = mapped_column(ForeignKey("listing_imports.id"))
    sheet: Mapped[str] = mapped_column(String(31))
    line: Mapped[int]
    column: Mapped[int]
    label: Mapped[str] = mapped_column(String(60))
    typed: Mapped[str]
    message: Mapped[str]
