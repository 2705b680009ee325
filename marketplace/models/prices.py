"""成交价: what was paid under a contract, kept apart from what is asked on the shelf."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from marketplace.models.base import Base
from marketplace.models.solutions import PriceModel, Solution


class ContractPrice(Base):
    """A line of a signed contract: `amount` is the price of one unit of the model (a year, a device, a user a year)."""

    __tablename__ = "contract_prices"
    __table_args__ = (
        CheckConstraint("amount >= 0", name="amount_not_negative"),
        CheckConstraint("quantity > 0", name="quantity_positive"),
        CheckConstraint("level BETWEEN 1 AND 4", name="level_range"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    solution_id: Mapped[int] = mapped_column(ForeignKey("solutions.id"), index=True)
    model: Mapped[PriceModel]
    amount: Mapped[int]  # yuan
    quantity: Mapped[int] = mapped_column(default=1)
    scene: Mapped[str] = mapped_column(String(30))
    level: Mapped[int]
    signed_on: Mapped[date]
    project: Mapped[str | None] = mapped_column(String(40))  # the project's own number
    recorded_at: Mapped[datetime]

    solution: Mapped[Solution] = relationship(lazy="raise_on_sql")
