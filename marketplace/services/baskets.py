"""Writing baskets (组合方案): make, put in, change, remove, restore, delete."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.domain import baskets
from marketplace.domain.actors import Actor
from marketplace.domain.errors import Invalid, NotFound
from marketplace.models.bundles import Basket, BundleItem, QuotationSheet
from marketplace.models.demands import Demand
from marketplace.services import audit, basket_rows, basket_views, clock, offers, unit_of_work
from marketplace.services.basket_outcomes import Aim
from marketplace.services.basket_rows import KIND
from marketplace.services.basket_views import Draft, Row


@dataclass(frozen=True, slots=True)
class Removed:
    """What undoing the removal needs."""

    solution_id: int
    name: str
    row: Row


def create(
    actor: Actor,
    *,
    demand_id: int,
    aim: Aim | None = None,
    solution_ids: Sequence[int] = (),
    bundle_id: int | None = None,
    once: str | None = None,
) -> int:
    """From a composition, from a ready-made bundle, or empty; without an aim, that of the demand."""
    if aim is not None:
        baskets.check_aim(target=aim.target, budget=aim.budget, max_providers=aim.max_providers)
    with unit_of_work.writing(actor, once=once) as session:
        demand = basket_rows.published(session, actor, demand_id)
        wanted = [*solution_ids, *_members(session, bundle_id)]
        basket = _new(session, actor, demand, aim or _aim_of(demand))
        basket_rows.put(session, basket, wanted)
        session.flush()
        unit_of_work.remember(session, once, kind=KIND, key=basket.id)
        return basket.id


def _members(session: Session, bundle_id: int | None) -> Sequence[int]:
    if bundle_id is None:
        return ()
    query = select(BundleItem.solution_id).where(BundleItem.bundle_id == bundle_id).order_by(BundleItem.position)
    found = session.scalars(query).all()
    if not found:
        raise NotFound("bundle", bundle_id)
    return found


def _aim_of(demand: Demand) -> Aim:
    return Aim(demand.aimed_level or baskets.POLICY["default_target_level"], demand.budget)


def _new(session: Session, actor: Actor, demand: Demand, aim: Aim) -> Basket:
    """A second basket for the same demand gets a number, so that they can be told apart."""
    taken = set(session.scalars(select(Basket.title).where(Basket.demand_id == demand.id)))
    names = (f"{demand.title[: basket_rows.TITLE_MAX - 8]} 组合{number}" for number in range(1, len(taken) + 2))
    now = clock.now()
    basket = Basket(
        demand_id=demand.id, enterprise_id=demand.enterprise_id, title=next(one for one in names if one not in taken),
        target_level=aim.target, budget=aim.budget, max_providers=aim.max_providers,
        created_by=actor.user_id, created_at=now, changed_at=now, items=[],
    )  # fmt: skip
    session.add(basket)
    session.flush()
    audit.record(session, actor, "baskets.created", kind=KIND, key=basket.id, details={"title": basket.title})
    return basket


def put(actor: Actor, *, where: str, solution_id: int, once: str | None = None) -> tuple[int, bool]:
    """Into `basket-<id>`, or a new one for `demand-<id>`: the basket, and whether the solution was new in it."""
    kind, _, number = where.partition("-")
    if kind not in {"basket", "demand"} or not (number.isascii() and number.isdecimal()):
        raise Invalid({"where": ["请选择放进哪个组合方案"]})
    with unit_of_work.writing(actor, once=once) as session:
        if kind == "basket":
            basket = basket_rows.locked(session, actor, int(number))
        else:
            demand = basket_rows.published(session, actor, int(number))
            basket = _newest(session, actor, demand) or _new(session, actor, demand, _aim_of(demand))
        before = basket_rows.state(basket)
        added = basket_rows.put(session, basket, [solution_id])
        basket_rows.record(session, actor, basket, before)
        unit_of_work.remember(session, once, kind=KIND, key=basket.id)
        return basket.id, bool(added)


def _newest(session: Session, actor: Actor, demand: Demand) -> Basket | None:
    query = select(Basket.id).where(Basket.demand_id == demand.id).order_by(Basket.changed_at.desc(), Basket.id.desc())
    key = session.scalar(query.limit(1))
    return basket_rows.locked(session, actor, key) if key is not None else None


def change(
    actor: Actor, *, basket_id: int, version: int, draft: Draft, remove: int | None = None, once: str | None = None
) -> Removed | None:
    """Keep everything that was typed; with `remove`, that item goes as well, and what undoing needs is returned."""
    title, aim = basket_views.check_aim(draft)
    with unit_of_work.writing(actor, once=once) as session:
        basket = basket_rows.locked(session, actor, basket_id, version=version, wanted="修改组合方案")
        before = basket_rows.state(basket)
        basket.title = title
        basket.target_level, basket.budget, basket.max_providers = aim.target, aim.budget, aim.max_providers
        gone = _remove(basket, remove) if remove is not None else None
        found = offers.load([item.solution_id for item in basket.items])
        picks = basket_views.typed_picks({item.id: found[item.solution_id] for item in basket.items}, draft)
        for item, pick in zip(basket.items, picks, strict=True):
            item.price_plan_id = pick.plan.id if pick.plan else None
            item.quantity, item.discount = pick.quantity, pick.discount
        if basket_rows.record(session, actor, basket, before):
            basket_rows.touch(basket)
        unit_of_work.remember(session, once, kind=KIND, key=basket_id)
        return gone


def _remove(basket: Basket, item_id: int) -> Removed:
    item = basket_rows.item_of(basket, item_id)
    name = offers.load([item.solution_id])[item.solution_id].name
    basket.items.remove(item)
    return Removed(item.solution_id, name, Row(item.price_plan_id, item.quantity, item.discount))


def restore(actor: Actor, *, basket_id: int, solution_id: int, row: Row, once: str | None = None) -> bool:
    """Undo a removal with plan, quantity and discount as far as they still make sense; False when it cannot return."""
    with unit_of_work.writing(actor, once=once) as session:
        basket = basket_rows.locked(session, actor, basket_id)
        before = basket_rows.state(basket)
        for item in basket_rows.put(session, basket, [solution_id]):
            offer = offers.load([solution_id])[solution_id]
            plan = offer.plan(row.plan_id)
            listed = plan.amount * (row.quantity or 0) if plan else None
            baskets.check_item(key=solution_id, quantity=row.quantity, discount=row.discount, listed=listed)
            item.price_plan_id = plan.id if plan else None
            item.quantity, item.discount = row.quantity or 1, row.discount or 0
        unit_of_work.remember(session, once, kind=KIND, key=basket_id)
        return basket_rows.record(session, actor, basket, before)


def delete(actor: Actor, *, basket_id: int, version: int, once: str | None = None) -> str:
    """A basket that has been quoted from stays: the sheet is made of it."""
    with unit_of_work.writing(actor, once=once) as session:
        basket = basket_rows.locked(session, actor, basket_id, version=version, wanted="删除组合方案")
        if session.scalar(select(QuotationSheet.id).where(QuotationSheet.basket_id == basket_id).limit(1)):
            raise Invalid({"delete": ["已经出过报价单，方案要留底，不能删除"]})
        title = basket.title
        session.delete(basket)
        audit.record(session, actor, "baskets.deleted", kind=KIND, key=basket_id, details={"title": title})
        return title
