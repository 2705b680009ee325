"""What a demand checklist (需求清单) needs before it may be kept, and before it may be published."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any, Protocol

from marketplace.domain import wording
from marketplace.domain.errors import Invalid
from marketplace.policy import reader
from matching import standard

POLICY: dict[str, Any] = reader.load("demands")
WEIGHTS_TOTAL: int = POLICY["weights_total"]
MAX_LINES: int = POLICY["max_lines"]
LEVELS = range(standard.TOP_LEVEL + 1)
TARGETS = range(1, standard.TOP_LEVEL + 1)
POINTS_PLACES = 3  # decimals that the column of the assessment score holds


class LineFacts(Protocol):
    """What both a stored line and a typed one tell."""

    @property
    def scene(self) -> str: ...
    @property
    def current_level(self) -> int | None: ...
    @property
    def target_level(self) -> int: ...
    @property
    def text(self) -> str: ...
    @property
    def weight(self) -> int: ...


class DemandFacts(Protocol):
    @property
    def title(self) -> str: ...
    @property
    def lines(self) -> Sequence[LineFacts]: ...
    @property
    def is_conditions_done(self) -> bool: ...


@dataclass(frozen=True, slots=True)
class Line:
    """A line as it was typed: good enough to keep, not yet good enough to publish."""

    scene: str
    current_level: int | None
    target_level: int
    text: str
    weight: int
    is_essential: bool
    suggestion: str | None = None  # what an assessment suggested, kept beside the owner's own text


@dataclass(frozen=True, slots=True)
class Conditions:
    """Budget in yuan, days, ways of deployment; None is left open on purpose."""

    budget: int | None
    deadline_days: int | None
    deployments: tuple[str, ...] | None


class Task(StrEnum):
    BASICS = "basics"
    LINES = "lines"
    CONDITIONS = "conditions"


class TaskState(StrEnum):
    NOT_STARTED = "not_started"
    IN_PROGRESS = "in_progress"
    DONE = "done"
    BLOCKED = "blocked"


@dataclass(frozen=True, slots=True)
class Problem:
    """What stands between the draft and its publication, and the task where it is mended."""

    task: Task
    message: str
    anchor: str = ""


def weights_total(lines: Iterable[LineFacts]) -> int:
    return sum(line.weight for line in lines)


def remainder_words(total: int) -> str:
    left = WEIGHTS_TOTAL - total
    if left == 0:
        return f"权重合计{WEIGHTS_TOTAL}，正好"
    return f"权重合计{total}，还差{left}" if left > 0 else f"权重合计{total}，多了{-left}"


def problems(demand: DemandFacts) -> tuple[Problem, ...]:
    """Everything that is missing, in the order of the tasks; empty: the checklist may be published."""
    found = [] if demand.title.strip() else [Problem(Task.BASICS, "没有填写清单名称", "title")]
    if not demand.lines:
        found.append(Problem(Task.LINES, "还没有需求，至少写一项"))
    for place, line in enumerate(demand.lines):
        found.extend(Problem(Task.LINES, f"第{place + 1}项：{text}", anchor) for text, anchor in _gaps(line, place))
    total = weights_total(demand.lines)
    if demand.lines and total != WEIGHTS_TOTAL:
        found.append(Problem(Task.LINES, f"{remainder_words(total)}，请调整到合计{WEIGHTS_TOTAL}", "lines-0-weight"))
    if not demand.is_conditions_done:
        found.append(Problem(Task.CONDITIONS, "预算、工期和部署方式还没有确认", "budget"))
    return tuple(found)


def _gaps(line: LineFacts, place: int) -> list[tuple[str, str]]:
    prefix = f"lines-{place}"
    gaps = []
    if len(line.text.strip()) < POLICY["text_min"]:
        gaps.append((f"说明太短，请用自己的话写清楚现状和问题，不少于{POLICY['text_min']}个字", f"{prefix}-text"))
    if line.current_level is not None and line.target_level <= line.current_level:
        gaps.append(("目标等级应高于现有等级", f"{prefix}-target_level"))
    if not line.weight:
        gaps.append(("没有填写权重", f"{prefix}-weight"))
    return gaps


def task_states(demand: DemandFacts) -> dict[Task, TaskState]:
    missing = {problem.task for problem in problems(demand)}
    states = {task: TaskState.IN_PROGRESS if task in missing else TaskState.DONE for task in Task}
    if not demand.lines:
        states[Task.LINES] = TaskState.NOT_STARTED
    if not demand.is_conditions_done:
        states[Task.CONDITIONS] = TaskState.NOT_STARTED
    return states


def check_title(title: str) -> str:
    """The title without blanks around it; raises Invalid."""
    title = " ".join(title.split())
    if not title:
        raise Invalid({"title": ["请填写清单名称，例如“注塑车间质量追溯”"]})
    if len(title) > POLICY["title_max"]:
        raise Invalid({"title": [f"清单名称不超过{POLICY['title_max']}个字，请精简"]})
    return title


def check_score(score: Decimal | None) -> Decimal | None:
    """The scored part of the 2024 standard; raises Invalid."""
    if score is None:
        return None
    if not score.is_finite() or not 0 <= score <= standard.FULL_POINTS:
        raise Invalid({"assessment_score": [f"评测得分应在0到{standard.FULL_POINTS}之间；没有评测过请留空"]})
    return round(score, POINTS_PLACES)


def check_lines(lines: Sequence[Line]) -> None:
    """Whether a draft may keep these lines; raises Invalid. They need not be complete."""
    if len(lines) > MAX_LINES:
        raise Invalid({"lines": [f"最多{MAX_LINES}项需求，请合并或删除"]})
    messages = [f"第{place}项：{text}" for place, line in enumerate(lines, start=1) for text in _refusals(line)]
    if messages:
        raise Invalid({"lines": messages})


def _refusals(line: Line) -> list[str]:
    rules = (
        (line.scene in standard.SCENES, "请选择应用场景"),
        (line.current_level is None or line.current_level in LEVELS, "请重新选择现有等级"),
        (line.target_level in TARGETS, "请选择目标等级"),
        (len(line.text) <= POLICY["text_max"], f"说明不超过{POLICY['text_max']}个字，请精简"),
        (0 <= line.weight <= WEIGHTS_TOTAL, f"权重应是0到{WEIGHTS_TOTAL}的整数"),
    )
    return [text for holds, text in rules if not holds]


def check_conditions(conditions: Conditions) -> None:
    """Whether these may be kept; raises Invalid."""
    messages: dict[str, list[str]] = {}
    budget, days, deployments = conditions.budget, conditions.deadline_days, conditions.deployments
    if budget is not None and not 0 < budget <= POLICY["budget_max"]:
        messages["budget"] = [f"预算应大于0，不超过{wording.money(POLICY['budget_max'])}"]
    if days is not None and not 0 < days <= POLICY["deadline_max_days"]:
        messages["deadline_days"] = [f"工期应是1到{POLICY['deadline_max_days']}之间的整天数"]
    if deployments is not None and (not deployments or not set(deployments) <= set(wording.DEPLOYMENTS)):
        messages["deployments"] = ["请至少选一种部署方式，或勾选“还没想好”"]
    if messages:
        raise Invalid(messages)
