"""Reading demand checklists: one's own by status with the next step, the published ones for city staff."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import contains_eager, joinedload, selectinload

from marketplace.domain import demands, permissions, wording
from marketplace.domain.actors import Actor
from marketplace.domain.demands import Problem, Task, TaskState
from marketplace.domain.errors import Forbidden, NotFound
from marketplace.domain.permissions import Permission
from marketplace.extensions import db
from marketplace.models.accounts import Organisation, Role
from marketplace.models.demands import Demand, DemandLine, DemandStatus
from marketplace.models.enterprises import Enterprise
from marketplace.models.matches import Shortlist
from marketplace.services.pages import Page

LOADING = (selectinload(Demand.lines), joinedload(Demand.enterprise).joinedload(Enterprise.organisation))
PER_PAGE: int = demands.POLICY["per_page"]
TASK_NAMES = {Task.BASICS: "基本情况", Task.LINES: "需求明细", Task.CONDITIONS: "预算、工期和部署"}
OPEN_STATUSES = (DemandStatus.PUBLISHED, DemandStatus.WITHDRAWN)


@dataclass(frozen=True, slots=True)
class TaskView:
    task: str
    label: str
    state: TaskState
    hint: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """A checklist with what may be done to it."""

    demand: Demand
    tasks: tuple[TaskView, ...]
    problems: tuple[Problem, ...]
    total: int
    may_write: bool
    may_rank: bool
    shortlist_id: int | None

    @property
    def is_complete(self) -> bool:
        return not self.problems

    @property
    def suggestions(self) -> dict[str, str]:
        """What an assessment suggested, by scene; the owner's text stands in the line itself."""
        return {line.scene: line.suggestion for line in reversed(self.demand.lines) if line.suggestion}


@dataclass(frozen=True, slots=True)
class OwnRow:
    id: int
    title: str
    scenes: str
    changed_at: datetime
    next_step: str
    is_complete: bool


@dataclass(frozen=True, slots=True)
class OwnGroup:
    status: str
    label: str
    rows: tuple[OwnRow, ...]


@dataclass(frozen=True, slots=True)
class StaffFilter:
    """What city staff narrows the list by; anything unknown is dropped by `clean`."""

    text: str = ""
    industry: str = ""
    county: str = ""
    scene: str = ""
    status: str = DemandStatus.PUBLISHED

    @property
    def is_narrowed(self) -> bool:
        return any((self.text, self.industry, self.county, self.scene, self.status != DemandStatus.PUBLISHED))


def clean(given: Mapping[str, str]) -> StaffFilter:
    def known(name: str, values: Mapping[str, str]) -> str:
        value = given.get(name, "")
        return value if value in values else ""

    status = given.get("status", "")
    return StaffFilter(
        text=" ".join(given.get("q", "").split())[: demands.POLICY["title_max"]],
        industry=known("industry", wording.INDUSTRIES),
        county=known("county", wording.COUNTIES),
        scene=known("scene", wording.SCENES),
        status=status if status in OPEN_STATUSES else DemandStatus.PUBLISHED,
    )


def get(actor: Actor, demand_id: int, *, permission: Permission = Permission.READ_DEMAND) -> Sheet:
    demand = db.session.scalars(select(Demand).where(Demand.id == demand_id).options(*LOADING)).one_or_none()
    if demand is None:
        raise NotFound("demand", demand_id)
    if not permissions.permits(actor, permission, demand):
        raise Forbidden(permission)
    may_write = permissions.permits(actor, Permission.WRITE_DEMAND, demand)
    shortlist_id = db.session.scalar(select(Shortlist.id).where(Shortlist.demand_id == demand_id))
    return Sheet(
        demand=demand,
        tasks=_tasks(demand),
        problems=demands.problems(demand),
        total=demands.weights_total(demand.lines),
        may_write=may_write,
        may_rank=bool(demand.lines) and permissions.permits(actor, Permission.RANK_DEMAND, demand),
        shortlist_id=shortlist_id if may_write else None,
    )


def _tasks(demand: Demand) -> tuple[TaskView, ...]:
    states = demands.task_states(demand)
    return tuple(TaskView(task, TASK_NAMES[task], states[task], _hint(demand, task)) for task in Task)


def _hint(demand: Demand, task: Task) -> str:
    if task == Task.BASICS:
        return demand.title
    if task == Task.LINES:
        words = demands.remainder_words(demands.weights_total(demand.lines))
        return f"{len(demand.lines)}项，{words}" if demand.lines else "按应用场景逐项写，权重合计100"
    if not demand.is_conditions_done:
        return "可以先不定，但要说明是没定"
    return "，".join(text for _, text in condition_facts(demand))


def condition_facts(demand: Demand) -> tuple[tuple[str, str], ...]:
    """The conditions in words; before the owner has gone through them an empty one is unknown, after that open."""
    is_done = demand.is_conditions_done
    ways = "、".join(wording.DEPLOYMENTS.get(way, way) for way in demand.deployments or ())
    return (
        ("预算", wording.money(demand.budget) if demand.budget else _open("预算还没定", is_done)),
        ("工期", f"{demand.deadline_days}天内" if demand.deadline_days else _open("不限工期", is_done)),
        ("部署方式", ways or _open("部署方式还没想好", is_done)),
    )


def _open(words: str, is_done: bool) -> str:
    return words if is_done else wording.UNKNOWN


def own(actor: Actor) -> tuple[OwnGroup, ...]:
    """All checklists of the actor's enterprise, by status, the last changed first."""
    query = select(Demand).where(Demand.enterprise_id == actor.enterprise_id).options(selectinload(Demand.lines))
    rows = db.session.scalars(query.order_by(Demand.changed_at.desc(), Demand.id.desc())).all()
    groups = (
        OwnGroup(status, wording.DEMAND_STATUSES[status], tuple(_own(row) for row in rows if row.status == status))
        for status in DemandStatus
    )
    return tuple(group for group in groups if group.rows)


def _own(demand: Demand) -> OwnRow:
    missing = tuple(dict.fromkeys(TASK_NAMES[problem.task] for problem in demands.problems(demand)))
    steps = {
        DemandStatus.DRAFT: f"还差：{'、'.join(missing)}" if missing else "已填齐，可以核对后发布",
        DemandStatus.PUBLISHED: "看匹配到的产品和服务商",
        DemandStatus.WITHDRAWN: "如需重新提出，请复制一份",
    }
    return OwnRow(
        demand.id, demand.title, scene_names(demand.lines), demand.changed_at, steps[demand.status], not missing
    )


def scene_names(lines: Sequence[DemandLine]) -> str:
    return "、".join(dict.fromkeys(wording.SCENES[line.scene] for line in lines))


def page(actor: Actor, *, chosen: StaffFilter, number: int) -> Page[Demand]:
    """What the actor may read, the last decided first; county officers see their own county alone."""
    total = db.session.scalar(_narrow(select(func.count(Demand.id)), actor, chosen)) or 0
    number = Page.clamp(number, total=total, per_page=PER_PAGE)
    query = (
        _narrow(select(Demand), actor, chosen)
        .options(contains_eager(Demand.enterprise).contains_eager(Enterprise.organisation), selectinload(Demand.lines))
        .order_by(Demand.decided_at.desc(), Demand.id.desc())
        .limit(PER_PAGE)
        .offset((number - 1) * PER_PAGE)
    )
    return Page(tuple(db.session.scalars(query).all()), number=number, per_page=PER_PAGE, total=total)


def _narrow(query: Select[Any], actor: Actor, chosen: StaffFilter) -> Select[Any]:
    query = query.join(Enterprise, Enterprise.id == Demand.enterprise_id)
    query = query.join(Organisation, Organisation.id == Enterprise.organisation_id)
    query = query.where(Demand.status == chosen.status)
    if actor.role == Role.COUNTY_OFFICER:
        query = query.where(Organisation.county == actor.county)
    if chosen.county:
        query = query.where(Organisation.county == chosen.county)
    if chosen.industry:
        query = query.where(Enterprise.industry == chosen.industry)
    if chosen.scene:
        query = query.where(Demand.lines.any(DemandLine.scene == chosen.scene))
    if chosen.text:
        query = query.where(
            Demand.title.icontains(chosen.text, autoescape=True)
            | Organisation.name.icontains(chosen.text, autoescape=True)
        )
    return query
