"""The Chinese sentence beside each criterion: which stored fact made it met, partly met, unmet or unknown."""

import math
from collections.abc import Mapping, Sequence

from matching import quantities, standard
from matching.conditions import State
from matching.documents import Demand, DemandLine, PriceModel, Solution, Standing

_STANDINGS = {
    Standing.CANDIDATE: "候选服务商",
    Standing.LISTED: "在册服务商",
    Standing.RECOMMENDED: "推荐服务商",
    Standing.WATCH: "服务商在观察期",
}
_MOST_WORDS = 4


def all_of(
    demand: Demand,
    solution: Solution,
    *,
    states: Sequence[int],
    grounds: Sequence[Sequence[str]],
    cost: float,
    own: float,
    min_ratings: int,
) -> list[str]:
    """A sentence for every criterion, in the order of a sheet.

    `states` are those of the lines' texts, `grounds` the words each line shares with
    the solution, `cost` the first year's cost in yuan, infinite when unknown, `own` what is left of it after subsidy.
    """
    return [
        *(scene(line, solution) for line in demand.lines),
        *(
            text(line, solution, state=state, shared=shared)
            for line, state, shared in zip(demand.lines, states, grounds, strict=True)
        ),
        industry(demand, solution),
        size(demand, solution),
        deployment(demand, solution),
        deadline(demand, solution),
        budget(demand, solution, cost=cost, own=own),
        cases(demand, solution),
        provider(solution, min_ratings=min_ratings),
    ]


def scene(line: DemandLine, solution: Solution) -> str:
    """The level that the solution brings the line's scene to, beside the wanted one."""
    name = standard.SCENES[line.scene].name
    level = solution.coverage.get(line.scene, 0)
    reached, wanted = standard.LEVEL_NAMES[level], standard.LEVEL_NAMES[line.target_level]
    if not level:
        return f"不覆盖{name}"
    if level >= line.target_level:
        verb = "达到" if level == line.target_level else "高于"
        return f"{name}可达{reached}，{verb}你要的{wanted}"
    if level > line.current_level:
        return f"{name}可达{reached}，比现在高，未到你要的{wanted}"
    return f"{name}只到{reached}，不高于你现在的水平"


def text(line: DemandLine, solution: Solution, *, state: int, shared: Sequence[str]) -> str:
    """Words that the line and the solution share."""
    if not line.text.strip():
        return "这条需求没有文字说明，未知"
    if not (solution.summary + solution.description).strip():
        return "产品没有文字介绍，未知"
    words = "、".join(shared[:_MOST_WORDS])
    if state == State.UNMET:
        return "介绍里很少提到你说的情况"
    closeness = "与你说的情况相近" if state == State.MET else "与你说的情况部分相近"
    return f"介绍{closeness}，都提到{words}" if words else f"介绍{closeness}"


def industry(demand: Demand, solution: Solution) -> str:
    """Industries and classes that the solution is made for."""
    wanted = demand.enterprise.industry
    if solution.industries is None:
        return "未写明适用行业，未知"
    code = demand.enterprise.gbt4754
    is_class = bool(code and code in (solution.gbt4754 or ()))
    if not solution.industries:
        return f"通用产品，写明适用国标{code}类，是你的行业" if is_class else "通用产品，不限行业"
    if wanted not in solution.industries:
        return f"面向{_names(solution.industries, standard.INDUSTRIES)}，未含你的行业"
    if code and solution.gbt4754 and not is_class:
        return f"行业相同，但只写明适用国标{'、'.join(solution.gbt4754)}类，你是{code}类"
    return f"面向{standard.INDUSTRIES[wanted]}{f'，含国标{code}类' if is_class else ''}，是你的行业"


def size(demand: Demand, solution: Solution) -> str:
    """Sizes that the solution is made for."""
    wanted = demand.enterprise.size
    if wanted is None:
        return "需求未写企业规模，未知"
    if not solution.sizes:
        return "未写明规模，未知"
    sizes = _names(solution.sizes, standard.SIZES)
    if wanted in solution.sizes:
        return f"适用{sizes}企业，含你的规模"
    return f"适用{sizes}企业，你是{standard.SIZES[wanted]}企业"


def deployment(demand: Demand, solution: Solution) -> str:
    """Ways of deployment offered, beside those accepted."""
    if not demand.deployment:
        return "需求未写部署方式，未知"
    if not solution.deployment:
        return "未写明部署方式，未知"
    fitting = [way for way in solution.deployment if way in demand.deployment]
    if fitting:
        return f"可{_names(fitting, standard.DEPLOYMENTS)}，符合你的要求"
    offered, wanted = (_names(ways, standard.DEPLOYMENTS) for ways in (solution.deployment, demand.deployment))
    return f"只有{offered}，你要{wanted}"


def deadline(demand: Demand, solution: Solution) -> str:
    """Days to deploy, beside the deadline."""
    limit, days = demand.deadline_days, solution.days_to_deploy
    if limit is None:
        return "需求未写期限，未知"
    if days is None:
        return "未写明上线天数，未知"
    beside = f"在你要的{limit}天内" if days <= limit else f"超过你要的{limit}天"
    return f"{days}天上线，{beside}"


def budget(demand: Demand, solution: Solution, *, cost: float, own: float) -> str:
    """The first year's cost in 万元, how it was counted, what the subsidy leaves of it, and the budget."""
    if demand.budget is None:
        return "需求未写预算，未知"
    price = solution.price
    if price is None:
        return "未写明价格，未知"
    if math.isinf(cost):
        missing = "用户数计价，未写员工人数" if price.model == PriceModel.PER_USER else "设备台数计价，需求里说不准台数"
        return f"按{missing}，未知"
    basis = _basis(price.model, demand, solution)
    limit = _money(demand.budget)
    paid = f"，补贴约{_money(cost - own)}，自付约{_money(own)}" if own < cost else ""
    beside = f"在预算{limit}内" if own <= demand.budget else f"超过预算{limit}"
    return f"{basis}首年约{_money(cost)}{paid}，{beside}"


def _basis(model: PriceModel, demand: Demand, solution: Solution) -> str:
    if model == PriceModel.PER_USER:
        return f"按{demand.enterprise.employees}人计，"
    if model == PriceModel.PER_DEVICE:
        told = [quantities.machines(line.text) for line in demand.lines if line.scene in solution.coverage]
        return f"按需求里说的{min(count for count in told if count is not None)}台计，"
    return ""


def cases(demand: Demand, solution: Solution) -> str:
    """The closest accepted local case."""
    if solution.cases is None:
        return "未提供案例，未知"
    scenes = {line.scene for line in demand.lines}
    here = [case for case in solution.cases if case.industry == demand.enterprise.industry]
    both = [case for case in here if case.scene in scenes]
    if both:
        best = max(both, key=lambda case: case.level_after)
        before, after = standard.LEVEL_NAMES[best.level_before], standard.LEVEL_NAMES[best.level_after]
        return f"有同行业案例：{standard.SCENES[best.scene].name}由{before}到{after}"
    if here:
        return "有同行业案例，但场景不同"
    if any(case.scene in scenes for case in solution.cases):
        return "有同场景案例，但行业不同"
    return "案例的行业和场景都与你不同" if solution.cases else "还没有案例"


def provider(solution: Solution, *, min_ratings: int) -> str:
    """Standing of the provider and its ratings; a mean only of enough ratings to be one."""
    known = solution.provider
    if known is None:
        return "未写明服务商情况，未知"
    standing = _STANDINGS.get(known.standing, "")
    if not known.rating_count:
        return f"{standing}，还没有评价"
    if known.rating_count < min_ratings:
        return f"{standing}，评价不足{min_ratings}条"
    return f"{standing}，{known.rating_count}个评价平均{known.rating_sum / known.rating_count:.1f}分"


def _names(ids: Sequence[str], labels: Mapping[str, str]) -> str:
    return "、".join(labels[item] for item in ids)


def _money(amount: float) -> str:
    return f"{amount / 10_000:,.2f}万元"
