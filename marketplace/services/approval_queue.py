"""The queue of submissions: what one may take, what one has taken, everything; the oldest and riskiest first."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, String, and_, cast, exists, func, or_, select, true, tuple_
from sqlalchemy.orm import aliased, joinedload

from marketplace.domain import approvals as rules
from marketplace.domain import permissions, working_days
from marketplace.domain.actors import Actor
from marketplace.domain.question_choices import ANY_INDUSTRY
from marketplace.extensions import db
from marketplace.models.approvals import Approval, ApprovalKind, DeclaredInterest, ReviewSeat, Seat
from marketplace.models.listings import ListingVersion
from marketplace.models.providers import Provider
from marketplace.models.solutions import Solution
from marketplace.services import clock
from marketplace.services.pages import Page

PER_PAGE: int = rules.POLICY["queue"]["per_page"]
CLAIMABLE, MINE, ALL = "claimable", "mine", "all"
TABS = {CLAIMABLE: "可认领", MINE: "我的", ALL: "全部"}
STAGE = {seat: status for status, seats in rules.SEATS_IN.items() for seat in seats}
SEAT_GROUPS = {
    "feasibility": (Seat.FEASIBILITY,),
    "price": (Seat.PRICE,),
    "second": (Seat.SECOND,),
    "panel": rules.PANEL,
}


@dataclass(frozen=True, slots=True)
class Filters:
    tab: str = CLAIMABLE
    seat: str = ""
    kind: str = ""
    industry: str = ""
    by_due: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    approval_id: int
    version_id: int
    name: str
    provider: str
    kind: str
    status: str
    round: int
    risk: int
    submitted_at: datetime
    waits: int  # working days
    due_on: date
    due_words: str
    is_overdue: bool
    free: tuple[Seat, ...]  # that this person's office may take
    own: Seat | None
    is_batchable: bool


@dataclass(frozen=True, slots=True)
class Queue:
    filters: Filters
    counts: Mapping[str, int]
    page: Page[Row]


def page(actor: Actor, filters: Filters, *, number: int = 1) -> Queue:
    conditions = {tab: _condition(actor, filters, tab) for tab in TABS}
    counts = _counts(conditions)
    total = counts[filters.tab]
    number = Page.clamp(number, total=total, per_page=PER_PAGE)
    query = (
        _joined(select(Approval))
        .where(conditions[filters.tab])
        .options(
            joinedload(Approval.solution).load_only(Solution.name),
            joinedload(Approval.provider).load_only(Provider.short_name),
        )
        .order_by(*_order(filters))
        .limit(PER_PAGE)
        .offset((number - 1) * PER_PAGE)
    )
    found = db.session.scalars(query).all()
    taken = _taken([one.id for one in found])
    rows = tuple(_row(actor, one, taken.get((one.id, one.round), {})) for one in found)
    return Queue(filters, counts, Page(rows, number=number, per_page=PER_PAGE, total=total))


def neighbours(actor: Actor, approval: Approval) -> tuple[int | None, int | None]:
    """The submissions before and after this one, among one's own when it is one's own, else among the undecided."""
    is_mine = db.session.scalar(select(exists().where(_mine(actor, ReviewSeat), ReviewSeat.approval_id == approval.id)))
    tab = MINE if is_mine else ALL
    query = select(Approval.id).where(_condition(actor, Filters(), tab), Approval.status.in_(rules.UNDECIDED))
    place = tuple_(Approval.queue_at, Approval.id)
    here = (approval.queue_at, approval.id)
    before = query.where(place < here).order_by(Approval.queue_at.desc(), Approval.id.desc()).limit(1)
    after = query.where(place > here).order_by(Approval.queue_at, Approval.id).limit(1)
    return db.session.scalar(before), db.session.scalar(after)


def seats_for(actor: Actor) -> tuple[Seat, ...]:
    return tuple(seat for seat, permission in rules.PERMISSION.items() if permissions.permits(actor, permission))


def _order(filters: Filters) -> tuple[Any, ...]:
    if filters.by_due:
        return Approval.due_on, Approval.queue_at, Approval.id
    return Approval.status.in_(rules.UNDECIDED).desc(), Approval.queue_at, Approval.id


def _counts(conditions: Mapping[str, ColumnElement[bool]]) -> dict[str, int]:
    columns = [
        _joined(select(func.count(Approval.id))).where(condition).scalar_subquery().label(tab)
        for tab, condition in conditions.items()
    ]
    return dict(db.session.execute(select(*columns)).one()._mapping)


def _joined(query: Select[Any]) -> Select[Any]:
    return query.join(ListingVersion, ListingVersion.id == Approval.version_id)


def _condition(actor: Actor, filters: Filters, tab: str) -> ColumnElement[bool]:
    parts: list[ColumnElement[bool]] = [true()]
    wanted = SEAT_GROUPS.get(filters.seat)
    if filters.kind:
        parts.append(Approval.kind == filters.kind)
    if filters.industry:
        named = cast(ListingVersion.content["industries"], String)
        parts.append(or_(*(named.like(f'%"{one}"%') for one in (filters.industry, ANY_INDUSTRY))))
    if tab == CLAIMABLE:
        parts.append(_claimable(actor, wanted or tuple(rules.PERMISSION)))
    elif tab == MINE:
        seat = aliased(ReviewSeat)
        own = [_mine(actor, seat), seat.approval_id == Approval.id, seat.round == Approval.round]
        parts.append(exists().where(*own, *([seat.seat.in_(wanted)] if wanted else [])))
        parts.append(Approval.status.in_(rules.UNDECIDED))
    elif wanted:
        parts.append(Approval.status.in_({STAGE[seat] for seat in wanted}))
    return and_(*parts)


def _mine(actor: Actor, seat: Any) -> ColumnElement[bool]:
    return and_(seat.reviewer_id == actor.user_id, seat.verdict.is_(None))


def _claimable(actor: Actor, wanted: tuple[Seat, ...]) -> ColumnElement[bool]:
    """A seat of one's office is free, one has sat nowhere here yet, and no tie on record speaks against it."""
    seats = [seat for seat in seats_for(actor) if seat in wanted]
    other, tie = aliased(ReviewSeat), aliased(DeclaredInterest)
    sat = exists().where(other.approval_id == Approval.id, other.reviewer_id == actor.user_id)
    tied = exists().where(
        tie.user_id == actor.user_id, tie.until.is_(None), Provider.id == Approval.provider_id,
        Provider.organisation_id == tie.organisation_id,
    )  # fmt: skip
    return and_(or_(*(_is_free(seat) for seat in seats)) if seats else ~true(), ~sat, ~tied)


def _is_free(seat: Seat) -> ColumnElement[bool]:
    row = aliased(ReviewSeat)
    held = exists().where(row.approval_id == Approval.id, row.round == Approval.round, row.seat == seat)
    free = and_(Approval.status == STAGE[seat], ~held)
    return free if seat == Seat.FEASIBILITY else and_(free, Approval.kind != ApprovalKind.SAMPLE)


def _taken(ids: list[int]) -> dict[tuple[int, int], dict[Seat, tuple[int, bool]]]:
    """Holder and whether he has decided; never what he has decided."""
    columns = (ReviewSeat.approval_id, ReviewSeat.round, ReviewSeat.seat, ReviewSeat.reviewer_id)
    query = select(*columns, ReviewSeat.verdict.is_not(None)).where(ReviewSeat.approval_id.in_(ids))
    found: dict[tuple[int, int], dict[Seat, tuple[int, bool]]] = {}
    for key, round_, seat, holder, is_decided in db.session.execute(query):
        found.setdefault((key, round_), {})[seat] = (holder, bool(is_decided))
    return found


def _row(actor: Actor, one: Approval, taken: Mapping[Seat, tuple[int, bool]]) -> Row:
    today = clock.today()
    holders = {holder for holder, _ in taken.values()}
    open_seats = rules.seats_in(one.status, one.kind)
    free = () if actor.user_id in holders else tuple(
        seat for seat in open_seats if seat not in taken and permissions.permits(actor, rules.PERMISSION[seat])
    )  # fmt: skip
    own = (seat for seat, (holder, is_decided) in taken.items() if holder == actor.user_id and not is_decided)
    is_open = one.status in rules.UNDECIDED
    return Row(
        approval_id=one.id, version_id=one.version_id, name=one.solution.name, provider=one.provider.short_name,
        kind=one.kind, status=one.status, round=one.round, risk=one.risk, submitted_at=one.submitted_at,
        waits=working_days.between(one.submitted_at.astimezone(clock.CITY_ZONE).date(), today), due_on=one.due_on,
        due_words=working_days.left_words(one.due_on, today=today) if is_open else "",
        is_overdue=is_open and one.due_on < today, free=free, own=next(own, None),
        is_batchable=rules.is_batchable(one.kind, one.risk),
    )  # fmt: skip


def waiting(actor: Actor) -> int:
    """How many one has taken and not decided."""
    return db.session.scalar(_joined(select(func.count(Approval.id))).where(_condition(actor, Filters(), MINE))) or 0
