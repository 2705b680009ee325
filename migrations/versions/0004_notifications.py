"""The inbox of each person, the mail on its way, and what each wants to be told."""

import sqlalchemy as sa
from alembic import op

revision = "0004_notifications"
down_revision = "0003_audit_chain"
branch_labels = None
depends_on = None

MAIL_CHOICE = sa.Enum("now", "digest", "off", name="mailchoice", native_enum=False, length=20)
MAIL_STATE = sa.Enum(
    "waiting", "sending", "sent", "failed", "unclear", "dropped", name="mailstate", native_enum=False, length=20
)


def upgrade() -> None:
    _notifications()
    _mails()
    _switches_and_digests()


def _notifications() -> None:
    op.create_table(
        "notifications",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=60), nullable=False),
        sa.Column("subject_kind", sa.String(length=20), nullable=False),
        sa.Column("subject_id", sa.Integer(), nullable=False),
        sa.Column("page_kind", sa.String(length=20), nullable=False),
        sa.Column("page_id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("text", sa.String(length=300), nullable=False),
        sa.Column("is_todo", sa.Boolean(), nullable=False),
        sa.Column("mail", MAIL_CHOICE, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("digested_on", sa.Date(), nullable=True),
        sa.Column("dedupe_key", sa.String(length=120), nullable=False),
        sa.CheckConstraint("is_todo OR done_at IS NULL", name=op.f("ck_notifications_only_todos_are_done")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_notifications_user_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notifications")),
        sa.UniqueConstraint("user_id", "dedupe_key", name=op.f("uq_notifications_user_id_dedupe_key")),
    )
    op.create_index("ix_notifications_user_id_id", "notifications", ["user_id", "id"])
    op.create_index("ix_notifications_subject", "notifications", ["subject_kind", "subject_id"])
    for name, condition in (
        ("unread", "read_at IS NULL"),
        ("open", "is_todo AND done_at IS NULL"),
        ("for_digest", "mail = 'digest' AND digested_on IS NULL"),
    ):
        where = sa.text(condition)
        op.create_index(
            f"ix_notifications_{name}", "notifications", ["user_id"], sqlite_where=where, postgresql_where=where
        )


def _mails() -> None:
    op.create_table(
        "mails",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("purpose", sa.String(length=20), nullable=False),
        sa.Column("address", sa.String(length=80), nullable=False),
        sa.Column("subject", sa.String(length=160), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("is_secret", sa.Boolean(), nullable=False),
        sa.Column("message_id", sa.String(length=120), nullable=False),
        sa.Column("state", MAIL_STATE, nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("not_before", sa.DateTime(timezone=True), nullable=False),
        sa.Column("claimed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("claim", sa.String(length=40), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("problem", sa.String(length=200), nullable=True),
        sa.CheckConstraint("(state = 'sent') = (sent_at IS NOT NULL)", name=op.f("ck_mails_sent_at_when_sent")),
        sa.CheckConstraint(
            "state <> 'sending' OR (claimed_at IS NOT NULL AND claim IS NOT NULL)",
            name=op.f("ck_mails_sending_by_one"),
        ),
        sa.CheckConstraint("attempts >= 0", name=op.f("ck_mails_attempts_not_negative")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_mails_user_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mails")),
        sa.UniqueConstraint("message_id", name=op.f("uq_mails_message_id")),
    )
    op.create_index("ix_mails_state_id", "mails", ["state", "id"])
    op.create_index(op.f("ix_mails_user_id"), "mails", ["user_id"])


def _switches_and_digests() -> None:
    op.create_table(
        "notification_switches",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("topic", sa.String(length=20), nullable=False),
        sa.Column("is_shown", sa.Boolean(), nullable=False),
        sa.Column("mail", MAIL_CHOICE, nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_notification_switches_user_id_users")),
        sa.PrimaryKeyConstraint("user_id", "topic", name=op.f("pk_notification_switches")),
    )
    op.create_table(
        "digests",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("mail_id", sa.Integer(), nullable=True),
        sa.Column("news", sa.Integer(), nullable=False),
        sa.Column("todos", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["mail_id"], ["mails.id"], name=op.f("fk_digests_mail_id_mails")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_digests_user_id_users")),
        sa.PrimaryKeyConstraint("user_id", "day", name=op.f("pk_digests")),
    )
    op.create_index(op.f("ix_digests_mail_id"), "digests", ["mail_id"])


def downgrade() -> None:
    for table in ("digests", "notification_switches", "mails", "notifications"):
        op.drop_table(table)
