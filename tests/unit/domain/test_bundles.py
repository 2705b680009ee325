"""A bundle is marked as reaching level 2 exactly when the scene part of the standard's rule holds."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.domain import bundles
from matching import standard

MANDATORY = [scene.id for scene in standard.SCENES.values() if scene.is_mandatory]
ADVISORY = [scene.id for scene in standard.SCENES.values() if not scene.is_mandatory]


def levels(mandatory: int, advisory: int, level: int = 2) -> dict[str, int]:
    return dict.fromkeys([*MANDATORY[:mandatory], *ADVISORY[:advisory]], level)


@pytest.mark.parametrize(
    ("scene_levels", "is_enough", "word"),
    [
        (levels(6, 0), True, "满足"),
        (levels(3, 3), True, "满足"),
        (levels(2, 4), False, "还差约束性场景1个"),
        (levels(5, 0), False, "还差场景1个"),
        (levels(1, 1), False, "还差场景4个、约束性场景2个"),
        (levels(6, 0, level=1), False, "还差场景6个"),
        ({}, False, "还差场景6个"),
    ],
)
def test_the_mark_and_its_reason(scene_levels: dict[str, int], is_enough: bool, word: str) -> None:
    reach = bundles.reach(scene_levels)
    assert reach.is_enough is is_enough
    assert word in reach.reason


@given(st.dictionaries(st.sampled_from(sorted(standard.SCENES)), st.integers(0, 4)))
def test_the_mark_agrees_with_the_overall_level_of_an_enterprise_with_full_points(scene_levels: dict[str, int]) -> None:
    verdict = standard.overall_level(Decimal(100), scene_levels)
    assert bundles.reach(scene_levels).is_enough == (verdict.by_scenes >= bundles.TARGET)


def test_members_together_have_the_best_level_of_each_scene_in_the_order_of_the_standard() -> None:
    combined = bundles.combined([{"quality": 1, "finance": 2}, {"quality": 3}, {"product_design": 1}])
    assert list(combined.items()) == [("product_design", 1), ("quality", 3), ("finance", 2)]
