"""What concentration is counted from, row by row: contracts, contract sums, rankings, offers, listings of an industry.

A product for several industries counts in each of them, one for general purpose in all.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select

from marketplace.domain import wording
from marketplace.domain.concentration import POLICY
from marketplace.extensions import db
from marketplace.models.demands import Demand
from marketplace.models.enterprises import Enterprise
from marketplace.models.leads import Lead
from marketplace.models.matches import MatchOrder, MatchRun
from marketplace.models.prices import ContractPrice
from marketplace.models.solutions import Solution, SolutionStatus
from marketplace.services import clock

EXPOSURE = POLICY["exposure"]


@dataclass(frozen=True, slots=True)
class Item:
    """One row behind a figure; `page` and `key` are where it is read: a solution, a match run or a demand.

    `status` is that of the demand on which the right to read it depends.
    """

    provider_id: int
    amount: int
    on: date | None
    text: str
    page: str
    key: int
    status: str = ""


def serves(industries: Sequence[str] | None, industry: str) -> bool:
    return not industries or industry in industries


def contracts(industry: str) -> Iterator[Item]:
    """As the listings state them; they carry no day."""
    query = select(Solution.id, Solution.name, Solution.provider_id, Solution.industries, Solution.contracts)
    for row in db.session.execute(query.where(Solution.contracts > 0).order_by(Solution.id)):
        if serves(row.industries, industry):
            yield Item(row.provider_id, row.contracts, None, row.name, "solution", row.id)


def amounts(industry: str) -> Iterator[Item]:
    """Sums of recorded contract lines, by the day of signing."""
    query = (
        select(
            ContractPrice.amount,
            ContractPrice.quantity,
            ContractPrice.signed_on,
            Solution.id,
            Solution.name,
            Solution.provider_id,
            Solution.industries,
        )
        .join(Solution, Solution.id == ContractPrice.solution_id)
        .order_by(ContractPrice.id)
    )
    for row in db.session.execute(query):
        if serves(row.industries, industry):
            yield Item(row.provider_id, row.amount * row.quantity, row.signed_on, row.name, "solution", row.id)


def exposure(industry: str) -> Iterator[Item]:
    """Every time a provider stood in the first places of a ranking by fit, once a ranking."""
    since = clock.now() - timedelta(days=EXPOSURE["days"])
    query = (
        select(MatchRun.id, MatchRun.created_at, MatchRun.results, Demand.title, Demand.status)
        .join(Demand, Demand.id == MatchRun.demand_id)
        .join(Enterprise, Enterprise.id == Demand.enterprise_id)
        .where(Enterprise.industry == industry, MatchRun.created_at >= since, MatchRun.order == MatchOrder.FIT)
        .order_by(MatchRun.id.desc())
        .limit(EXPOSURE["runs_max"])
    )
    for row in db.session.execute(query):
        shown = dict.fromkeys(place["provider"] for place in row.results["places"][: EXPOSURE["places"]])
        for provider_id in shown:
            yield Item(provider_id, 1, _day(row.created_at), row.title, "run", row.id, row.status)


def offers(industry: str) -> Iterator[Item]:
    """Demands that were offered to a provider."""
    since = clock.now() - timedelta(days=EXPOSURE["days"])
    query = (
        select(Lead.provider_id, Lead.offered_at, Demand.id, Demand.title, Demand.status)
        .join(Demand, Demand.id == Lead.demand_id)
        .join(Enterprise, Enterprise.id == Demand.enterprise_id)
        .where(Enterprise.industry == industry, Lead.offered_at >= since)
        .order_by(Lead.id)
    )
    for row in db.session.execute(query):
        yield Item(row.provider_id, 1, _day(row.offered_at), row.title, "demand", row.id, row.status)


def listings(industry: str) -> Iterator[Item]:
    """What stands on the shelf today, by the day that it came there."""
    query = select(Solution.id, Solution.name, Solution.provider_id, Solution.industries, Solution.listed_at)
    for row in db.session.execute(query.where(Solution.status == SolutionStatus.LISTED).order_by(Solution.id)):
        if serves(row.industries, industry):
            yield Item(row.provider_id, 1, _day(row.listed_at) if row.listed_at else None, row.name, "solution", row.id)


def _day(moment: datetime) -> date:
    return moment.astimezone(wording.CITY_ZONE).date()


MEASURES: dict[str, Callable[[str], Iterator[Item]]] = {
    "contracts": contracts,
    "amounts": amounts,
    "exposure": exposure,
    "offers": offers,
    "listings": listings,
}
