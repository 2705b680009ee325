"""The shelf while the search engine is away: the same filters, counts and orders, answered by the database."""

import json
import time
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import ColumnElement, CompoundSelect, Select, and_, case, func, literal, or_, select, union_all
from sqlalchemy.types import Text

from marketplace.domain import shelf
from marketplace.extensions import db
from marketplace.models.accounts import Organisation
from marketplace.models.providers import Provider
from marketplace.models.solutions import Coverage, PricePlan, Solution, SolutionFacet, SolutionStatus
from marketplace.services import solution_filters
from search_index.queries import Hit, Query, Results

ON_SHELF = and_(Solution.status == SolutionStatus.LISTED, Provider.standing.not_in(shelf.HIDDEN_STANDINGS))
PAIR = "scene_level"
WORDS = 12


def answer(query: Query) -> Results:
    """As the engine would answer it, but for synonyms, sounds and slips of the finger: words are looked up as typed."""
    start = time.perf_counter()
    counts: dict[str, dict[str, int]] = {name: {} for name in query.facets}
    total = 0
    for name, value, number in db.session.execute(_counts(query)):
        if name:
            counts[name][value] = number
        else:
            total = number
    hits = tuple(Hit(str(key)) for key in db.session.scalars(_page(query)))
    return Results(total, hits, counts, took_ms=(time.perf_counter() - start) * 1000)


def totals(queries: Sequence[Query]) -> list[int]:
    """How many each query finds, in one statement."""
    parts = [
        select(literal(index).label("at"), func.count().label("found")).select_from(_found(query).subquery())
        for index, query in enumerate(queries)
    ]
    if not parts:
        return []
    found = {row.at: row.found for row in db.session.execute(union_all(*parts))}
    return [found[index] for index in range(len(queries))]


def _found(query: Query, *, but: str | None = None) -> Select[int]:
    """The ids that fit; `but` leaves one filter out."""
    chosen = {name: values for name, values in query.chosen.items() if name != but}
    if "scene" in chosen and "level" in chosen:  # one coverage row has to satisfy both
        scenes, levels = chosen.pop("scene"), chosen.pop("level")
        chosen[PAIR] = frozenset(f"{scene}:{level}" for scene in scenes for level in levels)
    conditions = [_filter(name, values) for name, values in chosen.items()]
    conditions.extend(_mentions(word) for word in _words(query.text))
    return (
        select(Solution.id).join(Provider, Provider.id == Solution.provider_id).where(ON_SHELF, *conditions).distinct()
    )


def _filter(name: str, values: Iterable[str]) -> ColumnElement[bool]:
    if name == "provider":
        return Solution.provider_id.in_(solution_filters.row_ids(values))
    if name == "family":
        return Solution.family.in_(list(values))
    rows = select(SolutionFacet.solution_id)
    return Solution.id.in_(rows.where(SolutionFacet.facet == name, SolutionFacet.value.in_(list(values))))


def _words(text: str) -> list[str]:
    return text.split()[:WORDS]


def _mentions(word: str) -> ColumnElement[bool]:
    """The word stands in one of the texts; the JSON column holds its letters escaped."""
    functions = select(Coverage.solution_id).where(Coverage.function.icontains(word, autoescape=True))
    names = select(Organisation.id).where(Organisation.name.icontains(word, autoescape=True))
    return or_(
        *(column.icontains(word, autoescape=True) for column in (Solution.name, Solution.summary, Solution.family)),
        Solution.keywords.cast(Text).icontains(json.dumps(word)[1:-1], autoescape=True),
        Provider.short_name.icontains(word, autoescape=True),
        Provider.organisation_id.in_(names),
        Solution.id.in_(functions),
    )


def _counts(query: Query) -> CompoundSelect[*tuple[Any, ...]]:
    """Rows (facet, value, number), each facet under all the others; the row without a facet is the total."""
    chosen = query.chosen
    paired = {"scene": "level", "level": "scene"}
    special = [name for name in query.facets if name in chosen or paired.get(name) in chosen]
    plain = [name for name in query.facets if name not in special]
    total = _found(query).subquery()
    parts = [select(literal("").label("name"), literal("").label("value"), func.count()).select_from(total)]
    if plain:
        parts.append(_tally(SolutionFacet.facet.in_(plain), _found(query)))
    for name in special:
        partner = chosen.get(paired.get(name, ""))
        found = _found(query, but=name)
        parts.append(_paired(name, partner, found) if partner else _tally(SolutionFacet.facet == name, found))
    return union_all(*parts)


def _tally(condition: ColumnElement[bool], found: Select[int]) -> Select[*tuple[Any, ...]]:
    return (
        select(SolutionFacet.facet, SolutionFacet.value, func.count())
        .where(condition, SolutionFacet.solution_id.in_(found))
        .group_by(SolutionFacet.facet, SolutionFacet.value)
    )


def _paired(name: str, partner: Iterable[str], found: Select[int]) -> Select[*tuple[Any, ...]]:
    """Scenes that reach one of the levels, or levels that one of the scenes reaches: pairs are "scene:level"."""
    level = func.substr(SolutionFacet.value, func.length(SolutionFacet.value))
    scene = func.substr(SolutionFacet.value, 1, func.length(SolutionFacet.value) - 2)
    value, other = (scene, level) if name == "scene" else (level, scene)
    return (
        select(literal(name), value, func.count(SolutionFacet.solution_id.distinct()))
        .where(SolutionFacet.facet == PAIR, other.in_(list(partner)), SolutionFacet.solution_id.in_(found))
        .group_by(value)
    )


def _page(query: Query) -> Select[int]:
    ids = _found(query).subquery()
    return (
        select(Solution.id)
        .where(Solution.id.in_(select(ids.c.id)))
        .order_by(*_order(query), Solution.id)
        .limit(query.per_page)
        .offset(query.offset)
    )


def _order(query: Query) -> list[ColumnElement[Any]]:
    """Missing values last in every order."""
    price = select(func.min(PricePlan.amount)).where(PricePlan.solution_id == Solution.id).scalar_subquery()
    orders: dict[str, ColumnElement[Any]] = {
        "rating": rating().desc().nulls_last(),
        "price": price.asc().nulls_last(),
        "days": Solution.days_to_deploy.asc().nulls_last(),
        "contracts": Solution.contracts.desc(),
        "newest": Solution.listed_at.desc().nulls_last(),
    }
    if query.sort in orders:
        return [orders[query.sort]]
    in_name = [Solution.name.icontains(word, autoescape=True) for word in _words(query.text)]
    named: list[ColumnElement[Any]] = [case((and_(*in_name), 0), else_=1)] if in_name else []
    return [*named, orders["rating"], orders["contracts"]]


def rating() -> ColumnElement[Any]:
    """`shelf.rating` in SQL: NULL below the minimum sample."""
    weight, mean = shelf.SHELF["rating_prior_weight"], shelf.SHELF["rating_prior_mean"]
    value = (weight * mean + Solution.rating_sum) / (weight + Solution.rating_count)
    return case((Solution.rating_count >= shelf.SHELF["rating_min_sample"], value))
