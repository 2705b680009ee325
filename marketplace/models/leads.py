"""Leads (商机): a published demand offered to a few providers at a time; names are told once both sides said yes.

An offer that nobody answered by `expires_at` has lapsed: no row changes for it, every reader looks at the clock.
"""

from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Numeric, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from marketplace.models.base import Base, Versioned
from marketplace.models.demands import Demand
from marketplace.models.providers import Provider


class LeadStatus(StrEnum):
    OFFERED = "offered"
    INTERESTED = "interested"
    DECLINED = "declined"  # by the provider, with a reason
    INTRODUCED = "introduced"  # the enterprise said yes: both see each other's contact
    REFUSED = "refused"  # the enterprise said no
    CANCELLED = "cancelled"  # the demand was withdrawn or has found enough


class DeclineReason(StrEnum):
    NO_CAPACITY = "no_capacity"  # 无产能
    NOT_OUR_FIELD = "not_our_field"  # 不对口
    TOO_SMALL = "too_small"  # 项目太小
    TOO_FAR = "too_far"  # 距离太远
    OTHER = "other"


class Lead(Versioned, Base):
    __tablename__ = "leads"
    __table_args__ = (
        UniqueConstraint("demand_id", "provider_id"),
        CheckConstraint("(status = 'offered') = (decided_at IS NULL)", name="decided_unless_offered"),
        CheckConstraint("(decided_at IS NULL) = (decided_by IS NULL)", name="decided_by_someone"),
        CheckConstraint("status <> 'declined' OR decline_reason IS NOT NULL", name="declined_with_a_reason"),
        CheckConstraint("wave > 0", name="wave_positive"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    demand_id: Mapped[int] = mapped_column(ForeignKey("demands.id"), index=True)
    provider_id: Mapped[int] = mapped_column(ForeignKey("providers.id"), index=True)
    wave: Mapped[int]
    score: Mapped[Decimal] = mapped_column(Numeric(7, 3))
    reasons: Mapped[dict[str, Any]]  # as they stood when it was offered
    status: Mapped[LeadStatus] = mapped_column(default=LeadStatus.OFFERED, index=True)
    decline_reason: Mapped[DeclineReason | None]
    note: Mapped[str | None] = mapped_column(String(300))
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    offered_at: Mapped[datetime]
    expires_at: Mapped[datetime]

    demand: Mapped[Demand] = relationship(lazy="raise_on_sql")
    provider: Mapped[Provider] = relationship(lazy="raise_on_sql")

    @property
    def enterprise_id(self) -> int:
        """Whose checklist it is, for the permission of its owner; needs `demand` loaded."""
        return self.demand.enterprise_id
