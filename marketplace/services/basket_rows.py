"""The rows of a basket under its lock; the caller is inside `unit_of_work.writing`."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, attributes, joinedload, selectinload

from marketplace.domain import baskets, permissions
from marketplace.domain.actors import Actor
from marketplace.domain.errors import Conflict, Forbidden, Invalid, NotFound
from marketplace.domain.permissions import Permission
from marketplace.models.audit import AuditEntry
from marketplace.models.bundles import Basket, BasketItem
from marketplace.models.demands import Demand, DemandStatus
from marketplace.models.enterprises import Enterprise
from marketplace.services import audit, clock, offers, status_changes
from marketplace.services.offers import Pick

KIND = "basket"
LOADING = (selectinload(Basket.items),)
OWNER = (joinedload(Demand.enterprise).joinedload(Enterprise.organisation),)
TITLE_MAX: int = baskets.POLICY["title_max"]
ITEMS: int = baskets.POLICY["items"]


def locked(session: Session, actor: Actor, basket_id: int, *, version: int | None = None, wanted: str = "") -> Basket:
    """The actor's own basket; Conflict when somebody has changed it since that version."""
    basket: Basket = status_changes.locked(session, Basket, kind=KIND, key=basket_id, options=LOADING)
    if not permissions.permits(actor, Permission.BUILD_BUNDLE, basket):
        raise Forbidden(Permission.BUILD_BUNDLE)
    if version is not None and version != basket.version:
        raise conflict(session, basket_id, wanted=wanted)
    return basket


def conflict(session: Session, basket_id: int, *, wanted: str) -> Conflict:
    """Who changed it last: baskets have no status, so the trail says it."""
    last = session.execute(
        select(AuditEntry.at, AuditEntry.actor_name)
        .where(AuditEntry.subject_kind == KIND, AuditEntry.subject_id == basket_id)
        .order_by(AuditEntry.id.desc())
        .limit(1)
    ).one_or_none()
    at, name = (last.at, last.actor_name) if last else (None, None)
    return Conflict(KIND, basket_id, "", decided_by=name, decided_at=at, wanted=wanted)


def published(session: Session, actor: Actor, demand_id: int) -> Demand:
    """The demand, locked; baskets are made for published ones alone, for a draft may still change or go."""
    demand: Demand = status_changes.locked(session, Demand, kind="demand", key=demand_id, options=OWNER)
    if not permissions.permits(actor, Permission.BUILD_BUNDLE, demand):
        raise Forbidden(Permission.BUILD_BUNDLE)
    if demand.status != DemandStatus.PUBLISHED:
        raise status_changes.conflict(session, demand, kind="demand", wanted="新建组合方案")
    return demand


def employees(session: Session, enterprise_id: int) -> int | None:
    return session.scalar(select(Enterprise.employees).where(Enterprise.id == enterprise_id))


def put(session: Session, basket: Basket, solution_ids: Sequence[int]) -> list[BasketItem]:
    """Items for those that are on the shelf and not in the basket yet, by the cheapest plan and a first quantity."""
    present = {item.solution_id for item in basket.items}
    wanted = [key for key in dict.fromkeys(solution_ids) if key not in present]
    found = offers.load(wanted)
    staff = employees(session, basket.enterprise_id)
    picks = [offers.pick(found[key], employees=staff) for key in wanted if key in found and found[key].is_on_shelf]
    if len(basket.items) + len(picks) > ITEMS:
        raise Invalid({"solution_id": [f"一个组合方案最多放{ITEMS}个产品，请先移出几个"]})
    added = [_item(pick) for pick in picks]
    basket.items.extend(added)
    if added:
        touch(basket)
    return added


def _item(pick: Pick) -> BasketItem:
    plan_id = pick.plan.id if pick.plan else None
    return BasketItem(solution_id=pick.offer.id, price_plan_id=plan_id, quantity=pick.quantity, discount=0)


def item_of(basket: Basket, item_id: int) -> BasketItem:
    item = next((one for one in basket.items if one.id == item_id), None)
    if item is None:
        raise NotFound("basket_item", item_id)
    return item


def touch(basket: Basket) -> None:
    """Rows moved: the basket's version moves with them."""
    basket.changed_at = clock.now()
    attributes.flag_modified(basket, "changed_at")


def state(basket: Basket) -> dict[str, Any]:
    """What the trail keeps of a basket, before and after."""
    items = {
        str(item.solution_id): [item.price_plan_id, item.quantity, item.discount]
        for item in sorted(basket.items, key=lambda item: item.solution_id)
    }
    return {
        "title": basket.title,
        "target_level": basket.target_level,
        "budget": basket.budget,
        "max_providers": basket.max_providers,
        "items": items,
    }


def record(session: Session, actor: Actor, basket: Basket, before: dict[str, Any]) -> bool:
    """Only what differs; nothing at all when nothing does."""
    after = state(basket)
    names = [name for name in after if after[name] != before[name]]
    if names:
        details = {"before": {name: before[name] for name in names}, "after": {name: after[name] for name in names}}
        audit.record(session, actor, "baskets.changed", kind=KIND, key=basket.id, details=details)
    return bool(names)
