"""The ranking of a demand, worded for its page: places, scores, and for each criterion the fact it came from."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import select

from marketplace.domain import demands, wording
from marketplace.domain.errors import Invalid
from marketplace.domain.permissions import Actor, Permission
from marketplace.extensions import db
from marketplace.models.demands import Demand
from marketplace.models.matches import ShortlistEntry
from marketplace.models.providers import Provider, Standing
from marketplace.models.solutions import Solution
from marketplace.services import criteria, demand_views, match_inputs, rankers, search_fallback, solution_cards
from marketplace.services.criteria import StateGroup
from marketplace.services.solution_cards import Card
from matching.results import ProviderResult, Ranking, Result

ROWS: int = demands.POLICY["ranking_rows"]


@dataclass(frozen=True, slots=True)
class Place:
    """A ranked solution; the points of its criteria add up to `score`."""

    number: int
    card: Card
    score: Decimal
    groups: tuple[StateGroup, ...]
    is_shortlisted: bool


@dataclass(frozen=True, slots=True)
class ProviderPlace:
    number: int
    id: int
    name: str
    standing: Standing
    standing_label: str
    score: Decimal
    covered: tuple[str, ...]
    missing: tuple[str, ...]
    solutions: tuple[tuple[int, str], ...]


@dataclass(frozen=True, slots=True)
class RankingView:
    demand: Demand
    places: tuple[Place, ...]
    providers: tuple[ProviderPlace, ...]
    catalogue: int
    explanation: str
    notices: tuple[str, ...]
    may_shortlist: bool
    shortlist_id: int | None


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a shortlist entry keeps: the score and its reasons as they stood."""

    score: Decimal
    reasons: dict[str, object]


def rank(actor: Actor, demand_id: int) -> RankingView:
    """The ranking at this moment; an owner may look at that of a draft as soon as it has a line."""
    sheet = demand_views.get(actor, demand_id, permission=Permission.RANK_DEMAND)
    demand = sheet.demand
    if not demand.lines:
        raise Invalid({"lines": ["还没有需求，先写一项再看匹配结果"]})
    ranker = rankers.current()
    ranking = ranker.rank(match_inputs.demand(demand), ROWS)
    listed = _shortlisted(sheet.shortlist_id)
    may_shortlist = sheet.may_write and demand.status == "published"
    return RankingView(
        demand=demand,
        places=_places(ranking, demand, listed),
        providers=_provider_places(ranking, demand),
        catalogue=len(ranker.catalogue_.solutions),
        explanation=criteria.explanation(),
        notices=_notices(demand),
        may_shortlist=may_shortlist,
        shortlist_id=sheet.shortlist_id,
    )


def verdicts(demand: Demand, solution_ids: Iterable[int]) -> dict[int, Verdict]:
    """Score and reasons of those that are on the shelf; a demand without lines scores nothing."""
    wanted = set(solution_ids)
    if not demand.lines or not wanted:
        return {}
    ranking = rankers.current().rank(match_inputs.demand(demand))
    return {int(one.solution): _verdict(one, demand) for one in ranking.results if int(one.solution) in wanted}


def _verdict(result: Result, demand: Demand) -> Verdict:
    rows = criteria.views(result.criteria, demand)
    kept = [{"label": one.label, "state": one.state, "reason": one.reason, "points": str(one.points)} for one in rows]
    return Verdict(criteria.total(rows), {"criteria": kept})


def _notices(demand: Demand) -> tuple[str, ...]:
    """What was assumed because the checklist leaves it open."""
    open_levels = [str(place) for place, line in enumerate(demand.lines, start=1) if line.current_level is None]
    notices = []
    if open_levels:
        notices.append(f"第{'、'.join(open_levels)}项没有填现有等级，按无等级计算。")
    if demands.weights_total(demand.lines) == 0:
        notices.append("还没有填权重，暂按各项同等重要计算。")
    return tuple(notices)


def _places(ranking: Ranking, demand: Demand, listed: frozenset[int]) -> tuple[Place, ...]:
    cards = {card.id: card for card in solution_cards.load([int(one.solution) for one in ranking.results])}
    shown = [one for one in ranking.results if int(one.solution) in cards]
    places = []
    for number, result in enumerate(shown, start=1):
        rows = criteria.views(result.criteria, demand)
        card = cards[int(result.solution)]
        places.append(Place(number, card, criteria.total(rows), criteria.grouped(rows), card.id in listed))
    return tuple(places)


def _provider_places(ranking: Ranking, demand: Demand) -> tuple[ProviderPlace, ...]:
    names = _solution_names(ranking.providers)
    query = select(Provider).where(Provider.id.in_([int(one.provider) for one in ranking.providers]))
    providers = {row.id: row for row in db.session.scalars(query)}
    labels = {str(line.position): f"第{line.position}项{wording.SCENES[line.scene]}" for line in demand.lines}
    places = []
    for number, result in enumerate(ranking.providers, start=1):
        row = providers[int(result.provider)]
        places.append(
            ProviderPlace(
                number=number,
                id=row.id,
                name=row.short_name,
                standing=row.standing,
                standing_label=wording.STANDINGS[row.standing],
                score=criteria.apportion([result.score])[0],
                covered=tuple(label for key, label in labels.items() if key in result.covers),
                missing=tuple(label for key, label in labels.items() if key not in result.covers),
                solutions=tuple((int(key), names[int(key)]) for key in result.solutions if int(key) in names),
            )
        )
    return tuple(places)


def _solution_names(results: Sequence[ProviderResult]) -> dict[int, str]:
    wanted = {int(key) for one in results for key in one.solutions}
    query = select(Solution.id, Solution.name).join(Provider, Provider.id == Solution.provider_id)
    rows = db.session.execute(query.where(Solution.id.in_(wanted), search_fallback.ON_SHELF))
    return {row.id: row.name for row in rows}


def _shortlisted(shortlist_id: int | None) -> frozenset[int]:
    query = select(ShortlistEntry.solution_id).where(ShortlistEntry.shortlist_id == shortlist_id)
    return frozenset(db.session.scalars(query)) if shortlist_id is not None else frozenset()
