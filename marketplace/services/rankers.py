"""One fitted ranker a process, fitted anew whenever the catalogue, who may stand on it or the weights have changed."""

import copy
import hashlib
import json
import threading
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field

from flask import current_app
from sqlalchemy import select

from marketplace.domain import subsidies
from marketplace.extensions import db
from marketplace.models.matches import MatchOrder
from marketplace.models.providers import Provider
from marketplace.models.solutions import Solution
from marketplace.services import clock, match_inputs, outbox, ranking_weights, search_fallback
from marketplace.services.ranking_weights import InForce
from matching import lexicon
from matching.documents import Solution as Document
from matching.ranking import Ranker
from matching.subsidies import SubsidyRule

EXTENSION = "ranker"
Mark = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Fitted:
    """A ranker with what it was made from; `catalogue` is a digest of every fact that takes part."""

    ranker: Ranker
    weights: InForce
    catalogue: str

    @property
    def size(self) -> int:
        return len(self.ranker.catalogue_.solutions)

    def ordered_by(self, order: MatchOrder) -> Ranker:
        """The ranker itself, or the same one over the same texts that looks at scene and text alone."""
        if order == MatchOrder.FIT:
            return self.ranker
        other = copy.copy(self.ranker)
        other.weights = ranking_weights.plain(self.ranker.weights)
        return other


@dataclass
class Holder:
    """The lock keeps threads from fitting the same catalogue twice; a fitted ranker is only read."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    mark: Mark | None = None
    fitted: Fitted | None = None


def current() -> Ranker:
    """The ranker over what is on the shelf at this moment."""
    return fitted().ranker


def fitted() -> Fitted:
    holder: Holder = current_app.extensions.setdefault(EXTENSION, Holder())
    with holder.lock:
        in_force = ranking_weights.in_force()
        mark = (*_mark(), in_force.mark)
        if holder.fitted is None or holder.mark != mark:
            holder.fitted, holder.mark = _fit(in_force), mark
        return holder.fitted


def seed() -> str:
    """Decides among equals: the city's date, which anybody can read off a calendar."""
    return clock.today().isoformat()


def subsidy() -> SubsidyRule:
    """The budget is meant after subsidy; the estimate is the one that every page shows."""
    return SubsidyRule(subsidies.RATE, subsidies.CAP)


def documents() -> tuple[Document, ...]:
    """Everything on the shelf as the ranking takes it."""
    query = select(Solution).join(Provider, Provider.id == Solution.provider_id).where(search_fallback.ON_SHELF)
    rows = db.session.scalars(query.options(*match_inputs.LOADING).order_by(Solution.id)).all()
    return match_inputs.solutions(rows)


def _mark() -> tuple[int, int]:
    """Changes with every message about a listing, and with who is on the shelf even if nobody sent one."""
    query = select(Solution.id, Provider.standing).join(Provider, Provider.id == Solution.provider_id)
    rows = db.session.execute(query.where(search_fallback.ON_SHELF).order_by(Solution.id))
    return outbox.newest(topic=outbox.SOLUTION), hash(tuple((row.id, str(row.standing)) for row in rows))


def _fit(in_force: InForce) -> Fitted:
    shelf = documents()
    ranker = Ranker(in_force.weights, lexicon.default(), subsidy()).fit(shelf)
    return Fitted(ranker, in_force, _digest(shelf))


def _digest(shelf: Sequence[Document]) -> str:
    facts = json.dumps([asdict(one) for one in shelf], ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(facts.encode()).hexdigest()[:16]
