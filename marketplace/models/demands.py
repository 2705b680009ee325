"""需求清单 and its lines."""

from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Numeric, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from marketplace.models.base import Base, Versioned
from marketplace.models.enterprises import Enterprise


class DemandStatus(StrEnum):
    DRAFT = "draft"
    PUBLISHED = "published"
    WITHDRAWN = "withdrawn"


class Demand(Versioned, Base):
    """A demand checklist (需求清单)."""

    __tablename__ = "demands"
    __table_args__ = (
        CheckConstraint("(status = 'draft') = (decided_at IS NULL)", name="decided_unless_draft"),
        CheckConstraint("(decided_at IS NULL) = (decided_by IS NULL)", name="decided_by_someone"),
        CheckConstraint("aimed_level IS NULL OR aimed_level BETWEEN 1 AND 4", name="aimed_level_range"),
        CheckConstraint("budget IS NULL OR budget > 0", name="budget_positive"),
        CheckConstraint("deadline_days IS NULL OR deadline_days > 0", name="deadline_positive"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    enterprise_id: Mapped[int] = mapped_column(ForeignKey("enterprises.id"), index=True)
    title: Mapped[str] = mapped_column(String(60))
    budget: Mapped[int | None]  # yuan out of the enterprise's own pocket
    deadline_days: Mapped[int | None]
    deployments: Mapped[list[str] | None]
    assessment_score: Mapped[Decimal | None] = mapped_column(Numeric(6, 3))
    is_conditions_done: Mapped[bool] = mapped_column(default=False)  # the owner has been through that page
    status: Mapped[DemandStatus] = mapped_column(default=DemandStatus.DRAFT, index=True)
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    assessment_id: Mapped[int | None] = mapped_column(ForeignKey("assessments.id"), index=True)  # drawn up from it
    aimed_level: Mapped[int | None]  # the overall level that the checklist is to lead to
    is_open_to_leads: Mapped[bool] = mapped_column(default=False)  # the owner said yes to being offered to providers
    copied_from_id: Mapped[int | None] = mapped_column(ForeignKey("demands.id"))
    created_by: Mapped[int] = mapped_column(ForeignKey("users.id"))
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]

    enterprise: Mapped[Enterprise] = relationship(lazy="raise_on_sql")
    lines: Mapped[list["DemandLine"]] = relationship(
        back_populates="demand", order_by="DemandLine.position", lazy="raise_on_sql", cascade="all, delete-orphan"
    )


class DemandLine(Base):
    __tablename__ = "demand_lines"
    __table_args__ = (
        CheckConstraint("weight BETWEEN 0 AND 100", name="weight_range"),
        CheckConstraint("current_level IS NULL OR current_level BETWEEN 0 AND 4", name="current_level_range"),
        CheckConstraint("target_level BETWEEN 1 AND 4", name="target_level_range"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    demand_id: Mapped[int] = mapped_column(ForeignKey("demands.id"), index=True)
    position: Mapped[int]
    scene: Mapped[str] = mapped_column(String(30), index=True)
    current_level: Mapped[int | None]
    target_level: Mapped[int]
    text: Mapped[str] = mapped_column(String(500))
    weight: Mapped[int]
    is_essential: Mapped[bool] = mapped_column(default=False)
    suggestion: Mapped[str | None] = mapped_column(String(500))  # what the assessment suggested; the owner's text stays

    demand: Mapped[Demand] = relationship(back_populates="lines", lazy="raise_on_sql")
