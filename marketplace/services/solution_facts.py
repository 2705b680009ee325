"""What is said of a listing, in words: why it is off the shelf, its facts, matrix, plans and cases."""

from dataclasses import dataclass
from typing import Any

from marketplace.domain import questions, shelf, subsidies, wording
from marketplace.domain.subsidies import Estimate
from marketplace.models.solutions import PricePlan, Solution, SolutionStatus
from marketplace.services import listing_projection, solution_cards
from marketplace.services.solution_cards import Price
from matching import standard

KEPT = "页面保留备查，不再出现在列表和推荐中。"
FACTS, FACTS_IF_ANY = "facts", "facts_if_any"  # feeds.detail: the second is left out where nothing is stated


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
    discount: str
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
    is_local: bool


def banner(solution: Solution) -> str:
    """Why the listing is not on the shelf, since when; empty for one that is."""
    provider = solution.provider
    since = wording.day(solution.decided_at)
    note = f"理由：{solution.status_note}。" if solution.status_note else ""
    match solution.status:
        case SolutionStatus.DRAFT:
            return "这是草稿，只有本单位能看到。"
        case SolutionStatus.SUSPENDED:
            until = f"，到{wording.day(solution.suspended_until)}为止" if solution.suspended_until else ""
            return f"本产品自{since}起暂停展示{until}。{note}{KEPT}"
        case SolutionStatus.WITHDRAWN:
            return f"本产品已于{since}由服务商下架。{note}{KEPT}"
        case SolutionStatus.EXPIRED:
            return f"本产品的审核有效期已过，自{since}起不再展示。{KEPT}"
    if provider.standing in shelf.HIDDEN_STANDINGS:
        state, day = wording.STANDINGS[provider.standing], wording.day(provider.standing_since)
        return f"服务商自{day}起{state}，名下产品不再出现在列表和推荐中。页面保留备查。"
    return ""


def facts(solution: Solution) -> tuple[tuple[str, str], ...]:
    """The answers that feed this part of the page, in the order of the questions; then what the platform knows."""
    answers = listing_projection.plain(solution)
    rows = [
        (question.label, questions.answer_text(question, answers.get(question.id)), question.feeds.detail)
        for question in questions.QUESTIONS
        if question.feeds.detail in {FACTS, FACTS_IF_ANY}
    ]
    stated = [(label, text) for label, text, feed in rows if text or feed == FACTS]
    return (
        *stated,
        ("已签合同", f"{solution.contracts}份"),
        ("上架日期", wording.day(solution.listed_at)),
        ("审核有效期至", wording.day(solution.expires_on) if solution.expires_on else ""),
    )


def integrations(solution: Solution) -> tuple[tuple[str, str], ...]:
    """System by system: what is read from it, what is written to it, and how."""
    asked = questions.BY_ID["integrations"]
    name = asked.rule.unique[0]
    others = [column for column in asked.columns if column.id != name]
    return tuple(
        (row[name], "；".join(f"{one.label}：{row[one.id]}" for one in others if row.get(one.id)))
        for row in solution.integrations or ()
    )


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
        discount="" if plan.pilot_discount is None else f"优惠{(plan.pilot_discount * 100).normalize():f}%",
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
        is_local=case.enterprise_id is not None,
    )
