"""The published lines that insights are made of, and what a group of them amounts to."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from sqlalchemy import select

from marketplace.domain import permissions, wording
from marketplace.domain.actors import Actor
from marketplace.domain.errors import Forbidden
from marketplace.domain.permissions import Permission
from marketplace.extensions import db
from marketplace.models.accounts import Organisation, Role
from marketplace.models.demands import Demand, DemandLine, DemandStatus
from marketplace.models.enterprises import Enterprise
from marketplace.policy import reader

POLICY: dict[str, Any] = reader.load("insights")
WHOLE = 100  # weights of a checklist


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a published checklist; `budget` is its share in yuan by weight, None where none was stated."""

    id: int
    demand_id: int
    demand_title: str
    enterprise_id: int
    industry: str
    scene: str
    present: int | None
    target: int
    text: str
    budget: Fraction | None


@dataclass(frozen=True, slots=True)
class Tally:
    """How many, of whom, with what money: for city staff, who may read the checklists themselves."""

    lines: int
    demands: int
    enterprises: int
    budget: int
    unstated: int  # lines without a budget

    @property
    def budget_words(self) -> str:
        if self.unstated == self.lines:
            return "没填"
        return wording.money(self.budget) + (f"（另有{self.unstated}条没填）" if self.unstated else "")


def tally(lines: Sequence[Line]) -> Tally:
    stated = [line.budget for line in lines if line.budget is not None]
    return Tally(
        lines=len(lines),
        demands=len({line.demand_id for line in lines}),
        enterprises=len({line.enterprise_id for line in lines}),
        budget=round(sum(stated, Fraction(0))),
        unstated=len(lines) - len(stated),
    )


def load(actor: Actor, *, industry: str | None = None) -> tuple[Line, ...]:
    """All published lines the actor may see, by id; a county officer sees those of his own county."""
    if not permissions.permits(actor, Permission.READ_INSIGHTS):
        raise Forbidden(Permission.READ_INSIGHTS)
    county = actor.county or "" if actor.role == Role.COUNTY_OFFICER else None
    return published(industry=industry, county=county)


def published(*, industry: str | None = None, county: str | None = None) -> tuple[Line, ...]:
    query = (
        select(DemandLine, Demand, Enterprise.industry)
        .join(Demand, Demand.id == DemandLine.demand_id)
        .join(Enterprise, Enterprise.id == Demand.enterprise_id)
        .join(Organisation, Organisation.id == Enterprise.organisation_id)
        .where(Demand.status == DemandStatus.PUBLISHED)
        .order_by(DemandLine.id)
    )
    if industry is not None:
        query = query.where(Enterprise.industry == industry)
    if county is not None:
        query = query.where(Organisation.county == county)
    return tuple(_line(line, demand, trade) for line, demand, trade in db.session.execute(query).all())


def _line(row: DemandLine, demand: Demand, industry: str) -> Line:
    budget = None if demand.budget is None else Fraction(demand.budget * row.weight, WHOLE)
    return Line(
        row.id, demand.id, demand.title, demand.enterprise_id, industry, row.scene, row.current_level,
        row.target_level, row.text, budget,
    )  # fmt: skip


def scope_words(actor: Actor) -> str:
    """Whose checklists were counted."""
    if actor.role == Role.COUNTY_OFFICER:
        return wording.COUNTIES.get(actor.county or "", "本地")
    return "全市"


def by_scene(lines: Iterable[Line]) -> dict[str, list[Line]]:
    """In the order of the standard; scenes without lines are left out."""
    found: dict[str, list[Line]] = {scene: [] for scene in wording.SCENES}
    for line in lines:
        found[line.scene].append(line)
    return {scene: members for scene, members in found.items() if members}
