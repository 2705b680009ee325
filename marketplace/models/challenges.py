"""揭榜挂帅: unmet demand that the bureau publishes as an open challenge, and the providers' responses."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from marketplace.models.base import Base, Versioned
from marketplace.models.providers import Provider


class ChallengeStatus(StrEnum):
    DRAFT = "draft"
    OPEN = "open"
    CLOSED = "closed"


class Challenge(Versioned, Base):
    """What nobody's solution covers in an industry and scene, with the lines and the budget behind it."""

    __tablename__ = "challenges"
    __table_args__ = (
        CheckConstraint("(status = 'draft') = (decided_at IS NULL)", name="decided_unless_draft"),
        CheckConstraint("(decided_at IS NULL) = (decided_by IS NULL)", name="decided_by_someone"),
        CheckConstraint("target_level BETWEEN 1 AND 4", name="target_level_range"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str] = mapped_column(String(60))
    industry: Mapped[str] = mapped_column(String(40), index=True)
    scene: Mapped[str] = mapped_column(String(30), index=True)
    target_level: Mapped[int]
    text: Mapped[str] = mapped_column(Text)
    basis: Mapped[dict[str, Any]]  # line ids, enterprises, budget in yuan as they stood when it was drawn up
    closes_on: Mapped[date]
    status: Mapped[ChallengeStatus] = mapped_column(default=ChallengeStatus.DRAFT, index=True)
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    created_by: Mapped[int] = mapped_column(ForeignKey("users.id"))
    created_at: Mapped[datetime]

    responses: Mapped[list["ChallengeResponse"]] = relationship(
        back_populates="challenge", order_by="ChallengeResponse.id", lazy="raise_on_sql"
    )


class ChallengeResponse(Base):
    __tablename__ = "challenge_responses"
    __table_args__ = (
        UniqueConstraint("challenge_id", "provider_id"),
        CheckConstraint("price > 0", name="price_positive"),
        CheckConstraint("days > 0", name="days_positive"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    challenge_id: Mapped[int] = mapped_column(ForeignKey("challenges.id"), index=True)
    provider_id: Mapped[int] = mapped_column(ForeignKey("providers.id"), index=True)
    text: Mapped[str] = mapped_column(Text)
    price: Mapped[int]  # yuan
    days: Mapped[int]
    created_by: Mapped[int] = mapped_column(ForeignKey("users.id"))
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]

    challenge: Mapped[Challenge] = relationship(back_populates="responses", lazy="raise_on_sql")
    provider: Mapped[Provider] = relationship(lazy="raise_on_sql")
