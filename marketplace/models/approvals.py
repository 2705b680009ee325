"""The history beside every status column: one row a change."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from marketplace.models.accounts import User
from marketplace.models.base import Base


class ApprovalStatus(StrEnum):
    """Where a submission stands in the double review (双审核, 实施方案 三(七))."""

    IN_REVIEW = "in_review"  # feasibility and price, in parallel and blind to each other
    PANEL = "panel"  # the two differ too much: 会商
    SECOND_REVIEW = "second_review"  # the supervisor's second look
    APPROVED = "approved"
    RETURNED = "returned"
    REJECTED = "rejected"
    RECALLED = "recalled"  # by the provider


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
