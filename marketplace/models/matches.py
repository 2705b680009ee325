"""Shortlists (候选名单): favourites, comparison and decision are one object that changes state."""

from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Numeric, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from marketplace.models.base import Base, Versioned
from marketplace.models.demands import Demand
from marketplace.models.solutions import Solution


class ShortlistStatus(StrEnum):
    OPEN = "open"
    CLOSED = "closed"


class Shortlist(Versioned, Base):
    __tablename__ = "shortlists"
    __table_args__ = (
        CheckConstraint("(status = 'open') = (decided_at IS NULL)", name="decided_unless_open"),
        CheckConstraint("(decided_at IS NULL) = (decided_by IS NULL)", name="decided_by_someone"),
        UniqueConstraint("demand_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"), index=True)
    demand_id: Mapped[int | None] = mapped_column(ForeignKey("demands.id"))  # None: the organisation's favourites
    title: Mapped[str] = mapped_column(String(60))
    status: Mapped[ShortlistStatus] = mapped_column(default=ShortlistStatus.OPEN)
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    created_by: Mapped[int] = mapped_column(ForeignKey("users.id"))
    created_at: Mapped[datetime]

    demand: Mapped[Demand | None] = relationship(lazy="raise_on_sql")
    entries: Mapped[list["ShortlistEntry"]] = relationship(
        back_populates="shortlist", order_by="ShortlistEntry.id", lazy="raise_on_sql", cascade="all, delete-orphan"
    )


class ShortlistEntry(Base):
    """A solution on the list, with the score and the reasons as they stood when it was put there."""

    __tablename__ = "shortlist_entries"
    __table_args__ = (UniqueConstraint("shortlist_id", "solution_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    shortlist_id: Mapped[int] = mapped_column(ForeignKey("shortlists.id"))
    solution_id: Mapped[int] = mapped_column(ForeignKey("solutions.id"), index=True)
    score: Mapped[Decimal | None] = mapped_column(Numeric(7, 3))
    reasons: Mapped[dict[str, Any] | None]
    note: Mapped[str | None] = mapped_column(String(500))
    added_by: Mapped[int] = mapped_column(ForeignKey("users.id"))
    added_at: Mapped[datetime]

    shortlist: Mapped[Shortlist] = relationship(back_populates="entries", lazy="raise_on_sql")
    solution: Mapped[Solution] = relationship(lazy="raise_on_sql")
