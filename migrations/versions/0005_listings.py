"""Drafts and versions of listings, what the shelf shows beside what it showed, and their imports."""

import sqlalchemy as sa
from alembic import op

revision = "0005_listings"
down_revision = "0004_notifications"
branch_labels = None
depends_on = None

SHELF = (
    ("solutions", sa.Column("integrations", sa.JSON(), nullable=True)),
    ("solutions", sa.Column("ownership", sa.String(length=20), nullable=True)),
    ("solutions", sa.Column("domestic", sa.JSON(), nullable=True)),
    ("solutions", sa.Column("data_ownership", sa.Text(), nullable=True)),
    ("solutions", sa.Column("security", sa.Text(), nullable=True)),
    ("solutions", sa.Column("proofs", sa.JSON(), nullable=True)),
    ("solutions", sa.Column("contact_name", sa.String(length=40), nullable=True)),
    ("solutions", sa.Column("contact_phone", sa.String(length=20), nullable=True)),
    ("solutions", sa.Column("suspended_until", sa.Date(), nullable=True)),
    ("price_plans", sa.Column("pilot_discount", sa.Numeric(precision=4, scale=3), nullable=True)),
    ("solution_cases", sa.Column("credit_code", sa.String(length=18), nullable=True)),
    ("solution_cases", sa.Column("evidence", sa.String(length=200), nullable=True)),
    ("certificates", sa.Column("number", sa.String(length=60), nullable=True)),
)
CHANGES = ("initial", "minor", "material", "renewal")


def upgrade() -> None:
    for table, column in SHELF:
        op.add_column(table, column.copy())
    _create_versions()
    _create_drafts()


def _create_versions() -> None:
    op.create_table(
        "listing_versions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("solution_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("change", sa.Enum(*CHANGES, name="versionchange", native_enum=False, length=20), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Integer(), nullable=False),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("number > 0", name=op.f("ck_listing_versions_number_positive")),
        _refer("listing_versions", "solution_id", "solutions"),
        _refer("listing_versions", "created_by", "users"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_listing_versions")),
        sa.UniqueConstraint("solution_id", "number", name=op.f("uq_listing_versions_solution_id_number")),
    )


def _create_drafts() -> None:
    op.create_table(
        "listing_drafts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("solution_id", sa.Integer(), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("base_version_id", sa.Integer(), nullable=True),
        sa.Column("is_renewal", sa.Boolean(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_by", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        _refer("listing_drafts", "solution_id", "solutions"),
        _refer("listing_drafts", "base_version_id", "listing_versions"),
        _refer("listing_drafts", "updated_by", "users"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_listing_drafts")),
        sa.UniqueConstraint("solution_id", name=op.f("uq_listing_drafts_solution_id")),
    )


def _refer(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=op.f(f"fk_{table}_{column}_{target}"))


def downgrade() -> None:
    op.drop_table("listing_drafts")
    op.drop_table("listing_versions")
    for table, column in reversed(SHELF):
        op.drop_column(table, column.name)
