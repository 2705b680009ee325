"""组合方案: who pays what (政府补、平台让、企业出), how many are needed, and whether the level may be claimed."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal
from enum import StrEnum
from typing import Any

from marketplace.domain.errors import Invalid
from marketplace.domain.subsidies import Rule
from marketplace.models.solutions import PriceModel
from marketplace.policy import reader
from matching import standard

POLICY: dict[str, Any] = reader.load("bundles")
LEVELS = range(1, standard.TOP_LEVEL + 1)
COUNTED_MODELS = frozenset({PriceModel.PER_DEVICE, PriceModel.PER_USER})
QUANTITY_MAX: int = POLICY["quantity_max"]
BUDGET_MAX: int = reader.load("demands")["budget_max"]


@dataclass(frozen=True, slots=True)
class Charge:
    """One solution's money in whole yuan; what is not counted (off the shelf, no price) costs and gives nothing.

    A discount that is larger than the price (which may have fallen since) takes it to zero and no further.
    """

    unit: int | None
    quantity: int
    discount: int
    is_eligible: bool
    is_counted: bool = True

    @property
    def listed(self) -> int:
        return self.unit * self.quantity if self.unit is not None and self.is_counted else 0

    @property
    def reduction(self) -> int:
        return min(self.discount, self.listed)

    @property
    def net(self) -> int:
        return self.listed - self.reduction


@dataclass(frozen=True, slots=True)
class Payment:
    """The list price and its three bearers: the fund, the platform's providers, the enterprise; they add up exactly."""

    listed: int
    reduction: int
    eligible: int
    subsidy: int

    @property
    def net(self) -> int:
        """What the contracts come to."""
        return self.listed - self.reduction

    @property
    def own(self) -> int:
        return self.net - self.subsidy

    @property
    def shares(self) -> tuple[float, float, float]:
        """Fund, providers, enterprise as parts of the list price."""
        if not self.listed:
            return 0.0, 0.0, 0.0
        return self.subsidy / self.listed, self.reduction / self.listed, self.own / self.listed


def pay(charges: Iterable[Charge], rule: Rule) -> Payment:
    """The fund bears part of what is really paid for eligible expenses, rounded down once over the whole."""
    rows = list(charges)
    eligible = sum(row.net for row in rows if row.is_eligible)
    return Payment(
        listed=sum(row.listed for row in rows),
        reduction=sum(row.reduction for row in rows),
        eligible=eligible,
        subsidy=rule.amount(eligible),
    )


def suggested_quantity(model: str, employees: int | None) -> int:
    """How many devices or users to begin with: a share of the employees, at least one; one for a whole price."""
    shares = POLICY["suggestion"]
    share = {PriceModel.PER_USER: shares["per_user_share"], PriceModel.PER_DEVICE: shares["per_device_share"]}
    if model not in COUNTED_MODELS or not employees:
        return 1
    wanted = (employees * Decimal(share[PriceModel(model)])).to_integral_value(ROUND_CEILING)
    return min(max(int(wanted), 1), QUANTITY_MAX)


class Standing(StrEnum):
    """What may be said of the target level."""

    REACHED = "reached"
    SCORE_UNKNOWN = "score_unknown"
    POINTS_SHORT = "points_short"
    SCENES_SHORT = "scenes_short"


@dataclass(frozen=True, slots=True)
class Verdict:
    """The level rule asked of a basket: its scene part and its points part, and what is missing of each."""

    target: int
    scenes: int
    mandatory: int
    score: Decimal | None
    rule: standard.LevelThreshold

    @property
    def has_scenes(self) -> bool:
        return self.scenes >= self.rule.scenes and self.mandatory >= self.rule.mandatory_scenes

    @property
    def missing_points(self) -> Decimal:
        return Decimal(0) if self.score is None else max(self.rule.points - self.score, Decimal(0))

    @property
    def standing(self) -> Standing:
        if not self.has_scenes:
            return Standing.SCENES_SHORT
        if self.score is None:
            return Standing.SCORE_UNKNOWN
        return Standing.POINTS_SHORT if self.missing_points else Standing.REACHED

    @property
    def headline(self) -> str:
        """Says that the level is reached only when both parts hold."""
        name = standard.LEVEL_NAMES[self.target]
        return {
            Standing.REACHED: f"按评测规则，能到{name}",
            Standing.SCORE_UNKNOWN: f"场景部分达到{name}要求；没有评测得分，打分部分还不能判断",
            Standing.POINTS_SHORT: f"场景部分达到{name}要求；打分部分还差{plain(self.missing_points)}分",
            Standing.SCENES_SHORT: f"场景部分还达不到{name}要求",
        }[self.standing]

    @property
    def condition(self) -> str:
        """What has to come from elsewhere; empty when nothing has."""
        points = plain(self.rule.points)
        if self.score is None:
            return f"评测得分不低于{points}分才能评上，请先做评测，或在需求清单里填上得分。"
        if self.missing_points:
            return f"还差{plain(self.missing_points)}分，须靠制度、培训等措施补上。"
        return ""

    @property
    def parts(self) -> tuple[tuple[str, str, str, bool | None], ...]:
        """(what is asked, how much there is, how much is needed, does it hold); None where it is not known."""
        name, score = standard.LEVEL_NAMES[self.target], self.score
        return (
            (f"达到{name}的场景", f"{self.scenes}个", f"{self.rule.scenes}个", self.scenes >= self.rule.scenes),
            (
                "其中约束性场景",
                f"{self.mandatory}个",
                f"{self.rule.mandatory_scenes}个",
                self.mandatory >= self.rule.mandatory_scenes,
            ),
            (
                "评测得分",
                "未知" if score is None else f"{plain(score)}分",
                f"{plain(self.rule.points)}分",
                None if score is None else not self.missing_points,
            ),
        )


def verdict(levels: Mapping[str, int], *, target: int, score: Decimal | None) -> Verdict:
    threshold = next(row for row in standard.LEVEL_RULE if row.level == target)
    return Verdict(target, *standard.count_scenes(levels, target), score, threshold)


def plain(value: Decimal) -> str:
    """A number without needless zeros."""
    return f"{value.normalize():f}"


def check_title(title: str) -> str:
    title = " ".join(title.split())
    if not title:
        raise Invalid({"title": ["请填写方案名称，例如“先上质量和仓储”"]})
    if len(title) > POLICY["title_max"]:
        raise Invalid({"title": [f"名称不超过{POLICY['title_max']}个字，请精简"]})
    return title


def check_aim(*, target: int | None, budget: int | None, max_providers: int | None) -> None:
    """All that is wrong at once, each beside its field."""
    messages: dict[str, list[str]] = {}
    if target not in LEVELS:
        messages["target"] = [f"目标等级请选一级到{standard.LEVEL_NAMES[standard.TOP_LEVEL]}"]
    if budget is not None and not 0 < budget <= BUDGET_MAX:
        messages["budget"] = [f"预算请填0到{BUDGET_MAX // 10_000}万元之间的数，不限请留空"]
    if max_providers is not None and not 0 < max_providers <= POLICY["max_providers"]:
        messages["providers"] = [f"服务商数请填1到{POLICY['max_providers']}，不限请留空"]
    if messages:
        raise Invalid(messages)


def check_item(*, key: int, quantity: int | None, discount: int | None, listed: int | None) -> None:
    """`listed` is the price by the chosen plan and quantity, None where none is stated."""
    messages: dict[str, list[str]] = {}
    if quantity is None or not 0 < quantity <= QUANTITY_MAX:
        messages[f"quantity-{key}"] = [f"数量请填1到{QUANTITY_MAX}的整数"]
    if discount is None or discount < 0:
        messages[f"discount-{key}"] = ["让利请填不小于0的整数，单位元"]
    elif listed is not None and discount > listed:
        messages[f"discount-{key}"] = [f"让利不能超过标价{listed:,}元"]
    elif listed is None and discount:
        messages[f"discount-{key}"] = ["没有标价的产品不能填让利"]
    if messages:
        raise Invalid(messages)


def apportion(total: int, weights: Sequence[int]) -> tuple[int, ...]:
    """Whole yuan in proportion to the weights, adding up to the total: the largest remainders get what is left."""
    whole = sum(weights)
    if not whole:
        return (0,) * len(weights)
    parts = [total * weight // whole for weight in weights]
    order = sorted(range(len(weights)), key=lambda place: (-(total * weights[place] % whole), place))
    for place in order[: total - sum(parts)]:
        parts[place] += 1
    return tuple(parts)
