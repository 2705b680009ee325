"""What a provider writes about a product: the draft he works on, and the versions that were submitted."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from marketplace.models.base import Base, Versioned
from marketplace.models.solutions import Solution


class VersionChange(StrEnum):
    """What a version is, compared with the one before it."""

    INITIAL = "initial"
    MINOR = "minor"  # applied at once, a share of them is looked at later
    MATERIAL = "material"  # reviewed while the approved version stays on the shelf
    RENEWAL = "renewal"  # nothing material, a further term


class ListingDraft(Versioned, Base):
    """One a solution that is being written or edited; gone once its version is approved or the edit is dropped."""

    __tablename__ = "listing_drafts"

    id: Mapped[int] = mapped_column(primary_key=True)
    solution_id: Mapped[int] = mapped_column(ForeignKey("solutions.id"), unique=True)
    content: Mapped[dict[str, Any]]  # question id -> canonical answer, domain/answers.py
    touched: Mapped[dict[str, Any]] = mapped_column(default=dict)  # question id -> the draft's version that changed it
    base_version_id: Mapped[int | None] = mapped_column(ForeignKey("listing_versions.id"))  # what is being edited
    is_renewal: Mapped[bool] = mapped_column(default=False)
    updated_at: Mapped[datetime]
    updated_by: Mapped[int] = mapped_column(ForeignKey("users.id"))

    solution: Mapped[Solution] = relationship(lazy="raise_on_sql")
    base_version: Mapped["ListingVersion | None"] = relationship(lazy="raise_on_sql")


class ListingVersion(Base):
    """What was submitted, never changed; `approved_at` says when the shelf took it over."""

    __tablename__ = "listing_versions"
    __table_args__ = (
        UniqueConstraint("solution_id", "number"),
        CheckConstraint("number > 0", name="number_positive"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    solution_id: Mapped[int] = mapped_column(ForeignKey("solutions.id"))
    number: Mapped[int]
    content: Mapped[dict[str, Any]]
    digest: Mapped[str] = mapped_column(String(64))  # SHA-256 of the canonical JSON
    change: Mapped[VersionChange]
    created_at: Mapped[datetime]
    created_by: Mapped[int] = mapped_column(ForeignKey("users.id"))
    approved_at: Mapped[datetime | None]

    solution: Mapped[Solution] = relationship(lazy="raise_on_sql")
