"""What a ranking says."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType

SOURCES: Mapping[str, str] = MappingProxyType(
    {
        "scene": "产品资料的场景和等级",
        "text": "产品介绍",
        "industry": "产品资料的适用行业",
        "size": "产品资料的适用规模",
        "deployment": "产品资料的部署方式",
        "deadline": "产品资料的上线天数",
        "budget": "产品资料的价格",
        "cases": "已验收的本地案例",
        "provider": "服务商名录和评价",
    }
)


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

    @property
    def source(self) -> str:
        """Where the fact of the reason was taken from, in Chinese."""
        return SOURCES[self.name.partition(":")[0]]


@dataclass(frozen=True)
class Result:
    """A ranked solution; `score` (0 to 100) is the sum of the contributions. Criteria are worded when first read."""

    solution: str
    score: float
    explain: Callable[[], tuple[Criterion, ...]] = field(repr=False, compare=False)

    @cached_property
    def criteria(self) -> tuple[Criterion, ...]:
        """Why the score is what it is."""
        return self.explain()


@dataclass(frozen=True, slots=True)
class ProviderResult:
    """A provider with its best combination: `covers` are the lines that reach their target level with it."""

    provider: str
    score: float
    covers: tuple[str, ...]
    solutions: tuple[str, ...]


@dataclass(frozen=True)
class Ranking:
    """Solutions for a demand and, combined when first read, their providers; best first, ties by id."""

    demand: str
    results: tuple[Result, ...]
    combine: Callable[[], tuple[ProviderResult, ...]] = field(repr=False, compare=False)

    @cached_property
    def providers(self) -> tuple[ProviderResult, ...]:
        """The providers of the results, each with the best combination of all its solutions."""
        return self.combine()
