"""牵头服务商遴选 (揭榜): calls for lead providers, responses, blind and agreed scores, results, objections, seats."""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Numeric, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from marketplace.models.accounts import User
from marketplace.models.base import Base, Versioned
from marketplace.models.providers import Provider


class CallStatus(StrEnum):
    DRAFT = "draft"
    OPEN = "open"
    SCORING = "scoring"  # experts alone and blind
    CONSENSUS = "consensus"  # all scores are in and side by side
    ANNOUNCED = "announced"  # 公示
    CONCLUDED = "concluded"
    CANCELLED = "cancelled"


class ObjectionStatus(StrEnum):
    OPEN = "open"
    DISMISSED = "dismissed"
    UPHELD = "upheld"


class Call(Versioned, Base):
    """Not a challenge: a challenge asks for a product that nobody offers, a call for the lead of an industry."""

    __tablename__ = "calls"
    __table_args__ = (
        CheckConstraint("(status = 'draft') = (decided_at IS NULL)", name="decided_unless_draft"),
        CheckConstraint("(decided_at IS NULL) = (decided_by IS NULL)", name="decided_by_someone"),
        CheckConstraint("places > 0", name="places_positive"),
        CheckConstraint("closes_on >= opens_on", name="closes_after_opening"),
        CheckConstraint("objection_days > 0", name="objection_days_positive"),
        CheckConstraint(
            "status NOT IN ('announced', 'concluded') OR objections_until IS NOT NULL", name="announced_with_period"
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str] = mapped_column(String(60))
    industry: Mapped[str] = mapped_column(String(40), index=True)
    places: Mapped[int]
    text: Mapped[str] = mapped_column(Text)
    opens_on: Mapped[date]
    closes_on: Mapped[date]  # the last day
    objection_days: Mapped[int]  # working days
    rules: Mapped[dict[str, Any]]  # spread, ties and the like as they stood when the call was published
    status: Mapped[CallStatus] = mapped_column(default=CallStatus.DRAFT, index=True)
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    round: Mapped[int] = mapped_column(default=0)  # announcements so far
    announced_on: Mapped[date | None]
    objections_until: Mapped[date | None]  # the last day of 公示
    cap_reason: Mapped[str | None] = mapped_column(String(500))  # why more leads than the rule wants
    created_by: Mapped[int] = mapped_column(ForeignKey("users.id"))
    created_at: Mapped[datetime]

    criteria: Mapped[list["CallCriterion"]] = relationship(
        back_populates="call", order_by="CallCriterion.position", lazy="raise_on_sql", cascade="all, delete-orphan"
    )
    responses: Mapped[list["CallResponse"]] = relationship(
        back_populates="call", order_by="CallResponse.id", lazy="raise_on_sql"
    )
    experts: Mapped[list["CallExpert"]] = relationship(
        back_populates="call", order_by="CallExpert.id", lazy="raise_on_sql"
    )


class CallCriterion(Base):
    """评分项; the weights of a call sum to 100 as soon as it is published."""

    __tablename__ = "call_criteria"
    __table_args__ = (
        UniqueConstraint("call_id", "position"),
        CheckConstraint("weight BETWEEN 1 AND 100", name="weight_range"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    call_id: Mapped[int] = mapped_column(ForeignKey("calls.id"))
    position: Mapped[int]
    name: Mapped[str] = mapped_column(String(30))
    hint: Mapped[str] = mapped_column(String(200))
    weight: Mapped[int]

    call: Mapped[Call] = relationship(back_populates="criteria", lazy="raise_on_sql")


class CallResponse(Base):
    """应榜: one a provider, which it may change until the last day."""

    __tablename__ = "call_responses"
    __table_args__ = (UniqueConstraint("call_id", "provider_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    call_id: Mapped[int] = mapped_column(ForeignKey("calls.id"))
    provider_id: Mapped[int] = mapped_column(ForeignKey("providers.id"), index=True)
    texts: Mapped[dict[str, Any]]  # id of the criterion -> what the provider says to it
    created_by: Mapped[int] = mapped_column(ForeignKey("users.id"))
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]

    call: Mapped[Call] = relationship(back_populates="responses", lazy="raise_on_sql")
    provider: Mapped[Provider] = relationship(lazy="raise_on_sql")


class CallExpert(Base):
    """An expert's seat at a call: waiting, then either his scores are in or he has stood aside (回避)."""

    __tablename__ = "call_experts"
    __table_args__ = (
        UniqueConstraint("call_id", "user_id"),
        CheckConstraint("submitted_at IS NULL OR recused_at IS NULL", name="submitted_or_recused"),
        CheckConstraint("(recused_at IS NULL) = (recusal_reason IS NULL)", name="recused_with_reason"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    call_id: Mapped[int] = mapped_column(ForeignKey("calls.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    assigned_by: Mapped[int] = mapped_column(ForeignKey("users.id"))
    assigned_at: Mapped[datetime]
    submitted_at: Mapped[datetime | None]
    recused_at: Mapped[datetime | None]
    recusal_reason: Mapped[str | None] = mapped_column(String(500))

    call: Mapped[Call] = relationship(back_populates="experts", lazy="raise_on_sql")
    user: Mapped[User] = relationship(foreign_keys=[user_id], lazy="raise_on_sql")
    scores: Mapped[list["CallScore"]] = relationship(
        back_populates="expert", order_by="CallScore.id", lazy="raise_on_sql", cascade="all, delete-orphan"
    )


class CallScore(Base):
    """What one expert gives one response in one criterion."""

    __tablename__ = "call_scores"
    __table_args__ = (
        UniqueConstraint("expert_id", "response_id", "criterion_id"),
        CheckConstraint("score BETWEEN 0 AND 100", name="score_range"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    expert_id: Mapped[int] = mapped_column(ForeignKey("call_experts.id"))
    response_id: Mapped[int] = mapped_column(ForeignKey("call_responses.id"), index=True)
    criterion_id: Mapped[int] = mapped_column(ForeignKey("call_criteria.id"))
    score: Mapped[int]
    comment: Mapped[str] = mapped_column(String(500))

    expert: Mapped[CallExpert] = relationship(back_populates="scores", lazy="raise_on_sql")


class CallAgreement(Base):
    """合议: the score that the experts agreed upon where theirs lay too far apart, and why."""

    __tablename__ = "call_agreements"
    __table_args__ = (
        UniqueConstraint("response_id", "criterion_id"),
        CheckConstraint("score BETWEEN 0 AND 100", name="score_range"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    call_id: Mapped[int] = mapped_column(ForeignKey("calls.id"), index=True)
    response_id: Mapped[int] = mapped_column(ForeignKey("call_responses.id"))
    criterion_id: Mapped[int] = mapped_column(ForeignKey("call_criteria.id"))
    score: Mapped[Decimal] = mapped_column(Numeric(5, 2))
    reason: Mapped[str] = mapped_column(String(500))
    agreed_by: Mapped[int] = mapped_column(ForeignKey("users.id"))
    agreed_at: Mapped[datetime]


class CallResult(Base):
    """A line of an announcement as it was announced; a second announcement has lines of its own."""

    __tablename__ = "call_results"
    __table_args__ = (
        UniqueConstraint("call_id", "round", "response_id"),
        CheckConstraint("rank > 0", name="rank_positive"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    call_id: Mapped[int] = mapped_column(ForeignKey("calls.id"))
    round: Mapped[int]
    response_id: Mapped[int] = mapped_column(ForeignKey("call_responses.id"))
    rank: Mapped[int]
    total: Mapped[Decimal] = mapped_column(Numeric(5, 2))
    is_winner: Mapped[bool]

    response: Mapped[CallResponse] = relationship(lazy="raise_on_sql")


class CallObjection(Versioned, Base):
    """异议: by a person of the site, or by a visitor who leaves name and phone; answered in writing."""

    __tablename__ = "call_objections"
    __table_args__ = (
        CheckConstraint("(status = 'open') = (decided_at IS NULL)", name="decided_unless_open"),
        CheckConstraint("(decided_at IS NULL) = (decided_by IS NULL)", name="decided_by_someone"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    call_id: Mapped[int] = mapped_column(ForeignKey("calls.id"), index=True)
    round: Mapped[int]
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"), index=True)
    name: Mapped[str] = mapped_column(String(40))
    phone: Mapped[str] = mapped_column(String(20))
    text: Mapped[str] = mapped_column(Text)
    raised_at: Mapped[datetime]
    status: Mapped[ObjectionStatus] = mapped_column(default=ObjectionStatus.OPEN)
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    answer: Mapped[str | None] = mapped_column(String(500))

    call: Mapped[Call] = relationship(lazy="raise_on_sql")


class LeadSeat(Base):
    """Who leads an industry, by which call, from when until when; `until` is its last day."""

    __tablename__ = "lead_seats"
    __table_args__ = (
        UniqueConstraint("provider_id", "industry", "since"),
        CheckConstraint("until IS NULL OR until >= since", name="ends_after_start"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    provider_id: Mapped[int] = mapped_column(ForeignKey("providers.id"), index=True)
    industry: Mapped[str] = mapped_column(String(40), index=True)
    call_id: Mapped[int | None] = mapped_column(ForeignKey("calls.id"))
    since: Mapped[date]
    until: Mapped[date | None]

    provider: Mapped[Provider] = relationship(lazy="raise_on_sql")
