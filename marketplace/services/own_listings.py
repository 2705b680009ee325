"""A provider's own listings: where each stands, how it is rated, what its page still lacks."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import case, exists, func, select
from sqlalchemy.orm import selectinload

from marketplace.domain import listings as rules
from marketplace.domain import permissions, shelf
from marketplace.domain.actors import Actor
from marketplace.domain.errors import Forbidden
from marketplace.domain.permissions import Permission
from marketplace.extensions import db
from marketplace.models.listings import ListingDraft
from marketplace.models.providers import Provider
from marketplace.models.solutions import Solution, SolutionStatus
from marketplace.policy import reader
from marketplace.services import clock, lead_views, listing_reviews
from marketplace.services.listing_reviews import Review
from marketplace.services.pages import Page

PER_PAGE = reader.load("accounts")["listing"]["solutions_a_page"]
RATING_MINIMUM: int = shelf.SHELF["rating_min_sample"]


@dataclass(frozen=True, slots=True)
class Listing:
    """`step` is what its provider does next, by the name of the button that leads there."""

    solution_id: int
    name: str
    status: str
    note: str | None
    review: str
    has_draft: bool
    was_listed: bool
    expires_on: date | None
    is_expiring: bool
    step: str
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
    expiring: int
    page: Page[Listing]


def show(actor: Actor, *, number: int = 1) -> Listings:
    """What is being worked on first, then the shelf; by status all are counted."""
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
        .order_by(_place(), Solution.expires_on, Solution.name, Solution.id)
    )
    rows = db.session.scalars(query.limit(PER_PAGE).offset((number - 1) * PER_PAGE)).all()
    keys = [row.id for row in rows]
    reviews, drafts = listing_reviews.of(db.session, keys), _drafts(keys)
    listed = tuple(_listing(row, reviews.get(row.id), has_draft=row.id in drafts) for row in rows)
    return Listings(
        provider_id=provider.id,
        standing=provider.standing,
        standing_note=provider.standing_note,
        is_hidden=provider.standing in shelf.HIDDEN_STANDINGS,
        counts=counts,
        waiting_leads=lead_views.waiting(actor),
        expiring=_expiring(provider.id),
        page=Page(listed, number=number, per_page=PER_PAGE, total=total),
    )


def _place() -> Any:
    """What is being written or reviewed comes first, then the shelf by the end of its term, then what is off it."""
    at_work = exists().where(ListingDraft.solution_id == Solution.id)
    return case((at_work, 0), (Solution.status == SolutionStatus.LISTED, 1), else_=2)


def _counts(provider_id: int) -> dict[str, int]:
    query = select(Solution.status, func.count()).where(Solution.provider_id == provider_id)
    return {str(status): count for status, count in db.session.execute(query.group_by(Solution.status))}


def _drafts(solution_ids: Sequence[int]) -> frozenset[int]:
    query = select(ListingDraft.solution_id).where(ListingDraft.solution_id.in_(solution_ids))
    return frozenset(db.session.scalars(query))


def _expiring(provider_id: int) -> int:
    near = clock.today() + timedelta(days=rules.POLICY["remind_days"])
    is_near = (Solution.status == SolutionStatus.LISTED) & (Solution.expires_on <= near)
    return db.session.scalar(select(func.count()).where(Solution.provider_id == provider_id, is_near)) or 0


def _listing(row: Solution, review: Review | None, *, has_draft: bool) -> Listing:
    is_open = review is not None and review.is_open
    is_expiring = rules.is_expiring(status=row.status, expires_on=row.expires_on, today=clock.today())
    return Listing(
        solution_id=row.id,
        name=row.name,
        status=row.status,
        note=row.status_note,
        review=str(review.status) if review is not None and (is_open or has_draft) else "",
        has_draft=has_draft,
        was_listed=row.listed_at is not None,
        expires_on=row.expires_on,
        is_expiring=is_expiring,
        step=_step(row, review, has_draft=has_draft, is_expiring=is_expiring),
        rating=shelf.rating(row.rating_sum, row.rating_count),
        rating_count=row.rating_count,
        contracts=row.contracts,
        missing=missing(row) if row.listed_at is not None else (),
    )


def _step(row: Solution, review: Review | None, *, has_draft: bool, is_expiring: bool) -> str:
    """The words of the button; the page of the listing has it."""
    if review is not None and review.is_open:
        return "按意见修改" if review.is_returned else "看评估进度"
    if has_draft:
        return "接着填"
    if is_expiring:
        return "续期"
    return "重新上架" if row.status in rules.OFF_SHELF else "管理"


def missing(row: Solution) -> tuple[str, ...]:
    """What buyers look for and the ranking counts as unknown."""
    wanted = (
        ("本地样板", shelf.has_local_case(row)),
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
