"""The public list of pilot enterprises, never with their turnover."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.orm import joinedload

from marketplace.domain import choices, facets, permissions, shelf, taxonomy, wording
from marketplace.domain.actors import Actor
from marketplace.domain.choices import Choice, Schema
from marketplace.domain.facets import Row
from marketplace.domain.permissions import Permission
from marketplace.extensions import db
from marketplace.models.accounts import Organisation
from marketplace.models.enterprises import Enterprise
from marketplace.services import list_views
from marketplace.services.list_views import Frame

SCHEMA = Schema(facets.ENTERPRISES, {"name": "默认"})
PER_PAGE: int = shelf.SHELF["per_page"]
DIMENSIONS = (
    Enterprise.progress, Enterprise.industry, Organisation.county, Enterprise.size, Enterprise.overall_level,
    Enterprise.is_sample,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class EnterpriseRow:
    id: int
    name: str
    county: str
    industry: str
    trade: str
    size: str
    progress: str
    progress_label: str
    level: int | None
    is_sample: bool
    may_open: bool


@dataclass(frozen=True, slots=True)
class EnterpriseList:
    frame: Frame
    rows: tuple[EnterpriseRow, ...]


def parse(items: Iterable[tuple[str, str]], *, path: str) -> Choice:
    return choices.parse(items, schema=SCHEMA, path=path)


def tally(text: str = "") -> list[Row]:
    """How many enterprises share the same public facts: one statement, whatever is then counted."""
    query = (
        select(*DIMENSIONS, func.count())
        .join(Organisation, Organisation.id == Enterprise.organisation_id)
        .where(_mentions(text))
        .group_by(*DIMENSIONS)
    )
    return [Row(_values(*row[:-1]), weight=row[-1]) for row in db.session.execute(query)]


def _values(
    progress: str, industry: str, county: str | None, size: str | None, level: int | None, is_sample: bool
) -> dict[str, tuple[str, ...]]:
    return {
        "progress": (progress,),
        "industry": (industry,),
        "county": (county,) if county else (),
        "size": (size,) if size else (),
        "level": shelf.reached_levels(level or 0),
        "sample": ("yes",) if is_sample else (),
    }


def _mentions(text: str) -> ColumnElement[bool]:
    return and_(True, *(Organisation.name.icontains(word, autoescape=True) for word in text.split()))


def browse(choice: Choice, actor: Actor | None) -> EnterpriseList:
    """Each row says whether this person may open the file behind it."""
    rows = tally(choice.text)
    frame = list_views.frame(
        choice,
        counts=facets.count(rows, SCHEMA.facets, choice.filters),
        total=sum(row.weight for row in rows if facets.fits(row, choice.filters)),
        per_page=PER_PAGE,
    )
    query = (
        select(Enterprise)
        .join(Enterprise.organisation)
        .where(_mentions(choice.text), *_conditions(choice))
        .options(joinedload(Enterprise.organisation))
        .order_by(Enterprise.id)
        .limit(PER_PAGE)
        .offset((frame.page.number - 1) * PER_PAGE)
    )
    return EnterpriseList(frame, tuple(_row(one, actor) for one in db.session.scalars(query)))


def _conditions(choice: Choice) -> list[ColumnElement[bool]]:
    columns: dict[str, Any] = {
        "progress": Enterprise.progress,
        "industry": Enterprise.industry,
        "county": Organisation.county,
        "size": Enterprise.size,
    }
    found = [columns[name].in_(values) for name, values in choice.filters.items() if name in columns]
    if "level" in choice.filters:
        found.append(Enterprise.overall_level >= min(int(level) for level in choice.filters["level"]))
    if "sample" in choice.filters:
        found.append(Enterprise.is_sample.is_(True))
    return found


def _row(enterprise: Enterprise, actor: Actor | None) -> EnterpriseRow:
    return EnterpriseRow(
        id=enterprise.id,
        name=enterprise.organisation.name,
        county=wording.COUNTIES.get(enterprise.organisation.county or "", wording.UNKNOWN),
        industry=wording.INDUSTRIES[enterprise.industry],
        trade=taxonomy.NAMES.get(enterprise.gbt4754 or "", ""),
        size=wording.SIZES.get(enterprise.size or "", wording.UNKNOWN),
        progress=enterprise.progress,
        progress_label=wording.PROGRESSES[enterprise.progress],
        level=enterprise.overall_level,
        is_sample=enterprise.is_sample,
        may_open=actor is not None and permissions.permits(actor, Permission.READ_ENTERPRISE, enterprise),
    )
