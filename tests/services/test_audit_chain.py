"""The chain: numbers without gaps, in the transaction of the act, and nothing that changes what is written."""

import json
from pathlib import Path

import flask_migrate
import pytest
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from marketplace.domain import audit_chain as rules
from marketplace.domain.actors import SYSTEM
from marketplace.extensions import db
from marketplace.models import Base
from marketplace.models.audit import GENESIS, AuditEntry, AuditHead
from marketplace.services import audit, audit_verification
from marketplace.services.unit_of_work import writing
from tests.conftest import IS_POSTGRES, Databases, dispose, make_app


class Failed(Exception):
    """Something of the act that goes wrong."""


def act(title: str = "一次") -> None:
    with writing(SYSTEM) as session:
        audit.record(session, SYSTEM, "demands.created", kind="demand", key=1, details={"title": title})


def rows() -> list[AuditEntry]:
    db.session.rollback()
    return list(db.session.scalars(select(AuditEntry).order_by(AuditEntry.id)))


def test_each_row_carries_its_number_and_the_code_of_the_row_before(app: Flask) -> None:
    for number in range(3):
        act(f"第{number}次")
    first, second, third = rows()
    assert [row.id for row in (first, second, third)] == [1, 2, 3]
    assert [first.previous, second.previous, third.previous] == [GENESIS, first.mac, second.mac]
    head = db.session.get_one(AuditHead, 1)
    assert (head.number, head.mac) == (3, third.mac)


def test_the_code_covers_every_field_in_the_form_written_down(app: Flask) -> None:
    act('引号"与\n换行')
    (row,) = rows()
    at = row.at.strftime("%Y-%m-%d %H:%M:%S.%f")
    details = '{"title":"引号\\"与\\n换行"}'
    fields = (GENESIS, "1", row.key_id, at, "", "系统", "", row.role, "demands.created", "demand", "1", details)
    assert row.mac == rules.code(app.config["AUDIT_KEY"].encode(), "\x1f".join(fields).encode())


def test_a_name_cannot_move_the_bounds_between_fields() -> None:
    assert rules.plain("张\x1f三\n") == "张 三 "


def _fail(session: Session, title: str) -> None:
    audit.record(session, SYSTEM, "demands.created", kind="demand", key=2, details={"title": title})
    raise Failed


def test_what_fails_leaves_no_row_and_no_gap(app: Flask) -> None:
    act()
    with pytest.raises(Failed), writing(SYSTEM) as session:
        _fail(session, "不成")
    act()
    assert [row.id for row in rows()] == [1, 2]


def test_an_act_in_a_savepoint_that_is_rolled_back_has_not_happened(app: Flask) -> None:
    with writing(SYSTEM) as session:
        audit.record(session, SYSTEM, "demands.created", kind="demand", key=1, details={"title": "外"})
        with pytest.raises(Failed), session.begin_nested():
            _fail(session, "退")
        with session.begin_nested():
            audit.record(session, SYSTEM, "demands.created", kind="demand", key=3, details={"title": "内"})
    assert [(row.id, row.details["title"]) for row in rows()] == [(1, "外"), (2, "内")]


def test_an_audited_act_outside_the_unit_of_work_is_refused(app: Flask) -> None:
    with pytest.raises(RuntimeError, match="unit_of_work"):
        audit.record(db.session, SYSTEM, "demands.created", kind="demand", key=1, details={"title": "外"})
    act()
    with pytest.raises(RuntimeError, match="unit_of_work"):
        audit.record(db.session, SYSTEM, "demands.created", kind="demand", key=1, details={"title": "后"})


def test_a_commit_of_ones_own_is_refused_with_audited_acts_waiting(app: Flask) -> None:
    def commit(session: Session) -> None:
        audit.record(session, SYSTEM, "demands.created", kind="demand", key=1, details={"title": "早"})
        session.commit()

    with pytest.raises(RuntimeError, match="unit_of_work"), writing(SYSTEM) as session:
        commit(session)
    assert rows() == []


def test_details_changed_after_the_act_do_not_change_what_was_recorded(app: Flask) -> None:
    details = {"title": "当时"}
    with writing(SYSTEM) as session:
        audit.record(session, SYSTEM, "demands.created", kind="demand", key=1, details=details)
        details["title"] = "后来"
    assert rows()[0].details == {"title": "当时"}


ATTACKS = (
    "UPDATE audit_entries SET actor_name = '别人' WHERE id = 1",
    "UPDATE audit_entries SET mac = previous",
    "DELETE FROM audit_entries WHERE id = 2",
    "DELETE FROM audit_entries",
    "UPDATE audit_heads SET number = 1",
    "UPDATE audit_heads SET number = 9",
    "UPDATE audit_heads SET mac = '0'",
    "DELETE FROM audit_heads",
)
SQLITE_ATTACKS = (
    "INSERT OR REPLACE INTO audit_entries SELECT id, at, user_id, '别人', organisation_id, role, action, subject_kind,"
    " subject_id, key_id, previous, mac, details FROM audit_entries WHERE id = 1",
    "INSERT OR REPLACE INTO audit_heads VALUES (1, 0, '0')",
    "INSERT INTO audit_heads VALUES (2, 0, '0')",
)
POSTGRES_ATTACKS = (
    "TRUNCATE audit_entries",
    "TRUNCATE audit_heads",
    "INSERT INTO audit_heads VALUES (1, 0, '0') ON CONFLICT (id) DO UPDATE SET number = 0",
)


@pytest.mark.parametrize("statement", ATTACKS + (POSTGRES_ATTACKS if IS_POSTGRES else SQLITE_ATTACKS))
@pytest.mark.parametrize("origin", ["migrations", "metadata"])
def test_the_database_refuses_change_and_deletion(
    databases: Databases, empty_template: str, tmp_path: Path, origin: str, statement: str
) -> None:
    url = databases.new(empty_template if origin == "migrations" else None)
    app = make_app(url, tmp_path)
    with app.app_context():
        if origin == "metadata":
            Base.metadata.create_all(db.engine)
        act("甲")
        act("乙")
        with pytest.raises(DBAPIError, match="only"):
            db.session.execute(text(statement))
        assert [row.details["title"] for row in rows()] == ["甲", "乙"]
        assert db.session.get_one(AuditHead, 1).number == 2
    dispose(app)
    databases.drop(url)


def _triggers() -> set[str]:
    names = "SELECT sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name LIKE 'audit%'"
    if IS_POSTGRES:
        names = (
            "SELECT pg_get_triggerdef(oid) FROM pg_trigger"
            " WHERE NOT tgisinternal AND tgrelid::regclass::text LIKE 'audit%' UNION"
            " SELECT prosrc FROM pg_proc WHERE proname LIKE 'audit%'"
        )
    return set(db.session.scalars(text(names)))


def test_migrations_and_metadata_make_the_same_triggers(databases: Databases, app: Flask, tmp_path: Path) -> None:
    migrated = _triggers()
    url = databases.new()
    other = make_app(url, tmp_path)
    with other.app_context():
        Base.metadata.create_all(db.engine)
        assert _triggers() == migrated
        assert len(migrated) >= 6
        db.session.rollback()
        Base.metadata.drop_all(db.engine)
        assert _triggers() == set()
    dispose(other)
    databases.drop(url)


def test_rows_of_before_the_chain_are_numbered_and_chained_by_the_migration(
    databases: Databases, tmp_path: Path
) -> None:
    """Their numbers had gaps, their details were escaped; afterwards the trail grows on, and goes back whole."""
    url = databases.new()
    app = make_app(url, tmp_path)
    old = "INSERT INTO audit_entries (id, at, actor_name, role, action, subject_kind, details) VALUES"
    with app.app_context():
        flask_migrate.upgrade(revision="0002_diagnosis_to_bundle")
        for number in range(2, 2402, 2):
            at = f"'2026-11-20 04:31:{number % 60:02}.000012{'+00' if IS_POSTGRES else ''}'"
            details = json.dumps({"title": f"清单{number}"})
            db.session.execute(
                text(f"{old} ({number}, {at}, '甲', 'system', 'demands.created', 'demand', :details)"),
                {"details": details},
            )
        db.session.commit()
        flask_migrate.upgrade(revision="0003_audit_chain")
        act("之后")
        entries = rows()
        assert [row.id for row in entries] == list(range(1, 1202))
        assert entries[0].details == {"title": "清单2"}
        assert audit_verification.verify().findings == ()
        assert db.session.get_one(AuditHead, 1).number == 1201
        db.session.rollback()
        flask_migrate.downgrade(revision="0002_diagnosis_to_bundle")
        assert json.loads(
            str(db.session.scalars(text("SELECT CAST(details AS TEXT) FROM audit_entries ORDER BY id")).first())
        ) == {"title": "清单2"}
        db.session.rollback()
        flask_migrate.upgrade(revision="0003_audit_chain")
        assert audit_verification.verify().findings == ()
    dispose(app)
    databases.drop(url)
