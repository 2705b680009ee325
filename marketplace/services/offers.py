"""Listings as a bundle buys them: coverage, plans and provider as values, kept until the catalogue changes."""

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from marketplace.domain import baskets, shelf, wording
from marketplace.extensions import db
from marketplace.models.providers import Provider
from marketplace.models.solutions import PricePlan, Solution
from marketplace.services import kept_views, match_inputs, search_fallback, solution_cards, solution_facts
from marketplace.services.solution_cards import SceneLevel
from matching import documents

ALL = 0  # everything that is on the shelf is one kept view
LOADING = (*match_inputs.LOADING, joinedload(Solution.provider).joinedload(Provider.organisation))


@dataclass(frozen=True, slots=True)
class Plan:
    """A price plan in its own unit."""

    id: int
    name: str
    model: str
    amount: int
    category: str
    is_eligible: bool

    @property
    def is_counted(self) -> bool:
        """Whether the price is for one device or user, so that a quantity is needed."""
        return self.model in baskets.COUNTED_MODELS

    @property
    def unit(self) -> str:
        return wording.PRICE_UNITS[self.model]

    @property
    def label(self) -> str:
        return f"{self.name}：{self.amount:,}元，{self.unit}"


@dataclass(frozen=True, slots=True)
class Offer:
    """A listing; `document` has no price yet, for that depends on plan, quantity and discount."""

    id: int
    name: str
    provider_id: int
    provider_name: str
    provider_full_name: str
    standing: str
    standing_label: str
    is_on_shelf: bool
    banner: str
    scenes: tuple[SceneLevel, ...]
    days: int | None
    deployments: str
    plans: tuple[Plan, ...]
    document: documents.Solution

    def plan(self, plan_id: int | None) -> Plan | None:
        return next((plan for plan in self.plans if plan.id == plan_id), None)


@dataclass(frozen=True, slots=True)
class Pick:
    """An offer in a bundle: by which plan, how many, what the provider gives up (yuan)."""

    offer: Offer
    plan: Plan | None
    quantity: int
    discount: int = 0
    is_suggested: bool = False  # the quantity is estimated from the employees

    @property
    def charge(self) -> baskets.Charge:
        """Off the shelf it counts for nothing."""
        unit = self.plan.amount if self.plan else None
        is_eligible = bool(self.plan and self.plan.is_eligible)
        return baskets.Charge(unit, self.quantity, self.discount, is_eligible, is_counted=self.offer.is_on_shelf)

    @property
    def document(self) -> documents.Solution:
        """As the solver takes it: the whole amount that would be paid, as one price."""
        if self.plan is None:
            return dataclasses.replace(self.offer.document, price=None)
        share = 1.0 if self.plan.is_eligible else 0.0
        price = documents.Price(documents.PriceModel.ONE_OFF, self.charge.net, share)
        return dataclasses.replace(self.offer.document, price=price)


def load(ids: Sequence[int]) -> dict[int, Offer]:
    """By id, on the shelf or not."""
    return kept_views.get("offer", ids, _make) if ids else {}


def on_shelf() -> tuple[Offer, ...]:
    """Everything that may be chosen, by id."""
    return kept_views.get("offers_on_shelf", [ALL], _make_all)[ALL]


def pick(offer: Offer, *, employees: int | None) -> Pick:
    """The plan that is cheapest at the quantity which the enterprise may need; none when no price is stated."""
    priced = [(plan, baskets.suggested_quantity(plan.model, employees)) for plan in offer.plans]
    if not priced:
        return Pick(offer, None, 1)
    plan, quantity = min(priced, key=lambda one: (one[0].amount * one[1], one[0].id))
    return Pick(offer, plan, quantity, is_suggested=plan.is_counted)


def _make(ids: Sequence[int]) -> dict[int, Offer]:
    rows = db.session.scalars(select(Solution).where(Solution.id.in_(ids)).options(*LOADING))
    return {row.id: _offer(row) for row in rows}


def _make_all(_keys: Sequence[int]) -> Mapping[int, tuple[Offer, ...]]:
    query = select(Solution).join(Provider, Provider.id == Solution.provider_id).where(search_fallback.ON_SHELF)
    rows = db.session.scalars(query.options(*LOADING).order_by(Solution.id))
    return {ALL: tuple(_offer(row) for row in rows)}


def _offer(row: Solution) -> Offer:
    provider = row.provider
    return Offer(
        id=row.id,
        name=row.name,
        provider_id=provider.id,
        provider_name=provider.short_name,
        provider_full_name=provider.organisation.name,
        standing=provider.standing,
        standing_label=wording.STANDINGS[provider.standing],
        is_on_shelf=shelf.is_on_shelf(row),
        banner=solution_facts.banner(row),
        scenes=solution_cards.scene_levels((one.scene, one.level) for one in row.coverage),
        days=row.days_to_deploy,
        deployments=solution_cards.labels(row.deployments, wording.DEPLOYMENTS) or wording.UNKNOWN,
        plans=tuple(_plan(plan) for plan in row.price_plans),
        document=dataclasses.replace(match_inputs.solution(row), price=None),
    )


def _plan(row: PricePlan) -> Plan:
    is_eligible = row.subsidy_category in shelf.ELIGIBLE
    return Plan(row.id, row.name, row.model, row.amount, row.subsidy_category, is_eligible)
