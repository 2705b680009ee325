"""二级数转包: ready-made bundles by lead providers."""

from datetime import datetime

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from marketplace.models.base import Base
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
