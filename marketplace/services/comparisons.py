"""Up to four listings side by side: the same rows for all, what differs marked, what is missing said."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import select

from marketplace.domain import shelf, wording
from marketplace.extensions import db
from marketplace.models.solutions import Solution, SolutionStatus
from marketplace.services import solution_cards, solution_details, solution_facts, solution_filters
from matching import standard

LIMIT: int = shelf.SHELF["compare_limit"]
MISSING = "未提供"


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
    query = select(Solution).where(Solution.id.in_(ids), Solution.status != SolutionStatus.DRAFT)
    return {one.id: one for one in db.session.scalars(query.options(*solution_details.LOADING))} if ids else {}


def _groups(solutions: Sequence[Solution]) -> list[Group]:
    if not solutions:
        return []
    return [
        Group("基本情况", _lines(_basics(one) for one in solutions)),
        Group("场景和可达等级", _scenes(solutions)),
        Group("价格", _lines(_prices(one) for one in solutions)),
        Group("实施和服务", _lines(_delivery(one) for one in solutions)),
        Group("口碑和资质", _lines(_standing(one) for one in solutions)),
    ]


def _lines(columns: Iterable[list[tuple[str, str]]]) -> tuple[Line, ...]:
    """One column of (label, text) a listing, all with the same labels."""
    known = list(columns)
    return tuple(
        Line(label, tuple(column[place][1] or MISSING for column in known)) for place, (label, _) in enumerate(known[0])
    )


def _basics(one: Solution) -> list[tuple[str, str]]:
    standing = wording.STANDINGS[one.provider.standing]
    return [
        ("服务商", one.provider.short_name),
        ("服务商类别", wording.PROVIDER_KINDS[one.provider.kind]),
        ("服务商状态", f"{standing}，{wording.day(one.provider.standing_since)}起"),
        ("产品类别", one.family),
        ("产品类型", wording.PRODUCT_TYPES.get(one.product_type, one.product_type)),
        ("一句话介绍", one.summary),
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
    cheapest = shelf.entry_plan(one.price_plans)
    if cheapest is None:
        return [(label, "") for label in ("最低报价", "预计奖补（仅供估算）", "价目", "年维保费")]
    view = solution_facts.plan_view(cheapest)
    plans = [(plan.name, solution_facts.plan_view(plan)) for plan in one.price_plans]
    subsidy = wording.yuan(view.estimate.subsidy) if view.is_eligible else "不在奖补范围"
    return [
        ("最低报价", f"{view.price.figure}{view.price.unit}（{view.name}）"),
        ("预计奖补（仅供估算）", subsidy),
        ("价目", "；".join(f"{name} {plan.price.figure}{plan.price.unit}" for name, plan in plans)),
        ("年维保费", "；".join(f"{name} {plan.maintenance}" for name, plan in plans if plan.maintenance)),
    ]


def _delivery(one: Solution) -> list[tuple[str, str]]:
    return [
        ("上线时间", "" if one.days_to_deploy is None else f"{one.days_to_deploy}天"),
        ("部署方式", solution_cards.labels(one.deployments, wording.DEPLOYMENTS)),
        ("适用行业", solution_cards.labels(one.industries, wording.INDUSTRIES, empty="不限行业")),
        ("适用规模", solution_cards.labels(one.sizes, wording.SIZES)),
        ("接口", one.interfaces or ""),
        ("售后服务", one.service or ""),
    ]


def _standing(one: Solution) -> list[tuple[str, str]]:
    rating = shelf.rating(one.rating_sum, one.rating_count)
    scored = f"{rating:.1f}分，{one.rating_count}条评价" if rating else f"样本不足（{one.rating_count}条评价）"
    certificates = [f"{wording.CERTIFICATES.get(row.kind, row.kind)}：{row.name}" for row in one.certificates]
    return [
        ("评分", scored if one.rating_count else "暂无评价"),
        ("已签合同", f"{one.contracts}份"),
        ("本地案例", f"{len(one.cases)}个"),
        ("资质", "；".join(certificates)),
    ]
