"""The audit trail as a keyed chain: numbers without gaps, a code a row, no change and no deletion.

Rows that are there already are numbered and chained here, in the order of their old numbers, with the key of the
settings: from this migration on every row is under a code. The canonical form is written out once more, as it was on
the day of this migration.
"""

import hashlib
import hmac
import json
from datetime import UTC
from typing import Any

import sqlalchemy as sa
from alembic import op
from flask import current_app

revision = "0003_audit_chain"
down_revision = "0002_diagnosis_to_bundle"
branch_labels = None
depends_on = None

GENESIS = "0" * 64
TABLE = sa.table(
    "audit_entries",
    sa.column("id", sa.Integer()),
    sa.column("at", sa.DateTime(timezone=True)),
    *(sa.column(name) for name in ("user_id", "actor_name", "organisation_id", "role", "action")),
    *(sa.column(name) for name in ("subject_kind", "subject_id", "key_id", "previous", "mac")),
    sa.column("details", sa.Text()),
)
SQLITE = (
    "CREATE TRIGGER audit_entries_no_update BEFORE UPDATE ON audit_entries"
    " BEGIN SELECT RAISE(ABORT, 'audit_entries only grows'); END",
    "CREATE TRIGGER audit_entries_no_delete BEFORE DELETE ON audit_entries"
    " BEGIN SELECT RAISE(ABORT, 'audit_entries only grows'); END",
    "CREATE TRIGGER audit_entries_no_replace BEFORE INSERT ON audit_entries"
    " WHEN EXISTS (SELECT 1 FROM audit_entries WHERE id = NEW.id)"
    " BEGIN SELECT RAISE(ABORT, 'audit_entries only grows'); END",
    "CREATE TRIGGER audit_heads_forward BEFORE UPDATE ON audit_heads WHEN NEW.id <> OLD.id OR NEW.number <= OLD.number"
    " OR NOT EXISTS (SELECT 1 FROM audit_entries WHERE id = NEW.number AND mac = NEW.mac)"
    " BEGIN SELECT RAISE(ABORT, 'audit_heads only goes forward'); END",
    "CREATE TRIGGER audit_heads_no_delete BEFORE DELETE ON audit_heads"
    " BEGIN SELECT RAISE(ABORT, 'audit_heads only goes forward'); END",
    "CREATE TRIGGER audit_heads_single BEFORE INSERT ON audit_heads WHEN EXISTS (SELECT 1 FROM audit_heads)"
    " BEGIN SELECT RAISE(ABORT, 'audit_heads only goes forward'); END",
)
POSTGRESQL = (
    "CREATE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS"
    " $$ BEGIN RAISE EXCEPTION USING MESSAGE = TG_TABLE_NAME || ' only grows'; END $$",
    "CREATE FUNCTION audit_heads_forward() RETURNS trigger LANGUAGE plpgsql AS"
    " $$ BEGIN IF NEW.id <> OLD.id OR NEW.number <= OLD.number"
    " OR NOT EXISTS (SELECT 1 FROM audit_entries WHERE id = NEW.number AND mac = NEW.mac) THEN"
    " RAISE EXCEPTION USING MESSAGE = 'audit_heads only goes forward'; END IF; RETURN NEW; END $$",
    "CREATE TRIGGER audit_entries_no_change BEFORE UPDATE OR DELETE ON audit_entries"
    " FOR EACH ROW EXECUTE FUNCTION audit_refuse()",
    "CREATE TRIGGER audit_entries_no_truncate BEFORE TRUNCATE ON audit_entries"
    " FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse()",
    "CREATE TRIGGER audit_heads_forward BEFORE UPDATE ON audit_heads"
    " FOR EACH ROW EXECUTE FUNCTION audit_heads_forward()",
    "CREATE TRIGGER audit_heads_no_delete BEFORE DELETE ON audit_heads FOR EACH ROW EXECUTE FUNCTION audit_refuse()",
    "CREATE TRIGGER audit_heads_no_truncate BEFORE TRUNCATE ON audit_heads"
    " FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse()",
)


def upgrade() -> None:
    connection = op.get_bind()
    op.create_table(
        "audit_heads",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("mac", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_heads")),
    )
    for column, kind in (("key_id", "VARCHAR(8)"), ("previous", "VARCHAR(64)"), ("mac", "VARCHAR(64)")):
        op.execute(f"ALTER TABLE audit_entries ADD COLUMN {column} {kind} NOT NULL DEFAULT ''")
    _details_as("TEXT")
    op.create_index(op.f("ix_audit_entries_organisation_id"), "audit_entries", ["organisation_id"], unique=False)
    number, code = _chain(connection)
    heads = sa.table("audit_heads", sa.column("id"), sa.column("number"), sa.column("mac"))
    connection.execute(sa.insert(heads).values(id=1, number=number, mac=code))
    for statement in SQLITE if connection.dialect.name == "sqlite" else POSTGRESQL:
        op.execute(statement)


def _details_as(kind: str) -> None:
    """PostgreSQL keeps the text of its JSON type, SQLite has no other: the content moves as it is."""
    is_postgres = op.get_bind().dialect.name == "postgresql"
    content = f"CAST(details AS {kind})" if is_postgres else "details"
    op.execute(f"ALTER TABLE audit_entries ADD COLUMN new_details {kind} NOT NULL DEFAULT '{{}}'")
    op.execute(f"UPDATE audit_entries SET new_details = {content}")  # noqa: S608 - constants
    op.execute("ALTER TABLE audit_entries DROP COLUMN details")
    op.execute("ALTER TABLE audit_entries RENAME COLUMN new_details TO details")


def _chain(connection: sa.Connection) -> tuple[int, str]:
    """Number and chain what is there; ascending, so that a new number is free when it is given."""
    key = str(current_app.config["AUDIT_KEY"]).encode()
    key_id = hmac.digest(key, b"key id", hashlib.sha256).hex()[:8]
    number, code, old_number = 0, GENESIS, None
    query = sa.select(TABLE).order_by(TABLE.c.id).limit(1000)
    while rows := connection.execute(query.where(TABLE.c.id > old_number) if old_number else query).all():
        for row in rows:
            number, previous = number + 1, code
            details = json.dumps(json.loads(row.details), ensure_ascii=False, separators=(",", ":"))
            code = hmac.digest(key, _message(row, number, key_id, previous, details), hashlib.sha256).hex()
            values = {"id": number, "key_id": key_id, "previous": previous, "mac": code, "details": details}
            connection.execute(sa.update(TABLE).where(TABLE.c.id == row.id).values(values))
            old_number = row.id
    return number, code


def _message(row: Any, number: int, key_id: str, previous: str, details: str) -> bytes:
    at = row.at if row.at.tzinfo is None else row.at.astimezone(UTC)
    fields = (
        previous, number, key_id, at.strftime("%Y-%m-%d %H:%M:%S.%f"), row.user_id, row.actor_name,
        row.organisation_id, row.role, row.action, row.subject_kind, row.subject_id, details,
    )  # fmt: skip
    return "\x1f".join("" if field is None else str(field) for field in fields).encode()


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for name in ("audit_entries_no_update", "audit_entries_no_delete", "audit_entries_no_replace"):
            op.execute(f"DROP TRIGGER {name}")
    else:
        for name in ("audit_entries_no_change", "audit_entries_no_truncate"):
            op.execute(f"DROP TRIGGER {name} ON audit_entries")
    op.drop_table("audit_heads")
    if op.get_bind().dialect.name == "postgresql":
        for function in ("audit_refuse", "audit_heads_forward"):
            op.execute(f"DROP FUNCTION {function}()")
    op.drop_index(op.f("ix_audit_entries_organisation_id"), "audit_entries")
    _details_as("JSON")
    for column in ("mac", "previous", "key_id"):
        op.execute(f"ALTER TABLE audit_entries DROP COLUMN {column}")
