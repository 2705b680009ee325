"""Ready-made bundles (数转包): members, price, scenes and whether they reach level 2 together."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from marketplace.domain import bundles as rules
from marketplace.domain import choices, facets, shelf, subsidies, wording
from marketplace.domain.bundles import Reach
from marketplace.domain.choices import Choice, Schema
from marketplace.domain.errors import NotFound
from marketplace.domain.facets import Facet, Row
from marketplace.domain.subsidies import Estimate
from marketplace.extensions import db
from marketplace.models.bundles import Bundle, BundleItem
from marketplace.models.providers import Provider
from marketplace.models.solutions import Solution
from marketplace.services import kept_views, list_views, solution_cards
from marketplace.services.list_views import Frame
from marketplace.services.solution_cards import Price, SceneLevel


@dataclass(frozen=True, slots=True)
class Member:
    """A listing in the bundle; off the shelf it counts for nothing, and the page says so."""

    id: int
    name: str
    provider_id: int
    provider_name: str
    summary: str
    scenes: tuple[SceneLevel, ...]
    price: Price
    amount: int | None
    is_on_shelf: bool


@dataclass(frozen=True, slots=True)
class BundleView:
    """`price` is the sum of the members' cheapest plans; `unpriced` members are not in it."""

    id: int
    name: str
    industry: str
    industry_label: str
    provider_id: int
    provider_name: str
    summary: str
    description: str
    created_on: str
    members: tuple[Member, ...]
    scenes: tuple[SceneLevel, ...]
    reach: Reach
    price: int
    estimate: Estimate
    unpriced: int
    absent: int


@dataclass(frozen=True, slots=True)
class BundleList:
    frame: Frame
    bundles: tuple[BundleView, ...]


EVERY = 0  # all bundles are one kept view
POINTS = rules.RULE.points  # what the other part of the rule asks of the enterprise itself
SCHEMA = Schema((Facet("industry", "行业", wording.INDUSTRIES),), {"reach": "综合"})
LOADING = (
    joinedload(Bundle.provider),
    selectinload(Bundle.items).joinedload(BundleItem.solution).options(
        joinedload(Solution.provider), selectinload(Solution.coverage), selectinload(Solution.price_plans)
    ),
)  # fmt: skip


def parse(items: Iterable[tuple[str, str]], *, path: str) -> Choice:
    return choices.parse(items, schema=SCHEMA, path=path)


def browse(choice: Choice) -> BundleList:
    views = page()
    tagged = [(view, Row({"industry": (view.industry,)})) for view in views]
    counts = facets.count((tags for _, tags in tagged), SCHEMA.facets, choice.filters)
    kept = tuple(view for view, tags in tagged if facets.fits(tags, choice.filters))
    frame = list_views.frame(choice, counts=counts, total=len(kept), per_page=max(len(views), 1))
    return BundleList(frame, kept)


def page(*, limit: int | None = None) -> tuple[BundleView, ...]:
    """Bundles whose lead is not hidden: those that reach level 2 first, then by industry and id."""
    return kept_views.get("bundles", [EVERY], _make)[EVERY][:limit]


def _make(_keys: Sequence[int]) -> dict[int, tuple[BundleView, ...]]:
    query = (
        select(Bundle)
        .join(Provider, Provider.id == Bundle.provider_id)
        .where(Provider.standing.not_in(shelf.HIDDEN_STANDINGS))
        .options(*LOADING)
        .order_by(Bundle.id)
    )
    views = [_view(bundle) for bundle in db.session.scalars(query)]
    order = list(wording.INDUSTRIES)
    views.sort(key=lambda view: (not view.reach.is_enough, order.index(view.industry), view.id))
    return {EVERY: tuple(views)}


def get(*, bundle_id: int) -> BundleView:
    bundle = db.session.scalars(select(Bundle).where(Bundle.id == bundle_id).options(*LOADING)).one_or_none()
    if bundle is None:
        raise NotFound("bundle", bundle_id)
    return _view(bundle)


def _view(bundle: Bundle) -> BundleView:
    members = tuple(_member(item.solution) for item in bundle.items)
    present = [item.solution for item in bundle.items if shelf.is_on_shelf(item.solution)]
    levels = rules.combined({row.scene: row.level for row in one.coverage} for one in present)
    plans = [plan for one in present if (plan := shelf.entry_plan(one.price_plans))]
    return BundleView(
        id=bundle.id,
        name=bundle.name,
        industry=bundle.industry,
        industry_label=wording.INDUSTRIES[bundle.industry],
        provider_id=bundle.provider_id,
        provider_name=bundle.provider.short_name,
        summary=bundle.summary,
        description=bundle.description,
        created_on=wording.day(bundle.created_at),
        members=members,
        scenes=solution_cards.scene_levels(levels.items()),
        reach=rules.reach(levels),
        price=sum(plan.amount for plan in plans),
        estimate=_estimate(plans),
        unpriced=len(present) - len(plans),
        absent=len(members) - len(present),
    )


def _estimate(plans: Sequence[Any]) -> Estimate:
    """Fractions are dropped once and the cap is one for the whole project, as for any basket."""
    eligible = sum(plan.amount for plan in plans if plan.subsidy_category in subsidies.ELIGIBLE)
    return Estimate(sum(plan.amount for plan in plans), subsidies.rule(rules.TARGET).amount(eligible))


def _member(solution: Solution) -> Member:
    plan = shelf.entry_plan(solution.price_plans)
    return Member(
        id=solution.id,
        name=solution.name,
        provider_id=solution.provider_id,
        provider_name=solution.provider.short_name,
        summary=solution.summary,
        scenes=solution_cards.scene_levels((row.scene, row.level) for row in solution.coverage),
        price=solution_cards.price_of(plan.amount, model=plan.model, plan=plan.name)
        if plan
        else solution_cards.UNPRICED,
        amount=plan.amount if plan else None,
        is_on_shelf=shelf.is_on_shelf(solution),
    )
