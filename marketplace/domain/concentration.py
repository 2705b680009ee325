"""牵总不垄断: how much of an industry is in how few hands, and what one more award would make of it.

The Herfindahl-Hirschman index is the sum of the squared shares in percent: 10,000 where one provider has all, 10,000/n
where n have alike. 10,000 over the index is the number of equal providers that would be as concentrated.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from marketplace.domain import wording
from marketplace.policy import reader

POLICY: dict[str, Any] = reader.load("concentration")
HHI: dict[str, Any] = POLICY["hhi"]
FULL = 10_000
PERCENT = 100


@dataclass(frozen=True, slots=True)
class Share:
    provider_id: int
    amount: int
    percent: float


@dataclass(frozen=True, slots=True)
class Concentration:
    """The largest first; `index` is None where there is nothing to count."""

    shares: tuple[Share, ...]
    total: int
    index: float | None

    @property
    def providers(self) -> int:
        return len(self.shares)

    @property
    def effective(self) -> float | None:
        """So many providers of equal size would be as concentrated."""
        return FULL / self.index if self.index else None

    @property
    def band(self) -> str:
        """low, moderate or high; empty where there is nothing to count."""
        if self.index is None:
            return ""
        if self.index < HHI["low"]:
            return "low"
        return "moderate" if self.index <= HHI["high"] else "high"


@dataclass(frozen=True, slots=True)
class Warning:
    """A limit that would be passed: the sentence says which, by whom, from what to what."""

    kind: str  # leads, industries, share, hhi
    sentence: str
    clause: str


@dataclass(frozen=True, slots=True)
class Effect:
    before: Concentration
    after: Concentration


def measure(amounts: Mapping[int, int]) -> Concentration:
    """Shares and index of what each provider has; who has nothing is left out, equals stand by id."""
    known = {key: amount for key, amount in amounts.items() if amount > 0}
    total = sum(known.values())
    order = sorted(known, key=lambda key: (-known[key], key))
    shares = tuple(Share(key, known[key], float(Fraction(PERCENT * known[key], total))) for key in order)
    index = float(sum(Fraction(PERCENT * amount, total) ** 2 for amount in known.values())) if known else None
    return Concentration(shares, total, index)


def award_effect(before: Mapping[int, int], adding: Mapping[int, int]) -> Effect:
    """Shares and index as they are, and as they would be with what is added to each provider."""
    after = {key: before.get(key, 0) + adding.get(key, 0) for key in {*before, *adding}}
    return Effect(measure(before), measure(after))


def lead_cap(
    leads_by_industry: Mapping[str, Collection[int]], industry: str, adding: Collection[int]
) -> Warning | None:
    """Whether the industry would have more leads than the policy wants; who leads it already counts once."""
    now = set(leads_by_industry.get(industry, ()))
    after, limit = now | set(adding), POLICY["leads"]["per_industry"]
    if len(after) <= limit or after == now:
        return None
    sentence = (
        f"{wording.INDUSTRIES[industry]}现有牵头服务商{len(now)}家，再加{len(after) - len(now)}家就是{len(after)}家，"
        f"超过每个行业{limit}家的限额。"
    )
    return Warning("leads", sentence, POLICY["clause"])


def industries_cap(
    leads_by_industry: Mapping[str, Collection[int]], industry: str, adding: Mapping[int, str]
) -> tuple[Warning, ...]:
    """Who of the added (id, name) would lead more industries than the policy wants."""
    limit, found = POLICY["leads"]["per_provider"], []
    for key, name in adding.items():
        led = [one for one, leads in leads_by_industry.items() if key in leads and one != industry]
        if len(led) + 1 > limit:
            where = "、".join(wording.INDUSTRIES[one] for one in led)
            sentence = f"{name}已牵头{where}，再加一个就是{len(led) + 1}个行业，超过一家{limit}个行业的限额。"
            found.append(Warning("industries", sentence, POLICY["clause"]))
    return tuple(found)


def share_warnings(now: Concentration, industry: str, adding: Mapping[int, str]) -> tuple[Warning, ...]:
    """Who of the added has a large part of the contracts already; silent where there are too few contracts to judge."""
    if is_small(now.total):
        return ()
    limit, percent = POLICY["share"]["warn_percent"], {one.provider_id: one.percent for one in now.shares}
    found = [
        Warning(
            "share",
            f"{name}已占{wording.INDUSTRIES[industry]}合同的{percent[key]:.1f}%，到了{limit}%的提示线。",
            POLICY["clause"],
        )
        for key, name in adding.items()
        if percent.get(key, 0) >= limit
    ]
    if now.band == "high" and any(key in percent for key in adding):
        sentence = (
            f"{wording.INDUSTRIES[industry]}合同已高度集中（HHI {now.index:,.0f}，提示线{HHI['high']:,}），"
            "拟定的单位中有现在已承接合同的。"
        )
        found.append(Warning("hhi", sentence, HHI["source"]))
    return tuple(found)


def is_small(number: int) -> bool:
    """Too few contracts, rankings, offers or listings to judge by."""
    return number < int(POLICY["sample"]["minimum"])
