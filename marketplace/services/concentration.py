"""牵总不垄断 at work: who leads which industry, how concentrated it is, and what to warn of before an award."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from marketplace.domain import concentration as rules
from marketplace.domain import permissions, shelf, wording
from marketplace.domain.actors import Actor
from marketplace.domain.concentration import POLICY, Concentration, Warning
from marketplace.domain.errors import NotFound
from marketplace.domain.permissions import Permission
from marketplace.extensions import db
from marketplace.models.calls import LeadSeat
from marketplace.models.providers import Provider, ProviderKind
from marketplace.services import clock
from marketplace.services.concentration_items import MEASURES, Item

__all__ = ["Warning", "before_award", "get", "leads", "rows"]
READING = {"run": Permission.RANK_DEMAND, "demand": Permission.READ_DEMAND}
QUARTERS: int = POLICY["trend"]["quarters"]
MONTHS_A_QUARTER = 3


@dataclass(frozen=True, slots=True)
class Quarter:
    """What came in that quarter, as if there were no other."""

    label: str
    found: Concentration
    is_small: bool


@dataclass(frozen=True, slots=True)
class Measure:
    key: str
    found: Concentration
    is_small: bool
    trend: tuple[Quarter, ...]  # oldest first; empty where rows carry no day


@dataclass(frozen=True, slots=True)
class LeadRow:
    provider_id: int
    name: str
    since: date | None  # None: by its kind in the register, without a seat from a call
    until: date | None


@dataclass(frozen=True, slots=True)
class Overview:
    industry: str
    made_at: datetime
    leads: tuple[LeadRow, ...]
    measures: tuple[Measure, ...]
    names: Mapping[int, str]


@dataclass(frozen=True, slots=True)
class RowList:
    """The rows behind one figure, and those of them that the reader may open."""

    industry: str
    measure: str
    provider_id: int
    name: str
    items: tuple[Item, ...]
    total: int
    open_items: frozenset[Item]


def clean(industry: str) -> str:
    """An industry of the pilot; anything else is the first one."""
    return industry if industry in wording.INDUSTRIES else next(iter(wording.INDUSTRIES))


def before_award(session: Session, industry: str, provider_ids: Collection[int]) -> tuple[Warning, ...]:
    """What to think of before these providers get a lead seat in the industry: every limit that would be passed."""
    query = select(Provider.id, Provider.short_name).where(Provider.id.in_(set(provider_ids))).order_by(Provider.id)
    adding = {row.id: row.short_name for row in session.execute(query)}
    held = leads(session)
    cap = rules.lead_cap(held, industry, adding)
    now = _measured(MEASURES["contracts"](industry))
    return (
        *((cap,) if cap else ()),
        *rules.industries_cap(held, industry, adding),
        *rules.share_warnings(now, industry, adding),
    )


def leads(session: Session) -> dict[str, set[int]]:
    """Who leads which industry today."""
    found: dict[str, set[int]] = defaultdict(set)
    for industry in wording.INDUSTRIES:
        found[industry] = set()
    for industry, row in _lead_rows(session):
        found[industry].add(row.provider_id)
    return dict(found)


def _lead_rows(session: Session) -> Iterable[tuple[str, LeadRow]]:
    """Holders of a seat from a call; then those whom the register has as 牵头服务商, in their home industries."""
    today, seated = clock.today(), set[tuple[str, int]]()
    query = (
        select(LeadSeat.industry, LeadSeat.provider_id, LeadSeat.since, LeadSeat.until, Provider.short_name)
        .join(Provider, Provider.id == LeadSeat.provider_id)
        .where(LeadSeat.since <= today, or_(LeadSeat.until.is_(None), LeadSeat.until >= today))
        .order_by(LeadSeat.since, LeadSeat.id)
    )
    for seat in session.execute(query):
        if (seat.industry, seat.provider_id) not in seated:
            seated.add((seat.industry, seat.provider_id))
            yield seat.industry, LeadRow(seat.provider_id, seat.short_name, seat.since, seat.until)
    registered = select(Provider.id, Provider.short_name, Provider.industries).where(
        Provider.kind == ProviderKind.LEAD, Provider.standing.not_in(shelf.HIDDEN_STANDINGS)
    )
    ended = {tuple(row) for row in session.execute(select(LeadSeat.industry, LeadSeat.provider_id))}
    for row in session.execute(registered.order_by(Provider.id)):
        for industry in row.industries:
            if (industry, row.id) not in ended:
                yield industry, LeadRow(row.id, row.short_name, None, None)


def get(*, industry: str) -> Overview:
    industry = clean(industry)
    measures = tuple(_measure(key, tuple(load(industry))) for key, load in MEASURES.items())
    shown = {share.provider_id for one in measures for share in one.found.shares}
    return Overview(
        industry=industry,
        made_at=clock.now(),
        leads=tuple(row for where, row in _lead_rows(db.session) if where == industry),
        measures=measures,
        names=_names(shown),
    )


def rows(actor: Actor, *, industry: str, measure: str, provider_id: int) -> RowList:
    if measure not in MEASURES or industry not in wording.INDUSTRIES:
        raise NotFound("concentration", 0)
    name = _names({provider_id}).get(provider_id)
    if name is None:
        raise NotFound("provider", provider_id)
    items = tuple(one for one in MEASURES[measure](industry) if one.provider_id == provider_id)
    open_items = frozenset(one for one in items if _may_open(actor, one))
    return RowList(industry, measure, provider_id, name, items, sum(one.amount for one in items), open_items)


def _may_open(actor: Actor, item: Item) -> bool:
    """Products are for everybody; a ranking is open to fewer than its demand."""
    permission = READING.get(item.page)
    return permission is None or permissions.permits(actor, permission, item)


def _names(ids: Collection[int]) -> dict[int, str]:
    query = select(Provider.id, Provider.short_name).where(Provider.id.in_(set(ids)))
    return {row.id: row.short_name for row in db.session.execute(query)}


def _measure(key: str, items: tuple[Item, ...]) -> Measure:
    found = _measured(items)
    number = len(items) if key == "amounts" else found.total  # of yuan there are always many
    return Measure(key, found, rules.is_small(number), _trend(items))


def _measured(items: Iterable[Item]) -> Concentration:
    counted: Counter[int] = Counter()
    for one in items:
        counted[one.provider_id] += one.amount
    return rules.measure(counted)


def _trend(items: Iterable[Item]) -> tuple[Quarter, ...]:
    quarters: dict[tuple[int, int], list[Item]] = defaultdict(list)
    for one in items:
        if one.on is not None:
            quarters[one.on.year, (one.on.month - 1) // MONTHS_A_QUARTER + 1].append(one)
    return tuple(_quarter(*key, quarters[key]) for key in sorted(quarters)[-QUARTERS:])


def _quarter(year: int, number: int, items: list[Item]) -> Quarter:
    found = _measured(items)
    return Quarter(f"{year}年第{number}季度", found, rules.is_small(len(items)))
