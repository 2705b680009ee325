"""双审核: submissions, seats and declared interests; and the history beside every status column.

The scheme: a submission (approval) has rounds; a round has seats, each held by one person who decides once. That a
person holds one seat a round, and that nothing is approved without three passes, the database itself refuses to break
(unique constraints here, triggers in migration 0006).
"""

from datetime import date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from marketplace.models.accounts import Organisation, User
from marketplace.models.base import Base, Versioned

if TYPE_CHECKING:
    from marketplace.models.listings import ListingVersion
    from marketplace.models.providers import Provider
    from marketplace.models.solutions import Solution


class ApprovalStatus(StrEnum):
    """Where a submission stands in the double review (双审核, 实施方案 三(七))."""

    IN_REVIEW = "in_review"  # feasibility and price, in parallel and blind to each other
    PANEL = "panel"  # the two differ too much: 会商
    SECOND_REVIEW = "second_review"  # the supervisor's second look
    APPROVED = "approved"
    RETURNED = "returned"
    REJECTED = "rejected"
    RECALLED = "recalled"  # by the provider
    CHECKED = "checked"  # a sample that was found in order
    REFERRED = "referred"  # a sample that needs the whole review, which has a row of its own


class ApprovalKind(StrEnum):
    INITIAL = "initial"
    MATERIAL = "material"  # a change of what matters, while the approved version stays on the shelf
    RENEWAL = "renewal"
    RELISTING = "relisting"
    SAMPLE = "sample"  # a look after the fact at a minor edit: 抽查


class Seat(StrEnum):
    FEASIBILITY = "feasibility"
    PRICE = "price"
    SECOND = "second"
    PANEL_1 = "panel_1"
    PANEL_2 = "panel_2"
    PANEL_3 = "panel_3"


class Verdict(StrEnum):
    PASS = "pass"  # noqa: S105 - a verdict, no password
    RETURN = "return"
    REJECT = "reject"


OPEN = "status IN ('in_review', 'panel', 'second_review', 'returned')"


class Approval(Versioned, Base):
    """One submission of one listing; a returned one comes back as its next round."""

    __tablename__ = "approvals"
    __table_args__ = (
        CheckConstraint("(status = 'in_review') = (decided_at IS NULL)", name="decided_unless_in_review"),
        CheckConstraint("(decided_at IS NULL) = (decided_by IS NULL)", name="decided_by_someone"),
        CheckConstraint("round >= 1", name="round_from_one"),
        CheckConstraint("kind = 'sample' OR status NOT IN ('checked', 'referred')", name="only_samples_are_checked"),
        Index(  # one review of a listing at a time
            "uq_approvals_open",
            "solution_id",
            unique=True,
            sqlite_where=text(f"{OPEN} AND kind <> 'sample'"),
            postgresql_where=text(f"{OPEN} AND kind <> 'sample'"),
        ),
        Index(
            "uq_approvals_open_sample",
            "solution_id",
            unique=True,
            sqlite_where=text(f"{OPEN} AND kind = 'sample'"),
            postgresql_where=text(f"{OPEN} AND kind = 'sample'"),
        ),
        Index("ix_approvals_queue", "status", "queue_at", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    solution_id: Mapped[int] = mapped_column(ForeignKey("solutions.id"), index=True)
    provider_id: Mapped[int] = mapped_column(ForeignKey("providers.id"), index=True)
    version_id: Mapped[int] = mapped_column(ForeignKey("listing_versions.id"), index=True)
    kind: Mapped[ApprovalKind]
    status: Mapped[ApprovalStatus] = mapped_column(default=ApprovalStatus.IN_REVIEW)
    round: Mapped[int] = mapped_column(default=1)
    risk: Mapped[int] = mapped_column(default=0)
    submitted_at: Mapped[datetime]  # the last time, with its newest version
    submitted_by: Mapped[int] = mapped_column(ForeignKey("users.id"))
    due_on: Mapped[date]
    queue_at: Mapped[datetime]  # submitted_at, earlier by the risk's worth in days: the order of the queue
    follows_id: Mapped[int | None] = mapped_column(ForeignKey("approvals.id"))  # the sample that asked for it
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))

    solution: Mapped["Solution"] = relationship(lazy="raise_on_sql")
    provider: Mapped["Provider"] = relationship(lazy="raise_on_sql")
    version_seen: Mapped["ListingVersion"] = relationship(lazy="raise_on_sql")
    seats: Mapped[list["ReviewSeat"]] = relationship(
        back_populates="approval", order_by="ReviewSeat.id", lazy="raise_on_sql"
    )


class ReviewSeat(Base):
    """Who sits where in a round; the row is made by claiming and is final once it has a verdict."""

    __tablename__ = "review_seats"
    __table_args__ = (
        UniqueConstraint("approval_id", "round", "seat"),
        UniqueConstraint("approval_id", "round", "reviewer_id"),  # nobody in two seats
        CheckConstraint("(verdict IS NULL) = (decided_at IS NULL)", name="decided_with_verdict"),
        CheckConstraint("(verdict IS NULL) = (version_id IS NULL)", name="decided_on_a_version"),
        Index("ix_review_seats_reviewer", "reviewer_id", "decided_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    approval_id: Mapped[int] = mapped_column(ForeignKey("approvals.id"))
    round: Mapped[int]
    seat: Mapped[Seat]
    reviewer_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    claimed_at: Mapped[datetime]
    due_on: Mapped[date]
    verdict: Mapped[Verdict | None]
    version_id: Mapped[int | None] = mapped_column(ForeignKey("listing_versions.id"))  # exactly what was judged
    score: Mapped[int | None]  # of 100, from the checklist
    checklist: Mapped[dict[str, Any]] = mapped_column(default=dict)  # item -> met, partly, unmet
    notes: Mapped[list[dict[str, str]]] = mapped_column(JSON, default=list)  # [{question, text}]
    reason: Mapped[str | None] = mapped_column(String(500))
    price_sentence: Mapped[str | None] = mapped_column(Text)  # the price verdict as it stood on the page
    decided_at: Mapped[datetime | None]

    approval: Mapped[Approval] = relationship(back_populates="seats", lazy="raise_on_sql")
    reviewer: Mapped[User] = relationship(lazy="raise_on_sql")


class DeclaredInterest(Base):
    """A reviewer's tie to a provider, declared by himself: work, shares, family."""

    __tablename__ = "declared_interests"
    __table_args__ = (CheckConstraint("until IS NULL OR until >= since", name="ends_after_start"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"), index=True)
    what: Mapped[str]
    since: Mapped[date]
    until: Mapped[date | None]
    declared_by: Mapped[int] = mapped_column(ForeignKey("users.id"))
    declared_at: Mapped[datetime]

    user: Mapped[User] = relationship(foreign_keys=[user_id], lazy="raise_on_sql")
    organisation: Mapped[Organisation] = relationship(lazy="raise_on_sql")


class StatusChange(Base):
    __tablename__ = "status_changes"
    __table_args__ = (Index("ix_status_changes_subject", "subject_kind", "subject_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    subject_kind: Mapped[str] = mapped_column(String(20))
    subject_id: Mapped[int]
    action: Mapped[str] = mapped_column(String(30))
    from_status: Mapped[str] = mapped_column(String(20))
    to_status: Mapped[str] = mapped_column(String(20))
    reason: Mapped[str | None] = mapped_column(String(500))
    seat: Mapped[str | None] = mapped_column(String(30))  # 技术可行性, 价格合理性, 监理复审: which seat of the review
    decided_by: Mapped[int] = mapped_column(ForeignKey("users.id"))
    decided_at: Mapped[datetime]

    decider: Mapped[User] = relationship(lazy="raise_on_sql")
