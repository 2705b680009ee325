"""Assessments (自评, 诊断, 现场评定) by the 2024 standard, and records of the edition before it."""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Numeric, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from marketplace.models.accounts import Organisation
from marketplace.models.base import Base, Versioned
from marketplace.models.enterprises import Enterprise


class AssessmentKind(StrEnum):
    SELF = "self"  # 自评
    DIAGNOSIS = "diagnosis"  # 诊断, by a provider or expert with the enterprise's consent
    ON_SITE = "on_site"  # 现场评定, by the third party: the only one that counts for money


class AssessmentStatus(StrEnum):
    DRAFT = "draft"
    COMPLETED = "completed"
    VOIDED = "voided"


class Assessment(Versioned, Base):
    """One record. Points and level are kept when it is completed; before that they follow from the answers."""

    __tablename__ = "assessments"
    __table_args__ = (
        CheckConstraint("(status = 'draft') = (decided_at IS NULL)", name="decided_unless_draft"),
        CheckConstraint("(decided_at IS NULL) = (decided_by IS NULL)", name="decided_by_someone"),
        CheckConstraint("level IS NULL OR level BETWEEN 0 AND 4", name="level_range"),
        CheckConstraint("points IS NULL OR points BETWEEN 0 AND 100", name="points_range"),
        CheckConstraint("status = 'draft' OR (points IS NOT NULL AND level IS NOT NULL)", name="result_once_completed"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    enterprise_id: Mapped[int] = mapped_column(ForeignKey("enterprises.id"), index=True)
    kind: Mapped[AssessmentKind]
    standard: Mapped[str] = mapped_column(String(4))  # 2024; a 2022 record is kept and never compared
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"), index=True)  # who assesses
    grant_id: Mapped[int | None] = mapped_column(ForeignKey("access_grants.id"))  # the consent it rests on
    assessed_on: Mapped[date | None]
    status: Mapped[AssessmentStatus] = mapped_column(default=AssessmentStatus.DRAFT, index=True)
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    points: Mapped[Decimal | None] = mapped_column(Numeric(6, 3))
    level: Mapped[int | None]
    note: Mapped[str | None] = mapped_column(String(500))
    created_by: Mapped[int] = mapped_column(ForeignKey("users.id"))
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]

    enterprise: Mapped[Enterprise] = relationship(lazy="raise_on_sql")
    organisation: Mapped[Organisation] = relationship(lazy="raise_on_sql")
    answers: Mapped[list["AssessmentAnswer"]] = relationship(
        back_populates="assessment", order_by="AssessmentAnswer.id", lazy="raise_on_sql", cascade="all, delete-orphan"
    )
    scenes: Mapped[list["SceneLevel"]] = relationship(
        back_populates="assessment", order_by="SceneLevel.id", lazy="raise_on_sql", cascade="all, delete-orphan"
    )
    ticks: Mapped[list["MeasureTick"]] = relationship(
        back_populates="assessment", order_by="MeasureTick.id", lazy="raise_on_sql", cascade="all, delete-orphan"
    )


class AssessmentAnswer(Base):
    """The answer to one scored item: the ticked options and the figures it asks for, numbers kept as text."""

    __tablename__ = "assessment_answers"
    __table_args__ = (UniqueConstraint("assessment_id", "item"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    assessment_id: Mapped[int] = mapped_column(ForeignKey("assessments.id"))
    item: Mapped[str] = mapped_column(String(4))
    options: Mapped[list[str]]
    figures: Mapped[dict[str, Any]]
    answered_by: Mapped[int] = mapped_column(ForeignKey("users.id"))
    answered_at: Mapped[datetime]

    assessment: Mapped[Assessment] = relationship(back_populates="answers", lazy="raise_on_sql")


class SceneLevel(Base):
    """The level (0 to 4) that one scene has reached."""

    __tablename__ = "scene_levels"
    __table_args__ = (
        UniqueConstraint("assessment_id", "scene"),
        CheckConstraint("level BETWEEN 0 AND 4", name="level_range"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    assessment_id: Mapped[int] = mapped_column(ForeignKey("assessments.id"))
    scene: Mapped[str] = mapped_column(String(30))
    level: Mapped[int]
    answered_by: Mapped[int] = mapped_column(ForeignKey("users.id"))
    answered_at: Mapped[datetime]

    assessment: Mapped[Assessment] = relationship(back_populates="scenes", lazy="raise_on_sql")


class MeasureTick(Base):
    """A measure that needs no product (制度、培训、备份…) and has been put in place since the assessment."""

    __tablename__ = "measure_ticks"
    __table_args__ = (UniqueConstraint("assessment_id", "item", "option"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    assessment_id: Mapped[int] = mapped_column(ForeignKey("assessments.id"))
    item: Mapped[str] = mapped_column(String(4))
    option: Mapped[str] = mapped_column(String(2))
    ticked_by: Mapped[int] = mapped_column(ForeignKey("users.id"))
    ticked_at: Mapped[datetime]

    assessment: Mapped[Assessment] = relationship(back_populates="ticks", lazy="raise_on_sql")
