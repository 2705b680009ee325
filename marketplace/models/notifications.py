"""What each person is told (消息、待办), the mail that carries it out of the house, and what each wants to hear."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from marketplace.models.accounts import User
from marketplace.models.base import Base


class MailChoice(StrEnum):
    NOW = "now"
    DIGEST = "digest"  # with the daily summary
    OFF = "off"


class MailState(StrEnum):
    """waiting -> sending -> sent; a death in between leaves `unclear`, which no machine sends again by itself."""

    WAITING = "waiting"
    SENDING = "sending"  # claimed by a commit of its own, before the first byte leaves
    SENT = "sent"
    FAILED = "failed"  # refused for good, or too often
    UNCLEAR = "unclear"  # nobody knows whether it arrived: a person decides
    DROPPED = "dropped"  # a person decided that it need not go any more


class Notification(Base):
    """One thing told to one person, once."""

    __tablename__ = "notifications"
    __table_args__ = (
        UniqueConstraint("user_id", "dedupe_key"),  # whatever is repeated, nobody is told twice
        CheckConstraint("is_todo OR done_at IS NULL", name="only_todos_are_done"),
        Index("ix_notifications_user_id_id", "user_id", "id"),
        Index("ix_notifications_subject", "subject_kind", "subject_id"),
        Index(
            "ix_notifications_unread",
            "user_id",
            sqlite_where=text("read_at IS NULL"),
            postgresql_where=text("read_at IS NULL"),
        ),
        Index(
            "ix_notifications_open",
            "user_id",
            sqlite_where=text("is_todo AND done_at IS NULL"),
            postgresql_where=text("is_todo AND done_at IS NULL"),
        ),
        Index(
            "ix_notifications_for_digest",
            "user_id",
            sqlite_where=text("mail = 'digest' AND digested_on IS NULL"),
            postgresql_where=text("mail = 'digest' AND digested_on IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    kind: Mapped[str] = mapped_column(String(60))  # noun.act, a key of domain/notices
    subject_kind: Mapped[str] = mapped_column(String(20))
    subject_id: Mapped[int]
    page_kind: Mapped[str] = mapped_column(String(20))  # where it leads: not always the subject's own page
    page_id: Mapped[int]
    title: Mapped[str] = mapped_column(String(120))
    text: Mapped[str] = mapped_column(String(300))
    is_todo: Mapped[bool] = mapped_column(default=False)
    mail: Mapped[MailChoice]  # as the person had chosen when he was told
    created_at: Mapped[datetime]
    read_at: Mapped[datetime | None]
    done_at: Mapped[datetime | None]
    ends_at: Mapped[datetime | None]  # after it there is nothing left to do, though nobody has done it
    digested_on: Mapped[date | None]
    dedupe_key: Mapped[str] = mapped_column(String(120))


class Mail(Base):
    """One message to one address; whoever sends it claims it first."""

    __tablename__ = "mails"
    __table_args__ = (
        CheckConstraint("(state = 'sent') = (sent_at IS NOT NULL)", name="sent_at_when_sent"),
        CheckConstraint("state <> 'sending' OR (claimed_at IS NOT NULL AND claim IS NOT NULL)", name="sending_by_one"),
        CheckConstraint("attempts >= 0", name="attempts_not_negative"),
        Index("ix_mails_state_id", "state", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"), index=True)  # None: invited, no account yet
    purpose: Mapped[str] = mapped_column(String(20))  # notice, digest, invitation, password_reset
    address: Mapped[str] = mapped_column(String(80))
    subject: Mapped[str] = mapped_column(String(160))
    body: Mapped[str] = mapped_column(Text)
    is_secret: Mapped[bool] = mapped_column(default=False)  # holds a link that opens something: wiped once sent
    message_id: Mapped[str] = mapped_column(String(120), unique=True)
    state: Mapped[MailState] = mapped_column(default=MailState.WAITING)
    attempts: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]
    not_before: Mapped[datetime]
    claimed_at: Mapped[datetime | None]
    claim: Mapped[str | None] = mapped_column(String(40))  # token of the sender: only he may settle it
    sent_at: Mapped[datetime | None]
    problem: Mapped[str | None] = mapped_column(String(200))

    user: Mapped[User | None] = relationship(lazy="raise_on_sql")


class NotificationSwitch(Base):
    """What a person has chosen for a topic; without a row the policy's default holds."""

    __tablename__ = "notification_switches"

    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), primary_key=True)
    topic: Mapped[str] = mapped_column(String(20), primary_key=True)
    is_shown: Mapped[bool]  # counted in the inbox; to-dos always are
    mail: Mapped[MailChoice | None]  # None: to-dos at once and news with the summary, as the policy has it


class Digest(Base):
    """One summary a person and day, whoever writes it."""

    __tablename__ = "digests"

    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    mail_id: Mapped[int | None] = mapped_column(ForeignKey("mails.id"), index=True)
    news: Mapped[int]
    todos: Mapped[int]
    created_at: Mapped[datetime]
