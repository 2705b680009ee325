"""The audit trail as a keyed chain: numbers without gaps, a code a row, no change and no deletion."""

revision = "0003_audit_chain"
down_revision = "0002_diagnosis_to_bundle"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
