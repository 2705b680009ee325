"""What a ranking says."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Criterion:
    """One line of an explanation; `state` is met, partly, unmet or unknown, `reason` a Chinese sentence.

    Names: `scene:<line id>` and `text:<line id>` for every line of the demand, then `industry`, `size`, `deployment`,
    `deadline`, `budget`, `cases`, `provider`.
    """

    name: str
    state: str
    contribution: float
    reason: str


@dataclass(frozen=True, slots=True)
class Result:
    """A ranked solution; `score` (0 to 100) is the sum of the contributions."""

    solution: str
    score: float
    criteria: tuple[Criterion, ...]


@dataclass(frozen=True, slots=True)
class ProviderResult:
    """A provider with its best combination: `covers` are the lines that reach their target level with it."""

    provider: str
    score: float
    covers: tuple[str, ...]
    solutions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Ranking:
    """Solutions and providers for a demand, best first, ties by id."""

    demand: str
    results: tuple[Result, ...]
    providers: tuple[ProviderResult, ...]
