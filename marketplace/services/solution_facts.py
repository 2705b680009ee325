"""What is said of a listing, in words: why it is off the shelf, its facts, matrix, plans and cases."""

from dataclasses import dataclass
from typing import Any

from marketplace.domain import shelf, subsidies, taxonomy, wording
from marketplace.domain.subsidies import Estimate
from marketplace.models.solutions import PricePlan, Solution, SolutionStatus
from marketplace.services import solution_cards
from marketplace.services.solution_cards import Price
from matching import standard


@dataclass(frozen=True, slots=True)
class MatrixRow:
    """A scene, the level that the listing brings it to, and what the standard says of that level."""

    scene: str
    name: str
    level: int
    is_mandatory: bool
    statement: str
    function: str
    evidence: str


@dataclass(frozen=True, slots=True)
class Plan:
    name: str
    price: Price
    model: str
    includes: str
    maintenance: str
    category: str
    estimate: Estimate
    is_eligible: bool


@dataclass(frozen=True, slots=True)
class Case:
    industry: str
    scene: str
    before: int
    after: int
    employees: int | None
    accepted_on: str
    story: str


def banner(solution: Solution) -> str:
    """Why the listing is not on the shelf, since when; empty for one that is."""
    provider = solution.provider
    since = wording.day(solution.decided_at)
    if solution.status == SolutionStatus.DRAFT:
        return "这是草稿，只有本单位能看到。"
    if solution.status == SolutionStatus.SUSPENDED:
        reason = f"理由：{solution.status_note}。" if solution.status_note else ""
        return f"本产品自{since}起暂停展示。{reason}页面保留备查，不再出现在列表和推荐中。"
    if solution.status == SolutionStatus.WITHDRAWN:
        return f"本产品已于{since}下架。页面保留备查，不再出现在列表和推荐中。"
    if provider.standing in shelf.HIDDEN_STANDINGS:
        state, day = wording.STANDINGS[provider.standing], wording.day(provider.standing_since)
        return f"服务商自{day}起{state}，名下产品不再出现在列表和推荐中。页面保留备查。"
    return ""


def facts(solution: Solution) -> tuple[tuple[str, str], ...]:
    days = solution.days_to_deploy
    classes = solution_cards.labels(solution.gbt4754, taxonomy.LABELS)
    rows = (
        ("产品类型", wording.PRODUCT_TYPES.get(solution.product_type, solution.product_type)),
        ("产品类别", solution.family),
        ("适用行业", solution_cards.labels(solution.industries, wording.INDUSTRIES, empty="不限行业")),
        ("国民经济行业中类", classes),
        ("适用规模", solution_cards.labels(solution.sizes, wording.SIZES)),
        ("部署方式", solution_cards.labels(solution.deployments, wording.DEPLOYMENTS)),
        ("上线时间", "" if days is None else f"{days}天"),
        ("接口", solution.interfaces or ""),
        ("售后服务", solution.service or ""),
        ("已签合同", f"{solution.contracts}份"),
        ("上架日期", wording.day(solution.listed_at)),
        ("审核有效期至", wording.day(solution.expires_on) if solution.expires_on else ""),
    )
    return tuple(row for row in rows if row[1] or row[0] != "国民经济行业中类")


def matrix(solution: Solution) -> tuple[MatrixRow, ...]:
    order = list(standard.SCENES)
    return tuple(
        MatrixRow(
            scene=row.scene,
            name=wording.SCENES[row.scene],
            level=row.level,
            is_mandatory=standard.SCENES[row.scene].is_mandatory,
            statement=standard.LEVEL_STATEMENTS[row.scene][row.level],
            function=row.function,
            evidence=row.evidence or "",
        )
        for row in sorted(solution.coverage, key=lambda row: order.index(row.scene))
    )


def plan_view(plan: PricePlan) -> Plan:
    rate = plan.maintenance_rate
    return Plan(
        name=plan.name,
        price=solution_cards.price_of(plan.amount, model=plan.model, plan=plan.name),
        model=wording.PRICE_MODELS[plan.model],
        includes=plan.includes,
        maintenance="" if rate is None else f"每年{rate * 100:.0f}%",
        category=wording.SUBSIDY_CATEGORIES[plan.subsidy_category],
        estimate=subsidies.of_plan(plan),
        is_eligible=plan.subsidy_category in subsidies.ELIGIBLE,
    )


def case_view(case: Any) -> Case:
    """From a case, or a row with the columns of one."""
    return Case(
        industry=wording.INDUSTRIES.get(case.industry, case.industry),
        scene=wording.SCENES[case.scene],
        before=case.level_before,
        after=case.level_after,
        employees=case.employees,
        accepted_on=wording.day(case.accepted_on),
        story=case.story,
    )
