"""Three threads of each worker: one brings index and ranker up to date soon after each commit, one sends mail, one
works on uploaded workbooks.

They are three because neither a mail server that thinks for half a minute nor a long workbook may keep a listing off
the shelf.
"""

import threading
import time

from flask import Flask
from sqlalchemy.exc import SQLAlchemyError

from marketplace.policy import reader
from marketplace.services import (
    audit_heads,
    date_courier,
    listing_import_jobs,
    mail_delivery,
    mail_digests,
    rankers,
    search,
)

POLL_SECONDS = 1.0
POLICY = reader.load("notifications")


def start(app: Flask) -> threading.Thread | None:
    """Start the thread when the settings ask for it; it wakes at once after a commit of its own process."""
    if app.config["DELIVERY"] != "courier":
        return None
    woken = threading.Event()
    app.extensions["after_commit"] = woken.set
    thread = threading.Thread(target=_run, args=(app, woken), name="outbox-courier", daemon=True)
    thread.start()
    date_courier.start(app)
    threading.Thread(target=_send_mail, args=(app,), name="mail-courier", daemon=True).start()
    listing_import_jobs.start(app)
    return thread


def _run(app: Flask, woken: threading.Event) -> None:
    is_first = True
    while True:
        with app.app_context():
            try:
                if search.deliver_quietly() or is_first:
                    rankers.current()  # fitted here, so that no visitor waits for it
                    is_first = False
                audit_heads.export_of_today()
            except (SQLAlchemyError, OSError) as error:  # database or disk away: what is to do waits, try again
                app.logger.warning("outbox courier: %s", type(error).__name__)
        woken.wait(POLL_SECONDS)
        woken.clear()


def _send_mail(app: Flask) -> None:
    pause, digests_at = threading.Event(), 0.0
    while True:
        with app.app_context():
            try:
                if time.monotonic() >= digests_at:
                    mail_digests.send_due()
                    digests_at = time.monotonic() + POLICY["digest"]["poll_seconds"]
                if mail_delivery.is_due():
                    mail_delivery.deliver(limit=POLICY["mail"]["batch"])
            except SQLAlchemyError as error:  # what was claimed and not settled turns unclear, nothing is sent twice
                app.logger.warning("mail courier: %s", type(error).__name__)
        pause.wait(POLICY["mail"]["poll_seconds"])
