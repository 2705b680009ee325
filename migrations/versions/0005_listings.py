"""Drafts and versions of listings, and their imports."""

revision = "0005_listings"
down_revision = "0004_notifications"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
