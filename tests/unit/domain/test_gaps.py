"""The gap as lines and as the shortest path, against a reading of the rule by all 65,536 subsets."""

from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from marketplace.domain import demands, gaps, suggestions
from matching import standard

SCENES = tuple(standard.SCENES)
SUBSETS = np.arange(1 << len(SCENES))
BITS = (SUBSETS[:, None] >> np.arange(len(SCENES))) & 1  # (subsets, scenes)
MANDATORY = np.array([standard.SCENES[scene].is_mandatory for scene in SCENES])
LEVELS = st.lists(st.integers(0, 4), min_size=16, max_size=16).map(lambda row: dict(zip(SCENES, row, strict=True)))
TARGETS = st.integers(1, standard.TOP_LEVEL)


def best_subset(levels: dict[str, int], target: int) -> tuple[str, ...]:
    """All ways to lift scenes below the target: least effort, then most mandatory, then the standard's order."""
    rule = {row.level: row for row in standard.LEVEL_RULE}[target]
    reached = np.array([levels[scene] >= target for scene in SCENES])
    costs = np.array([sum(gaps.EFFORT[step] for step in range(levels[scene] + 1, target + 1)) for scene in SCENES])
    lifted = BITS | reached
    fits = (lifted.sum(axis=1) >= rule.scenes) & ((lifted * MANDATORY).sum(axis=1) >= rule.mandatory_scenes)
    fits &= (BITS & reached).sum(axis=1) == 0
    efforts, mandatory = BITS @ costs, (BITS * MANDATORY).sum(axis=1)
    names = BITS @ (1 << np.arange(len(SCENES))[::-1])  # greater where earlier scenes are in
    found = min(np.flatnonzero(fits), key=lambda at: (efforts[at], -mandatory[at], -names[at]))
    return tuple(scene for place, scene in enumerate(SCENES) if BITS[found, place])


@settings(max_examples=60, deadline=None)
@given(levels=LEVELS, target=TARGETS)
def test_the_shortest_path_is_the_best_of_all_subsets(levels: dict[str, int], target: int) -> None:
    assert gaps.shortest_path(levels, target).lift == best_subset(levels, target)


@given(levels=LEVELS, target=TARGETS)
def test_the_path_makes_the_scene_part_hold(levels: dict[str, int], target: int) -> None:
    lifted = levels | dict.fromkeys(gaps.shortest_path(levels, target).lift, target)
    assert standard.overall_level(Decimal(100), lifted).by_scenes >= target


@given(levels=LEVELS, target=TARGETS)
def test_every_scene_below_the_target_is_a_line_and_no_other(levels: dict[str, int], target: int) -> None:
    lines = gaps.lines(levels, target)
    assert {line.scene for line in lines} == {scene for scene, level in levels.items() if level < target}
    assert {line.scene for line in lines if line.is_essential} == set(gaps.shortest_path(levels, target).lift)
    assert not lines or sum(line.weight for line in lines) == demands.WEIGHTS_TOTAL
    assert all(line.weight > 0 for line in lines)
    assert all(line.present == levels[line.scene] and line.target == target for line in lines)


@pytest.mark.parametrize("scene", SCENES)
@settings(max_examples=40, deadline=None)
@given(levels=LEVELS, target=TARGETS, level=st.integers(0, 4))
def test_another_answer_for_one_scene_changes_its_own_line_and_moves_the_path_by_one_scene_at_most(
    scene: str, levels: dict[str, int], target: int, level: int
) -> None:
    before = {line.scene: line for line in gaps.lines(levels, target)}
    after = {line.scene: line for line in gaps.lines(levels | {scene: level}, target)}
    others = {one for one in SCENES if one != scene}
    assert before.keys() & others == after.keys() & others
    for one in before.keys() & others:
        assert before[one].present == after[one].present
        assert _text(before[one]) == _text(after[one])
    assert (scene in after) == (level < target)
    if scene in after:
        assert (after[scene].present, _text(after[scene])) == (level, suggestions.text(scene, level, target))
    marks = {
        one for one in before.keys() & after.keys() & others if before[one].is_essential != after[one].is_essential
    }
    assert len(marks) <= 1
    if level == levels[scene]:
        assert before == after


def _text(line: gaps.GapLine) -> str:
    return suggestions.text(line.scene, line.present, line.target)


@given(levels=LEVELS, target=TARGETS, chosen=st.sets(st.sampled_from(SCENES)))
def test_chosen_lines_share_the_whole_weight_anew(levels: dict[str, int], target: int, chosen: set[str]) -> None:
    lines = gaps.choose(gaps.lines(levels, target), chosen)
    assert {line.scene for line in lines} == {scene for scene in chosen if levels[scene] < target}
    assert sum(line.weight for line in lines) == (demands.WEIGHTS_TOTAL if lines else 0)


@given(claims=st.lists(st.fractions(min_value=Fraction(1, 9), max_value=9), min_size=1, max_size=16))
def test_shares_add_up_and_stay_within_one_of_their_claim(claims: list[Fraction]) -> None:
    parts = gaps.shares(claims)
    assert sum(parts) == demands.WEIGHTS_TOTAL
    for part, claim in zip(parts, claims, strict=True):
        assert abs(part - claim * demands.WEIGHTS_TOTAL / sum(claims)) < 1


def test_needed_and_mandatory_lines_weigh_more() -> None:
    levels = dict.fromkeys(SCENES, 1)
    lines = gaps.lines(levels, 2)
    needed, due, advisory = lines[0], lines[6], lines[-1]
    assert (needed.is_essential, due.is_essential) == (True, False)
    assert needed.weight > due.weight > advisory.weight
    assert standard.SCENES[due.scene].is_mandatory
    assert not standard.SCENES[advisory.scene].is_mandatory


def test_a_cheap_advisory_scene_goes_before_a_dear_mandatory_one_once_the_mandatory_count_holds() -> None:
    levels = dict.fromkeys(SCENES, 0) | {"process_design": 1, "after_sales": 1, "human_resources": 1}
    path = gaps.shortest_path(levels, 2)
    assert path.lift == (
        "product_design",
        "process_design",
        "marketing",
        "after_sales",
        "production_control",
        "human_resources",
    )
    assert path.effort == 3 * (gaps.EFFORT[1] + gaps.EFFORT[2]) + 3 * gaps.EFFORT[2]


def test_nothing_is_lifted_where_the_counts_hold() -> None:
    path = gaps.shortest_path(dict.fromkeys(SCENES, 2), 2)
    assert (path.lift, path.effort) == ((), 0)


@pytest.mark.parametrize(("level", "target"), [(0, 2), (1, 2), (2, 3), (3, 4), (4, 4)])
def test_the_target_is_the_next_level_and_at_least_the_pilots(level: int, target: int) -> None:
    assert gaps.default_target(level) == target


def test_each_scene_has_a_wish_for_each_level_that_fits_a_line() -> None:
    assert list(suggestions.WISHES) == list(SCENES)
    assert all(len(wishes) == standard.TOP_LEVEL for wishes in suggestions.WISHES.values())
    longest = max(len(suggestions.text(scene, 0, standard.TOP_LEVEL)) for scene in SCENES)
    assert longest <= demands.POLICY["text_max"]


def test_a_suggestion_names_exactly_the_missing_levels() -> None:
    wishes = suggestions.WISHES["warehousing"]
    text = suggestions.text("warehousing", 1, 3)
    assert [wish in text for wish in wishes] == [False, True, True, False]
    assert text.startswith(f"现在{standard.LEVEL_STATEMENTS['warehousing'][1]}。")
