"""The outbox courier: a thread of each worker that brings index and ranker up to date soon after each commit."""

import threading

from flask import Flask
from sqlalchemy.exc import SQLAlchemyError

from marketplace.services import rankers, search

POLL_SECONDS = 1.0


def start(app: Flask) -> threading.Thread | None:
    """Start the thread when the settings ask for it; it wakes at once after a commit of its own process."""
    if app.config["DELIVERY"] != "courier":
        return None
    woken = threading.Event()
    app.extensions["after_commit"] = woken.set
    thread = threading.Thread(target=_run, args=(app, woken), name="outbox-courier", daemon=True)
    thread.start()
    return thread


def _run(app: Flask, woken: threading.Event) -> None:
    is_first = True
    while True:
        with app.app_context():
            try:
                if search.deliver_quietly() or is_first:
                    rankers.current()  # fitted here, so that no visitor waits for it
                    is_first = False
            except SQLAlchemyError as error:  # the database is away: the messages wait in it, try again
                app.logger.warning("outbox courier: %s", type(error).__name__)
        woken.wait(POLL_SECONDS)
        woken.clear()
