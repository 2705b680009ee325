"""The 2024 assessment standard (工信厅企业〔2024〕56号) as data: vocabulary, scored items, level rule.

Needs the standard library alone, so that any layer may import it.
"""

import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final


@dataclass(frozen=True, slots=True)
class Scene:
    """An application scene (应用场景); mandatory ones (约束性) have a minimum of their own in the level rule."""

    id: str
    name: str
    group: str
    is_mandatory: bool


@dataclass(frozen=True, slots=True)
class LevelThreshold:
    """What a level asks: points of the scored part, scenes at the level or above, mandatory ones among them."""

    level: int
    points: Decimal
    scenes: int
    mandatory_scenes: int
    source: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Option:
    """An answer of a scored item; `measure` is what earns it without buying a product, `scene` what it is about."""

    id: str
    text: str
    points: Decimal
    excludes_others: bool = False
    measure: str = ""
    scene: str = ""


@dataclass(frozen=True, slots=True)
class Figure:
    """A number that an item asks for beside its options."""

    id: str
    name: str
    unit: str


@dataclass(frozen=True, slots=True)
class Derivation:
    """How figures lead to an option.

    `kind` share: `part` / `whole` in per cent, looked up in `bands` (option, upper bound inclusive).
    `kind` change: `part`_last / `whole`_last against `part`_before / `whole`_before (no whole: the part itself);
    `outcomes` names the option for down, same and up.
    """

    kind: str
    part: str
    whole: str
    bands: tuple[tuple[str, Decimal], ...]
    outcomes: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Item:
    """A scored item (Q1 to Q15); `rule` "sum" adds the ticked options, "one" takes a single one."""

    id: str
    name: str
    dimension: str
    question: str
    note: str
    rule: str
    points: Decimal
    options: Mapping[str, Option]
    figures: tuple[Figure, ...]
    derivation: Derivation | None
    evidence: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Dimension:
    """One of the three parts of the scored 100 points."""

    id: str
    name: str
    points: Decimal


@dataclass(frozen=True, slots=True)
class LevelVerdict:
    """The overall level, what each part alone would allow, and the distance of each part to the next level.

    At level 4 nothing is missing. `missing_mandatory` counts within, not on top of, the scenes still to be raised.
    """

    level: int
    by_points: int
    by_scenes: int
    missing_points: Decimal
    missing_scenes: int
    missing_mandatory: int


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads((Path(__file__).parent / name).read_text(encoding="utf-8"))


def _option(row: Mapping[str, Any]) -> Option:
    return Option(**{**row, "points": Decimal(row["points"])})


def _derivation(row: Mapping[str, Any]) -> Derivation | None:
    if "derived" not in row:
        return None
    given = row["derived"]
    bands = tuple((band["option"], Decimal(band["up_to"])) for band in row.get("bands", ()))
    outcomes = MappingProxyType({way: given[way] for way in ("down", "same", "up") if way in given})
    return Derivation(given["kind"], given["part"], given.get("whole", ""), bands, outcomes)


def _item(row: Mapping[str, Any]) -> Item:
    return Item(
        id=row["id"],
        name=row["name"],
        dimension=row["dimension"],
        question=row["question"],
        note=row.get("note", ""),
        rule=row["rule"],
        points=Decimal(row["points"]),
        options=MappingProxyType({option["id"]: _option(option) for option in row["options"]}),
        figures=tuple(Figure(**figure) for figure in row.get("figures", ())),
        derivation=_derivation(row),
        evidence=tuple(row["evidence"]),
    )


_DATA: Final[dict[str, Any]] = _read("standard_2024.toml")
_SCORED: Final[dict[str, Any]] = _read("standard_2024_items.toml")

VERSION: Final[str] = _DATA["version"]
LEVEL_NAMES: Final[tuple[str, ...]] = tuple(_DATA["level_names"])
LEVEL_TITLES: Final[tuple[str, ...]] = tuple(_DATA["level_titles"])
GROUPS: Final[Mapping[str, str]] = MappingProxyType(_DATA["groups"])
INDUSTRIES: Final[Mapping[str, str]] = MappingProxyType(_DATA["industries"])
SIZES: Final[Mapping[str, str]] = MappingProxyType(_DATA["sizes"])
DEPLOYMENTS: Final[Mapping[str, str]] = MappingProxyType(_DATA["deployments"])
PRICE_MODELS: Final[Mapping[str, str]] = MappingProxyType(_DATA["price_models"])
SCENES: Final[Mapping[str, Scene]] = MappingProxyType(
    {row["id"]: Scene(row["id"], row["name"], row["group"], row["is_mandatory"]) for row in _DATA["scenes"]}
)
LEVEL_STATEMENTS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {row["id"]: tuple(row["statements"]) for row in _DATA["scenes"]}
)
SCENE_EVIDENCE: Final[Mapping[str, tuple[tuple[str, ...], ...]]] = MappingProxyType(
    {
        row["id"]: tuple(
            tuple(text.format(record=row["record"]) for text in level) for level in _DATA["scene_evidence"]
        )
        for row in _DATA["scenes"]
    }
)
LEVEL_RULE: Final[tuple[LevelThreshold, ...]] = tuple(
    LevelThreshold(
        row["level"], Decimal(row["points"]), row["scenes"], row["mandatory_scenes"], row["source"], row.get("note", "")
    )
    for row in sorted(_DATA["level_rule"], key=lambda row: row["level"], reverse=True)
)
DIMENSIONS: Final[Mapping[str, Dimension]] = MappingProxyType(
    {row["id"]: Dimension(row["id"], row["name"], Decimal(row["points"])) for row in _SCORED["dimensions"]}
)
ITEMS: Final[Mapping[str, Item]] = MappingProxyType({row["id"]: _item(row) for row in _SCORED["items"]})
ITEMS_SOURCE: Final[str] = _SCORED["source"]
TOP_LEVEL: Final[int] = LEVEL_RULE[0].level
FULL_POINTS: Final[Decimal] = Decimal(100)


def count_scenes(scene_levels: Mapping[str, int], level: int) -> tuple[int, int]:
    """How many scenes are at `level` or above, and how many of these are mandatory."""
    reached = [SCENES[scene] for scene, value in scene_levels.items() if value >= level]
    return len(reached), sum(scene.is_mandatory for scene in reached)


def overall_level(points: Decimal, scene_levels: Mapping[str, int]) -> LevelVerdict:
    """The overall level of an enterprise: the highest whose points, scenes and mandatory scenes all hold.

    `points` is the scored part (0 to 100), `scene_levels` the level (0 to 4) by scene; a scene that is not named has
    reached no level. Raises ValueError for anything else. Source: 2024 standard, rule of the overall level.
    """
    _check(points, scene_levels)
    level = by_points = by_scenes = 0
    for rule in reversed(LEVEL_RULE):
        scenes, mandatory = count_scenes(scene_levels, rule.level)
        enough_points = points >= rule.points
        enough_scenes = scenes >= rule.scenes and mandatory >= rule.mandatory_scenes
        by_points = rule.level if enough_points else by_points
        by_scenes = rule.level if enough_scenes else by_scenes
        level = rule.level if enough_points and enough_scenes else level
    return LevelVerdict(level, by_points, by_scenes, *_distance(level + 1, points, scene_levels))


def item_points(item: Item, chosen: Collection[str]) -> Decimal:
    """Points that the ticked options earn. Raises ValueError when they cannot stand together or are unknown."""
    options = [item.options[key] for key in sorted(set(chosen)) if key in item.options]
    if len(options) < len(set(chosen)):
        raise ValueError(f"{item.id} has no option {sorted(set(chosen) - set(item.options))}")
    if len(options) > 1 and (item.rule == "one" or any(option.excludes_others for option in options)):
        raise ValueError(f"{item.id}: {sorted(chosen)} cannot stand together")
    return sum((option.points for option in options), Decimal(0))


def _distance(level: int, points: Decimal, scene_levels: Mapping[str, int]) -> tuple[Decimal, int, int]:
    for rule in LEVEL_RULE:
        if rule.level == level:
            scenes, mandatory = count_scenes(scene_levels, level)
            return (
                max(rule.points - points, Decimal(0)),
                max(rule.scenes - scenes, 0),
                max(rule.mandatory_scenes - mandatory, 0),
            )
    return Decimal(0), 0, 0


def _check(points: Decimal, scene_levels: Mapping[str, int]) -> None:
    if not isinstance(points, Decimal) or not points.is_finite() or not 0 <= points <= FULL_POINTS:
        raise ValueError(f"points must be a Decimal from 0 to {FULL_POINTS}, not {points!r}")
    for scene, level in scene_levels.items():
        if scene not in SCENES:
            raise ValueError(f"unknown scene {scene!r}")
        if isinstance(level, bool) or not isinstance(level, int) or not 0 <= level <= TOP_LEVEL:
            raise ValueError(f"level of {scene} must be an integer from 0 to {TOP_LEVEL}, not {level!r}")
