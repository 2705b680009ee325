"""The evidence locker (佐证材料): files uploaded once and cited many times; and who else may look into a file."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from marketplace.models.accounts import Organisation
from marketplace.models.base import Base, Versioned
from marketplace.models.enterprises import Enterprise


class Evidence(Base):
    """A file of an organisation, stored under its SHA-256 outside the web root."""

    __tablename__ = "evidence"
    __table_args__ = (
        UniqueConstraint("organisation_id", "sha256"),
        CheckConstraint("size > 0", name="size_positive"),
        CheckConstraint("(withdrawn_at IS NULL) = (withdrawn_by IS NULL)", name="withdrawn_by_someone"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"), index=True)
    title: Mapped[str] = mapped_column(String(80))
    kind: Mapped[str] = mapped_column(String(30))  # a key of policy/evidence.toml
    file_name: Mapped[str] = mapped_column(String(120))
    media_type: Mapped[str] = mapped_column(String(80))
    size: Mapped[int]  # bytes
    sha256: Mapped[str] = mapped_column(String(64))
    expires_on: Mapped[date | None]
    uploaded_by: Mapped[int] = mapped_column(ForeignKey("users.id"))
    uploaded_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]
    withdrawn_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))

    organisation: Mapped[Organisation] = relationship(lazy="raise_on_sql")
    citations: Mapped[list["EvidenceCitation"]] = relationship(
        back_populates="evidence", order_by="EvidenceCitation.id", lazy="raise_on_sql", cascade="all, delete-orphan"
    )


class EvidenceCitation(Base):
    """What a piece of evidence proves: an item or scene of an assessment, a stage of the file."""

    __tablename__ = "evidence_citations"
    __table_args__ = (
        UniqueConstraint("evidence_id", "subject_kind", "subject_id", "topic"),
        Index("ix_evidence_citations_subject", "subject_kind", "subject_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    evidence_id: Mapped[int] = mapped_column(ForeignKey("evidence.id"))
    subject_kind: Mapped[str] = mapped_column(String(20))
    subject_id: Mapped[int]
    topic: Mapped[str] = mapped_column(String(30))  # Q1 to Q15, a scene, or a kind of evidence that a stage asks for
    cited_by: Mapped[int] = mapped_column(ForeignKey("users.id"))
    cited_at: Mapped[datetime]

    evidence: Mapped[Evidence] = relationship(back_populates="citations", lazy="raise_on_sql")


class GrantPurpose(StrEnum):
    DIAGNOSIS = "diagnosis"  # 诊断: may also write an assessment of that kind
    PLANNING = "planning"  # 方案设计
    REVIEW = "review"  # 专家咨询


class GrantStatus(StrEnum):
    ACTIVE = "active"
    WITHDRAWN = "withdrawn"


class AccessGrant(Versioned, Base):
    """The enterprise lets another organisation look into its file, for a purpose and a time."""

    __tablename__ = "access_grants"
    __table_args__ = (
        CheckConstraint("(status = 'active') = (decided_at IS NULL)", name="decided_unless_active"),
        CheckConstraint("(decided_at IS NULL) = (decided_by IS NULL)", name="decided_by_someone"),
        CheckConstraint("expires_on >= starts_on", name="ends_after_start"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    enterprise_id: Mapped[int] = mapped_column(ForeignKey("enterprises.id"), index=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"), index=True)  # who may look
    purpose: Mapped[GrantPurpose]
    note: Mapped[str] = mapped_column(String(200))
    starts_on: Mapped[date]
    expires_on: Mapped[date]  # the last day
    status: Mapped[GrantStatus] = mapped_column(default=GrantStatus.ACTIVE)
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    created_by: Mapped[int] = mapped_column(ForeignKey("users.id"))
    created_at: Mapped[datetime]

    enterprise: Mapped[Enterprise] = relationship(lazy="raise_on_sql")
    organisation: Mapped[Organisation] = relationship(lazy="raise_on_sql")
