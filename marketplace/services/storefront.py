"""The home page: doors to the shelves with the number behind each, bundles, well-reviewed, new, the city's figures."""

from dataclasses import dataclass

from sqlalchemy import select

from marketplace.domain import shelf, wording
from marketplace.extensions import db
from marketplace.models.providers import Provider
from marketplace.models.solutions import Solution
from marketplace.services import bundles, progress, search_fallback, solution_cards, solutions
from marketplace.services.bundles import BundleView
from marketplace.services.progress import Figure
from marketplace.services.solution_cards import Card
from matching import standard
from search_index.queries import Query

ROWS: int = shelf.SHELF["home_rows"]
DOORS = ("industry", "stage", "scene", "city_stage")


@dataclass(frozen=True, slots=True)
class Door:
    """One value of a facet, and how many listings stand behind it."""

    facet: str
    value: str
    label: str
    count: int
    is_mandatory: bool = False


@dataclass(frozen=True, slots=True)
class Stage:
    door: Door
    scenes: tuple[Door, ...]


@dataclass(frozen=True, slots=True)
class Home:
    total: int
    industries: tuple[Door, ...]
    stages: tuple[Stage, ...]
    city_stages: tuple[Door, ...]
    bundles: tuple[BundleView, ...]
    well_reviewed: tuple[Card, ...]
    newest: tuple[Card, ...]
    figures: tuple[Figure, ...]


def show() -> Home:
    results, _ = solutions.ask(Query(per_page=1, facets=DOORS))

    def door(facet: str, value: str, label: str) -> Door:
        is_mandatory = facet == "scene" and standard.SCENES[value].is_mandatory
        return Door(facet, value, label, results.facets.get(facet, {}).get(value, 0), is_mandatory)

    scenes = [(scene.group, door("scene", scene.id, scene.name)) for scene in standard.SCENES.values()]
    stages = [
        Stage(door("stage", group, label), tuple(one for home, one in scenes if home == group))
        for group, label in wording.GROUPS.items()
    ]
    well_reviewed, newest = _shown()
    return Home(
        total=results.total,
        industries=tuple(door("industry", *item) for item in wording.INDUSTRIES.items()),
        stages=tuple(stages),
        city_stages=tuple(door("city_stage", *item) for item in wording.CITY_STAGES.items()),
        bundles=bundles.page(limit=ROWS),
        well_reviewed=well_reviewed,
        newest=newest,
        figures=progress.figures(),
    )


def _shown() -> tuple[tuple[Card, ...], tuple[Card, ...]]:
    """Best rated with enough reviews, and newest: their cards are loaded together."""
    on_shelf = select(Solution.id).join(Provider, Provider.id == Solution.provider_id).where(search_fallback.ON_SHELF)
    rated = on_shelf.where(search_fallback.rating().is_not(None)).order_by(
        search_fallback.rating().desc(), Solution.rating_count.desc(), Solution.id
    )
    well_reviewed = list(db.session.scalars(rated.limit(ROWS)))
    newest = list(db.session.scalars(on_shelf.order_by(Solution.listed_at.desc(), Solution.id.desc()).limit(ROWS)))
    cards = {card.id: card for card in solution_cards.load(list({*well_reviewed, *newest}))}
    return tuple(cards[key] for key in well_reviewed), tuple(cards[key] for key in newest)
