"""An assessment by the 2024 standard: what may be answered, what the answers are worth, what is still missing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from marketplace.domain import assessment_figures as figures_of
from marketplace.domain import wording
from marketplace.domain.assessment_figures import POLICY
from marketplace.domain.errors import Invalid
from marketplace.models.assessments import AssessmentKind
from matching import standard
from matching.standard import Item, LevelVerdict

KIND_OF_WEIGHT = (AssessmentKind.SELF, AssessmentKind.DIAGNOSIS, AssessmentKind.ON_SITE)  # the last weighs most
SCENE_LEVELS = range(standard.TOP_LEVEL + 1)
SYSTEM_LEVEL = 2  # from here on a scene runs in a system
ITEM_FIGURES: Mapping[str, tuple[str, ...]] = {
    item.id: tuple(figure.id for figure in item.figures) for item in standard.ITEMS.values()
}
TOPICS: tuple[str, ...] = (*standard.ITEMS, *standard.SCENES)


@dataclass(frozen=True, slots=True)
class Answer:
    """The ticked options of an item, sorted, and its figures as text; a blank figure is not there."""

    options: tuple[str, ...] = ()
    figures: Mapping[str, str] | None = None

    @property
    def numbers(self) -> Mapping[str, str]:
        return self.figures or {}


@dataclass(frozen=True, slots=True)
class Part:
    """One page of the form: a few items, or the scenes of one stage."""

    id: str
    name: str
    hint: str
    items: tuple[str, ...]
    scenes: tuple[str, ...]

    @property
    def topics(self) -> tuple[str, ...]:
        return self.items + self.scenes


@dataclass(frozen=True, slots=True)
class Caution:
    """Something to look at again; it stops nobody."""

    topic: str
    message: str


@dataclass(frozen=True, slots=True)
class Result:
    points: Decimal
    by_item: Mapping[str, Decimal]
    by_dimension: Mapping[str, Decimal]
    scene_levels: Mapping[str, int]
    verdict: LevelVerdict


def _part(row: Mapping[str, Any]) -> Part:
    scenes = tuple(scene.id for scene in standard.SCENES.values() if scene.group == row.get("group"))
    return Part(row["id"], row["name"], row["hint"], tuple(row.get("items", ())), scenes)


PARTS: Mapping[str, Part] = {row["id"]: _part(row) for row in POLICY["parts"]}
PART_OF: Mapping[str, Part] = {topic: part for part in PARTS.values() for topic in part.topics}


def problems(item: Item, answer: Answer) -> dict[str, str]:
    """What stops an answer from being kept: by figure, and for the options under the item's own name."""
    found = figures_of.problems(item, answer.numbers)
    unknown = [option for option in answer.options if option not in item.options]
    if unknown or (item.rule == "one" and len(answer.options) > 1):
        found[item.id] = f"{number(item.id)}请从列出的选项里选{'一项' if item.rule == 'one' else ''}"
    alone = [item.options[key].text for key in answer.options if not unknown and item.options[key].excludes_others]
    if alone and len(answer.options) > 1:
        found[item.id] = f"{number(item.id)}选了“{alone[0]}”，就不能再选别的，请去掉其中一边"
    return found


def settle(item: Item, typed: Answer, before: Answer) -> Answer:
    """What is kept: the option follows the figures until somebody chooses another one himself."""
    numbers = {key: figures_of.plain(text) for key, text in typed.numbers.items() if text.strip()}
    derived = figures_of.derive(item, numbers)
    options = tuple(sorted(set(typed.options)))
    if derived and (not options or (options == before.options and _has_followed(item, before))):
        options = (derived.option,)
    return Answer(options, numbers)


def _has_followed(item: Item, answer: Answer) -> bool:
    derived = figures_of.derive(item, answer.numbers)
    return derived is not None and answer.options == (derived.option,)


def score(answers: Mapping[str, Answer], scene_levels: Mapping[str, int]) -> Result:
    """Points by item and dimension and the overall level; what is not answered counts nothing."""
    by_item = {
        item.id: standard.item_points(item, answers[item.id].options)
        for item in standard.ITEMS.values()
        if item.id in answers and answers[item.id].options
    }
    by_dimension = {
        dimension: sum((by_item.get(item.id, Decimal(0)) for item in items_of(dimension)), Decimal(0))
        for dimension in standard.DIMENSIONS
    }
    points = sum(by_item.values(), Decimal(0))
    return Result(points, by_item, by_dimension, scene_levels, standard.overall_level(points, scene_levels))


def items_of(dimension: str) -> tuple[Item, ...]:
    return tuple(item for item in standard.ITEMS.values() if item.dimension == dimension)


def missing(answers: Mapping[str, Answer], scene_levels: Mapping[str, int]) -> tuple[str, ...]:
    """Items and scenes without an answer, in the order of the standard."""
    unanswered = [key for key in standard.ITEMS if not answers.get(key, Answer()).options]
    return (*unanswered, *(key for key in standard.SCENES if key not in scene_levels))


def warnings(answers: Mapping[str, Answer], scene_levels: Mapping[str, int]) -> tuple[Caution, ...]:
    """Answers that do not go together with their figures, with each other, or with the scenes."""
    found = [
        Caution(item.id, message)
        for item in standard.ITEMS.values()
        if item.id in answers
        for message in item_warnings(item, answers)
    ]
    return (*found, *_scene_warnings(answers, scene_levels))


def item_warnings(item: Item, answers: Mapping[str, Answer]) -> tuple[str, ...]:
    answer = answers.get(item.id, Answer())
    derived = figures_of.derive(item, answer.numbers)
    found = []
    if derived and answer.options and answer.options != (derived.option,):
        found.append(f"按填的数字应选{derived.option}，您选了{'、'.join(answer.options)}，请核对")
    if answer.options and any(not answer.numbers.get(figure.id) for figure in item.figures):
        found.append("数字没有填全，选项没法核对；诊断和现场评定时要补上")
    others = figures_of.shared(item, {key: other.numbers for key, other in answers.items()})
    for figure in item.figures:
        here, there = answer.numbers.get(figure.id), others.get(figure.id)
        if here and there and here != there:
            found.append(f"{figure.name}这里填的是{here}，别的题里填的是{there}，请核对")
    return tuple(found)


def _scene_warnings(answers: Mapping[str, Answer], scene_levels: Mapping[str, int]) -> list[Caution]:
    collection, systems = answers.get("Q4", Answer()), answers.get("Q5", Answer())
    chosen = [standard.ITEMS["Q4"].options[key] for key in collection.options]
    names = [option.text for option in chosen if option.scene and scene_levels.get(option.scene) == 0]
    found = []
    if names:
        found.append(Caution("Q4", f"{'、'.join(names)}选了自动采集，场景里却还没到一级，请核对"))
    with_system = [standard.SCENES[key].name for key, level in scene_levels.items() if level >= SYSTEM_LEVEL]
    if systems.options == ("A",) and with_system:
        found.append(Caution("Q5", f"选了没有用系统，{'、'.join(with_system)}却到了二级及以上，请核对"))
    return found


def number(item: str) -> str:
    """Q7 as people say it."""
    return f"第{item.removeprefix('Q')}题"


def topic_name(topic: str) -> str:
    if topic in standard.ITEMS:
        return f"{number(topic)}{standard.ITEMS[topic].name}"
    return standard.SCENES[topic].name


def leading(records: Sequence[tuple[AssessmentKind, date, int]]) -> int | None:
    """The place of the record that speaks for the enterprise: the weightiest kind, of that the latest (then id)."""
    places = range(len(records))
    return max(places, key=lambda place: (KIND_OF_WEIGHT.index(records[place][0]), *records[place][1:]), default=None)


def check_record(*, assessed_on: date, today: date, points: Decimal, level: int) -> None:
    """A result of the edition before, as somebody typed it off the old certificate."""
    found = {}
    first = date.fromisoformat(POLICY["standard_before_from"])
    if not first <= assessed_on <= today:
        found["assessed_on"] = [f"评测日期应在{wording.day(first)}到今天之间，请核对"]
    if not 0 <= points <= standard.FULL_POINTS:
        found["points"] = [f"得分应在0到{standard.FULL_POINTS}之间，请核对"]
    if level not in SCENE_LEVELS:
        found["level"] = ["请选择当时评定的等级"]
    if found:
        raise Invalid(found)


def check_note(text: str) -> str | None:
    note = text.strip()
    return note[: POLICY["note_max"]] or None


def kind_words(kind: str, standard_version: str) -> str:
    label = wording.ASSESSMENT_KINDS[kind]
    return label if standard_version == standard.VERSION else f"{label}（{standard_version}年版）"
