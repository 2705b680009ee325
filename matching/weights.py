"""The weights of a ranking, as data: `default()` reads the file beside this module."""

import math
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path
from typing import Any

_FULL = 100


@dataclass(frozen=True, slots=True)
class Points:
    """Points of 100 by criterion."""

    scene: float
    text: float
    industry: float
    size: float
    deployment: float
    deadline: float
    budget: float
    cases: float
    provider: float

    def __post_init__(self) -> None:
        values = [getattr(self, part.name) for part in fields(self)]
        if min(values) < 0 or not math.isclose(math.fsum(values), _FULL):
            raise ValueError(f"points must not be negative and must add up to {_FULL}, not {math.fsum(values):g}")


@dataclass(frozen=True, slots=True)
class LineWeights:
    """How the lines of a demand count."""

    essential_factor: float
    partly: float


@dataclass(frozen=True, slots=True)
class ConditionWeights:
    """How far a condition that holds in part counts (0 to 1), and where limits end."""

    same_industry: float
    general_purpose: float
    half_case: float
    budget_limit: float
    deadline_limit: float


@dataclass(frozen=True, slots=True)
class ProviderWeights:
    """How standing and ratings count."""

    standing: Mapping[str, float]
    standing_share: float
    prior_count: float
    worst_rating: float
    min_ratings: int


@dataclass(frozen=True, slots=True)
class TextWeights:
    """Shares of the parts of the text fit, and what counts as a match."""

    words: float
    letters: float
    concepts: float
    topics: float
    floor: float
    met: float
    partly: float


@dataclass(frozen=True, slots=True)
class Weights:
    """Everything that the ranking weighs."""

    points: Points
    lines: LineWeights
    conditions: ConditionWeights
    provider: ProviderWeights
    text: TextWeights
    textfit: TextWeights


def from_data(data: Mapping[str, Any]) -> Weights:
    """Weights from the sections of a parsed TOML file; raises KeyError, TypeError or ValueError when they are wrong."""
    provider = dict(data["provider"])
    ways = {key: provider.pop(key) for key in ("standing_share", "prior_count", "worst_rating", "min_ratings")}
    return Weights(
        points=Points(**data["points"]),
        lines=LineWeights(**data["lines"]),
        conditions=ConditionWeights(**data["conditions"]),
        provider=ProviderWeights(standing=provider, **ways),
        text=TextWeights(**data["text"]),
        textfit=TextWeights(**data["textfit"]),
    )


@cache
def default() -> Weights:
    """The weights that ship with the library."""
    return from_data(tomllib.loads((Path(__file__).parent / "weights.toml").read_text(encoding="utf-8")))
