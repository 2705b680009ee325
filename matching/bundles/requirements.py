"""What a bundle (二级数转包) must hold, as data: each condition can be taken away alone."""

import dataclasses
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from matching import standard
from matching.documents import Demand
from matching.subsidies import SubsidyRule

_DATA: Final[dict[str, Any]] = tomllib.loads((Path(__file__).parent / "settings.toml").read_text(encoding="utf-8"))
RATING: Final[Mapping[str, Any]] = _DATA["rating"]
DEFAULT_SECONDS: Final[int] = _DATA["search"]["seconds"]

LINE_PREFIX: Final = "line:"


@dataclass(frozen=True, slots=True)
class Essential:
    """An essential line whose scene is still below the line's target level."""

    line: str
    scene: str
    level: int


@dataclass(frozen=True, slots=True)
class Terms:
    """All conditions of a bundle; None means not asked.

    `present` holds all scenes. `points` is what the target level asks of the scored part; an unknown `score` does not
    stand against it. `needs` and `conflicts` are asked unless set to False.
    """

    target_level: int
    present: Mapping[str, int]
    scenes: int
    mandatory_scenes: int
    points: Decimal | None
    score: Decimal | None
    essentials: tuple[Essential, ...]
    budget: int | None
    deadline_days: int | None
    deployment: tuple[str, ...] | None
    max_providers: int | None
    subsidy: SubsidyRule | None
    needs: bool = True
    conflicts: bool = True

    @property
    def missing_points(self) -> Decimal:
        """Points below what the target asks; 0 when the score is unknown or enough."""
        if self.points is None or self.score is None:
            return Decimal(0)
        return max(self.points - self.score, Decimal(0))

    def missing_scenes(self) -> tuple[int, int]:
        """How many scenes, and how many mandatory ones among them, have still to be brought to the target."""
        scenes, mandatory = standard.count_scenes(self.present, self.target_level)
        return max(self.scenes - scenes, 0), max(self.mandatory_scenes - mandatory, 0)

    def asked(self) -> tuple[str, ...]:
        """Names of the conditions that are asked, those that are easiest to change first; a line is `line:<id>`."""
        asked = {
            "conflicts": self.conflicts,
            "needs": self.needs,
            "budget": self.budget is not None,
            "providers": self.max_providers is not None,
            "deadline": self.deadline_days is not None,
            "deployment": bool(self.deployment),
            **{LINE_PREFIX + essential.line: True for essential in self.essentials},
            "mandatory": self.mandatory_scenes > 0,
            "scenes": self.scenes > 0,
            "points": self.points is not None,
        }
        return tuple(name for name, is_asked in asked.items() if is_asked)

    def without(self, *names: str) -> "Terms":
        """The same terms without the named conditions."""
        changes: dict[str, Any] = {_FIELDS[name][0]: _FIELDS[name][1] for name in names if name in _FIELDS}
        kept = tuple(one for one in self.essentials if LINE_PREFIX + one.line not in names)
        return dataclasses.replace(self, essentials=kept, **changes)


_FIELDS: Final[Mapping[str, tuple[str, Any]]] = {
    "points": ("points", None),
    "scenes": ("scenes", 0),
    "mandatory": ("mandatory_scenes", 0),
    "deadline": ("deadline_days", None),
    "deployment": ("deployment", None),
    "providers": ("max_providers", None),
    "budget": ("budget", None),
    "needs": ("needs", False),
    "conflicts": ("conflicts", False),
}


def present_levels(demand: Demand) -> dict[str, int]:
    """The present level of all scenes: the assessed one, else the line's (the lowest, if lines differ), else 0."""
    told: dict[str, int] = {}
    for line in demand.lines:
        told[line.scene] = min(told.get(line.scene, line.current_level), line.current_level)
    told |= demand.scene_levels or {}
    return {scene: told.get(scene, 0) for scene in standard.SCENES}


def from_demand(
    demand: Demand,
    *,
    target_level: int,
    budget: int | None = None,
    subsidy: SubsidyRule | None = None,
    max_providers: int | None = None,
) -> Terms:
    """The terms of a demand; `budget` goes before the demand's own. Raises ValueError for a level not in the rule."""
    rule = {row.level: row for row in standard.LEVEL_RULE}.get(target_level)
    if rule is None:
        raise ValueError(f"target level must be from 1 to {standard.TOP_LEVEL}, not {target_level}")
    present = present_levels(demand)
    score = demand.assessment_score
    return Terms(
        target_level=target_level,
        present=present,
        scenes=rule.scenes,
        mandatory_scenes=rule.mandatory_scenes,
        points=rule.points,
        score=None if score is None else Decimal(str(score)),
        essentials=tuple(
            Essential(line.id, line.scene, line.target_level)
            for line in demand.lines
            if line.is_essential and line.target_level > present[line.scene]
        ),
        budget=demand.budget if budget is None else budget,
        deadline_days=demand.deadline_days,
        deployment=demand.deployment or None,
        max_providers=max_providers,
        subsidy=subsidy,
    )
