"""A checklist is kept when it makes sense, and published when nothing is missing."""

from dataclasses import dataclass, field, replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.domain import demands
from marketplace.domain.demands import Conditions, Line, Task, TaskState
from marketplace.domain.errors import Invalid

GOOD = Line("quality", 0, 2, "检验记录在纸上，查一次要半天", 100, True)


@dataclass
class Sheet:
    title: str = "质量追溯"
    lines: list[Line] = field(default_factory=lambda: [GOOD])
    is_conditions_done: bool = True


def _tasks(sheet: Sheet) -> set[Task]:
    return {problem.task for problem in demands.problems(sheet)}


def test_a_complete_checklist_has_no_problem() -> None:
    assert demands.problems(Sheet()) == ()
    assert set(demands.task_states(Sheet()).values()) == {TaskState.DONE}


@pytest.mark.parametrize(
    ("sheet", "task", "words"),
    [
        (Sheet(title=" "), Task.BASICS, "名称"),
        (Sheet(lines=[]), Task.LINES, "至少写一项"),
        (Sheet(lines=[replace(GOOD, weight=99)]), Task.LINES, "还差1"),
        (Sheet(lines=[GOOD, replace(GOOD, weight=1)]), Task.LINES, "多了1"),
        (Sheet(lines=[GOOD, replace(GOOD, weight=0)]), Task.LINES, "第2项：没有填写权重"),
        (Sheet(lines=[replace(GOOD, text="短")]), Task.LINES, "说明太短"),
        (Sheet(lines=[replace(GOOD, current_level=2)]), Task.LINES, "目标等级应高于现有等级"),
        (Sheet(is_conditions_done=False), Task.CONDITIONS, "还没有确认"),
    ],
)
def test_each_gap_is_named_with_the_task_that_mends_it(sheet: Sheet, task: Task, words: str) -> None:
    assert [words in problem.message for problem in demands.problems(sheet)] == [True]
    assert _tasks(sheet) == {task}


def test_an_unknown_present_level_does_not_stand_in_the_way() -> None:
    assert demands.problems(Sheet(lines=[replace(GOOD, current_level=None)])) == ()


def test_a_new_draft_has_its_lines_and_conditions_not_started() -> None:
    states = demands.task_states(Sheet(lines=[], is_conditions_done=False))
    assert states[Task.BASICS] == TaskState.DONE
    assert states[Task.LINES] == states[Task.CONDITIONS] == TaskState.NOT_STARTED


@given(st.lists(st.integers(1, 100), min_size=1, max_size=demands.MAX_LINES))
def test_only_weights_that_sum_to_the_total_pass(weights: list[int]) -> None:
    sheet = Sheet(lines=[replace(GOOD, weight=weight) for weight in weights])
    assert (not demands.problems(sheet)) == (sum(weights) == demands.WEIGHTS_TOTAL)


@pytest.mark.parametrize(
    "line",
    [
        replace(GOOD, scene="cooking"),
        replace(GOOD, current_level=5),
        replace(GOOD, target_level=0),
        replace(GOOD, target_level=5),
        replace(GOOD, weight=-1),
        replace(GOOD, weight=101),
        replace(GOOD, text="长" * (demands.POLICY["text_max"] + 1)),
    ],
)
def test_a_line_that_makes_no_sense_is_not_kept(line: Line) -> None:
    with pytest.raises(Invalid) as refusal:
        demands.check_lines([GOOD, line])
    assert refusal.value.messages["lines"][0].startswith("第2项：")


def test_an_incomplete_line_is_kept_in_a_draft() -> None:
    demands.check_lines([replace(GOOD, text="", weight=0, current_level=None)])


def test_more_lines_than_the_limit_are_refused() -> None:
    with pytest.raises(Invalid):
        demands.check_lines([GOOD] * (demands.MAX_LINES + 1))


@pytest.mark.parametrize("score", ["-0.1", "100.1", "NaN", "Infinity"])
def test_a_score_outside_the_scale_is_refused(score: str) -> None:
    with pytest.raises(Invalid):
        demands.check_score(Decimal(score))


@pytest.mark.parametrize(
    ("conditions", "name"),
    [
        (Conditions(0, None, None), "budget"),
        (Conditions(-5, None, None), "budget"),
        (Conditions(demands.POLICY["budget_max"] + 1, None, None), "budget"),
        (Conditions(None, 0, None), "deadline_days"),
        (Conditions(None, demands.POLICY["deadline_max_days"] + 1, None), "deadline_days"),
        (Conditions(None, None, ()), "deployments"),
        (Conditions(None, None, ("cloud",)), "deployments"),
    ],
)
def test_conditions_outside_the_limits_are_refused_by_name(conditions: Conditions, name: str) -> None:
    with pytest.raises(Invalid) as refusal:
        demands.check_conditions(conditions)
    assert list(refusal.value.messages) == [name]


def test_everything_may_be_left_open_on_purpose() -> None:
    demands.check_conditions(Conditions(None, None, None))
    assert demands.check_score(None) is None
