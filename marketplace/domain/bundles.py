"""Whether a bundle (数转包) brings an enterprise to level 2, by the scene part of the 2024 standard."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from matching import standard

TARGET = 2
RULE = next(rule for rule in standard.LEVEL_RULE if rule.level == TARGET)


@dataclass(frozen=True, slots=True)
class Reach:
    """Scenes at the target level or above, mandatory ones among them, against what the standard asks."""

    scenes: int
    mandatory: int
    needed_scenes: int = RULE.scenes
    needed_mandatory: int = RULE.mandatory_scenes

    @property
    def is_enough(self) -> bool:
        return self.scenes >= self.needed_scenes and self.mandatory >= self.needed_mandatory

    @property
    def reason(self) -> str:
        """One sentence: what is there, what is asked, what is missing."""
        have = f"达二级的场景{self.scenes}个，其中约束性{self.mandatory}个"
        if self.is_enough:
            return f"{have}，满足二级对场景的要求（至少{self.needed_scenes}个，其中约束性{self.needed_mandatory}个）。"
        lacks = [
            f"{label}{needed - count}个"
            for label, count, needed in (
                ("场景", self.scenes, self.needed_scenes),
                ("约束性场景", self.mandatory, self.needed_mandatory),
            )
            if count < needed
        ]
        return f"{have}，还差{'、'.join(lacks)}，单靠本包达不到二级。"


def combined(coverages: Iterable[Mapping[str, int]]) -> dict[str, int]:
    """The best level by scene over all members, scenes in the order of the standard."""
    best: dict[str, int] = {}
    for coverage in coverages:
        for scene, level in coverage.items():
            best[scene] = max(level, best.get(scene, 0))
    return {scene: best[scene] for scene in standard.SCENES if scene in best}


def reach(scene_levels: Mapping[str, int]) -> Reach:
    return Reach(*standard.count_scenes(scene_levels, TARGET))
