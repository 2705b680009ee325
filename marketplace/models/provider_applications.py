"""入池申请: a provider asks to be admitted to the pool as one kind, with what it declares and on which day."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from marketplace.models.base import Base, Versioned
from marketplace.models.providers import Provider, ProviderKind


class ApplicationStatus(StrEnum):
    DRAFT = "draft"
    SUBMITTED = "submitted"
    RETURNED = "returned"  # with notes: the provider mends and submits again
    ADMITTED = "admitted"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"  # by the provider


UNDECIDED = text("status IN ('draft', 'submitted', 'returned')")


class ProviderApplication(Versioned, Base):
    """One kind an application; another kind later is another application. One undecided at a time."""

    __tablename__ = "provider_applications"
    __table_args__ = (
        CheckConstraint("(status = 'draft') = (decided_at IS NULL)", name="decided_unless_draft"),
        CheckConstraint("(decided_at IS NULL) = (decided_by IS NULL)", name="decided_by_someone"),
        CheckConstraint("status = 'draft' OR kind IS NOT NULL OR status = 'withdrawn'", name="kind_once_submitted"),
        Index(
            "uq_provider_applications_undecided",
            "provider_id",
            unique=True,
            sqlite_where=UNDECIDED,
            postgresql_where=UNDECIDED,
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    provider_id: Mapped[int] = mapped_column(ForeignKey("providers.id"), index=True)
    kind: Mapped[ProviderKind | None]
    industries: Mapped[list[str]]
    scenes: Mapped[list[str]]
    facts: Mapped[dict[str, Any]]  # what it states of itself; copied to the provider when it is admitted
    status: Mapped[ApplicationStatus] = mapped_column(default=ApplicationStatus.DRAFT, index=True)
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    submitted_at: Mapped[datetime | None] = mapped_column(index=True)
    notes: Mapped[dict[str, Any]]  # of the last return: section -> what is to be mended
    met: Mapped[list[str]]  # conditions of admission that the one who decided found met
    created_by: Mapped[int] = mapped_column(ForeignKey("users.id"))
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]

    provider: Mapped[Provider] = relationship(lazy="raise_on_sql")


class ProviderDeclaration(Base):
    """承诺: the words as they were declared, by whom and when. It serves every application while it is in force."""

    __tablename__ = "provider_declarations"
    __table_args__ = (Index("ix_provider_declarations_provider_topic", "provider_id", "topic"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    provider_id: Mapped[int] = mapped_column(ForeignKey("providers.id"))
    topic: Mapped[str] = mapped_column(String(30))
    text: Mapped[str] = mapped_column(Text)
    text_version: Mapped[str] = mapped_column(String(20))
    basis: Mapped[dict[str, Any]]  # the provider's facts of that day, so that what changed since can be flagged
    declared_by: Mapped[int] = mapped_column(ForeignKey("users.id"))
    declared_at: Mapped[datetime]
    valid_until: Mapped[date]  # the last day


class DeclarationUse(Base):
    """An application or a response to a call that rests on a declaration."""

    __tablename__ = "declaration_uses"
    __table_args__ = (
        UniqueConstraint("declaration_id", "subject_kind", "subject_id"),
        Index("ix_declaration_uses_subject", "subject_kind", "subject_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    declaration_id: Mapped[int] = mapped_column(ForeignKey("provider_declarations.id"))
    subject_kind: Mapped[str] = mapped_column(String(20))
    subject_id: Mapped[int]

    declaration: Mapped[ProviderDeclaration] = relationship(lazy="raise_on_sql")
