"""Reading baskets: the overview, one basket with what it comes to, the same with values that are only typed yet."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload, selectinload

from marketplace.domain import baskets, permissions, wording
from marketplace.domain.actors import Actor
from marketplace.domain.errors import Forbidden, Invalid, NotFound
from marketplace.domain.permissions import Permission
from marketplace.extensions import db
from marketplace.models.bundles import Basket, BasketItem, QuotationSheet
from marketplace.models.demands import Demand, DemandStatus
from marketplace.models.enterprises import Enterprise
from marketplace.services import basket_outcomes, offers
from marketplace.services.basket_outcomes import Aim, Member, Outcome
from marketplace.services.offers import Offer, Pick
from matching import standard

OWNED = joinedload(Basket.demand).joinedload(Demand.enterprise).joinedload(Enterprise.organisation)
LOADING = (selectinload(Basket.items), joinedload(Basket.demand).selectinload(Demand.lines), OWNED)


@dataclass(frozen=True, slots=True)
class Row:
    """What is asked of one item: None where nothing sensible was typed."""

    plan_id: int | None
    quantity: int | None
    discount: int | None


@dataclass(frozen=True, slots=True)
class Draft:
    """A basket as somebody has typed it."""

    title: str
    target: int | None
    budget: int | None
    max_providers: int | None
    rows: Mapping[int, Row] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ItemView:
    """An item with its choice of plans; `suggested` is how many the employees would make, where that is asked."""

    id: int
    member: Member
    suggested: int | None

    @property
    def offer(self) -> Offer:
        return self.member.offer

    @property
    def pick(self) -> Pick:
        return self.member.pick


@dataclass(frozen=True, slots=True)
class SheetRow:
    id: int
    number: str
    status: str
    status_label: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class BasketView:
    id: int
    version: int
    title: str
    enterprise: str
    demand_id: int
    demand_title: str
    demand_status: str
    assessment_id: int | None
    changed_at: datetime
    items: tuple[ItemView, ...]
    outcome: Outcome
    sheets: tuple[SheetRow, ...]

    @property
    def is_demand_open(self) -> bool:
        return self.demand_status == DemandStatus.PUBLISHED


@dataclass(frozen=True, slots=True)
class Overview:
    id: int
    title: str
    demand_title: str
    target_label: str
    items: int
    sheets: int
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class Place:
    """Where a solution can be put: a basket, or a demand that has none yet."""

    value: str
    label: str


def overview(actor: Actor) -> tuple[Overview, ...]:
    """The enterprise's baskets, the last changed first."""
    items = select(func.count()).where(BasketItem.basket_id == Basket.id).scalar_subquery()
    sheets = select(func.count()).where(QuotationSheet.basket_id == Basket.id).scalar_subquery()
    query = (
        select(Basket, Demand.title, items, sheets)
        .join(Demand, Demand.id == Basket.demand_id)
        .where(Basket.enterprise_id == actor.enterprise_id)
        .order_by(Basket.changed_at.desc(), Basket.id.desc())
    )
    return tuple(
        Overview(row.id, row.title, title, standard.LEVEL_NAMES[row.target_level], count, issued, row.changed_at)
        for row, title, count, issued in db.session.execute(query)
    )


def places(actor: Actor | None) -> tuple[Place, ...]:
    """The enterprise's baskets, then its published demands; nothing for everybody else."""
    if actor is None or not permissions.permits(actor, Permission.BUILD_BUNDLE):
        return ()
    made = select(Basket.id, Basket.title).where(Basket.enterprise_id == actor.enterprise_id)
    baskets_found = db.session.execute(made.order_by(Basket.changed_at.desc(), Basket.id.desc())).all()
    return (
        *(Place(f"basket-{row.id}", f"放进“{row.title}”") for row in baskets_found),
        *(Place(f"demand-{row.id}", f"为清单“{row.title}”新建方案") for row in demands(actor)),
    )


def demands(actor: Actor) -> Sequence[Demand]:
    """The published demands of the actor's enterprise, the newest first."""
    query = select(Demand).where(Demand.enterprise_id == actor.enterprise_id, Demand.status == DemandStatus.PUBLISHED)
    return db.session.scalars(query.order_by(Demand.decided_at.desc(), Demand.id.desc())).all()


def get(actor: Actor, basket_id: int, *, draft: Draft | None = None) -> BasketView:
    """As it stands, or as typed: then nothing is kept, and Invalid says what is wrong with the typed values."""
    basket = load(actor, basket_id)
    found = offers.load([item.solution_id for item in basket.items])
    staff = basket.demand.enterprise.employees
    picks = [_pick(item, found[item.solution_id]) for item in basket.items]
    aim, title = aim_of(basket), basket.title
    if draft is not None:
        title, aim = check_aim(draft)
        picks = typed_picks({item.id: found[item.solution_id] for item in basket.items}, draft)
    outcome = basket_outcomes.outcome(basket_outcomes.wanted(basket.demand), picks, aim)
    return BasketView(
        id=basket.id,
        version=basket.version,
        title=title,
        enterprise=basket.demand.enterprise.organisation.name,
        demand_id=basket.demand_id,
        demand_title=basket.demand.title,
        demand_status=basket.demand.status,
        assessment_id=basket.demand.assessment_id,
        changed_at=basket.changed_at,
        items=tuple(
            ItemView(item.id, member, _suggested(member.pick, staff))
            for item, member in zip(basket.items, outcome.members, strict=True)
        ),
        outcome=outcome,
        sheets=_sheets(basket.id),
    )


def load(actor: Actor, basket_id: int) -> Basket:
    basket = db.session.scalars(select(Basket).where(Basket.id == basket_id).options(*LOADING)).one_or_none()
    if basket is None:
        raise NotFound("basket", basket_id)
    if not permissions.permits(actor, Permission.BUILD_BUNDLE, basket):
        raise Forbidden(Permission.BUILD_BUNDLE)
    return basket


def aim_of(basket: Basket) -> Aim:
    return Aim(basket.target_level, basket.budget, basket.max_providers)


def check_aim(draft: Draft) -> tuple[str, Aim]:
    """Title and aim, all that is wrong with them said at once."""
    messages: dict[str, list[str]] = {}
    title = draft.title
    try:
        title = baskets.check_title(draft.title)
    except Invalid as error:
        messages |= error.messages
    try:
        baskets.check_aim(target=draft.target, budget=draft.budget, max_providers=draft.max_providers)
    except Invalid as error:
        messages |= error.messages
    if messages or draft.target is None:
        raise Invalid(messages)
    return title, Aim(draft.target, draft.budget, draft.max_providers)


def typed_picks(found: Mapping[int, Offer], draft: Draft) -> list[Pick]:
    """By item, in the order given; an item that was not on the page any more is left out by the caller's version."""
    picks, messages = [], dict[str, list[str]]()
    for key, offer in found.items():
        row = draft.rows.get(key, Row(None, None, None))
        plan = offer.plan(row.plan_id)
        if plan is None and offer.plans:
            messages[f"plan-{key}"] = ["请选一个价格方案"]
            continue
        quantity = 1 if plan is None or not plan.is_counted else row.quantity
        try:
            listed = plan.amount * (quantity or 0) if plan else None
            baskets.check_item(key=key, quantity=quantity, discount=row.discount, listed=listed)
        except Invalid as error:
            messages |= error.messages
        else:
            picks.append(Pick(offer, plan, quantity or 1, row.discount or 0))
    if messages:
        raise Invalid(messages)
    return picks


def _pick(item: BasketItem, offer: Offer) -> Pick:
    return Pick(offer, offer.plan(item.price_plan_id), item.quantity, item.discount)


def _suggested(pick: Pick, employees: int | None) -> int | None:
    if pick.plan is None or not pick.plan.is_counted or not employees:
        return None
    return baskets.suggested_quantity(pick.plan.model, employees)


def _sheets(basket_id: int) -> tuple[SheetRow, ...]:
    query = select(QuotationSheet).where(QuotationSheet.basket_id == basket_id).order_by(QuotationSheet.id.desc())
    return tuple(
        SheetRow(row.id, row.number, row.status, wording.SHEET_STATUSES[row.status], row.created_at)
        for row in db.session.scalars(query)
    )
