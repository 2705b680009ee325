"""The work on uploaded workbooks, outside the request: checked, then, when the provider says so, imported.

Whoever is free takes what waits. A check writes nothing until its one last transaction, so a check that was killed
begins anew. An import goes on in small transactions, each of which moves its rows from waiting to what became of them
together with the drafts: one that was killed goes on at the next row, and the end is each good row exactly once. A
second worker on the same import finds no row waiting; the lock only spares it the walk.
"""

import threading
import time
from datetime import date

from flask import Flask, current_app
from sqlalchemy import select, update
from sqlalchemy.exc import SQLAlchemyError

from marketplace.domain import listing_products, listing_rows
from marketplace.domain.errors import Invalid
from marketplace.domain.listing_products import Judged
from marketplace.domain.listing_rows import Book
from marketplace.domain.listing_sheets import POLICY
from marketplace.extensions import db
from marketplace.models.listing_imports import (
    ImportStage,
    ListingImport,
    ListingImportFile,
    ListingImportRow,
    RowOutcome,
)
from marketplace.services import (
    clock,
    listing_import_checks,
    listing_import_files,
    listing_import_rows,
    listing_import_steps,
    locks,
)
from marketplace.services.unit_of_work import writing

WAITING = (ImportStage.UPLOADED, ImportStage.CHECKING, ImportStage.IMPORTING)
POLL_SECONDS = 0.5
BROKEN = "文件和模板对不上，没有逐行检查。请按下面的问题改好后重新上传"
GIVEN_UP = "这个文件处理时多次中断，已停止。请另存一份再上传，仍不行请联系平台运维单位"


def start(app: Flask) -> threading.Thread:
    """A thread of its own beside the courier's: a long file keeps no message waiting."""
    thread = threading.Thread(target=_run, args=(app,), name="listing-imports", daemon=True)
    thread.start()
    return thread


def _run(app: Flask) -> None:
    while True:
        with app.app_context():
            try:
                work()
            except SQLAlchemyError as error:  # the database is away: what waits stays in it, try again
                app.logger.warning("listing imports: %s", type(error).__name__)
        time.sleep(POLL_SECONDS)


def after_commit() -> None:
    """Where no thread delivers, the request does the work itself."""
    if current_app.config["DELIVERY"] == "inline":
        work()


def work() -> None:
    """Take up whatever waits and nobody works on, the oldest first."""
    db.session.rollback()
    query = select(ListingImport.id).where(ListingImport.stage.in_(WAITING)).order_by(ListingImport.id)
    for import_id in db.session.scalars(query).all():
        with locks.exclusive(f"listing-import-{import_id}", wait_seconds=0) as is_held:
            if is_held:
                _work_on(import_id)


def _work_on(import_id: int) -> None:
    stage = listing_import_steps.begin(import_id, give_up=GIVEN_UP)
    if stage == ImportStage.CHECKING:
        _check(import_id)
    elif stage == ImportStage.IMPORTING:
        while _import_batch(import_id):
            pass


def _check(import_id: int) -> None:
    content = db.session.get_one(ListingImportFile, import_id).content
    try:
        book = listing_rows.gather(listing_import_files.grids(content))
    except Invalid as error:
        listing_import_steps.fail(import_id, note="；".join(error.messages["file"]))
        return
    if book.is_broken:
        listing_import_steps.fail(import_id, note=BROKEN, findings=book.findings)
        return
    judged = _judge(import_id, book, today=clock.today())
    _keep(import_id, book, judged)


def _judge(import_id: int, book: Book, *, today: date) -> list[Judged]:
    judged: list[Judged] = []
    told = 0.0
    for product in book.products:
        if time.monotonic() - told >= POLICY["progress_seconds"]:
            _tell(import_id, done=len(judged), total=len(book.products))
            told = time.monotonic()
        judged.append(listing_products.judge(product, places=book.places, today=today))
    return judged


def _tell(import_id: int, *, done: int, total: int) -> None:
    with writing() as session:
        is_mine = (ListingImport.id == import_id, ListingImport.stage == ImportStage.CHECKING)
        facts = {"rows_done": done, "rows_total": total, "touched_at": clock.now()}
        session.execute(update(ListingImport).where(*is_mine).values(facts))


def _keep(import_id: int, book: Book, judged: list[Judged]) -> None:
    """All that was found, at once; nothing when another worker has been here."""
    with writing() as session:
        row = listing_import_steps.locked(session, import_id)
        if row.stage == ImportStage.CHECKING:
            listing_import_checks.keep(session, row, book, judged)


def _import_batch(import_id: int) -> bool:
    """The next rows in one transaction; False when there is nothing left to do."""
    with writing() as session:
        row = listing_import_steps.locked(session, import_id)
        if row.stage != ImportStage.IMPORTING:
            return False
        actor = listing_import_steps.actor_of(session, row)
        if actor is None:
            listing_import_steps.stop(session, row, note="上传人已不在本单位，没有导入完。请由同事重新上传")
            return False
        listing_import_steps.lock_provider(session, row.provider_id)
        waiting = (ListingImportRow.import_id == import_id, ListingImportRow.outcome == RowOutcome.WAITING)
        query = select(ListingImportRow).where(*waiting).order_by(ListingImportRow.line)
        batch = session.scalars(query.limit(POLICY["batch_rows"])).all()
        for one in batch:
            listing_import_rows.apply(session, actor, one)
        row.rows_done += len(batch)
        row.attempts, row.touched_at = 0, clock.now()
        if len(batch) < POLICY["batch_rows"] or row.rows_done >= row.rows_total:
            listing_import_steps.finish(session, actor, row)
            return False
        return True
