"""联合体: a lead and its members, each with his share and scenes, his consent, and every change that was agreed.

No row is ever deleted. Who leaves, declines or gets other terms keeps his old row; the index of current seats alone is
unique. A change of an active consortium is a record of its own and takes effect when the bureau confirms it.
"""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, Numeric, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from marketplace.models.base import Base, Versioned
from marketplace.models.providers import Provider

CURRENT = "left_at IS NULL AND declined_at IS NULL"
PENDING = "status IN ('consenting', 'submitted')"


class ConsortiumStatus(StrEnum):
    FORMING = "forming"
    SUBMITTED = "submitted"  # everybody has consented; the bureau confirms
    ACTIVE = "active"
    DISSOLVED = "dissolved"


class MemberRole(StrEnum):
    LEAD = "lead"
    MEMBER = "member"


class ChangeStatus(StrEnum):
    CONSENTING = "consenting"  # waits for those whom it touches
    SUBMITTED = "submitted"  # waits for the bureau
    CONFIRMED = "confirmed"
    REFUSED = "refused"  # by the bureau
    DECLINED = "declined"  # by somebody whom it touches
    WITHDRAWN = "withdrawn"  # by the lead, or because the consortium was dissolved


class Consortium(Versioned, Base):
    __tablename__ = "consortia"
    __table_args__ = (
        CheckConstraint("(status = 'forming') = (decided_at IS NULL)", name="decided_unless_forming"),
        CheckConstraint("(decided_at IS NULL) = (decided_by IS NULL)", name="decided_by_someone"),
        CheckConstraint("status <> 'active' OR formed_on IS NOT NULL", name="active_since"),
        CheckConstraint("(status = 'dissolved') = (dissolved_on IS NOT NULL)", name="dissolved_on_a_day"),
        CheckConstraint("(dissolved_on IS NULL) = (dissolution_reason IS NULL)", name="dissolved_with_a_reason"),
        CheckConstraint("(declared_at IS NULL) = (declared_by IS NULL)", name="declared_by_someone"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    lead_id: Mapped[int] = mapped_column(ForeignKey("providers.id"), index=True)
    industry: Mapped[str] = mapped_column(String(40))
    purpose: Mapped[str] = mapped_column(Text)
    status: Mapped[ConsortiumStatus] = mapped_column(default=ConsortiumStatus.FORMING, index=True)
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    formed_on: Mapped[date | None]
    dissolved_on: Mapped[date | None]
    dissolution_reason: Mapped[str | None] = mapped_column(String(500))
    declarations: Mapped[list[str]]  # as they were worded when the lead made them
    declared_at: Mapped[datetime | None]
    declared_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    created_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    created_at: Mapped[datetime]

    lead: Mapped[Provider] = relationship(lazy="raise_on_sql")
    members: Mapped[list["ConsortiumMember"]] = relationship(
        back_populates="consortium", order_by="ConsortiumMember.id", lazy="raise_on_sql"
    )

    @property
    def provider_id(self) -> int:
        """Whose it is to keep, for the permission of its owner."""
        return self.lead_id


class ConsortiumMember(Versioned, Base):
    """A seat with its terms; `agreed` is what its holder consented to, and equals the terms as long as that holds."""

    __tablename__ = "consortium_members"
    __table_args__ = (
        Index(
            "uq_consortium_members_current",
            "consortium_id",
            "provider_id",
            unique=True,
            sqlite_where=text(CURRENT),
            postgresql_where=text(CURRENT),
        ),
        Index(
            "uq_consortium_members_current_lead",
            "consortium_id",
            unique=True,
            sqlite_where=text(f"role = 'lead' AND {CURRENT}"),
            postgresql_where=text(f"role = 'lead' AND {CURRENT}"),
        ),
        CheckConstraint("share > 0 AND share <= 100", name="share_range"),
        CheckConstraint("(consented_at IS NULL) = (consented_by IS NULL)", name="consented_by_someone"),
        CheckConstraint("(declined_at IS NULL) = (decline_reason IS NULL)", name="declined_with_a_reason"),
        CheckConstraint("consented_at IS NULL OR declined_at IS NULL", name="consented_or_declined"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    consortium_id: Mapped[int] = mapped_column(ForeignKey("consortia.id"), index=True)
    provider_id: Mapped[int] = mapped_column(ForeignKey("providers.id"), index=True)
    role: Mapped[MemberRole]
    share: Mapped[Decimal] = mapped_column(Numeric(5, 2))  # percent of the work
    scenes: Mapped[list[str]]
    invited_at: Mapped[datetime]
    invited_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    consented_at: Mapped[datetime | None]
    consented_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    agreed: Mapped[dict[str, Any] | None]
    declined_at: Mapped[datetime | None]
    decline_reason: Mapped[str | None] = mapped_column(String(500))
    left_at: Mapped[datetime | None]

    consortium: Mapped[Consortium] = relationship(back_populates="members", lazy="raise_on_sql")
    provider: Mapped[Provider] = relationship(back_populates="consortium_seats", lazy="raise_on_sql")

    @property
    def is_current(self) -> bool:
        return self.left_at is None and self.declined_at is None

    @property
    def asked_ids(self) -> frozenset[int]:
        """Who answers, for the permission of whom it concerns."""
        return frozenset({self.provider_id})


class ConsortiumChange(Versioned, Base):
    """A proposal: how the seats stood (`before`) and how all of them are to stand (`after`)."""

    __tablename__ = "consortium_changes"
    __table_args__ = (
        Index(
            "uq_consortium_changes_pending",
            "consortium_id",
            unique=True,
            sqlite_where=text(PENDING),
            postgresql_where=text(PENDING),
        ),
        CheckConstraint("(status = 'consenting') = (decided_at IS NULL)", name="decided_unless_consenting"),
        CheckConstraint("(decided_at IS NULL) = (decided_by IS NULL)", name="decided_by_someone"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    consortium_id: Mapped[int] = mapped_column(ForeignKey("consortia.id"), index=True)
    proposer_id: Mapped[int] = mapped_column(ForeignKey("providers.id"), index=True)
    reason: Mapped[str] = mapped_column(String(500))
    before: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    after: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    status: Mapped[ChangeStatus] = mapped_column(default=ChangeStatus.CONSENTING, index=True)
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    proposed_at: Mapped[datetime]
    proposed_by: Mapped[int] = mapped_column(ForeignKey("users.id"))

    consortium: Mapped[Consortium] = relationship(lazy="raise_on_sql")
    consents: Mapped[list["ConsortiumConsent"]] = relationship(
        back_populates="change", order_by="ConsortiumConsent.id", lazy="raise_on_sql"
    )

    @property
    def provider_id(self) -> int:
        return self.proposer_id

    @property
    def asked_ids(self) -> frozenset[int]:
        """Whom it touches; needs `consents` loaded."""
        return frozenset(one.provider_id for one in self.consents)


class ConsortiumConsent(Base):
    """Somebody whom a change touches, and his word."""

    __tablename__ = "consortium_consents"
    __table_args__ = (
        UniqueConstraint("change_id", "provider_id"),
        CheckConstraint("(consented_at IS NULL) = (consented_by IS NULL)", name="consented_by_someone"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    change_id: Mapped[int] = mapped_column(ForeignKey("consortium_changes.id"))
    provider_id: Mapped[int] = mapped_column(ForeignKey("providers.id"), index=True)
    consented_at: Mapped[datetime | None]
    consented_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))

    change: Mapped[ConsortiumChange] = relationship(back_populates="consents", lazy="raise_on_sql")
    provider: Mapped[Provider] = relationship(lazy="raise_on_sql")
