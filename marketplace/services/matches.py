"""The ranking of a demand, worded for its page: places, scores, and for each criterion the fact it came from."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import select

from marketplace.domain import demands, wording
from marketplace.domain.actors import Actor
from marketplace.domain.errors import Invalid
from marketplace.domain.permissions import Permission
from marketplace.extensions import db
from marketplace.models.demands import Demand
from marketplace.models.matches import MatchOrder, ShortlistEntry
from marketplace.models.providers import Provider, Standing
from marketplace.models.solutions import Solution
from marketplace.services import criteria, demand_views, match_inputs, rankers, search_fallback, solution_cards
from marketplace.services.criteria import StateGroup
from marketplace.services.rankers import Fitted
from marketplace.services.solution_cards import Card
from matching import documents
from matching.results import ProviderResult, Ranking, Result

ROWS: int = demands.POLICY["ranking_rows"]


@dataclass(frozen=True, slots=True)
class Computed:
    """A ranking of this moment with everything that it depends on."""

    demand: Demand
    matched: documents.Demand
    order: MatchOrder
    seed: str
    fitted: Fitted
    ranking: Ranking


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
    order: MatchOrder
    seed: str
    places: tuple[Place, ...]
    providers: tuple[ProviderPlace, ...]
    catalogue: int
    explanation: str
    notices: tuple[str, ...]
    may_shortlist: bool
    may_keep: bool
    is_own: bool
    shortlist_id: int | None


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a shortlist entry keeps: the score and its reasons as they stood."""

    score: Decimal
    reasons: dict[str, object]


def order_of(text: str) -> MatchOrder:
    """The order that a link asks for; anything unknown is the usual one."""
    return MatchOrder.PLAIN if text == MatchOrder.PLAIN else MatchOrder.FIT


def compute(demand: Demand, *, order: MatchOrder = MatchOrder.FIT, top: int | None = ROWS) -> Computed:
    """The ranking at this moment; of a demand with its lines and its enterprise."""
    fitted, seed, matched = rankers.fitted(), rankers.seed(), match_inputs.demand(demand)
    ranking = fitted.ordered_by(order).rank(matched, top, seed=seed)
    return Computed(demand, matched, order, seed, fitted, ranking)


def rank(actor: Actor, demand_id: int, *, order: MatchOrder = MatchOrder.FIT) -> RankingView:
    """The ranking at this moment; an owner may look at that of a draft as soon as it has a line."""
    view, _ = rank_with(actor, demand_id, order=order)
    return view


def rank_with(actor: Actor, demand_id: int, *, order: MatchOrder) -> tuple[RankingView, Computed]:
    """The view and what it was made from."""
    sheet = demand_views.get(actor, demand_id, permission=Permission.RANK_DEMAND)
    demand = sheet.demand
    if not demand.lines:
        raise Invalid({"lines": ["还没有需求，先写一项再看匹配结果"]})
    computed = compute(demand, order=order)
    may_keep = sheet.may_write and demand.status == "published"
    view = RankingView(
        demand=demand,
        order=order,
        seed=computed.seed,
        places=_places(computed.ranking, demand, _shortlisted(sheet.shortlist_id)),
        providers=provider_places(computed.ranking, demand),
        catalogue=computed.fitted.size,
        explanation=criteria.explanation(computed.fitted.ordered_by(order).weights),
        notices=_notices(demand),
        may_shortlist=may_keep,
        may_keep=may_keep,
        is_own=sheet.may_write,
        shortlist_id=sheet.shortlist_id,
    )
    return view, computed


def verdicts(demand: Demand, solution_ids: Iterable[int]) -> dict[int, Verdict]:
    """Score and reasons of those that are on the shelf; a demand without lines scores nothing."""
    wanted = set(solution_ids)
    if not demand.lines or not wanted:
        return {}
    ranking = compute(demand, top=None).ranking
    return {int(one.solution): _verdict(one, demand) for one in ranking.results if int(one.solution) in wanted}


def _verdict(result: Result, demand: Demand) -> Verdict:
    rows = criteria.views(result.criteria, demand)
    return Verdict(criteria.total(rows), {"criteria": criteria.stored(rows)})


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


def provider_places(ranking: Ranking, demand: Demand) -> tuple[ProviderPlace, ...]:
    names = _solution_names(ranking.providers)
    query = select(Provider).where(Provider.id.in_([int(one.provider) for one in ranking.providers]))
    providers = {row.id: row for row in db.session.scalars(query)}
    labels = line_labels(demand)
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


def line_labels(demand: Demand) -> dict[str, str]:
    """By the line's id in the ranking."""
    return {str(line.position): f"第{line.position}项{wording.SCENES[line.scene]}" for line in demand.lines}


def _solution_names(results: Sequence[ProviderResult]) -> dict[int, str]:
    wanted = {int(key) for one in results for key in one.solutions}
    query = select(Solution.id, Solution.name).join(Provider, Provider.id == Solution.provider_id)
    rows = db.session.execute(query.where(Solution.id.in_(wanted), search_fallback.ON_SHELF))
    return {row.id: row.name for row in rows}


def _shortlisted(shortlist_id: int | None) -> frozenset[int]:
    query = select(ShortlistEntry.solution_id).where(ShortlistEntry.shortlist_id == shortlist_id)
    return frozenset(db.session.scalars(query)) if shortlist_id is not None else frozenset()
