"""Reading weight sets: what is in force, what was proposed on which evidence, what was decided and why."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from marketplace.domain import permissions, wording
from marketplace.domain.actors import Actor
from marketplace.domain.errors import NotFound
from marketplace.domain.permissions import Permission
from marketplace.extensions import db
from marketplace.models.accounts import User
from marketplace.models.matches import WeightSet, WeightSetStatus
from marketplace.services import criteria, outcomes, ranking_weights, timelines, weight_sets
from marketplace.services.ranking_weights import InForce
from marketplace.services.timelines import Entry


@dataclass(frozen=True, slots=True)
class SetRow:
    id: int
    name: str
    status: str
    status_label: str
    by: str
    created_at: datetime
    demands: int
    before: float
    after: float


@dataclass(frozen=True, slots=True)
class Overview:
    in_force: InForce
    rows: tuple[SetRow, ...]
    demands: int
    grades: int
    too_few: str  # empty: there is enough to fit


@dataclass(frozen=True, slots=True)
class PointRow:
    label: str
    in_force: float
    compared: float
    fitted: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Quality:
    label: str
    mean: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class SetPage:
    row: WeightSet
    status_label: str
    by: str
    points: tuple[PointRow, ...]
    qualities: tuple[Quality, ...]
    compared_with: str
    demands: int
    grades: int
    in_force: InForce
    may_decide: bool
    entries: tuple[Entry, ...]

    @property
    def is_better(self) -> bool:
        before, after = self.qualities
        return after.mean > before.mean


def overview() -> Overview:
    """Newest first."""
    query = select(WeightSet, User.name).join(User, User.id == WeightSet.created_by).order_by(WeightSet.id.desc())
    found = outcomes.collect()
    return Overview(
        in_force=ranking_weights.in_force(),
        rows=tuple(_row(row, name) for row, name in db.session.execute(query)),
        demands=found.demands,
        grades=found.grades,
        too_few="" if found.is_enough else weight_sets.too_few(found),
    )


def _row(row: WeightSet, name: str) -> SetRow:
    return SetRow(
        id=row.id,
        name=row.name,
        status=row.status,
        status_label=wording.WEIGHT_SET_STATUSES[row.status],
        by=name,
        created_at=row.created_at,
        demands=row.report["demands"],
        before=row.report["before"]["mean"],
        after=row.report["after"]["mean"],
    )


def get(actor: Actor, weight_set_id: int) -> SetPage:
    query = select(WeightSet, User.name).join(User, User.id == WeightSet.created_by)
    found = db.session.execute(query.where(WeightSet.id == weight_set_id)).one_or_none()
    if found is None:
        raise NotFound("weight_set", weight_set_id)
    row, name = found
    in_force = ranking_weights.in_force()
    is_settled = row.status == WeightSetStatus.RETIRED
    return SetPage(
        row=row,
        status_label=wording.WEIGHT_SET_STATUSES[row.status],
        by=name,
        points=tuple(_point(name, row, in_force) for name in ranking_weights.NAMES),
        qualities=(_quality("现用权重", row.report["before"]), _quality("拟合权重", row.report["after"])),
        compared_with=row.report["compared_with"],
        demands=row.report["demands"],
        grades=row.report["grades"],
        in_force=in_force,
        may_decide=not is_settled and permissions.permits(actor, Permission.DECIDE_WEIGHTS),
        entries=timelines.of(kind="weight_set", key=weight_set_id),
    )


def _point(name: str, row: WeightSet, in_force: InForce) -> PointRow:
    low, high = row.report["intervals"][name]
    return PointRow(
        label=criteria.PARTS[name],
        in_force=in_force.points[name],
        compared=row.report["configured"][name],
        fitted=row.points[name],
        low=low,
        high=high,
    )


def _quality(label: str, told: dict[str, Any]) -> Quality:
    return Quality(label, told["mean"], told["low"], told["high"])
