"""二级数转包: ready-made bundles by lead providers; baskets that an enterprise puts together; quotation sheets."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from marketplace.models.base import Base, Versioned
from marketplace.models.demands import Demand
from marketplace.models.providers import Provider
from marketplace.models.solutions import Solution


class Bundle(Base):
    __tablename__ = "bundles"

    id: Mapped[int] = mapped_column(primary_key=True)
    provider_id: Mapped[int] = mapped_column(ForeignKey("providers.id"), index=True)
    name: Mapped[str] = mapped_column(String(60), unique=True)
    industry: Mapped[str] = mapped_column(String(40), index=True)
    summary: Mapped[str]
    description: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime]

    provider: Mapped[Provider] = relationship(lazy="raise_on_sql")
    items: Mapped[list["BundleItem"]] = relationship(
        back_populates="bundle", order_by="BundleItem.position", lazy="raise_on_sql"
    )


class BundleItem(Base):
    __tablename__ = "bundle_items"
    __table_args__ = (UniqueConstraint("bundle_id", "solution_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    bundle_id: Mapped[int] = mapped_column(ForeignKey("bundles.id"))
    solution_id: Mapped[int] = mapped_column(ForeignKey("solutions.id"), index=True)
    position: Mapped[int]

    bundle: Mapped[Bundle] = relationship(back_populates="items", lazy="raise_on_sql")
    solution: Mapped[Solution] = relationship(lazy="raise_on_sql")


class Basket(Versioned, Base):
    """An enterprise's own bundle for a demand, edited until it is quoted; the level is worked out from its items."""

    __tablename__ = "baskets"
    __table_args__ = (
        CheckConstraint("target_level BETWEEN 1 AND 4", name="target_level_range"),
        CheckConstraint("budget IS NULL OR budget > 0", name="budget_positive"),
        CheckConstraint("max_providers IS NULL OR max_providers > 0", name="max_providers_positive"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    demand_id: Mapped[int] = mapped_column(ForeignKey("demands.id"), index=True)
    enterprise_id: Mapped[int] = mapped_column(ForeignKey("enterprises.id"), index=True)
    title: Mapped[str] = mapped_column(String(60))
    target_level: Mapped[int]
    budget: Mapped[int | None]  # yuan out of the enterprise's own pocket
    max_providers: Mapped[int | None]
    created_by: Mapped[int] = mapped_column(ForeignKey("users.id"))
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]

    demand: Mapped[Demand] = relationship(lazy="raise_on_sql")
    items: Mapped[list["BasketItem"]] = relationship(
        back_populates="basket", order_by="BasketItem.id", lazy="raise_on_sql", cascade="all, delete-orphan"
    )


class BasketItem(Base):
    """A solution in the basket, by one of its price plans, so many times; `discount` is what the platform gives up."""

    __tablename__ = "basket_items"
    __table_args__ = (
        UniqueConstraint("basket_id", "solution_id"),
        CheckConstraint("quantity > 0", name="quantity_positive"),
        CheckConstraint("discount >= 0", name="discount_not_negative"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    basket_id: Mapped[int] = mapped_column(ForeignKey("baskets.id"))
    solution_id: Mapped[int] = mapped_column(ForeignKey("solutions.id"), index=True)
    price_plan_id: Mapped[int | None] = mapped_column(ForeignKey("price_plans.id"))
    quantity: Mapped[int] = mapped_column(default=1)  # devices or users; 1 for a whole price
    discount: Mapped[int] = mapped_column(default=0)  # yuan, 平台让

    basket: Mapped[Basket] = relationship(back_populates="items", lazy="raise_on_sql")
    solution: Mapped[Solution] = relationship(lazy="raise_on_sql")


class SheetStatus(StrEnum):
    SHARED = "shared"
    WITHDRAWN = "withdrawn"


class QuotationSheet(Versioned, Base):
    """A basket frozen with its prices, levels and reasons on a day; who has the link may read it until it ends."""

    __tablename__ = "quotation_sheets"
    __table_args__ = (
        CheckConstraint("(status = 'shared') = (decided_at IS NULL)", name="decided_unless_shared"),
        CheckConstraint("(decided_at IS NULL) = (decided_by IS NULL)", name="decided_by_someone"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    basket_id: Mapped[int] = mapped_column(ForeignKey("baskets.id"), index=True)
    enterprise_id: Mapped[int] = mapped_column(ForeignKey("enterprises.id"), index=True)
    number: Mapped[str] = mapped_column(String(30), unique=True)
    token: Mapped[str] = mapped_column(String(64), unique=True)  # the link that can be passed on
    content: Mapped[dict[str, Any]]
    valid_until: Mapped[date]
    status: Mapped[SheetStatus] = mapped_column(default=SheetStatus.SHARED)
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    created_by: Mapped[int] = mapped_column(ForeignKey("users.id"))
    created_at: Mapped[datetime]

    basket: Mapped[Basket] = relationship(lazy="raise_on_sql")
