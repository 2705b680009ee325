"""Real processes at the locker: the same file twice in one moment, a worker killed amid an upload."""

import hashlib
import io
import os
import signal
import time
from multiprocessing.synchronize import Event
from pathlib import Path

from flask import Flask, current_app
from sqlalchemy import func, select

from marketplace.domain.actors import Actor
from marketplace.extensions import db
from marketplace.models.accounts import Membership, Role
from marketplace.models.audit import AuditEntry
from marketplace.models.evidence import AccessGrant, Evidence
from marketplace.services import access_grants, accounts, evidence, file_exchange
from marketplace.services.evidence import Facts
from tests import evidence_files
from tests.conftest import dispose, make_app
from tests.factories import Factory
from tests.processes.racing import CONTEXT, forked, race

ROUNDS = 8


def _owner() -> Actor:
    query = select(Membership).where(Membership.role == Role.ENTERPRISE).options(*accounts.SEAT).limit(1)
    return accounts.actor_in(db.session.scalars(query).one())


def upload(number: int, key: int) -> None:
    """Both racers into one store under one lock, as two workers of one server."""
    home = Path(current_app.config["EVIDENCE_FOLDER"]).parent
    home = home if home.name == "shared" else home.parent / "shared"
    current_app.config.update(EVIDENCE_FOLDER=str(home / "evidence"), SEARCH_FOLDER=str(home / "search"))
    stream = io.BytesIO(evidence_files.pdf(f"file {key}"))
    evidence.upload(_owner(), stream, file_name=f"{number}.pdf", facts=Facts(f"第{number}人的", "ledger"))


def withdraw_or_use(number: int, key: int) -> None:
    if number == 0:
        grant = db.session.get_one(AccessGrant, key)
        access_grants.withdraw(_owner(), grant_id=key, version=grant.version)
    else:
        query = select(Membership).where(Membership.role == Role.PROVIDER).options(*accounts.SEAT).limit(1)
        access_grants.use(accounts.actor_in(db.session.scalars(query).one()), grant_id=key)


def test_the_same_file_from_two_tabs_is_one_row_and_one_file(app: Flask, make: Factory, tmp_path: Path) -> None:
    make.user(Role.ENTERPRISE)
    keys = list(range(1, ROUNDS + 1))
    outcomes = race(app.config["SQLALCHEMY_ENGINES"]["default"]["url"], tmp_path, upload, keys=keys)
    assert outcomes == [["done", "done"]] * ROUNDS
    db.session.rollback()
    assert db.session.scalar(select(func.count()).select_from(Evidence)) == ROUNDS
    made = select(func.count()).select_from(AuditEntry).where(AuditEntry.action == "evidence.uploaded")
    assert db.session.scalar(made) == ROUNDS
    shared = tmp_path / "shared" / "evidence"
    hashes = sorted(path.name for path in shared.glob("kept/*/*"))
    assert hashes == sorted(db.session.scalars(select(Evidence.sha256)))
    assert list((shared / "incoming").iterdir()) == []


def test_who_opens_a_file_while_it_is_being_closed_is_on_record_or_refused(
    app: Flask, make: Factory, tmp_path: Path
) -> None:
    user, provider = make.user(Role.ENTERPRISE), make.actor(Role.PROVIDER)
    keys = [
        make.access_grant(user=user, organisation_id=provider.organisation_id or 0).id for _ in range(ROUNDS)
    ]  # fmt: skip
    outcomes = race(app.config["SQLALCHEMY_ENGINES"]["default"]["url"], tmp_path, withdraw_or_use, keys=keys)
    db.session.rollback()
    used = select(func.count()).select_from(AuditEntry).where(AuditEntry.action == "grants.used")
    assert {pair[0] for pair in outcomes} == {"done"}
    assert db.session.scalar(used) == sum(pair[1] == "done" for pair in outcomes)
    assert {pair[1] for pair in outcomes} <= {"done", "Forbidden"}


def upload_for_ever(url: str, folder: Path, started: Event) -> None:
    app = make_app(url, folder, DELIVERY="none")
    with app.app_context():
        owner, number = _owner(), 0
        while True:
            number += 1
            content = evidence_files.document("x" * 400_000 + f"{number}")
            evidence.upload(owner, io.BytesIO(content), file_name="a.docx", facts=Facts(f"{number}", "ledger"))
            started.set()


def test_kill_minus_nine_leaves_no_half_file_and_no_row_without_a_file(
    app: Flask, make: Factory, tmp_path: Path
) -> None:
    make.user(Role.ENTERPRISE)
    url, folder = app.config["SQLALCHEMY_ENGINES"]["default"]["url"], tmp_path / "killed"
    for delay in (0.0, 0.02, 0.05):
        started = CONTEXT.Event()
        process = forked(upload_for_ever, url, folder, started)
        process.start()
        assert started.wait(120)
        time.sleep(delay)
        os.kill(process.pid or 0, signal.SIGKILL)
        process.join(60)
    killed = make_app(url, folder, DELIVERY="none")
    with killed.app_context():
        rows = set(db.session.scalars(select(Evidence.sha256)))
        store = Path(killed.config["EVIDENCE_FOLDER"])
        kept = {path.name: path for path in store.glob("kept/*/*")}
        assert rows
        assert rows <= set(kept)
        for name, path in kept.items():
            assert hashlib.sha256(path.read_bytes()).hexdigest() == name
        for path in [*kept.values(), *(store / "incoming").iterdir()]:
            os.utime(path, (0, 0))
        file_exchange.sweep()
        assert {path.name for path in store.glob("kept/*/*")} == rows
        assert list((store / "incoming").iterdir()) == []
    dispose(killed)
