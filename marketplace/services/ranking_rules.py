"""The public rules of the ranking, worded from the very weights and policy that rank."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from marketplace.domain import subsidies, wording
from marketplace.extensions import db
from marketplace.models.matches import WeightSet, WeightSetStatus
from marketplace.services import criteria, rankers, ranking_weights
from marketplace.services.ranking_weights import POLICY, InForce
from matching.results import SOURCES
from matching.weights import Weights


@dataclass(frozen=True, slots=True)
class Rule:
    label: str
    points: float
    how: str
    source: str


@dataclass(frozen=True, slots=True)
class Decision:
    name: str
    status: str
    at: datetime


@dataclass(frozen=True, slots=True)
class RulesPage:
    in_force: InForce
    rules: tuple[Rule, ...]
    states: tuple[tuple[str, str], ...]
    ties: str
    seed: str
    never: tuple[str, ...]
    basis: str
    subsidy: str
    decisions: tuple[Decision, ...]


STATES = {
    "met": "资料写明而且符合，拿到这项的全部或大部分分数。",
    "partly": "部分符合，按符合的程度计分。",
    "unmet": "资料写明但不符合，不得分或得分很少。",
    "unknown": "企业没有提，或产品资料没有写。记0分，不按平均估。",
}
TIES = (
    "得分完全相同的产品，按“当天日期、清单编号、产品编号”算出的散列值排先后。"
    "日期每天换，同分产品轮流靠前，谁都能照着复核。"
)


def page() -> RulesPage:
    in_force = ranking_weights.in_force()
    how = _how(in_force.weights)
    rules = tuple(
        Rule(criteria.PARTS[name], points, how[name], SOURCES[name]) for name, points in in_force.points.items()
    )
    return RulesPage(
        in_force=in_force,
        rules=rules,
        states=tuple((state, STATES[state]) for state in wording.CRITERION_STATES),
        ties=TIES,
        seed=rankers.seed(),
        never=tuple(POLICY["never"]["items"]),
        basis=POLICY["clause"],
        subsidy=subsidies.NOTE,
        decisions=_decisions(),
    )


def _how(used: Weights) -> dict[str, str]:
    """A sentence a criterion, with the numbers in force."""
    lines, text, part, provider = used.lines, used.text, used.conditions, used.provider
    stages = "、".join(f"{wording.STANDINGS[key]}{_share(value)}" for key, value in provider.standing.items())
    return {
        "scene": f"按各项需求的权重分摊，必须满足的按{lines.essential_factor:g}倍计。"
        "产品能把该场景提升到目标等级的计满；"
        f"比现在高但不到目标的，最多计{_share(lines.partly)}；不覆盖的不计。",
        "text": "同样按权重分摊。把每项需求写的情况和产品的全部介绍作比较："
        "词语、字串、行业近义词和语义四种证据合在一起，"
        f"与目录里最贴合的产品相比；达到它的{_share(text.met)}算满足，{_share(text.partly)}以上算部分。堆砌词语不加分。",
        "industry": f"产品写明适用企业所属国标小类的计满，同一试点行业计{_share(part.same_industry)}，"
        f"不限行业的通用产品计{_share(part.general_purpose)}，其他行业不计。",
        "size": "产品写明的适用规模含本企业的计满，不含的不计。",
        "deployment": "产品的部署方式里有一种是企业接受的计满，没有的不计。",
        "deadline": f"上线天数在企业要求以内的计满；超过的逐步减，到要求的{part.deadline_limit:g}倍为零。",
        "budget": "按首年费用扣除预计奖补后的自付额与企业预算比较：预算以内计满；超过的逐步减，"
        f"到预算的{part.budget_limit:g}倍为零。按人数、台数计价而数量不明的，记未知。",
        "cases": f"有同行业、同场景的本市已验收案例计满；只合一样的计{_share(part.half_case)}；"
        "没有案例的不计，也不倒扣。",
        "provider": f"一半看在库状态（{stages}），一半看评价：均分高于{provider.worst_rating:g}分的部分，"
        f"按“条数÷（条数＋{provider.prior_count:g}）”打折，评价少不倒扣。"
        if provider.standing_share == 0.5
        else f"在库状态占{_share(provider.standing_share)}（{stages}），其余看评价，按条数打折。",
    }


def _share(value: float) -> str:
    return f"{value * 100:g}%"


def _decisions() -> tuple[Decision, ...]:
    """Every set that was ever put in force, the newest first."""
    query = select(WeightSet.name, WeightSet.status, WeightSet.decided_at)
    rows = db.session.execute(query.where(WeightSet.status != WeightSetStatus.PROPOSED).order_by(WeightSet.id.desc()))
    return tuple(Decision(row.name, wording.WEIGHT_SET_STATUSES[row.status], row.decided_at) for row in rows)
