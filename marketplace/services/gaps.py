"""The gap page of an assessment: the lines that are missing, the shortest path, the measures and their ticks."""

from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from marketplace.domain import demands as demand_rules
from marketplace.domain import gap_changes, gaps, measures, permissions, wording
from marketplace.domain.actors import Actor
from marketplace.domain.errors import Forbidden, Invalid, NotFound
from marketplace.domain.gaps import GapLine, ScenePath
from marketplace.domain.measures import PointsPlan
from marketplace.domain.permissions import Permission
from marketplace.extensions import db
from marketplace.models.assessments import Assessment, AssessmentStatus, MeasureTick
from marketplace.models.demands import Demand, DemandStatus
from marketplace.models.enterprises import Enterprise
from marketplace.services import audit, clock, demands, status_changes, unit_of_work
from matching import standard

KIND = "assessment"
LOADING = (
    selectinload(Assessment.answers),
    selectinload(Assessment.scenes),
    selectinload(Assessment.ticks),
    joinedload(Assessment.enterprise).joinedload(Enterprise.organisation),
)
ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class LineView:
    scene: str
    name: str
    group: str
    is_mandatory: bool
    present: int
    target: int
    text: str
    weight: int
    is_essential: bool


@dataclass(frozen=True, slots=True)
class Result:
    """Points, scenes and level at one moment of the plan."""

    points: Decimal
    scenes: int
    mandatory: int
    level: int


@dataclass(frozen=True, slots=True)
class Gap:
    """Everything between the assessment and one target level."""

    target: int
    targets: tuple[int, ...]
    path: ScenePath
    lines: tuple[LineView, ...]
    points: PointsPlan
    now: Result
    lifted: Result

    @property
    def essential(self) -> tuple[LineView, ...]:
        return tuple(line for line in self.lines if line.is_essential)

    @property
    def is_reached(self) -> bool:
        return self.now.level >= self.target


@dataclass(frozen=True, slots=True)
class GapSheet:
    """The page: `gap` is None where there is nothing to compare with, and `blocked` says why."""

    assessment: Assessment
    gap: Gap | None
    blocked: str
    may_write: bool
    drafts: tuple[Demand, ...]


def get(actor: Actor, assessment_id: int, *, target: int | None = None) -> GapSheet:
    assessment = find(db.session, actor, assessment_id, permission=Permission.READ_ASSESSMENT)
    may_write = permissions.permits(actor, Permission.WRITE_DEMAND, assessment)
    blocked = why_blocked(assessment)
    level = assessment.level or 0
    targets = tuple(range(gaps.default_target(level), standard.TOP_LEVEL + 1))
    wanted = target if target in targets else gaps.default_target(level)
    return GapSheet(
        assessment=assessment,
        gap=None if blocked else measure(assessment, wanted, targets),
        blocked=blocked,
        may_write=may_write and not blocked,
        drafts=_drafts(assessment) if may_write and not blocked else (),
    )


def find(session: Session, actor: Actor, assessment_id: int, *, permission: Permission) -> Assessment:
    query = select(Assessment).where(Assessment.id == assessment_id).options(*LOADING)
    assessment = session.scalars(query).one_or_none()
    if assessment is None:
        raise NotFound(KIND, assessment_id)
    if not permissions.permits(actor, permission, assessment):
        raise Forbidden(permission)
    return assessment


def why_blocked(assessment: Assessment) -> str:
    """The sentence that says why there is no gap to show; empty where there is one."""
    if assessment.standard != standard.VERSION:
        return f"这是{assessment.standard}年版的记录，指标和计分都与{standard.VERSION}年版不同，不能拿来算差距。"
    return {
        AssessmentStatus.DRAFT: "评测还没有填完，填完并确认后才能算差距。",
        AssessmentStatus.VOIDED: "这份评测已作废，不再用来算差距。",
    }.get(assessment.status, "")


def scene_levels(assessment: Assessment) -> dict[str, int]:
    return {row.scene: row.level for row in assessment.scenes}


def measure(assessment: Assessment, target: int, targets: tuple[int, ...] = ()) -> Gap:
    levels, points = scene_levels(assessment), assessment.points or ZERO
    path = gaps.shortest_path(levels, target)
    answers = {row.item: row.options for row in assessment.answers}
    plan = measures.plan(points, answers, {(row.item, row.option) for row in assessment.ticks}, target)
    after = levels | dict.fromkeys(path.lift, target)
    return Gap(
        target=target,
        targets=targets,
        path=path,
        lines=tuple(_line(line) for line in gaps.lines(levels, target)),
        points=plan,
        now=_result(plan.now, levels, target),
        lifted=_result(plan.after, after, target),
    )


def _result(points: Decimal, levels: dict[str, int], target: int) -> Result:
    points = min(points, standard.FULL_POINTS)
    return Result(points, *standard.count_scenes(levels, target), standard.overall_level(points, levels).level)


def _line(line: GapLine) -> LineView:
    scene = standard.SCENES[line.scene]
    return LineView(
        scene=line.scene,
        name=scene.name,
        group=standard.GROUPS[scene.group],
        is_mandatory=scene.is_mandatory,
        present=line.present,
        target=line.target,
        text=gap_changes.suggested(line).text,
        weight=line.weight,
        is_essential=line.is_essential,
    )


def _drafts(assessment: Assessment) -> tuple[Demand, ...]:
    """The enterprise's checklists that an assessment suggested, the last changed first."""
    query = (
        select(Demand)
        .where(Demand.enterprise_id == assessment.enterprise_id, Demand.assessment_id.is_not(None))
        .where(Demand.status != DemandStatus.WITHDRAWN)
        .order_by(Demand.changed_at.desc(), Demand.id.desc())
    )
    return tuple(db.session.scalars(query).all())


def draw_up(actor: Actor, *, assessment_id: int, target: int, scenes: Collection[str], once: str | None = None) -> int:
    """A draft whose lines are the gap of the chosen scenes; the owner then writes on in his own words."""
    with unit_of_work.writing(actor, once=once) as session:
        assessment = lock_own(session, actor, assessment_id)
        levels = scene_levels(assessment)
        if target not in demand_rules.TARGETS:
            raise Invalid({"target": ["请选择目标等级"]})
        lines = gaps.choose(gaps.lines(levels, target), scenes)
        if not lines:
            raise Invalid({"scenes": ["请至少勾选一个场景"]})
        title = f"达到{standard.LEVEL_NAMES[target]}需求清单（{wording.day(assessment.assessed_on)}评测）"
        now = clock.now()
        demand = Demand(
            title=title, enterprise_id=assessment.enterprise_id, assessment_id=assessment_id, aimed_level=target,
            assessment_score=assessment.points, status=DemandStatus.DRAFT, created_by=actor.user_id, created_at=now,
            changed_at=now, lines=demands.rows_of([gap_changes.suggested(line) for line in lines]),
        )  # fmt: skip
        session.add(demand)
        session.flush()
        unit_of_work.remember(session, once, kind=demands.KIND, key=demand.id)
        details = {"assessment": assessment_id, "lines": len(lines)}
        audit.record(session, actor, "demands.drawn_up", kind=demands.KIND, key=demand.id, details=details)
        return demand.id


def lock_own(session: Session, actor: Actor, assessment_id: int) -> Assessment:
    """The completed assessment of the actor's own enterprise, locked."""
    assessment: Assessment = status_changes.locked(session, Assessment, kind=KIND, key=assessment_id, options=LOADING)
    if not permissions.permits(actor, Permission.WRITE_DEMAND, assessment):
        raise Forbidden(Permission.WRITE_DEMAND)
    if reason := why_blocked(assessment):
        raise Invalid({"assessment": [reason]})
    return assessment


def tick(actor: Actor, *, assessment_id: int, item: str, option: str, is_done: bool, once: str | None = None) -> None:
    """Note that a measure is in place, or not after all; ticking twice changes nothing."""
    if not measures.is_measure(item, option):
        raise Invalid({"option": ["没有这项措施，请刷新页面"]})
    with unit_of_work.writing(actor, once=once) as session:
        assessment = lock_own(session, actor, assessment_id)
        unit_of_work.remember(session, once, kind=KIND, key=assessment_id)
        found = next((row for row in assessment.ticks if (row.item, row.option) == (item, option)), None)
        if is_done == (found is not None):
            return
        if found is None:
            row = MeasureTick(item=item, option=option, ticked_by=actor.user_id, ticked_at=clock.now())
            assessment.ticks.append(row)
        else:
            assessment.ticks.remove(found)
        details = {"item": item, "option": option, "is_done": is_done}
        audit.record(session, actor, "assessments.measure_ticked", kind=KIND, key=assessment_id, details=details)
