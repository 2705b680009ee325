"""Reading shortlists: the overview, one list with its entries, the sheet that is printed or exported."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload, selectinload

from marketplace.domain import permissions, shelf, wording
from marketplace.domain.actors import Actor
from marketplace.domain.errors import Forbidden, NotFound
from marketplace.domain.permissions import Permission
from marketplace.extensions import db
from marketplace.models.accounts import Organisation, User
from marketplace.models.matches import Shortlist, ShortlistEntry
from marketplace.models.solutions import Solution
from marketplace.services import clock, criteria, solution_cards
from marketplace.services.criteria import CriterionView, StateGroup
from marketplace.services.solution_cards import Card, Price

COMPARE_LIMIT: int = shelf.SHELF["compare_limit"]
LOADING = (
    joinedload(Shortlist.demand),
    selectinload(Shortlist.entries).joinedload(ShortlistEntry.solution).joinedload(Solution.provider),
    selectinload(Shortlist.entries).joinedload(ShortlistEntry.solution).selectinload(Solution.price_plans),
)


@dataclass(frozen=True, slots=True)
class Overview:
    id: int
    title: str
    is_favourites: bool
    status: str
    status_label: str
    entries: int
    created_at: datetime


@dataclass(frozen=True, slots=True)
class EntryView:
    """A solution on the list; `is_available` is as of now, score and criteria are as they were stored."""

    id: int
    solution_id: int
    name: str
    summary: str
    provider_id: int
    provider_name: str
    standing: str
    standing_label: str
    is_available: bool
    price: Price
    days: int | None
    score: Decimal | None
    criteria: tuple[CriterionView, ...]
    groups: tuple[StateGroup, ...]
    note: str
    added_at: datetime
    added_by: str


@dataclass(frozen=True, slots=True)
class Sheet:
    id: int
    title: str
    version: int
    demand_id: int | None
    demand_title: str | None
    status: str
    status_label: str
    organisation: str
    entries: tuple[EntryView, ...]
    made_at: datetime

    @property
    def is_open(self) -> bool:
        return self.status == "open"

    @property
    def comparable(self) -> tuple[int, ...]:
        """The first that are still to be had, as many as a comparison holds."""
        return tuple(entry.solution_id for entry in self.entries if entry.is_available)[:COMPARE_LIMIT]

    @property
    def stated(self) -> str:
        """What the sheet shows: which entries, in which order, as of when."""
        order = "按得分从高到低" if self.demand_id else "按加入先后"
        return f"{self.organisation}，全部{len(self.entries)}个产品，{order}；得分和依据为加入名单时的记录"


def overview(actor: Actor) -> tuple[Overview, ...]:
    """Favourites first, then the lists of demands, the newest first."""
    counts = select(func.count()).where(ShortlistEntry.shortlist_id == Shortlist.id).scalar_subquery()
    query = select(Shortlist, counts).where(Shortlist.organisation_id == actor.organisation_id)
    rows = db.session.execute(query.order_by(Shortlist.demand_id.is_not(None), Shortlist.id.desc()))
    return tuple(
        Overview(
            id=row.id,
            title=row.title,
            is_favourites=row.demand_id is None,
            status=row.status,
            status_label=wording.SHORTLIST_STATUSES[row.status],
            entries=entries,
            created_at=row.created_at,
        )
        for row, entries in rows
    )


def get(actor: Actor, shortlist_id: int) -> Sheet:
    row = db.session.scalars(select(Shortlist).where(Shortlist.id == shortlist_id).options(*LOADING)).one_or_none()
    if row is None:
        raise NotFound("shortlist", shortlist_id)
    if not permissions.permits(actor, Permission.KEEP_SHORTLIST, row):
        raise Forbidden(Permission.KEEP_SHORTLIST)
    people = _people({entry.added_by for entry in row.entries})
    organisation = db.session.scalar(select(Organisation.name).where(Organisation.id == row.organisation_id))
    ordered = sorted(row.entries, key=lambda entry: (-(entry.score or 0), entry.id))
    return Sheet(
        id=row.id,
        title=row.title,
        version=row.version,
        demand_id=row.demand_id,
        demand_title=row.demand.title if row.demand else None,
        status=row.status,
        status_label=wording.SHORTLIST_STATUSES[row.status],
        organisation=organisation or "",
        entries=tuple(_entry(entry, people) for entry in ordered),
        made_at=clock.now(),
    )


def cards(solution_ids: tuple[int, ...]) -> tuple[Card, ...]:
    """What an anonymous reader has collected, as far as it is still on the shelf."""
    return solution_cards.load(solution_ids)


def _people(ids: set[int]) -> dict[int, str]:
    return {row.id: row.name for row in db.session.execute(select(User.id, User.name).where(User.id.in_(ids)))}


def _entry(entry: ShortlistEntry, people: Mapping[int, str]) -> EntryView:
    solution, provider = entry.solution, entry.solution.provider
    stored = _criteria(entry.reasons)
    plan = shelf.entry_plan(solution.price_plans)
    return EntryView(
        id=entry.id,
        solution_id=solution.id,
        name=solution.name,
        summary=solution.summary,
        provider_id=provider.id,
        provider_name=provider.short_name,
        standing=provider.standing,
        standing_label=wording.STANDINGS[provider.standing],
        is_available=shelf.is_on_shelf(solution),
        price=solution_cards.price_of(plan.amount, model=plan.model, plan=plan.name)
        if plan
        else solution_cards.UNPRICED,
        days=solution.days_to_deploy,
        score=None if entry.score is None else entry.score.quantize(criteria.TENTH),
        criteria=stored,
        groups=criteria.grouped(stored),
        note=entry.note or "",
        added_at=entry.added_at,
        added_by=people.get(entry.added_by, ""),
    )


def _criteria(reasons: dict[str, Any] | None) -> tuple[CriterionView, ...]:
    return criteria.restored((reasons or {}).get("criteria", []))
