"""Contract prices beside list prices; reasons to open a file, and what an enterprise is reached by."""

import sqlalchemy as sa
from alembic import op

revision = "0009_prices"
down_revision = "0008_consortia"
branch_labels = None
depends_on = None

MODELS = ("one_off", "annual", "per_device", "per_user")
KINDS = ("similar_text", "same_evidence", "shared_contact", "price_at_cap", "burst")


def upgrade() -> None:
    _create_contract_prices()
    _create_risk_flags()
    _create_enterprise_contacts()


def _create_contract_prices() -> None:
    op.create_table(
        "contract_prices",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("solution_id", sa.Integer(), nullable=False),
        sa.Column("model", sa.Enum(*MODELS, name="pricemodel", native_enum=False, length=20), nullable=False),
        sa.Column("amount", sa.Integer(), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("scene", sa.String(length=30), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("signed_on", sa.Date(), nullable=False),
        sa.Column("project", sa.String(length=40), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("amount >= 0", name=op.f("ck_contract_prices_amount_not_negative")),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_contract_prices_quantity_positive")),
        sa.CheckConstraint("level BETWEEN 1 AND 4", name=op.f("ck_contract_prices_level_range")),
        _refer("contract_prices", "solution_id", "solutions"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contract_prices")),
    )
    op.create_index(op.f("ix_contract_prices_solution_id"), "contract_prices", ["solution_id"], unique=False)


def _create_risk_flags() -> None:
    op.create_table(
        "risk_flags",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Enum(*KINDS, name="riskkind", native_enum=False, length=20), nullable=False),
        sa.Column("topic", sa.String(length=60), nullable=False),
        sa.Column("score", sa.Integer(), nullable=False),
        sa.Column("evidence", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("checked_by", sa.Integer(), nullable=True),
        sa.Column("note", sa.String(length=500), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("score BETWEEN 0 AND 100", name=op.f("ck_risk_flags_score_range")),
        sa.CheckConstraint(
            "(checked_at IS NULL) = (checked_by IS NULL)", name=op.f("ck_risk_flags_checked_by_someone")
        ),
        sa.CheckConstraint("(checked_at IS NULL) = (note IS NULL)", name=op.f("ck_risk_flags_checked_with_note")),
        _refer("risk_flags", "version_id", "listing_versions"),
        _refer("risk_flags", "checked_by", "users"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_risk_flags")),
        sa.UniqueConstraint("version_id", "kind", "topic", name=op.f("uq_risk_flags_version_id_kind_topic")),
    )


def _create_enterprise_contacts() -> None:
    op.create_table(
        "enterprise_contacts",
        sa.Column("enterprise_id", sa.Integer(), nullable=False),
        sa.Column("phone", sa.String(length=20), nullable=True),
        sa.Column("mail", sa.String(length=120), nullable=True),
        sa.Column("legal_representative", sa.String(length=40), nullable=True),
        sa.Column("address", sa.String(length=200), nullable=True),
        _refer("enterprise_contacts", "enterprise_id", "enterprises"),
        sa.PrimaryKeyConstraint("enterprise_id", name=op.f("pk_enterprise_contacts")),
    )


def _refer(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=op.f(f"fk_{table}_{column}_{target}"))


def downgrade() -> None:
    op.drop_table("enterprise_contacts")
    op.drop_table("risk_flags")
    op.drop_table("contract_prices")
