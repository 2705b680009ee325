"""The weights that the ranking uses at this moment: the configured ones, or the set that an officer adopted."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import select

from marketplace.domain import wording
from marketplace.extensions import db
from marketplace.models.matches import WeightSet, WeightSetStatus
from marketplace.policy import reader
from matching import weights

POLICY: dict[str, Any] = reader.load("matching")
NAMES: tuple[str, ...] = tuple(part.name for part in fields(weights.Points))
CONFIGURED = "站内设定"


@dataclass(frozen=True, slots=True)
class InForce:
    """`key` is the adopted set's id, None for the configured weights; two workers with the same mark rank alike."""

    key: int | None
    name: str
    version: str
    since: str
    points: Mapping[str, float]

    @property
    def mark(self) -> tuple[object, ...]:
        return (self.key, *self.points.items())

    @property
    def weights(self) -> weights.Weights:
        """Only the points are policy; what a part of a condition earns comes with the library."""
        return with_points(self.points)


def configured() -> InForce:
    since: date = POLICY["since"]
    points = {name: float(POLICY["points"][name]) for name in NAMES}
    return InForce(None, CONFIGURED, POLICY["version"], wording.day(since), points)


def in_force() -> InForce:
    """One statement: every ranking asks, so that a decision holds at once in every worker."""
    query = select(WeightSet.id, WeightSet.name, WeightSet.points, WeightSet.decided_at)
    row = db.session.execute(query.where(WeightSet.status == WeightSetStatus.ADOPTED)).one_or_none()
    if row is None:
        return configured()
    at: datetime = row.decided_at
    points = {name: float(row.points[name]) for name in NAMES}
    return InForce(row.id, row.name, f"第{row.id}号", wording.day(at), points)


def with_points(points: Mapping[str, float]) -> weights.Weights:
    return replace(weights.default(), points=weights.Points(**points))


def plain(full: weights.Weights) -> weights.Weights:
    """The same for 不按画像排序: scene and text alone, in their proportion, to make 100 points again."""
    kept = {name: getattr(full.points, name) if name in ("scene", "text") else 0.0 for name in NAMES}
    total = sum(kept.values())
    share = {name: value * 100 / total for name, value in kept.items()} if total else kept | {"text": 100.0}
    return replace(full, points=weights.Points(**share))
