"""What must happen after commit, written in the same transaction as its cause; and submissions already served."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.models.base import Base


class OutboxMessage(Base):
    __tablename__ = "outbox_messages"
    __table_args__ = (
        Index(
            "ix_outbox_messages_waiting",
            "topic",
            "id",
            sqlite_where=text("delivered_at IS NULL"),
            postgresql_where=text("delivered_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    topic: Mapped[str] = mapped_column(String(30))  # solution: its search document has to be written or removed
    subject_id: Mapped[int]
    created_at: Mapped[datetime]
    delivered_at: Mapped[datetime | None]


class Submission(Base):
    """A form sent twice has one effect: the second finds the first one's row and is sent to its result."""

    __tablename__ = "submissions"

    token: Mapped[str] = mapped_column(String(40), primary_key=True)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    subject_kind: Mapped[str | None] = mapped_column(String(20))
    subject_id: Mapped[int | None]
    created_at: Mapped[datetime]
