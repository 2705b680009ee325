"""What is said of bundles: frozen dataclasses out."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum


class Status(StrEnum):
    """What a search ended with; the last two only at the time limit."""

    OPTIMAL = "optimal"
    INFEASIBLE = "infeasible"
    FEASIBLE = "feasible"  # bundles were found, that the first is the best is not proven
    UNKNOWN = "unknown"  # none was found, and that there is none is not proven


class Kind(StrEnum):
    """What a bundle of a composition stands for."""

    BEST = "best"
    CHEAPEST_OTHER = "cheapest_other"
    FEWEST_PROVIDERS = "fewest_providers"
    BEST_RATED = "best_rated"
    ONE_PROVIDER = "one_provider"
    NEXT_CHEAPEST = "next_cheapest"


@dataclass(frozen=True, slots=True)
class GivesUp:
    """What an alternative gives up against the first: `own_cost` (yuan), `providers`, `rating` or `lines`."""

    kind: str
    amount: Decimal
    lines: tuple[str, ...]
    text: str


@dataclass(frozen=True, slots=True)
class Bundle:
    """A set of solutions with its money in yuan, the level of all scenes after it and what that comes to.

    `level_reached` is by scenes alone when the score is unknown. `lowest_rating` is the drawn rating of the provider
    that has the lowest (None for no providers). `covers` are the demand's lines that reach their target.
    """

    solutions: tuple[str, ...]
    providers: tuple[str, ...]
    price: int
    subsidy: int
    own_cost: int
    scenes: Mapping[str, int]
    level_reached: int
    covers: tuple[str, ...]
    lowest_rating: Decimal | None
    kind: Kind = Kind.BEST
    gives_up: tuple[GivesUp, ...] = ()


@dataclass(frozen=True, slots=True)
class Violation:
    """A condition that a bundle does not hold: its name, the solutions and scenes concerned, a Chinese sentence."""

    condition: str
    solutions: tuple[str, ...]
    scenes: tuple[str, ...]
    text: str


@dataclass(frozen=True, slots=True)
class Evaluation:
    """A bundle as it stands, and everything that it does not hold."""

    bundle: Bundle
    violations: tuple[Violation, ...]


@dataclass(frozen=True, slots=True)
class Change:
    """One step towards a bundle: the condition that gives way, and by how much (yuan, days, providers, points)."""

    condition: str
    amount: Decimal | None
    text: str


@dataclass(frozen=True, slots=True)
class Remedy:
    """Changes that together make a bundle possible; no part of them does."""

    changes: tuple[Change, ...]
    text: str


@dataclass(frozen=True, slots=True)
class Composition:
    """The outcome: the first bundle is the best, `gap` the share of its own cost that is not proven necessary.

    When there is none: `uncovered` are scenes that nobody eligible can lift, `conflict` names conditions that exclude
    one another and of which none is superfluous, `reasons` says so, `smallest_change` what would make it possible.
    """

    status: Status
    bundles: tuple[Bundle, ...] = ()
    gap: Decimal = Decimal(0)
    uncovered: tuple[str, ...] = ()
    conflict: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()
    smallest_change: tuple[Remedy, ...] = ()
    notes: tuple[str, ...] = ()
