"""A ready-made bundle tried on one's own demand: from the present levels, by cheapest plans and first quantities."""

from dataclasses import dataclass

from sqlalchemy import select

from marketplace.domain import permissions
from marketplace.domain.actors import Actor
from marketplace.domain.permissions import Permission
from marketplace.extensions import db
from marketplace.models.bundles import BundleItem
from marketplace.services import basket_outcomes, basket_views, compositions, demand_views, offers
from marketplace.services.basket_outcomes import Outcome


@dataclass(frozen=True, slots=True)
class Fit:
    """`demands` are (id, title) to choose from; `outcome` is for the one that is chosen."""

    demand_id: int
    title: str
    assessment_id: int | None
    demands: tuple[tuple[int, str], ...]
    outcome: Outcome


def fit(actor: Actor | None, *, bundle_id: int, demand_id: int | None = None) -> Fit | None:
    """For the newest published demand unless another of the actor's own is named; None where there is none."""
    if actor is None or not permissions.permits(actor, Permission.BUILD_BUNDLE):
        return None
    choices = {row.id: row.title for row in basket_views.demands(actor)}
    if not choices:
        return None
    chosen = demand_id if demand_id in choices else next(iter(choices))
    demand = demand_views.get(actor, chosen, permission=Permission.BUILD_BUNDLE).demand
    wanted = basket_outcomes.wanted(demand)
    query = select(BundleItem.solution_id).where(BundleItem.bundle_id == bundle_id).order_by(BundleItem.position)
    members = db.session.scalars(query).all()
    found = offers.load(members)
    picks = [offers.pick(found[key], employees=wanted.employees) for key in members]
    outcome = basket_outcomes.outcome(wanted, picks, compositions.first_wish(demand).aim)
    return Fit(chosen, demand.title, demand.assessment_id, tuple(choices.items()), outcome)
