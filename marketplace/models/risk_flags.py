"""建议开卷核查的理由: what makes it worth opening the file of a submission. Never a verdict."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from marketplace.models.accounts import User
from marketplace.models.base import Base, Versioned
from marketplace.models.listings import ListingVersion


class RiskKind(StrEnum):
    SIMILAR_TEXT = "similar_text"  # passages that another provider's listing has too
    SAME_EVIDENCE = "same_evidence"  # a file that another organisation keeps too
    SHARED_CONTACT = "shared_contact"  # phone, mail domain, representative or address of a reference customer
    PRICE_AT_CAP = "price_at_cap"
    BURST = "burst"  # many submissions in a short time


class RiskFlag(Versioned, Base):
    """Evidence holds ids, passages and masked values; a flag stands until somebody has looked at it and said so."""

    __tablename__ = "risk_flags"
    __table_args__ = (
        UniqueConstraint("version_id", "kind", "topic"),
        CheckConstraint("score BETWEEN 0 AND 100", name="score_range"),
        CheckConstraint("(checked_at IS NULL) = (checked_by IS NULL)", name="checked_by_someone"),
        CheckConstraint("(checked_at IS NULL) = (note IS NULL)", name="checked_with_note"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    version_id: Mapped[int] = mapped_column(ForeignKey("listing_versions.id"))
    kind: Mapped[RiskKind]
    topic: Mapped[str] = mapped_column(String(60))  # what of the kind: the other listing, the enterprise, the plan
    score: Mapped[int]
    evidence: Mapped[dict[str, Any]]
    created_at: Mapped[datetime]
    checked_at: Mapped[datetime | None]
    checked_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    note: Mapped[str | None] = mapped_column(String(500))

    listing_version: Mapped[ListingVersion] = relationship(lazy="raise_on_sql")
    checker: Mapped[User | None] = relationship(lazy="raise_on_sql")
