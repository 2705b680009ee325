"""A provider's own listings: where each stands, how it is rated, what its page still lacks."""

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import selectinload

from marketplace.domain import permissions, shelf
from marketplace.domain.errors import Forbidden
from marketplace.domain.permissions import Actor, Permission
from marketplace.extensions import db
from marketplace.models.providers import Provider
from marketplace.models.solutions import Solution, SolutionStatus
from marketplace.policy import reader
from marketplace.services import lead_views
from marketplace.services.pages import Page

PER_PAGE = reader.load("accounts")["listing"]["solutions_a_page"]
RATING_MINIMUM: int = shelf.SHELF["rating_min_sample"]


@dataclass(frozen=True, slots=True)
class Listing:
    solution_id: int
    name: str
    status: str
    note: str | None
    rating: float | None
    rating_count: int
    contracts: int
    missing: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Listings:
    provider_id: int
    standing: str
    standing_note: str | None
    is_hidden: bool  # whatever the listings' own status, none of them is on the shelf
    counts: dict[str, int]
    waiting_leads: int
    page: Page[Listing]


def show(actor: Actor, *, number: int = 1) -> Listings:
    """On the shelf first, then by name; by status all are counted."""
    if not permissions.permits(actor, Permission.READ_OWN_LISTINGS) or actor.provider_id is None:
        raise Forbidden(Permission.READ_OWN_LISTINGS)
    provider = db.session.get_one(Provider, actor.provider_id)
    counts = _counts(provider.id)
    total = sum(counts.values())
    number = Page.clamp(number, total=total, per_page=PER_PAGE)
    query = (
        select(Solution)
        .where(Solution.provider_id == provider.id)
        .options(selectinload(Solution.price_plans), selectinload(Solution.cases), selectinload(Solution.certificates))
        .order_by((Solution.status == SolutionStatus.LISTED).desc(), Solution.name, Solution.id)
    )
    rows = db.session.scalars(query.limit(PER_PAGE).offset((number - 1) * PER_PAGE)).all()
    return Listings(
        provider_id=provider.id,
        standing=provider.standing,
        standing_note=provider.standing_note,
        is_hidden=provider.standing in shelf.HIDDEN_STANDINGS,
        counts=counts,
        waiting_leads=lead_views.waiting(actor),
        page=Page(tuple(map(_listing, rows)), number=number, per_page=PER_PAGE, total=total),
    )


def _counts(provider_id: int) -> dict[str, int]:
    query = select(Solution.status, func.count()).where(Solution.provider_id == provider_id)
    return {str(status): count for status, count in db.session.execute(query.group_by(Solution.status))}


def _listing(row: Solution) -> Listing:
    return Listing(
        solution_id=row.id,
        name=row.name,
        status=row.status,
        note=row.status_note,
        rating=shelf.rating(row.rating_sum, row.rating_count),
        rating_count=row.rating_count,
        contracts=row.contracts,
        missing=missing(row),
    )


def missing(row: Solution) -> tuple[str, ...]:
    """What buyers look for and the ranking counts as unknown."""
    wanted = (
        ("本地案例", row.cases),
        ("报价", row.price_plans),
        ("实施周期", row.days_to_deploy),
        ("部署方式", row.deployments),
        ("适用规模", row.sizes),
        ("适用行业", row.industries is not None),
        ("接口说明", row.interfaces),
        ("售后服务", row.service),
        ("资质证明", row.certificates),
    )
    return tuple(label for label, is_there in wanted if not is_there)
