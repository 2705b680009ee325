"""服务商."""

from datetime import date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from sqlalchemy import CheckConstraint, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from marketplace.models.accounts import Organisation
from marketplace.models.base import Base, Versioned

if TYPE_CHECKING:
    from marketplace.models.consortia import ConsortiumMember
    from marketplace.models.solutions import Solution


class ProviderKind(StrEnum):
    LEAD = "lead"  # 牵头服务商
    PRODUCT = "product"  # 产品服务商
    INTEGRATOR = "integrator"  # 综合集成
    CHAIN_LEADER = "chain_leader"  # 链主


class Standing(StrEnum):
    """Place in the rolling pool; a suspended or removed provider never appears on the shelf or in a ranking."""

    CANDIDATE = "candidate"
    LISTED = "listed"
    RECOMMENDED = "recommended"
    WATCH = "watch"
    SUSPENDED = "suspended"
    REMOVED = "removed"


class Provider(Versioned, Base):
    __tablename__ = "providers"
    __table_args__ = (
        CheckConstraint("rating_count >= 0 AND rating_sum >= 0", name="rating_not_negative"),
        CheckConstraint("rating_sum <= 5 * rating_count", name="rating_at_most_five"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"), unique=True)
    short_name: Mapped[str] = mapped_column(String(40))
    kind: Mapped[ProviderKind]
    standing: Mapped[Standing] = mapped_column(default=Standing.CANDIDATE, index=True)
    standing_since: Mapped[date]
    standing_note: Mapped[str | None]
    admitted_on: Mapped[date | None]  # the day of its first admission to the pool
    summary: Mapped[str]
    description: Mapped[str] = mapped_column(Text)
    industries: Mapped[list[str]]  # home industries; empty means general purpose
    founded_year: Mapped[int | None]
    staff: Mapped[int | None]
    place: Mapped[str | None] = mapped_column(String(10))  # local, branch, remote
    rating_sum: Mapped[int] = mapped_column(default=0)  # kept with the reviews, in the same transaction
    rating_count: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]
    # Who answers for the firm: what conflicts of interest and risk flags are looked up by.
    contact_name: Mapped[str | None] = mapped_column(String(40))
    contact_phone: Mapped[str | None] = mapped_column(String(20))
    contact_mail: Mapped[str | None] = mapped_column(String(120))
    legal_representative: Mapped[str | None] = mapped_column(String(40))
    address: Mapped[str | None]

    organisation: Mapped[Organisation] = relationship(back_populates="provider", lazy="raise_on_sql")
    solutions: Mapped[list["Solution"]] = relationship(back_populates="provider", lazy="raise_on_sql")
    consortium_seats: Mapped[list["ConsortiumMember"]] = relationship(back_populates="provider", lazy="raise_on_sql")
