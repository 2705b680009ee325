"""The trail: who did what to which thing, in the transaction of the act; a keyed chain that only grows."""

import json
from datetime import datetime
from typing import Any

from sqlalchemy import DDL, Dialect, ForeignKey, Index, String, Text, event
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import TypeDecorator

from marketplace.models.base import Base

GENESIS = "0" * 64  # the code before the first row


def json_text(value: dict[str, Any]) -> str:
    """The text that is stored and that the code covers; readable, so that it can be searched."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


class JsonText(TypeDecorator[dict[str, Any]]):
    """JSON kept as the very text that was written: a database that puts it in order would break the chain."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: dict[str, Any] | str | None, dialect: Dialect) -> str | None:
        return json_text(value) if isinstance(value, dict) else value

    def process_result_value(self, value: str | None, dialect: Dialect) -> dict[str, Any] | None:
        return None if value is None else json.loads(value)


class AuditEntry(Base):
    """Written by services/audit_chain alone; triggers refuse UPDATE and DELETE."""

    __tablename__ = "audit_entries"
    __table_args__ = (Index("ix_audit_entries_subject", "subject_kind", "subject_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)  # the number in the chain, from 1, without gaps
    at: Mapped[datetime] = mapped_column(index=True)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"), index=True)  # None: the system itself
    actor_name: Mapped[str] = mapped_column(String(40))
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisations.id"), index=True)
    role: Mapped[str] = mapped_column(String(20))
    action: Mapped[str] = mapped_column(String(60), index=True)
    subject_kind: Mapped[str] = mapped_column(String(20))
    subject_id: Mapped[int | None]
    details: Mapped[dict[str, Any]] = mapped_column(JsonText())
    key_id: Mapped[str] = mapped_column(String(8))  # which key made the code
    previous: Mapped[str] = mapped_column(String(64))  # the code of the row before
    mac: Mapped[str] = mapped_column(String(64))


class AuditHead(Base):
    """One row: the end of the chain, and the lock under which it grows."""

    __tablename__ = "audit_heads"

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[int]
    mac: Mapped[str] = mapped_column(String(64))


# The same statements as in migrations/versions/0003_audit_chain; a test holds the two equal.
SQLITE_TRIGGERS = (
    "CREATE TRIGGER audit_entries_no_update BEFORE UPDATE ON audit_entries"
    " BEGIN SELECT RAISE(ABORT, 'audit_entries only grows'); END",
    "CREATE TRIGGER audit_entries_no_delete BEFORE DELETE ON audit_entries"
    " BEGIN SELECT RAISE(ABORT, 'audit_entries only grows'); END",
    # INSERT OR REPLACE deletes without asking the trigger above
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
POSTGRESQL_TRIGGERS = (
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
POSTGRESQL_FUNCTIONS = ("audit_refuse", "audit_heads_forward")
FIRST_HEAD = f"INSERT INTO audit_heads (id, number, mac) VALUES (1, 0, '{GENESIS}')"  # noqa: S608 - a constant


def _statement(sql: str) -> DDL:
    return DDL(sql)  # type: ignore[no-untyped-call]


event.listen(AuditHead.__table__, "after_create", _statement(FIRST_HEAD))
# On the metadata, for the functions and triggers speak of both tables.
for _dialect, _statements in (("sqlite", SQLITE_TRIGGERS), ("postgresql", POSTGRESQL_TRIGGERS)):
    for _sql in _statements:
        event.listen(Base.metadata, "after_create", _statement(_sql).execute_if(dialect=_dialect))
for _name in POSTGRESQL_FUNCTIONS:
    _sql = f"DROP FUNCTION IF EXISTS {_name}()"
    event.listen(Base.metadata, "after_drop", _statement(_sql).execute_if(dialect="postgresql"))
