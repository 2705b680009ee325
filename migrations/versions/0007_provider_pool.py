"""Applications to the pool, calls, scores, objections."""

revision = "0007_provider_pool"
down_revision = "0006_approvals"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
