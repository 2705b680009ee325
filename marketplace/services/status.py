"""What an operator asks first: version, database, search index and its lag."""

from typing import Any

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

import marketplace
from marketplace.extensions import db
from marketplace.services import outbox, search


def report() -> dict[str, Any]:
    try:
        db.session.execute(text("SELECT 1"))
        lag = outbox.waiting(topic=outbox.SOLUTION)
    except SQLAlchemyError as error:
        return {"version": marketplace.__version__, "database": type(error).__name__, "search": None}
    return {
        "version": marketplace.__version__,
        "database": "ok",
        "dialect": db.engine.dialect.name,
        "search": {"engine": search.engine_name(), "is_available": search.is_available(), "waiting": lag},
    }
