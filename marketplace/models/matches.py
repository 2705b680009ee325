"""Match runs, the weights they used, and shortlists (候选名单), which change state from favourite to decision."""

from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, Numeric, String, UniqueConstraint, text
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


class WeightSetStatus(StrEnum):
    PROPOSED = "proposed"
    ADOPTED = "adopted"
    RETIRED = "retired"


class WeightSet(Versioned, Base):
    """Fitted weights of the ranking; they replace the configured ones only by an officer's decision."""

    __tablename__ = "weight_sets"
    __table_args__ = (
        CheckConstraint("(status = 'proposed') = (decided_at IS NULL)", name="decided_unless_proposed"),
        CheckConstraint("(decided_at IS NULL) = (decided_by IS NULL)", name="decided_by_someone"),
        Index(
            "uq_weight_sets_adopted",
            "status",
            unique=True,
            sqlite_where=text("status = 'adopted'"),
            postgresql_where=text("status = 'adopted'"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(60))
    points: Mapped[dict[str, Any]]  # points of 100 by criterion
    report: Mapped[dict[str, Any]]  # intervals by criterion, quality before and after, number of judgements
    status: Mapped[WeightSetStatus] = mapped_column(default=WeightSetStatus.PROPOSED)
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    created_by: Mapped[int] = mapped_column(ForeignKey("users.id"))
    created_at: Mapped[datetime]


class MatchOrder(StrEnum):
    FIT = "fit"
    PLAIN = "plain"  # 不按画像排序


class MatchRun(Base):
    """One ranking as it was shown: what went in, by which weights, what came out."""

    __tablename__ = "match_runs"

    id: Mapped[int] = mapped_column(primary_key=True)
    demand_id: Mapped[int] = mapped_column(ForeignKey("demands.id"), index=True)
    order: Mapped[MatchOrder]
    seed: Mapped[str] = mapped_column(String(40))  # decides among equal scores; the day's, published
    inputs: Mapped[dict[str, Any]]  # the demand as matched
    weights: Mapped[dict[str, Any]]
    versions: Mapped[dict[str, Any]]  # of the standard, the weights, the catalogue (mark and size)
    results: Mapped[dict[str, Any]]  # places with score and criteria, providers
    created_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    created_at: Mapped[datetime]

    demand: Mapped[Demand] = relationship(lazy="raise_on_sql")
