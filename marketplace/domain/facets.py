"""The facets of the lists: name in the address, heading, values in the order of the page."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from marketplace.domain import taxonomy, wording

YES = {"yes": "是"}


@dataclass(frozen=True, slots=True)
class Facet:
    """`is_long`: too many values to show those that nothing carries; `is_open`: unfolded before anything is chosen."""

    name: str
    label: str
    values: Mapping[str, str]
    is_open: bool = True
    is_long: bool = False


def _levels(suffix: str) -> dict[str, str]:
    return {level: f"{name}{suffix}" for level, name in wording.LEVELS.items() if level != "0"}


_SHOWN_STANDINGS = {key: label for key, label in wording.STANDINGS.items() if key not in {"suspended", "removed"}}

SOLUTIONS: tuple[Facet, ...] = (
    Facet("industry", "行业", wording.INDUSTRIES),
    Facet("gbt4754", "国民经济行业中类", taxonomy.LABELS, is_open=False, is_long=True),
    Facet("stage", "环节", wording.GROUPS),
    Facet("scene", "应用场景", wording.SCENES),
    Facet("level", "可达等级", _levels("")),
    Facet("price_band", "价格", wording.PRICE_BANDS),
    Facet("days_band", "上线时间", wording.DAYS_BANDS),
    Facet("deployment", "部署方式", wording.DEPLOYMENTS),
    Facet("size", "适用企业规模", wording.SIZES),
    Facet("has_case", "本地样板", {"yes": "有本地样板"}),
    Facet("subsidy", "奖补", {"yes": "含可补贴项目"}),
    Facet("provider_kind", "服务商类别", wording.PROVIDER_KINDS),
    Facet("standing", "服务商状态", _SHOWN_STANDINGS),
    Facet("city_stage", "本市实施方案环节", wording.CITY_STAGES, is_open=False),
)

PROVIDERS: tuple[Facet, ...] = (
    Facet("kind", "类别", wording.PROVIDER_KINDS),
    Facet("standing", "状态", _SHOWN_STANDINGS),
    Facet("industry", "服务行业", wording.INDUSTRIES),
    Facet("place", "驻地", wording.PLACES),
)

ENTERPRISES: tuple[Facet, ...] = (
    Facet("progress", "改造进度", wording.PROGRESSES),
    Facet("industry", "行业", wording.INDUSTRIES),
    Facet("county", "县（市、区）、园区", wording.COUNTIES),
    Facet("size", "规模", wording.SIZES),
    Facet("level", "数字化水平", _levels("及以上")),
    Facet("sample", "样板", {"yes": "样板企业"}),
)


@dataclass(frozen=True, slots=True)
class Row:
    """Things alike in every facet, and how many there are."""

    values: Mapping[str, tuple[str, ...]]
    weight: int = 1
    key: int | None = None


def fits(row: Row, chosen: Mapping[str, tuple[str, ...]], *, but: str | None = None) -> bool:
    """Several values of one facet widen, facets narrow."""
    for name, values in chosen.items():
        if name != but and values and not any(value in row.values[name] for value in values):
            return False
    return True


def count(
    rows: Iterable[Row], facets: Iterable[Facet], chosen: Mapping[str, tuple[str, ...]]
) -> dict[str, dict[str, int]]:
    """How many things carry each value, under all the other chosen facets."""
    known = tuple(rows)
    counts: dict[str, dict[str, int]] = {}
    for facet in facets:
        tally: dict[str, int] = {}
        for row in known:
            if fits(row, chosen, but=facet.name):
                for value in row.values[facet.name]:
                    tally[value] = tally.get(value, 0) + row.weight
        counts[facet.name] = tally
    return counts
