"""Two processes write audited acts at once; a process is killed while it writes: the chain holds, nothing is lost."""

import os
import random
import subprocess
import sys
import time
from pathlib import Path

from flask import Flask
from sqlalchemy import func, select, text

from marketplace.domain.permissions import SYSTEM
from marketplace.extensions import db
from marketplace.models.audit import AuditEntry, AuditHead
from marketplace.models.outbox import OutboxMessage
from marketplace.services import audit, audit_verification, outbox
from marketplace.services.unit_of_work import writing
from tests.conftest import IS_POSTGRES
from tests.processes.racing import race

ROOT = Path(__file__).parents[2]
ROUNDS = int(os.environ.get("RACE_ROUNDS", "10"))
MOMENTS = int(os.environ.get("KILL_MOMENTS", "5"))


def act(number: int, key: int) -> None:
    """An act with something to show for it: the outbox row and the audit rows come together or not at all."""
    with writing(SYSTEM) as session:
        for part in range(1 + (number + key) % 3):
            audit.record(
                session, SYSTEM, "solution.suspend", kind="solution", key=key,
                details={"from": "listed", "to": "suspended", "reason": f"{number}-{part}"},
            )  # fmt: skip
        outbox.put(session, topic=outbox.SOLUTION, subject_id=key)


def _assert_whole(expected: int | None = None) -> None:
    db.session.rollback()
    report = audit_verification.verify()
    assert report.findings == ()
    count = db.session.scalar(select(func.count()).select_from(AuditEntry))
    assert count == report.rows == (report.last.number if report.last else 0)
    assert db.session.get_one(AuditHead, 1).number == count
    if expected is not None:
        assert count == expected


def _wait_for_the_server() -> None:
    """PostgreSQL ends by itself what a killed client had sent; SQLite dies with its process."""
    running = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND state <> 'idle'"
    while IS_POSTGRES and db.session.scalar(text(f"{running} AND pid <> pg_backend_pid()")):
        db.session.rollback()
        time.sleep(0.02)


def test_acts_of_two_processes_at_once_stand_in_one_chain_without_a_gap(app: Flask, tmp_path: Path) -> None:
    keys = list(range(1, ROUNDS + 1))
    outcomes = race(app.config["SQLALCHEMY_ENGINES"]["default"]["url"], tmp_path, act, keys=keys)
    assert outcomes == [["done", "done"]] * ROUNDS
    _assert_whole(sum(1 + (number + key) % 3 for number in range(2) for key in keys))


def test_a_writer_killed_at_any_moment_leaves_each_act_with_its_rows_and_no_row_without_its_act(app: Flask) -> None:
    url, dice = app.config["SQLALCHEMY_ENGINES"]["default"]["url"], random.Random("kill")
    told = 0
    for _ in range(MOMENTS):
        process = subprocess.Popen([sys.executable, "-c", WRITE, url], cwd=ROOT, stdout=subprocess.PIPE, text=True)
        assert process.stdout
        assert process.stdout.readline() == "ready\n"
        time.sleep(dice.uniform(0.0, 0.4))
        process.kill()
        told += len(process.communicate()[0].split())
        _wait_for_the_server()
        _assert_whole()
        acts = _acts_with_rows()
        assert acts == db.session.scalar(select(func.count()).select_from(OutboxMessage))
        assert acts >= told  # what was told as done is there; the last one may have been done and not told
        assert acts <= told + MOMENTS
        db.session.rollback()
    assert told > 0


def _acts_with_rows() -> int:
    """Acts are told apart by their key; each wrote as many rows as its key says."""
    counts = db.session.execute(select(AuditEntry.subject_id, func.count()).group_by(AuditEntry.subject_id)).all()
    for key, count in counts:
        assert count == 1 + (key or 0) % 3
    return len(counts)


WRITE = """
import sys
from marketplace import config
from marketplace.app import create_app
from marketplace.extensions import db
from marketplace.models.audit import AuditEntry
from sqlalchemy import func, select, text
from tests.processes.test_audit_races import act
app = create_app({
    "SQLALCHEMY_ENGINES": {"default": config.engine_settings(sys.argv[1])}, "DELIVERY": "none", "TESTING": True,
})
with app.app_context():
    key = (db.session.scalar(select(func.max(AuditEntry.subject_id))) or 0) + 1
    print("ready", flush=True)
    while True:
        act(0, key)
        print(key, flush=True)
        key += 1
"""
