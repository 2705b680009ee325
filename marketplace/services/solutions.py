"""The shelf: search, filter, order; what to do when nothing is found; suggestions while typing."""

from dataclasses import dataclass, replace

from sqlalchemy import select

from marketplace.domain import permissions, shelf
from marketplace.domain.actors import Actor
from marketplace.domain.choices import Choice
from marketplace.domain.permissions import Permission
from marketplace.extensions import db
from marketplace.models.matches import Shortlist, ShortlistEntry
from marketplace.models.providers import Provider
from marketplace.services import list_views, search, search_fallback, solution_cards, solution_filters
from marketplace.services.list_views import Frame
from marketplace.services.solution_cards import Card
from search_index.queries import Query, Results

AWAY = "检索服务暂时不可用，结果来自数据库，排序可能不同。"
RELAXED = "没有产品同时包含这些词，下面是包含其中多数词的产品。"


@dataclass(frozen=True, slots=True)
class Remedy:
    """Without this condition so many would be found."""

    label: str
    url: str
    total: int


@dataclass(frozen=True, slots=True)
class Shelf:
    frame: Frame
    cards: tuple[Card, ...]
    remedies: tuple[Remedy, ...]
    is_from_database: bool


@dataclass(frozen=True, slots=True)
class Suggestion:
    """`kind` decides where it leads: solution, provider, family or scene; `key` is its id there."""

    kind: str
    label: str
    key: str


def ask(query: Query) -> tuple[Results, bool]:
    """The engine's answer, or the database's while it is away (then True)."""
    results = search.query(query)
    return (results, False) if results is not None else (search_fallback.answer(query), True)


def browse(choice: Choice) -> Shelf:
    results, is_from_database = ask(solution_filters.to_query(choice))
    pages = list_views.page_count(results.total, per_page=solution_filters.PER_PAGE)
    if choice.page > pages:
        results, is_from_database = ask(solution_filters.to_query(choice.at(pages)))
    frame = list_views.frame(
        choice,
        counts=results.facets,
        total=results.total,
        per_page=solution_filters.PER_PAGE,
        names=_provider_names(choice),
    )
    if results.relaxed:
        frame = replace(frame, notices=(*frame.notices, RELAXED))
    marked = {int(hit.id): hit.highlights for hit in results.hits}
    cards = solution_cards.load(list(marked), highlights=marked)
    remedies = () if results.total else _remedies(frame.choice, is_from_database)
    return Shelf(frame, cards, remedies, is_from_database)


def _provider_names(choice: Choice) -> dict[tuple[str, str], str]:
    wanted = solution_filters.row_ids(choice.filters.get("provider", ()))
    if not wanted:
        return {}
    query = select(Provider.id, Provider.short_name).where(Provider.id.in_(wanted))
    return {("provider", str(key)): name for key, name in db.session.execute(query)}


def _remedies(choice: Choice, is_from_database: bool) -> tuple[Remedy, ...]:
    """Which condition emptied the list: those whose absence would fill it, the most filling first."""
    labelled = [("q", f"搜索词“{choice.text}”")] if choice.text else []
    labels = {facet.name: facet.label for facet in choice.schema.facets} | dict(choice.schema.free)
    labelled.extend((name, f"“{labels[name]}”条件") for name in choice.filters)
    options = [(label, choice.without(name)) for name, label in labelled]
    if choice.text and choice.filters:
        options.append(("全部筛选条件", choice.cleared()))
    totals = _totals([solution_filters.to_count(option) for _, option in options], is_from_database)
    remedies = [Remedy(label, one.url, total) for (label, one), total in zip(options, totals, strict=True) if total]
    return tuple(sorted(remedies, key=lambda remedy: -remedy.total))


def _totals(queries: list[Query], is_from_database: bool) -> list[int]:
    if is_from_database:
        return search_fallback.totals(queries)
    return [ask(query)[0].total for query in queries]


def suggest(text: str) -> tuple[Suggestion, ...]:
    """Completions; none while the engine is away, for the search itself still works."""
    found = search.suggest(text, limit=shelf.SHELF["suggestions"]) if text else ()
    return tuple(Suggestion(one.kind, _label(one.kind, one.text), one.id) for one in found)


def _label(kind: str, text: str) -> str:
    """Providers are indexed as short and full name in one; the full name alone is enough to read."""
    return text.rpartition(" ")[2] if kind == "provider" else text


def favourites(actor: Actor) -> frozenset[int] | None:
    """What the actor's organisation keeps among its favourites: a shortlist without a demand. None: it keeps none."""
    if not permissions.permits(actor, Permission.KEEP_SHORTLIST):
        return None
    query = (
        select(ShortlistEntry.solution_id)
        .join(Shortlist, Shortlist.id == ShortlistEntry.shortlist_id)
        .where(Shortlist.organisation_id == actor.organisation_id, Shortlist.demand_id.is_(None))
    )
    return frozenset(db.session.scalars(query))
