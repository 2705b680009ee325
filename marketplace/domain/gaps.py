"""The gap between an assessment and a target level (差距): which scenes to lift, exactly, and what is a line."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from marketplace.policy import reader
from matching import standard
from matching.standard import LevelThreshold

POLICY: dict[str, Any] = reader.load("gaps")
LEAST_TARGET: int = POLICY["least_target"]
EFFORT: Mapping[int, int] = {int(level): effort for level, effort in POLICY["effort"].items()}
WEIGHTS_TOTAL: int = reader.load("demands")["weights_total"]
PLACE: Mapping[str, int] = {scene: place for place, scene in enumerate(standard.SCENES)}


@dataclass(frozen=True, slots=True)
class ScenePath:
    """What the level rule asks of the scenes, what is there, and the scenes whose lifting costs least effort."""

    target: int
    reached: int
    reached_mandatory: int
    required: int
    required_mandatory: int
    lift: tuple[str, ...]
    effort: int


@dataclass(frozen=True, slots=True)
class GapLine:
    """A scene below the target; `is_essential` when the shortest path lifts it."""

    scene: str
    present: int
    target: int
    weight: int
    is_essential: bool


def threshold(target: int) -> LevelThreshold:
    """The row of the level rule; KeyError for a level that it does not name."""
    return {rule.level: rule for rule in standard.LEVEL_RULE}[target]


def default_target(level: int) -> int:
    """The next level, but never less than what the pilot asks for."""
    return min(max(level + 1, LEAST_TARGET), standard.TOP_LEVEL)


def effort(present: int, target: int) -> int:
    """What lifting a scene takes, summed over the levels in between; nothing where the target is reached."""
    return sum(EFFORT[level] for level in range(present + 1, target + 1))


def shortest_path(scene_levels: Mapping[str, int], target: int) -> ScenePath:
    """The scenes to lift so that both counts of the rule hold, with the least total effort.

    Among equal efforts more mandatory scenes, then the order of the standard. Taking the easiest mandatory scenes that
    are still due and then the easiest of all others is exact: every lifted scene counts one, so a dearer scene in a
    set can always be exchanged for a cheaper one outside it that does not take away a mandatory one that is due.
    """
    rule = threshold(target)
    reached, reached_mandatory = standard.count_scenes(scene_levels, target)
    below = sorted(
        (scene for scene in standard.SCENES if scene_levels.get(scene, 0) < target),
        key=lambda scene: _order(scene, scene_levels.get(scene, 0), target),
    )
    mandatory = [scene for scene in below if standard.SCENES[scene].is_mandatory]
    lift = mandatory[: max(rule.mandatory_scenes - reached_mandatory, 0)]
    rest = [scene for scene in below if scene not in lift]
    lift += rest[: max(rule.scenes - reached - len(lift), 0)]
    return ScenePath(
        target=target,
        reached=reached,
        reached_mandatory=reached_mandatory,
        required=rule.scenes,
        required_mandatory=rule.mandatory_scenes,
        lift=tuple(sorted(lift, key=PLACE.__getitem__)),
        effort=sum(effort(scene_levels.get(scene, 0), target) for scene in lift),
    )


def _order(scene: str, present: int, target: int) -> tuple[int, bool, int]:
    return effort(present, target), not standard.SCENES[scene].is_mandatory, PLACE[scene]


def lines(scene_levels: Mapping[str, int], target: int) -> tuple[GapLine, ...]:
    """A line for every scene below the target: the needed ones first, then mandatory ones, then the standard's order.

    The weights are those of a checklist with all of them.
    """
    needed = frozenset(shortest_path(scene_levels, target).lift)
    below = [scene for scene in standard.SCENES if scene_levels.get(scene, 0) < target]
    below.sort(key=lambda scene: (scene not in needed, not standard.SCENES[scene].is_mandatory, PLACE[scene]))
    weights = shares([_claim(scene, scene in needed) for scene in below])
    return tuple(
        GapLine(scene, scene_levels.get(scene, 0), target, weight, scene in needed)
        for scene, weight in zip(below, weights, strict=True)
    )


def choose(all_lines: Sequence[GapLine], scenes: Collection[str]) -> tuple[GapLine, ...]:
    """The lines of these scenes alone, their weights shared out anew."""
    kept = [line for line in all_lines if line.scene in scenes]
    weights = shares([_claim(line.scene, line.is_essential) for line in kept])
    return tuple(
        GapLine(line.scene, line.present, line.target, weight, line.is_essential)
        for line, weight in zip(kept, weights, strict=True)
    )


def _claim(scene: str, is_essential: bool) -> Fraction:
    claim = Fraction(str(POLICY["essential_factor"])) if is_essential else Fraction(1)
    return claim * Fraction(str(POLICY["mandatory_factor"])) if standard.SCENES[scene].is_mandatory else claim


def shares(claims: Sequence[Fraction], total: int = WEIGHTS_TOTAL) -> list[int]:
    """Whole numbers in proportion to the claims that add up to `total`: largest remainders, earlier ones first."""
    whole = sum(claims, Fraction(0))
    if not whole:
        return [0] * len(claims)
    exact = [claim * total / whole for claim in claims]
    parts = [int(part) for part in exact]
    by_remainder = sorted(range(len(claims)), key=lambda at: (parts[at] - exact[at], at))
    for at in by_remainder[: total - sum(parts)]:
        parts[at] += 1
    return parts
