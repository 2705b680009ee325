"""Who answers for a provider; applications to the pool, calls, scores, objections."""

import sqlalchemy as sa
from alembic import op

revision = "0007_provider_pool"
down_revision = "0006_approvals"
branch_labels = None
depends_on = None


PROVIDER_FACTS = {
    "contact_name": 40,
    "contact_phone": 20,
    "contact_mail": 120,
    "legal_representative": 40,
    "address": 200,
}


def upgrade() -> None:
    for name, length in PROVIDER_FACTS.items():
        op.add_column("providers", sa.Column(name, sa.String(length=length), nullable=True))


def downgrade() -> None:
    for name in reversed(PROVIDER_FACTS):
        op.drop_column("providers", name)
