"""The city's targets: each figure is the length of a list that anyone can open."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select

from marketplace.domain import facets, wording
from marketplace.domain.facets import Row
from marketplace.extensions import db
from marketplace.models.providers import Provider
from marketplace.models.solutions import Solution
from marketplace.policy import reader
from marketplace.services import enterprises, search_fallback

TARGETS: Mapping[str, Any] = reader.load("targets")
POOL: tuple[str, ...] = tuple(TARGETS["pool_standings"])
COMPLETED = {"progress": ("completed",), "level": (str(TARGETS["completed_level"]),)}
COLUMNS: tuple[tuple[str, str, Mapping[str, tuple[str, ...]]], ...] = (
    ("all", "试点企业", {}),
    *((progress, label, {"progress": (progress,)}) for progress, label in wording.PROGRESSES.items()),
    ("reached", f"验收达{wording.LEVELS[str(TARGETS['completed_level'])]}", COMPLETED),
    ("samples", "样板企业", {"sample": ("yes",)}),
)


@dataclass(frozen=True, slots=True)
class Figure:
    """`list_name` and `filters` say which list has these rows: enterprises, providers or solutions."""

    label: str
    value: int
    target: int | None
    unit: str
    list_name: str
    filters: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class TableRow:
    label: str
    cells: tuple[Figure, ...]


@dataclass(frozen=True, slots=True)
class Table:
    label: str
    heading: str
    columns: tuple[str, ...]
    rows: tuple[TableRow, ...]


@dataclass(frozen=True, slots=True)
class Progress:
    figures: tuple[Figure, ...]
    tables: tuple[Table, ...]
    clause: str
    version: str


def figures(rows: Sequence[Row] | None = None) -> tuple[Figure, ...]:
    """The four targets of the plan that this site can count by itself."""
    rows = enterprises.tally() if rows is None else rows
    samples = {"sample": ("yes",)}
    reached = f"改造完成且达{wording.LEVELS[str(TARGETS['completed_level'])]}的企业"
    providers, listings = _pool_and_shelf()
    return (
        Figure(reached, _sum(rows, COMPLETED), TARGETS["completed_enterprises"], "家", "enterprises", COMPLETED),
        Figure("在池服务商", providers, TARGETS["providers"], "家", "providers", {"standing": POOL}),
        Figure("在架产品和解决方案", listings, TARGETS["solutions"], "个", "solutions", {}),
        Figure("样板企业", _sum(rows, samples), TARGETS["samples"], "家", "enterprises", samples),
    )


def show() -> Progress:
    rows = enterprises.tally()
    return Progress(
        figures=figures(rows),
        tables=(
            _table(rows, "industry", "按行业", wording.INDUSTRIES),
            _table(rows, "county", "按县（市、区）、园区", wording.COUNTIES),
        ),
        clause=TARGETS["clause"],
        version=TARGETS["version"],
    )


def _pool_and_shelf() -> tuple[int, int]:
    pool = select(func.count()).select_from(Provider).where(Provider.standing.in_(POOL)).scalar_subquery()
    listed = (
        select(func.count())
        .select_from(Solution)
        .join(Provider, Provider.id == Solution.provider_id)
        .where(search_fallback.ON_SHELF)
        .scalar_subquery()
    )
    row = db.session.execute(select(pool.label("pool"), listed.label("listed"))).one()
    return row.pool, row.listed


def _sum(rows: Sequence[Row], filters: Mapping[str, tuple[str, ...]]) -> int:
    return sum(row.weight for row in rows if facets.fits(row, filters))


def _table(rows: Sequence[Row], name: str, label: str, values: Mapping[str, str]) -> Table:
    """One line a value of the facet, and one for all; each row is looked at once."""
    tally: dict[str | None, list[int]] = {value: [0] * len(COLUMNS) for value in (*values, None)}
    for row in rows:
        lines = [tally[value] for value in (*row.values[name], None) if value in tally]
        for place, (_, _, filters) in enumerate(COLUMNS):
            if facets.fits(row, filters):
                for line in lines:
                    line[place] += row.weight
    total = _line("合计", {}, tally.pop(None))
    made = [_line(text, {name: (value,)}, tally[value]) for value, text in values.items()]
    return Table(label, label.removeprefix("按"), tuple(one[1] for one in COLUMNS), (*made, total))


def _line(text: str, own: Mapping[str, tuple[str, ...]], counts: Sequence[int]) -> TableRow:
    cells = (
        Figure(column, count, None, "家", "enterprises", {**filters, **own})
        for (_, column, filters), count in zip(COLUMNS, counts, strict=True)
    )
    return TableRow(text, tuple(cells))
