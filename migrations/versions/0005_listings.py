"""Drafts and versions of listings, what the shelf shows beside what it showed, and their imports."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0005_listings"
down_revision = "0004_notifications"
branch_labels = None
depends_on = None
CHANGES = ("initial", "minor", "material", "renewal")


def _shelf() -> tuple[tuple[str, sa.Column[Any]], ...]:
    """What the tables of the shelf get, made anew at each call: a column belongs to one table."""
    return (
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


def upgrade() -> None:
    for table, column in _shelf():
        op.add_column(table, column)
    _create_versions()
    _create_drafts()
    _create_imports()


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
        sa.Column("touched", sa.JSON(), nullable=False),
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


STAGES = ("uploaded", "checking", "checked", "importing", "imported", "discarded", "failed")
OUTCOMES = ("faulty", "waiting", "created", "changed", "unchanged", "left")
NUMBER_INDEX = "ix_solutions_provider_id_product_number"


def _create_imports() -> None:
    """批量导入: the provider's own number finds a listing again; file, rows and findings of each import."""
    op.add_column("solutions", sa.Column("product_number", sa.String(length=40), nullable=True))
    op.create_index(NUMBER_INDEX, "solutions", ["provider_id", "product_number"], unique=True)
    op.create_table(
        "listing_imports",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("provider_id", sa.Integer(), nullable=False),
        sa.Column("created_by", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("file_name", sa.String(length=200), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("stage", sa.Enum(*STAGES, name="importstage", native_enum=False, length=20), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in COUNTS),
        sa.Column("note", sa.String(length=200), nullable=True),
        sa.Column("touched_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(stage IN ('imported', 'discarded', 'failed')) = (finished_at IS NOT NULL)",
            name=op.f("ck_listing_imports_finished"),
        ),
        _refer("listing_imports", "provider_id", "providers"),
        _refer("listing_imports", "created_by", "users"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_listing_imports")),
    )
    op.create_index("ix_listing_imports_provider_id_id", "listing_imports", ["provider_id", "id"])
    op.create_index(op.f("ix_listing_imports_stage"), "listing_imports", ["stage"])
    _create_import_parts()


COUNTS = ("rows_total", "rows_done", "rows_good", "rows_faulty", "finding_count", "attempts")


def _create_import_parts() -> None:
    op.create_table(
        "listing_import_files",
        sa.Column("import_id", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        _refer("listing_import_files", "import_id", "listing_imports"),
        sa.PrimaryKeyConstraint("import_id", name=op.f("pk_listing_import_files")),
    )
    op.create_table(
        "listing_import_rows",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("import_id", sa.Integer(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("product_number", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("outcome", sa.Enum(*OUTCOMES, name="rowoutcome", native_enum=False, length=20), nullable=False),
        sa.Column("note", sa.String(length=200), nullable=True),
        sa.Column("seen_version", sa.Integer(), nullable=False),
        sa.Column("solution_id", sa.Integer(), nullable=True),
        _refer("listing_import_rows", "import_id", "listing_imports"),
        sa.ForeignKeyConstraint(
            ["solution_id"],
            ["solutions.id"],
            name=op.f("fk_listing_import_rows_solution_id_solutions"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_listing_import_rows")),
        sa.UniqueConstraint("import_id", "line", name=op.f("uq_listing_import_rows_import_id_line")),
    )
    op.create_table(
        "listing_import_findings",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("import_id", sa.Integer(), nullable=False),
        sa.Column("sheet", sa.String(length=31), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("column", sa.Integer(), nullable=False),
        sa.Column("label", sa.String(length=60), nullable=False),
        sa.Column("typed", sa.String(length=200), nullable=False),
        sa.Column("message", sa.String(length=200), nullable=False),
        _refer("listing_import_findings", "import_id", "listing_imports"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_listing_import_findings")),
    )
    op.create_index("ix_listing_import_findings_place", "listing_import_findings", ["import_id", "id"])


def _drop_imports() -> None:
    for part in ("findings", "rows", "files"):
        op.drop_table(f"listing_import_{part}")
    op.drop_table("listing_imports")
    op.drop_index(NUMBER_INDEX, "solutions")
    op.drop_column("solutions", "product_number")


def downgrade() -> None:
    _drop_imports()
    op.drop_table("listing_drafts")
    op.drop_table("listing_versions")
    for table, column in reversed(_shelf()):
        op.drop_column(table, column.name)
