"""The Chinese sentences about bundles."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Final

from matching import standard
from matching.bundles.eligibility import Barrier
from matching.bundles.requirements import LINE_PREFIX, Essential, Terms
from matching.documents import Demand, Solution

_WAN: Final = 10_000
_WAN_STEP: Final = 100  # what two decimals of 万元 can show


def money(yuan: int) -> str:
    """An amount in 万元 where two decimals say it exactly, else in 元."""
    return f"{yuan:,} 元" if yuan % _WAN_STEP else f"{Decimal(yuan) / _WAN:,.2f} 万元"


def scene(name: str) -> str:
    """A scene as it is quoted."""
    return f"「{standard.SCENES[name].name}」"


def level(value: int) -> str:
    """The name of a level."""
    return standard.LEVEL_NAMES[value]


def number(value: Decimal) -> str:
    """A number without needless zeros."""
    return f"{value.normalize():f}"


def _ways(terms: Terms) -> str:
    return "、".join(standard.DEPLOYMENTS[way] for way in terms.deployment or ())


def essential_open(essential: Essential, reached: int) -> str:
    """An essential line that stays below its target."""
    return f"必选的{scene(essential.scene)}要到{level(essential.level)}，现在只到{level(reached)}"


def barrier(found: Barrier, solution: Solution, terms: Terms) -> str:
    """Why a solution may not stand in the bundle."""
    name = f"「{solution.name}」"
    return {
        Barrier.BARRED: f"{name}的服务商已暂停或移出，不能选",
        Barrier.PRICE_UNKNOWN: f"{name}没有报价，费用算不出来",
        Barrier.DAYS_UNKNOWN: f"{name}没有写明部署天数，不知道 {terms.deadline_days} 天内能否上线",
        Barrier.TOO_SLOW: f"{name}部署要 {solution.days_to_deploy} 天，超过期限 {terms.deadline_days} 天",
        Barrier.DEPLOYMENT_UNKNOWN: f"{name}没有写明部署方式，要求的是{_ways(terms)}",
        Barrier.OTHER_DEPLOYMENT: f"{name}不支持要求的部署方式（{_ways(terms)}）",
    }[found]


def missing_points(terms: Terms) -> str:
    """A score that is too low for the target."""
    score, points, missing = terms.score or Decimal(0), terms.points or Decimal(0), terms.missing_points
    target = level(terms.target_level)
    return f"评测得分 {number(score)} 分，{target}要 {number(points)} 分，还差 {number(missing)} 分"


def missing_scenes(terms: Terms, scenes: int) -> str:
    """Too few scenes at the target."""
    name = level(terms.target_level)
    return f"达到{name}的场景有 {scenes} 个，要 {terms.scenes} 个，还差 {terms.scenes - scenes} 个"


def missing_mandatory(terms: Terms, mandatory: int) -> str:
    """Too few mandatory scenes at the target."""
    name, wanted = level(terms.target_level), terms.mandatory_scenes
    return f"达到{name}的约束性场景有 {mandatory} 个，要 {wanted} 个，还差 {wanted - mandatory} 个"


def need_open(solution: Solution, other: str) -> str:
    """A solution without one that it needs."""
    return f"「{solution.name}」要配合产品 {other} 使用，清单里没有"


def clash(name: str, other: str) -> str:
    """Two solutions that do not go together."""
    return f"「{name}」和「{other}」不能一起用"


def too_many_providers(found: int, most: int) -> str:
    """More providers than allowed."""
    return f"涉及 {found} 家服务商，超过上限 {most} 家"


def over_budget(own_cost: int, budget: int) -> str:
    """An own cost above the budget."""
    return f"企业自付 {money(own_cost)}，超出预算 {money(own_cost - budget)}"


def condition(terms: Terms, name: str) -> str:
    """A condition that is asked, as a short phrase."""
    target = level(terms.target_level)
    if name.startswith(LINE_PREFIX):
        one = next(one for one in terms.essentials if LINE_PREFIX + one.line == name)
        return f"必选的{scene(one.scene)}到{level(one.level)}"
    return {
        "points": f"评测得分不低于 {number(terms.points or Decimal(0))} 分",
        "scenes": f"{terms.scenes} 个场景到{target}",
        "mandatory": f"{terms.mandatory_scenes} 个约束性场景到{target}",
        "deadline": f"{terms.deadline_days} 天内上线",
        "deployment": f"部署方式为{_ways(terms)}",
        "providers": f"服务商不超过 {terms.max_providers} 家",
        "budget": f"企业自付不超过 {money(terms.budget or 0)}",
        "needs": "产品之间的配套关系",
        "conflicts": "产品之间的互斥关系",
    }[name]


def together(phrases: Sequence[str]) -> str:
    """Conditions that exclude one another."""
    return f"做不到：{phrases[0]}" if len(phrases) == 1 else "下列条件不能同时满足：" + "；".join(phrases)


def lines(demand: Demand, ids: Sequence[str]) -> str:
    """Lines of a demand by their scenes."""
    scenes = {line.id: line.scene for line in demand.lines}
    return "、".join(dict.fromkeys(scene(scenes[one]) for one in ids))


def change(terms: Terms, name: str, amount: Decimal) -> str:
    """One change of the terms."""
    if name.startswith(LINE_PREFIX):
        one = next(one for one in terms.essentials if LINE_PREFIX + one.line == name)
        return f"{scene(one.scene)}不再列为必选"
    return {
        "budget": f"预算增加 {money(int(amount))}",
        "deadline": f"期限放宽 {amount} 天（{amount + (terms.deadline_days or 0)} 天内上线）",
        "providers": f"服务商上限增加 {amount} 家",
        "deployment": "不限部署方式",
        "points": f"评测得分再提高 {number(amount)} 分",
    }[name]


def remedy(changes: Sequence[str]) -> str:
    """Changes that together make a bundle possible."""
    return "，同时".join(changes) + "，就能配成"


def nobody_covers(essential: Essential) -> str:
    """An essential line that no usable solution brings to its target."""
    return f"必选的{scene(essential.scene)}没有符合条件的产品能做到{level(essential.level)}"


def too_few_scenes(terms: Terms, scenes: int) -> str:
    """Too few scenes even with all usable solutions."""
    target = level(terms.target_level)
    return f"用上全部符合条件的产品，也只有 {scenes} 个场景到{target}，要 {terms.scenes} 个"


def too_few_mandatory(terms: Terms, mandatory: int) -> str:
    """Too few mandatory scenes even with all usable solutions."""
    target = level(terms.target_level)
    return f"用上全部符合条件的产品，也只有 {mandatory} 个约束性场景到{target}，要 {terms.mandatory_scenes} 个"


NO_SCORE: Final = "没有评测得分，能否达级只按场景部分判断"
UNIT_PRICES: Final = "按台、按用户计价的产品只按一台、一个用户计入，实际费用按数量另算"
NOT_CLEARED_UP: Final = "已证明配不成，但在限定时间内没有查清是哪些条件冲突"
NOT_FOUND: Final = "在限定时间内没有找到可行的组合，也没有证明不存在"


def out_of_time(gap: Decimal) -> str:
    """A bundle that was not proven the best before the time was over."""
    if not gap:
        return "自付费用已证明最低；服务商家数和评分在限定时间内没有比完"
    return f"在限定时间内没有证明这是最省的，最多还能省 {gap:.1%}"


def left_out(found: Barrier, count: int) -> str:
    """Solutions that were not considered for want of a fact."""
    what = {
        Barrier.PRICE_UNKNOWN: "没有报价",
        Barrier.DAYS_UNKNOWN: "没有写明部署天数",
        Barrier.DEPLOYMENT_UNKNOWN: "没有写明部署方式",
    }[found]
    return f"有 {count} 个产品{what}，没有列入"
