"""评价 of an accepted solution by the enterprise that uses it."""

from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from marketplace.models.base import Base
from marketplace.models.enterprises import Enterprise
from marketplace.models.solutions import Solution


class Review(Base):
    __tablename__ = "reviews"
    __table_args__ = (
        UniqueConstraint("solution_id", "enterprise_id"),
        CheckConstraint("rating BETWEEN 1 AND 5", name="rating_range"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    solution_id: Mapped[int] = mapped_column(ForeignKey("solutions.id"), index=True)
    enterprise_id: Mapped[int] = mapped_column(ForeignKey("enterprises.id"), index=True)
    rating: Mapped[int]
    text: Mapped[str] = mapped_column(String(500))
    reply: Mapped[str | None] = mapped_column(String(500))
    written_on: Mapped[date]

    solution: Mapped[Solution] = relationship(back_populates="reviews", lazy="raise_on_sql")
    enterprise: Mapped[Enterprise] = relationship(lazy="raise_on_sql")
