"""Two processes write audited acts at once; a process is killed while it writes: the chain holds, nothing is lost."""

import contextlib
import multiprocessing
import os
import random
import tempfile
import time
from multiprocessing.connection import Connection
from pathlib import Path

from flask import Flask
from sqlalchemy import func, select, text

from marketplace.domain.actors import SYSTEM
from marketplace.extensions import db
from marketplace.models.audit import AuditEntry, AuditHead
from marketplace.models.outbox import OutboxMessage
from marketplace.services import audit, audit_verification, outbox
from marketplace.services.unit_of_work import writing
from tests.conftest import IS_POSTGRES, make_app
from tests.processes.racing import forked, race

CONTEXT = multiprocessing.get_context("forkserver")  # the writers begin with everything imported
CONTEXT.set_forkserver_preload([__name__])
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
        ours, his = CONTEXT.Pipe(duplex=False)
        process = forked(write, url, his)
        process.start()
        his.close()
        assert ours.recv() == "ready"
        time.sleep(dice.uniform(0.0, 0.4))
        process.kill()
        process.join()
        told += _told(ours)
        _wait_for_the_server()
        _assert_whole()
        acts = _acts_with_rows()
        assert acts == db.session.scalar(select(func.count()).select_from(OutboxMessage))
        assert told <= acts <= told + MOMENTS  # what was told as done is there; the last one may not have been told
        db.session.rollback()
    assert told > 0


def write(url: str, told: Connection) -> None:
    """One act after the other, each told after its commit, until the kill."""
    app = make_app(url, Path(tempfile.gettempdir()), DELIVERY="none")
    with app.app_context():
        key = (db.session.scalar(select(func.max(AuditEntry.subject_id))) or 0) + 1
        told.send("ready")
        while True:
            act(0, key)
            told.send(key)
            key += 1


def _told(ours: Connection) -> int:
    told = 0
    with contextlib.suppress(EOFError):
        while ours.recv():
            told += 1
    ours.close()
    return told


def _acts_with_rows() -> int:
    """Acts are told apart by their key; each wrote as many rows as its key says."""
    counts = db.session.execute(select(AuditEntry.subject_id, func.count()).group_by(AuditEntry.subject_id)).all()
    for key, count in counts:
        assert count == 1 + (key or 0) % 3
    return len(counts)
