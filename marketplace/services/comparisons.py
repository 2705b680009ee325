"""Up to four listings side by side: the same rows for all, what differs marked, what is missing said."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from marketplace.domain import questions, shelf, wording
from marketplace.domain.question_types import Question
from marketplace.extensions import db
from marketplace.models.solutions import Solution
from marketplace.services import listing_projection, solution_facts, solution_filters
from marketplace.services.solution_facts import Plan
from matching import standard

LIMIT: int = shelf.SHELF["compare_limit"]
MISSING = "未提供"
CASES = "cases"  # told as a number, among what the platform knows


@dataclass(frozen=True, slots=True)
class Compared:
    id: int
    name: str
    note: str


@dataclass(frozen=True, slots=True)
class Line:
    label: str
    cells: tuple[str, ...]

    @property
    def is_different(self) -> bool:
        return len(set(self.cells)) > 1


@dataclass(frozen=True, slots=True)
class Group:
    label: str
    rows: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    names: tuple[Compared, ...]
    groups: tuple[Group, ...]
    notices: tuple[str, ...]
    differences: int

    @property
    def ids(self) -> tuple[int, ...]:
        return tuple(one.id for one in self.names)

    def without(self, key: int) -> tuple[int, ...]:
        return tuple(one for one in self.ids if one != key)


def show(given: Sequence[str], *, only_differences: bool) -> Comparison:
    """In the order of the address; what is unknown, repeated or too many is left out with a notice."""
    wanted = list(dict.fromkeys(solution_filters.row_ids(given)))
    found = _load(wanted)
    solutions = [found[key] for key in wanted if key in found]
    notices = []
    strange = len(set(given)) - len(solutions)
    if strange:
        notices.append(f"有{strange}个编号没有对应的产品，已忽略。")
    if len(solutions) > LIMIT:
        notices.append(f"一次最多对比{LIMIT}个产品，已取前{LIMIT}个。")
    solutions = solutions[:LIMIT]
    groups = _groups(solutions)
    differences = sum(row.is_different for group in groups for row in group.rows)
    if only_differences:
        groups = [Group(one.label, tuple(row for row in one.rows if row.is_different)) for one in groups]
    names = tuple(Compared(one.id, one.name, solution_facts.banner(one) and "已不在架") for one in solutions)
    return Comparison(names, tuple(group for group in groups if group.rows), tuple(notices), differences)


def _load(ids: Sequence[int]) -> dict[int, Solution]:
    query = select(Solution).where(Solution.id.in_(ids), Solution.listed_at.is_not(None))
    return {one.id: one for one in db.session.scalars(query.options(*listing_projection.LOADING))} if ids else {}


def _groups(solutions: Sequence[Solution]) -> list[Group]:
    """Which answers stand in which group, and in which order, the questions say; the platform adds what it knows."""
    if not solutions:
        return []
    return [
        Group("基本情况", _lines([*_provider(one), *_answers(one, "basics")] for one in solutions)),
        Group("场景和可达等级", _scenes(solutions)),
        Group("价格", _lines(_prices(one) for one in solutions)),
        Group("实施和服务", _lines(_answers(one, "delivery") for one in solutions)),
        Group("口碑和资质", _lines([*_standing(one), *_answers(one, "standing")] for one in solutions)),
    ]


def _lines(columns: Iterable[list[tuple[str, str]]]) -> tuple[Line, ...]:
    """One column of (label, text) a listing, all with the same labels."""
    known = list(columns)
    return tuple(
        Line(label, tuple(column[place][1] or MISSING for column in known)) for place, (label, _) in enumerate(known[0])
    )


def _answers(one: Solution, group: str) -> list[tuple[str, str]]:
    content = listing_projection.content_of(one)
    return [
        (question.label, _words(question, content.get(question.id)))
        for question in questions.QUESTIONS
        if question.feeds.compare == group and question.id != CASES
    ]


def _words(question: Question, value: Any) -> str:
    """Of rows what is public, one after the other in one line."""
    if question.type != "rows":
        return questions.answer_text(question, value)
    shown = [column for column in question.columns if column.is_public]
    rows = (
        " ".join(filter(None, (questions.answer_text(one, row.get(one.id)) for one in shown))) for row in value or ()
    )
    return "；".join(rows)


def _provider(one: Solution) -> list[tuple[str, str]]:
    standing = wording.STANDINGS[one.provider.standing]
    return [
        ("服务商", one.provider.short_name),
        ("服务商类别", wording.PROVIDER_KINDS[one.provider.kind]),
        ("服务商状态", f"{standing}，{wording.day(one.provider.standing_since)}起"),
    ]


def _scenes(solutions: Sequence[Solution]) -> tuple[Line, ...]:
    covered = [{row.scene: row for row in one.coverage} for one in solutions]
    return tuple(
        Line(
            f"{scene.name}{'（约束性）' if scene.is_mandatory else ''}",
            tuple(
                f"{wording.LEVELS[str(rows[key].level)]}：{rows[key].function}" if key in rows else "不覆盖"
                for rows in covered
            ),
        )
        for key, scene in standard.SCENES.items()
        if any(key in rows for rows in covered)
    )


def _prices(one: Solution) -> list[tuple[str, str]]:
    """The prices as an enterprise reckons with them: the entry, what the fund might bear, then all lines."""
    plans = [solution_facts.plan_view(plan) for plan in one.price_plans]
    cheapest = shelf.entry_plan(one.price_plans)
    entry = plans[one.price_plans.index(cheapest)] if cheapest else None
    asked = questions.BY_ID["price_plans"].column
    return [
        ("最低报价", f"{entry.price.figure}{entry.price.unit}（{entry.name}）" if entry else ""),
        ("预计奖补（仅供估算）", _subsidy(entry) if entry else ""),
        (questions.BY_ID["price_plans"].label, _each(plans, lambda plan: f"{plan.price.figure}{plan.price.unit}")),
        (asked["maintenance_rate"].label, _each(plans, lambda plan: plan.maintenance)),
        (asked["pilot_discount"].label, _each(plans, lambda plan: plan.discount)),
    ]


def _each(plans: Sequence[Plan], words: Callable[[Plan], str]) -> str:
    return "；".join(f"{plan.name} {words(plan)}" for plan in plans if words(plan))


def _subsidy(plan: Plan) -> str:
    return wording.yuan(plan.estimate.subsidy) if plan.is_eligible else "不在奖补范围"


def _standing(one: Solution) -> list[tuple[str, str]]:
    rating = shelf.rating(one.rating_sum, one.rating_count)
    scored = f"{rating:.1f}分，{one.rating_count}条评价" if rating else f"样本不足（{one.rating_count}条评价）"
    local = sum(case.enterprise_id is not None for case in one.cases)
    return [
        ("评分", scored if one.rating_count else "暂无评价"),
        ("已签合同", f"{one.contracts}份"),
        ("本地样板", f"{local}个" if local else "暂无本地样板"),
    ]
