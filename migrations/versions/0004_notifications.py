"""The inbox of each person, the mail on its way, and what each wants to be told."""

revision = "0004_notifications"
down_revision = "0003_audit_chain"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
