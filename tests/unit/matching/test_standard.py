"""The 2024 standard: vocabulary in the order of the contract, and the level rule."""

import itertools
from decimal import Decimal

import pytest

from matching import standard

MANDATORY = [scene.id for scene in standard.SCENES.values() if scene.is_mandatory]
ADVISORY = [scene.id for scene in standard.SCENES.values() if not scene.is_mandatory]


def levels(level: int, *, mandatory: int, advisory: int = 0, rest: int = 0) -> dict[str, int]:
    raised = MANDATORY[:mandatory] + ADVISORY[:advisory]
    return {scene: level if scene in raised else rest for scene in standard.SCENES}


def brute_force(points: Decimal, scene_levels: dict[str, int]) -> int:
    """The rule read afresh from the text of the standard, with its numbers written out."""
    asks = {4: (80, 10, 6), 3: (60, 8, 5), 2: (40, 6, 3), 1: (20, 6, 3)}
    for level in (4, 3, 2, 1):
        need_points, need_scenes, need_mandatory = asks[level]
        good = [scene for scene, value in scene_levels.items() if value >= level]
        mandatory = [scene for scene in good if scene in MANDATORY]
        if points >= need_points and len(good) >= need_scenes and len(mandatory) >= need_mandatory:
            return level
    return 0


def test_sixteen_scenes_ten_of_them_mandatory_in_four_groups() -> None:
    assert len(standard.SCENES) == 16
    assert len(MANDATORY) == 10
    assert set(ADVISORY) == {
        "process_design",
        "after_sales",
        "production_planning",
        "human_resources",
        "collaboration",
        "decision_support",
    }
    assert [scene.group for scene in standard.SCENES.values()] == (
        ["product_lifecycle"] * 4 + ["production"] * 6 + ["supply_chain"] * 2 + ["management"] * 4
    )
    assert set(standard.GROUPS) == {scene.group for scene in standard.SCENES.values()}


def test_every_scene_has_a_different_statement_for_every_level() -> None:
    for scene, statements in standard.LEVEL_STATEMENTS.items():
        assert len(statements) == len(standard.LEVEL_NAMES) == 5, scene
        assert len(set(statements)) == 5, scene
    assert set(standard.LEVEL_STATEMENTS) == set(standard.SCENES)


def test_the_vocabulary_cannot_be_changed_by_its_readers() -> None:
    with pytest.raises(TypeError):
        standard.INDUSTRIES["other"] = "其他"  # type: ignore[index]


@pytest.mark.parametrize(
    ("points", "scene_levels", "expected"),
    [
        pytest.param("41.35", levels(2, mandatory=6), 2, id="41.35 points and six mandatory scenes at level 2"),
        pytest.param("63", levels(3, mandatory=5, advisory=2), 2, id="seven scenes at level 3 are one too few"),
        pytest.param("38.9", levels(2, mandatory=6, advisory=3), 1, id="38.9 points hold nine scenes down"),
        pytest.param("85", levels(4, mandatory=5, advisory=5), 3, id="five mandatory at level 4 are one too few"),
    ],
)
def test_worked_examples(points: str, scene_levels: dict[str, int], expected: int) -> None:
    assert standard.overall_level(Decimal(points), scene_levels).level == expected


@pytest.mark.parametrize(
    ("points", "scene_levels", "expected"),
    [
        ("40", levels(2, mandatory=3, advisory=3), 2),
        ("39.999", levels(2, mandatory=3, advisory=3), 1),
        ("40", levels(2, mandatory=3, advisory=2, rest=1), 1),
        ("40", levels(2, mandatory=2, advisory=6), 0),
        ("19.99", levels(4, mandatory=10, advisory=6), 0),
        ("100", {}, 0),
        ("100", levels(4, mandatory=6, advisory=4), 4),
        ("0", levels(4, mandatory=10, advisory=6), 0),
        ("20", levels(1, mandatory=3, advisory=3), 1),
        ("20", levels(1, mandatory=3, advisory=2), 0),
        ("20", levels(1, mandatory=2, advisory=4), 0),
        ("100", levels(2, mandatory=6, advisory=0, rest=1), 2),
        ("60", levels(3, mandatory=5, advisory=3), 3),
        ("60", levels(3, mandatory=4, advisory=6), 2),  # counts downward: level 3 is more than level 2
        ("59.999", levels(3, mandatory=10, advisory=6), 2),
        ("80", levels(4, mandatory=6, advisory=3, rest=3), 3),
        ("79.999", levels(4, mandatory=10, advisory=6), 3),
        ("80", levels(4, mandatory=5, advisory=3), 3),  # eight at level 4, five of them mandatory, are enough for 3
        ("80", levels(4, mandatory=4, advisory=4), 2),
        ("80", levels(4, mandatory=3, advisory=3), 2),
        ("80", levels(4, mandatory=2, advisory=6), 0),
        ("80", levels(4, mandatory=2, advisory=6, rest=1), 1),
    ],
)
def test_edges(points: str, scene_levels: dict[str, int], expected: int) -> None:
    assert standard.overall_level(Decimal(points), scene_levels).level == expected


def test_verdict_agrees_with_a_fresh_reading_on_every_small_grid() -> None:
    grid = itertools.product(range(5), range(5), range(11), range(7), (0, 19, 20, 39, 40, 59, 60, 79, 80, 100))
    for level, rest, mandatory, advisory, points in grid:
        scene_levels = levels(level, mandatory=mandatory, advisory=advisory, rest=rest)
        verdict = standard.overall_level(Decimal(points), scene_levels)
        assert verdict.level == brute_force(Decimal(points), scene_levels)
        assert verdict.by_points == brute_force(Decimal(points), dict.fromkeys(standard.SCENES, 4))
        assert verdict.by_scenes == brute_force(Decimal(100), scene_levels)


def test_distance_to_the_next_level_names_each_part() -> None:
    verdict = standard.overall_level(Decimal("38.9"), levels(2, mandatory=2, advisory=3, rest=1))
    assert verdict == standard.LevelVerdict(
        level=1, by_points=1, by_scenes=1, missing_points=Decimal("1.1"), missing_scenes=1, missing_mandatory=1
    )


def test_nothing_is_missing_at_the_top() -> None:
    verdict = standard.overall_level(Decimal(100), levels(4, mandatory=10, advisory=6))
    assert (verdict.missing_points, verdict.missing_scenes, verdict.missing_mandatory) == (0, 0, 0)


@pytest.mark.parametrize("points", [Decimal("-0.1"), Decimal("100.1"), Decimal("NaN"), 41.35, "41"])
def test_points_outside_the_scale_are_refused(points: object) -> None:
    with pytest.raises(ValueError, match="points"):
        standard.overall_level(points, {})  # type: ignore[arg-type]


@pytest.mark.parametrize("scene_levels", [{"smelting": 1}, {"quality": 5}, {"quality": -1}, {"quality": True}])
def test_unknown_scenes_and_levels_are_refused(scene_levels: dict[str, int]) -> None:
    with pytest.raises(ValueError, match=next(iter(scene_levels))):
        standard.overall_level(Decimal(50), scene_levels)
