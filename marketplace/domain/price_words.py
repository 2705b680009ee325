"""The verdict on a price as a sentence with number, median and place; never a bare red light."""

from decimal import ROUND_HALF_UP, Decimal

from marketplace.domain import prices, wording
from marketplace.domain.contract_prices import DealFigures, OwnFigures
from marketplace.domain.price_figures import Figures
from marketplace.domain.prices import POLICY, Judgement

LABELS: dict[str, str] = {row["id"]: row["label"] for row in POLICY["bands"]}
ADVICE: dict[str, str] = {row["id"]: row["advice"] for row in POLICY["bands"]}
BUYER_ADVICE: dict[str, str] = {row["id"]: row["buyer"] for row in POLICY["bands"]}
UNITS = {"per_device": "单台", "per_user": "单人"}
YEARS = "零一二三四五六七八九十"
TENTH = Decimal("0.1")


def money(yuan: Decimal) -> str:
    """Ten thousand yuan and more in 万元, less in yuan."""
    if yuan >= wording.TEN_THOUSAND:
        return wording.money(yuan)
    return f"{int(yuan.quantize(Decimal(1), ROUND_HALF_UP)):,}元"


def measure(model: str) -> str:
    """What is compared: 三年费用, of one unit where the model is by unit."""
    return f"{UNITS.get(model, '')}{YEARS[prices.YEARS]}年费用"


def kind(judgement: Judgement) -> str:
    """What the comparables have in common, in the order that the policy names it."""
    scene, level = judgement.offer.scenes[0]
    is_wide = prices.breadth(judgement.offer) == prices.WIDE
    words = {
        "scene": wording.SCENES[scene],
        "group": f"{wording.GROUPS[prices.group_of(scene)]}类场景",
        "family": judgement.offer.family,
        "level": wording.LEVELS[str(level)],
        "breadth": f"覆盖{POLICY['wide_from']}个以上场景" if is_wide else "",
        "model": wording.PRICE_MODELS[judgement.plan.model],
    }
    return "，".join(words[name] for name in judgement.step.same if words[name])


def sentence(judgement: Judgement) -> str:
    told = judgement.figures
    if told is None:
        return (
            f"同类（{kind(judgement)}）只有{len(judgement.cohort)}个，不足{prices.ENOUGH}个，不作高低判断。"
            f"本方案{measure(judgement.plan.model)}{money(judgement.yuan)}。"
        )
    return (
        f"是{told.n}个同类（{kind(judgement)}）{measure(judgement.plan.model)}中位价{money(told.median)}"
        f"{times(told)}，{place(told)}。"
    )


def times(told: Figures) -> str:
    """One decimal; two where one would say nothing; none beside a median of nothing."""
    if told.ratio is None:
        return "，不算倍数"
    return f"的{told.ratio.quantize(TENTH if told.ratio >= TENTH else TENTH / 10, ROUND_HALF_UP):,}倍"


def place(told: Figures) -> str:
    if told.below == told.n:
        return "高于其中全部"
    if told.below == 0:
        return "其中没有更低的"
    return f"高于其中{told.percent_below}%"


def basis(judgement: Judgement) -> str:
    """What the three years hold, said of every price; an unknown rate is said, not guessed."""
    if judgement.plan.model in prices.YEARLY:
        return f"按{YEARS[prices.YEARS]}年年费计。"
    if judgement.is_complete:
        return f"按买价加第{prices.YEARS - prices.MAINTAINED_YEARS + 1}年起的年维保费计。"
    return "未填年维保费率：双方都只比买价，不含维保。"


def contracts(judgement: Judgement, told: DealFigures) -> str:
    """Contract prices apart from list prices, with their number; few would point to somebody."""
    if not told.contracts:
        return "同类还没有登记的成交价。"
    count = f"同类成交价：{told.contracts}份合同，涉及{told.products}个产品"
    if told.median is None:
        return f"{count}，不足{POLICY['few_contracts']}个产品，不列中位价。"
    apart = "" if judgement.plan.model in prices.YEARLY else "（不含维保）"
    return f"{count}，{measure(judgement.plan.model)}{apart}中位{money(told.median)}。"


def own_contracts(judgement: Judgement, told: OwnFigures) -> str:
    """What the listing itself was sold for; nothing where no contract of it is recorded."""
    if not told.contracts:
        return ""
    what = f"本产品成交价（{wording.PRICE_MODELS[judgement.plan.model]}）"
    if told.median is None:
        return f"{what}登记了{told.contracts}份，不足{POLICY['few_contracts']}份，不列中位数。"
    if told.percent is None:
        return f"{what}中位数{money(told.median)}，{told.contracts}份；标价有几档，不算比例。"
    return f"{what}中位数{money(told.median)}，为标价的{told.percent}%，{told.contracts}份。"
