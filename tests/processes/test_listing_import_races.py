"""Real processes at a bulk import: one file twice in one moment, a worker killed amid a check or an import."""

import io
import os
import random
import time
from multiprocessing.process import BaseProcess
from multiprocessing.synchronize import Event
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from marketplace.domain.actors import Actor
from marketplace.domain.errors import Conflict
from marketplace.extensions import db
from marketplace.models.accounts import Membership, Role
from marketplace.models.audit import AuditEntry
from marketplace.models.listing_imports import ImportStage, ListingImport, ListingImportRow, RowOutcome
from marketplace.models.listings import ListingDraft
from marketplace.models.solutions import Solution
from marketplace.services import accounts, audit_verification, listing_import_jobs, listing_imports
from tests import listing_files
from tests.conftest import make_app
from tests.factories import Factory
from tests.processes.racing import CONTEXT, PATIENCE, forked, race

ROUNDS = int(os.environ.get("RACE_ROUNDS", "10"))
MOMENTS = int(os.environ.get("KILL_MOMENTS", "5"))
RACED, KILLED = 4, 120  # products of a file
SEED = 20261120


def actor_of(user_id: int) -> Actor:
    query = select(Membership).where(Membership.user_id == user_id).options(*accounts.SEAT)
    return accounts.actor_in(db.session.scalars(query).one())


def bring_in(actor: Actor, import_id: int) -> None:
    """Check, choose, import: whatever of it is still to do."""
    listing_import_jobs.work()
    db.session.rollback()
    row = db.session.get_one(ListingImport, import_id)
    if row.stage == ImportStage.CHECKED:
        try:
            listing_imports.confirm(actor, import_id=import_id, version=row.version)
        except Conflict:  # the other tab was faster
            db.session.rollback()
    listing_import_jobs.work()


def send_and_import(number: int, key: int) -> None:
    actor = actor_of(key)
    content = Path(os.environ["RACED_FILE"]).read_bytes()
    bring_in(actor, listing_imports.upload(actor, io.BytesIO(content), name="产品.xlsx"))


def import_own(number: int, key: int) -> None:
    """Each his own import of the same products, checked before."""
    actor = actor_of(key)
    query = select(ListingImport.id).where(ListingImport.provider_id == actor.provider_id).order_by(ListingImport.id)
    bring_in(actor, db.session.scalars(query).all()[number])


def check_once(user_ids: list[int], products: int) -> None:
    """Each product of each provider was made once, its draft was written once, and the trail says so once."""
    listing_import_jobs.work()
    db.session.rollback()
    wanted = len(user_ids) * products
    assert db.session.scalar(select(func.count()).select_from(Solution)) == wanted
    assert db.session.scalars(select(ListingDraft.version)).all() == [1] * wanted
    acted = select(func.count()).where(AuditEntry.action == "listings.imported")
    assert db.session.scalar(acted) == wanted
    assert set(db.session.scalars(select(ListingImport.stage))) == {ImportStage.IMPORTED}
    made = select(func.count()).where(ListingImportRow.outcome == RowOutcome.CREATED)
    assert db.session.scalar(made) == wanted
    waiting = select(func.count()).where(ListingImportRow.outcome == RowOutcome.WAITING)
    assert db.session.scalar(waiting) == 0
    assert audit_verification.verify().is_intact


@pytest.fixture
def quiet(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Flask:
    """Nothing is delivered or worked on but by those who are told to."""
    monkeypatch.setitem(app.config, "DELIVERY", "none")
    app.extensions.pop("after_commit", None)
    return app


def test_one_file_sent_twice_at_once_has_one_effect(
    quiet: Flask, make: Factory, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "raced.xlsx"
    file.write_bytes(listing_files.changed(RACED, lambda sheets: None))
    monkeypatch.setenv("RACED_FILE", str(file))
    people = [make.user(Role.PROVIDER).id for _ in range(ROUNDS)]
    url = db.engine.url.render_as_string(hide_password=False)
    outcomes = race(url, tmp_path, send_and_import, keys=people)
    assert outcomes == [["done", "done"]] * ROUNDS
    check_once(people, RACED)


def test_two_files_with_the_same_products_at_once_have_one_effect(quiet: Flask, make: Factory, tmp_path: Path) -> None:
    people = [make.user(Role.PROVIDER).id for _ in range(ROUNDS)]
    sheets = listing_files.products(RACED)
    contents = [listing_files.workbook(sheets), listing_files.workbook(sheets | {"案例": sheets["案例"][::-1]})]
    for key in people:
        for content in contents:
            listing_imports.upload(actor_of(key), io.BytesIO(content), name="产品.xlsx")
    listing_import_jobs.work()
    url = db.engine.url.render_as_string(hide_password=False)
    outcomes = race(url, tmp_path, import_own, keys=people)
    assert outcomes == [["done", "done"]] * ROUNDS
    check_once(people, RACED)


def worker(app: Flask, user_id: int, import_id: int, folder: Path) -> BaseProcess:
    """A process that has started the application and begins this very moment."""
    ready = CONTEXT.Event()
    url = app.config["SQLALCHEMY_ENGINES"]["default"]["url"]
    process = forked(_work, url, folder, user_id, import_id, ready)
    process.start()
    assert ready.wait(PATIENCE)
    return process


def _work(url: str, folder: Path, user_id: int, import_id: int, ready: Event) -> None:
    app = make_app(url, folder, DELIVERY="none")
    with app.app_context():
        actor = actor_of(user_id)
        ready.set()
        bring_in(actor, import_id)


def test_an_import_killed_at_any_moment_is_finished_by_the_next_worker(
    quiet: Flask, make: Factory, tmp_path: Path
) -> None:
    content = listing_files.changed(KILLED, lambda sheets: None)
    people = [make.user(Role.PROVIDER).id for _ in range(MOMENTS + 1)]
    chosen = random.Random(SEED)
    longest, stages = 0.0, []
    for number, key in enumerate(people):
        actor = actor_of(key)
        import_id = listing_imports.upload(actor, io.BytesIO(content), name="产品.xlsx")
        process = worker(quiet, key, import_id, tmp_path)
        started = time.monotonic()
        if number == 0:  # left alone, to know how long it takes
            process.join(PATIENCE)
            assert process.exitcode == 0
            longest = time.monotonic() - started
        else:
            time.sleep(chosen.uniform(0, longest))
            process.kill()
            process.join(PATIENCE)
        db.session.rollback()
        stages.append(str(db.session.get_one(ListingImport, import_id).stage))
        bring_in(actor, import_id)
    assert {"checking", "importing"} & set(stages[1:]) or MOMENTS < 5, stages
    check_once(people, KILLED)
