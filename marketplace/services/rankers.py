"""One fitted ranker a process, fitted anew whenever the catalogue or who may stand on it has changed."""

import threading
from dataclasses import dataclass, field

from flask import current_app
from sqlalchemy import select

from marketplace.extensions import db
from marketplace.models.providers import Provider
from marketplace.models.solutions import Solution
from marketplace.services import match_inputs, outbox, search_fallback
from matching import lexicon, weights
from matching.ranking import Ranker

EXTENSION = "ranker"
Mark = tuple[int, int]


@dataclass
class Holder:
    """The lock keeps threads from fitting the same catalogue twice; a fitted ranker is only read."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    mark: Mark | None = None
    ranker: Ranker | None = None


def current() -> Ranker:
    """The ranker over what is on the shelf at this moment."""
    holder: Holder = current_app.extensions.setdefault(EXTENSION, Holder())
    with holder.lock:
        mark = _mark()
        if holder.ranker is None or holder.mark != mark:
            holder.ranker, holder.mark = _fit(), mark
        return holder.ranker


def _mark() -> Mark:
    """Changes with every message about a listing, and with who is on the shelf even if nobody sent one."""
    query = select(Solution.id, Provider.standing).join(Provider, Provider.id == Solution.provider_id)
    rows = db.session.execute(query.where(search_fallback.ON_SHELF).order_by(Solution.id))
    return outbox.newest(topic=outbox.SOLUTION), hash(tuple((row.id, str(row.standing)) for row in rows))


def _fit() -> Ranker:
    query = select(Solution).join(Provider, Provider.id == Solution.provider_id).where(search_fallback.ON_SHELF)
    rows = db.session.scalars(query.options(*match_inputs.LOADING)).all()
    return Ranker(weights.default(), lexicon.default()).fit(match_inputs.solutions(rows))
