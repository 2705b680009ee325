"""The page of one listing, ready to show: matrix, prices with estimates, cases, reviews, history."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload, selectinload

from marketplace.domain import permissions, shelf, subsidies, taxonomy, wording
from marketplace.domain.errors import NotFound
from marketplace.domain.permissions import Actor, Permission
from marketplace.domain.subsidies import Estimate
from marketplace.extensions import db
from marketplace.models.providers import Provider
from marketplace.models.solutions import PricePlan, Solution, SolutionCase, SolutionFacet, SolutionStatus
from marketplace.services import reviews, search_fallback, solution_cards, status_history
from marketplace.services.reviews import Reviews
from marketplace.services.solution_cards import Card, Price
from marketplace.services.status_history import Entry
from matching import standard

SIMILAR: int = shelf.SHELF["similar_rows"]


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


@dataclass(frozen=True, slots=True)
class Detail:
    solution: Solution
    provider: Provider
    provider_full_name: str
    banner: str
    is_on_shelf: bool
    facts: tuple[tuple[str, str], ...]
    matrix: tuple[MatrixRow, ...]
    plans: tuple[Plan, ...]
    entry: Plan | None
    cases: tuple[Case, ...]
    certificates: tuple[tuple[str, str], ...]
    rating: float | None
    reviews: Reviews
    similar: tuple[Card, ...]
    history: tuple[Entry, ...]


LOADING = (
    joinedload(Solution.provider).joinedload(Provider.organisation),
    selectinload(Solution.coverage),
    selectinload(Solution.price_plans),
    selectinload(Solution.cases),
    selectinload(Solution.certificates),
)


def get(actor: Actor | None, *, solution_id: int) -> Detail:
    """NotFound for a draft to everybody but its provider; what was once listed keeps its page."""
    query = select(Solution).where(Solution.id == solution_id).options(*LOADING)
    solution = db.session.scalars(query).one_or_none()
    if solution is None or not may_see(actor, solution):
        raise NotFound("solution", solution_id)
    listed = [plan_view(plan) for plan in solution.price_plans]
    cheapest = shelf.entry_plan(solution.price_plans)
    return Detail(
        solution=solution,
        provider=solution.provider,
        provider_full_name=solution.provider.organisation.name,
        banner=banner(solution),
        is_on_shelf=shelf.is_on_shelf(solution),
        facts=facts(solution),
        matrix=matrix(solution),
        plans=tuple(listed),
        entry=listed[solution.price_plans.index(cheapest)] if cheapest else None,
        cases=tuple(case_view(case) for case in solution.cases),
        certificates=tuple((wording.CERTIFICATES.get(row.kind, row.kind), row.name) for row in solution.certificates),
        rating=shelf.rating(solution.rating_sum, solution.rating_count),
        reviews=reviews.of_solution(solution_id),
        similar=similar(solution),
        history=status_history.of(kind="solution", key=solution_id),
    )


def may_see(actor: Actor | None, solution: Solution) -> bool:
    if solution.status != SolutionStatus.DRAFT:
        return True
    return actor is not None and permissions.permits(actor, Permission.READ_OWN_LISTINGS, solution)


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


def similar(solution: Solution) -> tuple[Card, ...]:
    """Of the same family first, then those that share most scenes."""
    scenes = [row.scene for row in solution.coverage]
    shared = func.count(SolutionFacet.value)
    query = (
        select(Solution.id)
        .join(Provider, Provider.id == Solution.provider_id)
        .join(SolutionFacet, SolutionFacet.solution_id == Solution.id)
        .where(search_fallback.ON_SHELF, Solution.id != solution.id)
        .where(SolutionFacet.facet == "scene", SolutionFacet.value.in_(scenes))
        .group_by(Solution.id)
        .order_by((Solution.family == solution.family).desc(), shared.desc(), Solution.contracts.desc(), Solution.id)
        .limit(SIMILAR)
    )
    return solution_cards.load(list(db.session.scalars(query)))


def cases_of_provider(provider_id: int, *, limit: int) -> tuple[tuple[str, int, Case], ...]:
    """The provider's newest accepted cases, each with the name and id of its listing on the shelf."""
    query = (
        select(Solution.name, Solution.id, SolutionCase)
        .join(Solution, Solution.id == SolutionCase.solution_id)
        .where(Solution.provider_id == provider_id, Solution.status == SolutionStatus.LISTED)
        .order_by(SolutionCase.accepted_on.desc(), SolutionCase.id)
        .limit(limit)
    )
    return tuple((name, key, case_view(case)) for name, key, case in db.session.execute(query))
