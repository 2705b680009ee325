"""一企一档: the facts of an enterprise that take part in matching and in the city's targets."""

from datetime import date
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Numeric, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from marketplace.models.accounts import Organisation
from marketplace.models.base import Base


class Specialisation(StrEnum):
    """优质中小企业梯度."""

    NONE = "none"
    INNOVATIVE = "innovative"  # 创新型
    SPECIALISED = "specialised"  # 专精特新
    LITTLE_GIANT = "little_giant"  # 专精特新小巨人


class Progress(StrEnum):
    """Where the enterprise stands in the pilot."""

    REGISTERED = "registered"  # 已入库
    DIAGNOSED = "diagnosed"  # 已诊断
    TRANSFORMING = "transforming"  # 改造中
    COMPLETED = "completed"  # 已验收


class Enterprise(Base):
    __tablename__ = "enterprises"
    __table_args__ = (
        CheckConstraint("employees IS NULL OR employees > 0", name="employees_positive"),
        CheckConstraint("overall_level IS NULL OR overall_level BETWEEN 0 AND 4", name="overall_level_range"),
        CheckConstraint("(progress = 'completed') = (completed_on IS NOT NULL)", name="completed_on_when_completed"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"), unique=True)
    industry: Mapped[str] = mapped_column(String(40), index=True)
    gbt4754: Mapped[str | None] = mapped_column(String(4))
    size: Mapped[str | None] = mapped_column(String(10))
    employees: Mapped[int | None]
    revenue: Mapped[int | None]  # yuan a year
    main_products: Mapped[str | None]
    specialisation: Mapped[Specialisation] = mapped_column(default=Specialisation.NONE)
    is_above_scale: Mapped[bool | None]  # 规上
    progress: Mapped[Progress] = mapped_column(default=Progress.REGISTERED, index=True)
    completed_on: Mapped[date | None]
    overall_level: Mapped[int | None]
    assessment_score: Mapped[Any | None] = mapped_column(Numeric(6, 3))
    is_sample: Mapped[bool] = mapped_column(default=False)  # 样板企业

    organisation: Mapped[Organisation] = relationship(back_populates="enterprise", lazy="raise_on_sql")
