"""The page of a live ranking: the ranking, the last kept run, what would change it, who could do it together."""

from dataclasses import dataclass

from marketplace.domain.permissions import Actor
from marketplace.models.matches import MatchOrder
from marketplace.services import match_runs, matches
from marketplace.services.match_runs import Last
from marketplace.services.matches import RankingView


@dataclass(frozen=True, slots=True)
class RankingPage:
    ranking: RankingView
    last: Last | None


def get(actor: Actor, demand_id: int, *, order: MatchOrder) -> RankingPage:
    view, computed = matches.rank_with(actor, demand_id, order=order)
    return RankingPage(ranking=view, last=match_runs.last(demand_id, computed))
