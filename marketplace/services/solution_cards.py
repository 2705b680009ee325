"""The card of a listing, as lists show it: four statements for any number of cards, one when they are kept."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import func, select

from marketplace.domain import shelf, wording
from marketplace.extensions import db
from marketplace.models.providers import Provider
from marketplace.models.solutions import Coverage, PricePlan, Solution, SolutionCase
from marketplace.services import kept_views, search_fallback
from matching import standard

RATING_MINIMUM: int = shelf.SHELF["rating_min_sample"]


@dataclass(frozen=True, slots=True)
class SceneLevel:
    scene: str
    name: str
    level: int
    is_mandatory: bool


@dataclass(frozen=True, slots=True)
class Price:
    """The cheapest plan in its own unit; `figure` is empty when the provider states no price."""

    figure: str
    unit: str
    note: str


@dataclass(frozen=True, slots=True)
class Card:
    id: int
    name: str
    summary: str
    excerpt: str
    provider_id: int
    provider_name: str
    standing: str
    standing_label: str
    price: Price
    scenes: tuple[SceneLevel, ...]
    days: int | None
    deployments: str
    cases: int  # local ones: 样板
    contracts: int
    rating: float | None
    rating_count: int
    plain_name: str


UNPRICED = Price("", "", "")


def price_of(amount: int, *, model: str, plan: str) -> Price:
    """Ten thousand yuan and more in 万元, less in yuan, always with the unit and the period."""
    large = amount >= wording.TEN_THOUSAND
    figure = wording.money(amount).removesuffix("万元") if large else f"{amount:,}"
    return Price(figure, f"{'万元' if large else '元'}，{wording.PRICE_UNITS[model]}", plan)


def labels(values: Iterable[str] | None, words: Mapping[str, str], *, empty: str = "") -> str:
    """The words of the values; nothing stated is the empty text, an empty list is `empty`."""
    if values is None:
        return ""
    return "、".join(words.get(value, value) for value in values) or empty


def scene_levels(rows: Iterable[tuple[str, int]]) -> tuple[SceneLevel, ...]:
    return tuple(
        SceneLevel(scene, wording.SCENES[scene], level, standard.SCENES[scene].is_mandatory) for scene, level in rows
    )


def load(ids: Sequence[int], *, highlights: Mapping[int, Mapping[str, str]] | None = None) -> tuple[Card, ...]:
    """The cards of those that stand on the shelf, in the order of the ids."""
    if not ids:
        return ()
    cards = kept_views.get("card", ids, _make)
    marked = highlights or {}
    return tuple(_marked(cards[key], marked.get(key, {})) for key in ids if key in cards)


def _make(ids: Sequence[int]) -> dict[int, Card]:
    is_local = SolutionCase.enterprise_id.is_not(None)
    cases = select(func.count()).where(SolutionCase.solution_id == Solution.id, is_local).scalar_subquery()
    query = (
        select(
            Solution.id,
            Solution.name,
            Solution.summary,
            Solution.provider_id,
            Solution.days_to_deploy,
            Solution.deployments,
            Solution.contracts,
            Solution.rating_sum,
            Solution.rating_count,
            Provider.short_name,
            Provider.standing,
            cases.label("cases"),
        )
        .join(Provider, Provider.id == Solution.provider_id)
        .where(Solution.id.in_(ids), search_fallback.ON_SHELF)
    )
    scenes, prices = _scenes(ids), _prices(ids)
    return {
        row.id: _card(row, scenes.get(row.id, ()), prices.get(row.id, UNPRICED)) for row in db.session.execute(query)
    }


def _scenes(ids: Sequence[int]) -> dict[int, tuple[SceneLevel, ...]]:
    query = select(Coverage.solution_id, Coverage.scene, Coverage.level).where(Coverage.solution_id.in_(ids))
    found: dict[int, list[tuple[str, int]]] = {}
    for key, scene, level in db.session.execute(query.order_by(Coverage.id)):
        found.setdefault(key, []).append((scene, level))
    return {key: scene_levels(rows) for key, rows in found.items()}


def _prices(ids: Sequence[int]) -> dict[int, Price]:
    query = (
        select(PricePlan.solution_id, PricePlan.amount, PricePlan.model, PricePlan.name)
        .where(PricePlan.solution_id.in_(ids))
        .order_by(PricePlan.solution_id, PricePlan.amount, PricePlan.id)
    )
    found: dict[int, Price] = {}
    for row in db.session.execute(query):
        if row.solution_id not in found:
            found[row.solution_id] = price_of(row.amount, model=row.model, plan=row.name)
    return found


def _card(row: Any, scenes: tuple[SceneLevel, ...], price: Price) -> Card:
    return Card(
        id=row.id,
        name=row.name,
        plain_name=row.name,
        summary=row.summary,
        excerpt="",
        provider_id=row.provider_id,
        provider_name=row.short_name,
        standing=row.standing,
        standing_label=wording.STANDINGS[row.standing],
        price=price,
        scenes=scenes,
        days=row.days_to_deploy,
        deployments=labels(row.deployments, wording.DEPLOYMENTS) or wording.UNKNOWN,
        cases=row.cases,
        contracts=row.contracts,
        rating=shelf.rating(row.rating_sum, row.rating_count),
        rating_count=row.rating_count,
    )


def _marked(card: Card, marked: Mapping[str, str]) -> Card:
    """The card with the highlighter's marks; the description is quoted when nothing else on the card matched."""
    if not marked:
        return card
    is_shown = "name" in marked or "summary" in marked
    return replace(
        card,
        name=marked.get("name", card.name),
        summary=marked.get("summary", card.summary),
        excerpt="" if is_shown else marked.get("description", ""),
        provider_name=marked.get("provider_name", "").partition(" ")[0] or card.provider_name,
    )
