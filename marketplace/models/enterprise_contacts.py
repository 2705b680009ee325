"""How an enterprise is reached, and who stands for it: a table of its own, for it stays when the file travels."""

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from marketplace.models.base import Base
from marketplace.models.enterprises import Enterprise


class EnterpriseContact(Base):
    __tablename__ = "enterprise_contacts"

    enterprise_id: Mapped[int] = mapped_column(ForeignKey("enterprises.id"), primary_key=True)
    phone: Mapped[str | None] = mapped_column(String(20))
    mail: Mapped[str | None] = mapped_column(String(120))
    legal_representative: Mapped[str | None] = mapped_column(String(40))
    address: Mapped[str | None]

    enterprise: Mapped[Enterprise] = relationship(lazy="raise_on_sql")
