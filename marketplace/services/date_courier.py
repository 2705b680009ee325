"""A thread of each worker that carries out what a date brings about, at start and then once in a while."""

import threading

from flask import Flask
from sqlalchemy.exc import SQLAlchemyError

from marketplace.domain import listings
from marketplace.services import approval_notices, call_results, listing_expiry


def start(app: Flask) -> threading.Thread:
    thread = threading.Thread(target=_run, args=(app,), name="date-courier", daemon=True)
    thread.start()
    return thread


def _run(app: Flask) -> None:
    pause = threading.Event()
    while True:
        with app.app_context():
            try:
                listing_expiry.sweep()
                approval_notices.sweep()
                call_results.conclude_due()
            except SQLAlchemyError as error:  # the database is away: the dates stay, try again next time
                app.logger.warning("date courier: %s", type(error).__name__)
        pause.wait(listings.POLICY["sweep_seconds"])
