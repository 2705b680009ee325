"""Consortia with consent and history."""

revision = "0008_consortia"
down_revision = "0007_provider_pool"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
