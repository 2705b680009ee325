"""What is matched: solutions and demands, as frozen dataclasses that need no file.

Scenes, industries, sizes and deployments are ids of `matching.standard`. Money is in yuan, days are calendar days.
None means unknown; an empty `industries` means general purpose.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Standing(StrEnum):
    """Where a provider (服务商) stands with the city; the last two never appear in a ranking."""

    CANDIDATE = "candidate"
    LISTED = "listed"
    RECOMMENDED = "recommended"
    WATCH = "watch"
    SUSPENDED = "suspended"
    REMOVED = "removed"


BARRED = frozenset({Standing.SUSPENDED, Standing.REMOVED})


class PriceModel(StrEnum):
    """How a price is counted: once, a year, once a device, a user and year."""

    ONE_OFF = "one_off"
    ANNUAL = "annual"
    PER_DEVICE = "per_device"
    PER_USER = "per_user"


@dataclass(frozen=True, slots=True)
class Price:
    """A list price; `eligible_share` (0 to 1) of the amount may be subsidised."""

    model: PriceModel
    amount: int
    eligible_share: float | None = None


@dataclass(frozen=True, slots=True)
class Case:
    """An accepted local case: what a scene of a factory of that industry was brought from and to."""

    industry: str
    scene: str
    level_before: int
    level_after: int


@dataclass(frozen=True, slots=True)
class Provider:
    """What is known of the provider; ratings run from 1 to 5."""

    standing: Standing
    rating_sum: float = 0
    rating_count: int = 0


@dataclass(frozen=True, slots=True)
class Solution:
    """A product or solution; `coverage` is the level (1 to 4) that it can bring a scene to."""

    id: str
    name: str
    provider_id: str
    summary: str
    description: str
    coverage: Mapping[str, int]
    industries: tuple[str, ...] | None = None
    gbt4754: tuple[str, ...] | None = None
    sizes: tuple[str, ...] | None = None
    deployment: tuple[str, ...] | None = None
    days_to_deploy: int | None = None
    price: Price | None = None
    maintenance_rate: float | None = None
    cases: tuple[Case, ...] | None = None
    needs: tuple[str, ...] = ()
    conflicts: tuple[str, ...] = ()
    provider: Provider | None = None

    @property
    def text(self) -> str:
        """Everything that the provider wrote, as one text."""
        return "。".join(part for part in (self.name, self.summary, self.description) if part)

    @property
    def is_barred(self) -> bool:
        """Whether the provider is suspended or removed."""
        return self.provider is not None and self.provider.standing in BARRED


@dataclass(frozen=True, slots=True)
class DemandLine:
    """One need: a scene, its present and wanted level, the factory's own words, a weight in percent."""

    id: str
    scene: str
    current_level: int
    target_level: int
    text: str
    weight: float
    is_essential: bool = False


@dataclass(frozen=True, slots=True)
class Enterprise:
    """The factory that asks."""

    industry: str
    gbt4754: str | None = None
    size: str | None = None
    employees: int | None = None


@dataclass(frozen=True, slots=True)
class Demand:
    """A list of needs (需求清单); `budget` is out of the enterprise's own pocket."""

    id: str
    enterprise: Enterprise
    lines: tuple[DemandLine, ...]
    budget: int | None = None
    deadline_days: int | None = None
    deployment: tuple[str, ...] | None = None
    assessment_score: float | None = None
    scene_levels: Mapping[str, int] | None = None


@dataclass(frozen=True, slots=True)
class Judgement:
    """Grades 0 to 3 by solution id for one demand; a solution that is not named has grade 0."""

    demand: Demand
    grades: Mapping[str, int] = field(default_factory=dict)
