"""产品和解决方案: a listing with its coverage, price plans, cases, certificates and facet rows."""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, Numeric, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from marketplace.models.base import Base, Versioned
from marketplace.models.enterprises import Enterprise
from marketplace.models.providers import Provider

if TYPE_CHECKING:
    from marketplace.models.reviews import Review


class SolutionStatus(StrEnum):
    DRAFT = "draft"  # also while its first review runs: where that stands is the approval's status
    LISTED = "listed"
    SUSPENDED = "suspended"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


class PriceModel(StrEnum):
    ONE_OFF = "one_off"
    ANNUAL = "annual"
    PER_DEVICE = "per_device"
    PER_USER = "per_user"


class SubsidyCategory(StrEnum):
    """Which line of the fund rules (专项资金管理办法 第九条) an amount falls under."""

    SOFTWARE = "software"
    CLOUD = "cloud"
    EQUIPMENT = "equipment"
    CONSULTING = "consulting"
    NONE = "none"


class Solution(Versioned, Base):
    __tablename__ = "solutions"
    __table_args__ = (
        CheckConstraint("(status = 'draft') = (decided_at IS NULL)", name="decided_unless_draft"),
        CheckConstraint("(decided_at IS NULL) = (decided_by IS NULL)", name="decided_by_someone"),
        CheckConstraint("status = 'draft' OR listed_at IS NOT NULL", name="listed_at_once_listed"),
        Index("ix_solutions_provider_id_product_number", "provider_id", "product_number", unique=True),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    provider_id: Mapped[int] = mapped_column(ForeignKey("providers.id"), index=True)
    product_number: Mapped[str | None] = mapped_column(String(40))  # the provider's own, by which an import finds it
    name: Mapped[str] = mapped_column(String(60))
    family: Mapped[str] = mapped_column(String(40), index=True)  # product family, 产品族
    product_type: Mapped[str] = mapped_column(String(20))
    summary: Mapped[str]
    description: Mapped[str] = mapped_column(Text)
    keywords: Mapped[list[str]]
    industries: Mapped[list[str] | None]  # empty: general purpose; None: unknown
    gbt4754: Mapped[list[str]]
    sizes: Mapped[list[str] | None]
    deployments: Mapped[list[str] | None]
    days_to_deploy: Mapped[int | None]
    interfaces: Mapped[str | None] = mapped_column(Text)
    service: Mapped[str | None] = mapped_column(Text)
    integrations: Mapped[list[dict[str, Any]] | None] = mapped_column(JSON)  # system, reads, writes, protocol
    ownership: Mapped[str | None] = mapped_column(String(20))
    domestic: Mapped[list[str] | None]  # 国产化适配
    data_ownership: Mapped[str | None] = mapped_column(Text)
    security: Mapped[str | None] = mapped_column(Text)
    proofs: Mapped[list[dict[str, Any]] | None] = mapped_column(JSON)  # evidence of the provider's locker, proves
    contact_name: Mapped[str | None] = mapped_column(String(40))
    contact_phone: Mapped[str | None] = mapped_column(String(20))
    contracts: Mapped[int] = mapped_column(default=0)
    status: Mapped[SolutionStatus] = mapped_column(default=SolutionStatus.DRAFT, index=True)
    status_note: Mapped[str | None]
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    listed_at: Mapped[datetime | None]
    expires_on: Mapped[date | None]
    suspended_until: Mapped[date | None]  # the last day of a suspension that ends by itself
    rating_sum: Mapped[int] = mapped_column(default=0)
    rating_count: Mapped[int] = mapped_column(default=0)

    provider: Mapped[Provider] = relationship(back_populates="solutions", lazy="raise_on_sql")
    coverage: Mapped[list["Coverage"]] = relationship(
        back_populates="solution", order_by="Coverage.id", lazy="raise_on_sql", cascade="all, delete-orphan"
    )
    price_plans: Mapped[list["PricePlan"]] = relationship(
        back_populates="solution", order_by="PricePlan.id", lazy="raise_on_sql", cascade="all, delete-orphan"
    )
    cases: Mapped[list["SolutionCase"]] = relationship(
        back_populates="solution", order_by="SolutionCase.id", lazy="raise_on_sql", cascade="all, delete-orphan"
    )
    certificates: Mapped[list["Certificate"]] = relationship(
        back_populates="solution", order_by="Certificate.id", lazy="raise_on_sql", cascade="all, delete-orphan"
    )
    facets: Mapped[list["SolutionFacet"]] = relationship(lazy="raise_on_sql", cascade="all, delete-orphan")
    reviews: Mapped[list["Review"]] = relationship(back_populates="solution", lazy="raise_on_sql")


class Coverage(Base):
    """One row of the function-scene-level matrix: the level that the solution can bring the scene to."""

    __tablename__ = "coverage"
    __table_args__ = (
        UniqueConstraint("solution_id", "scene"),
        CheckConstraint("level BETWEEN 1 AND 4", name="level_range"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    solution_id: Mapped[int] = mapped_column(ForeignKey("solutions.id"))
    scene: Mapped[str] = mapped_column(String(30), index=True)
    level: Mapped[int]
    function: Mapped[str] = mapped_column(Text)
    evidence: Mapped[str | None]

    solution: Mapped[Solution] = relationship(back_populates="coverage", lazy="raise_on_sql")


class PricePlan(Base):
    __tablename__ = "price_plans"
    __table_args__ = (CheckConstraint("amount >= 0", name="amount_not_negative"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    solution_id: Mapped[int] = mapped_column(ForeignKey("solutions.id"), index=True)
    name: Mapped[str] = mapped_column(String(60))
    model: Mapped[PriceModel]
    amount: Mapped[int]  # yuan
    includes: Mapped[str] = mapped_column(Text)
    maintenance_rate: Mapped[Decimal | None] = mapped_column(Numeric(4, 3))
    pilot_discount: Mapped[Decimal | None] = mapped_column(Numeric(4, 3))  # off the amount, for pilot enterprises
    subsidy_category: Mapped[SubsidyCategory]

    solution: Mapped[Solution] = relationship(back_populates="price_plans", lazy="raise_on_sql")


class SolutionCase(Base):
    """An accepted case; a local one (本地样板) is that of an enterprise in the city's registry."""

    __tablename__ = "solution_cases"

    id: Mapped[int] = mapped_column(primary_key=True)
    solution_id: Mapped[int] = mapped_column(ForeignKey("solutions.id"), index=True)
    enterprise_id: Mapped[int | None] = mapped_column(ForeignKey("enterprises.id"), index=True)
    industry: Mapped[str] = mapped_column(String(40))
    scene: Mapped[str] = mapped_column(String(30))
    level_before: Mapped[int]
    level_after: Mapped[int]
    employees: Mapped[int | None]
    accepted_on: Mapped[date]
    story: Mapped[str] = mapped_column(Text)
    credit_code: Mapped[str | None] = mapped_column(String(18))  # of the customer: for the review, never shown
    evidence: Mapped[str | None]

    solution: Mapped[Solution] = relationship(back_populates="cases", lazy="raise_on_sql")
    enterprise: Mapped[Enterprise | None] = relationship(lazy="raise_on_sql")


class Certificate(Base):
    __tablename__ = "certificates"

    id: Mapped[int] = mapped_column(primary_key=True)
    solution_id: Mapped[int] = mapped_column(ForeignKey("solutions.id"), index=True)
    kind: Mapped[str] = mapped_column(String(30))
    name: Mapped[str]
    number: Mapped[str | None] = mapped_column(String(60))

    solution: Mapped[Solution] = relationship(back_populates="certificates", lazy="raise_on_sql")


class SolutionFacet(Base):
    """What the shelf filters by, one row a value: written with the listing, read when the search engine is away."""

    __tablename__ = "solution_facets"
    __table_args__ = (Index("ix_solution_facets_facet_value", "facet", "value"),)

    solution_id: Mapped[int] = mapped_column(ForeignKey("solutions.id"), primary_key=True)
    facet: Mapped[str] = mapped_column(String(20), primary_key=True)
    value: Mapped[str] = mapped_column(String(60), primary_key=True)
