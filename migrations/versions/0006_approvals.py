"""双审核: submissions, seats, declared interests, panels."""

revision = "0006_approvals"
down_revision = "0005_listings"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
