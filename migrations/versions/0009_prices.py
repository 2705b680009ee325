"""Contract prices beside list prices; reasons to open a file."""

revision = "0009_prices"
down_revision = "0008_consortia"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
