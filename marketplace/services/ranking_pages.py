"""The page of a live ranking: the ranking, the last kept run, what would change it, who could do it together."""

from dataclasses import dataclass

from marketplace.domain.actors import Actor
from marketplace.models.matches import MatchOrder
from marketplace.services import match_runs, matches, ranking_advice
from marketplace.services.match_runs import Last
from marketplace.services.matches import RankingView
from marketplace.services.ranking_advice import Advice, ConsortiumView


@dataclass(frozen=True, slots=True)
class RankingPage:
    """Advice stands beside the products, a consortium beside the providers."""

    ranking: RankingView
    last: Last | None
    changes: tuple[Advice, ...] = ()
    consortium: ConsortiumView | None = None


def get(actor: Actor, demand_id: int, *, order: MatchOrder, view: str = "solutions") -> RankingPage:
    ranking, computed = matches.rank_with(actor, demand_id, order=order)
    last = match_runs.last(demand_id, computed)
    if view == "providers":
        return RankingPage(ranking, last, consortium=ranking_advice.consortium(computed))
    return RankingPage(ranking, last, changes=ranking_advice.changes(computed))
