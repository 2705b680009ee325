"""A completed assessment as its page, its print and its PDF show it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from marketplace.domain import acts, permissions, wording
from marketplace.domain import assessment_figures as figures_of
from marketplace.domain import assessment_words as words
from marketplace.domain import assessments as rules
from marketplace.domain.actors import Actor
from marketplace.domain.assessments import Answer, Caution, Part, Result
from marketplace.domain.permissions import Permission
from marketplace.extensions import db
from marketplace.models.assessments import Assessment, AssessmentStatus
from marketplace.models.enterprises import Enterprise
from marketplace.services import assessment_access, assessment_answers, timelines
from marketplace.services.timelines import Entry
from matching import standard

ANSWERED = acts.ACTS["assessments.answered"].label

SCENE_LEVEL_NAMES = ("还没到一级", *standard.LEVEL_NAMES[1:])


@dataclass(frozen=True, slots=True)
class ItemLine:
    number: str
    name: str
    points: Decimal
    full: Decimal
    chosen: str
    figures: str


@dataclass(frozen=True, slots=True)
class DimensionBlock:
    name: str
    points: Decimal
    full: Decimal
    lines: tuple[ItemLine, ...]


@dataclass(frozen=True, slots=True)
class SceneLine:
    name: str
    is_mandatory: bool
    level: int
    statement: str


@dataclass(frozen=True, slots=True)
class SceneBlock:
    name: str
    lines: tuple[SceneLine, ...]


@dataclass(frozen=True, slots=True)
class Given:
    """An answer to be checked before the assessment is completed; without words nothing was given yet."""

    topic: str
    name: str
    words: str


@dataclass(frozen=True, slots=True)
class GivenPart:
    part: Part
    rows: tuple[Given, ...]


@dataclass(frozen=True, slots=True)
class Earlier:
    """Another record by the same edition that was completed before, and how far this one is from it."""

    id: int
    assessed_on: str
    kind: str
    organisation: str
    level: int
    points: Decimal
    change: str


@dataclass(frozen=True, slots=True)
class Outcome:
    assessment: Assessment
    title: str
    kind: str
    level_name: str
    worth: str
    is_compared: bool
    reason: str
    distance: tuple[str, ...]
    next_level: str
    notes: tuple[str, ...]
    dimensions: tuple[DimensionBlock, ...]
    groups: tuple[SceneBlock, ...]
    counts: tuple[tuple[str, int, int], ...]
    warnings: tuple[Caution, ...]
    earlier: tuple[Earlier, ...]
    may_void: bool
    is_own: bool


def outcome(actor: Actor, assessment: Assessment) -> Outcome:
    """Of a record that is no draft any more; one of the edition before has its points and level, and nothing else."""
    is_compared = assessment.standard == standard.VERSION
    answers, levels = assessment_answers.answers_of(assessment), assessment_answers.scenes_of(assessment)
    result = rules.score(answers, levels)
    level = assessment.level or 0
    may_write = permissions.permits(actor, Permission.WRITE_ASSESSMENT, assessment)
    return Outcome(
        assessment=assessment,
        title=f"{assessment.enterprise.organisation.name}数字化水平{wording.ASSESSMENT_KINDS[assessment.kind]}",
        kind=rules.kind_words(assessment.kind, assessment.standard),
        level_name=words.level_name(level) if is_compared else wording.LEVELS[str(level)],
        worth=words.WORTH[assessment.kind] if is_compared else words.WORTH_BEFORE,
        is_compared=is_compared,
        reason=words.reason(result.points, levels, result.verdict) if is_compared else "",
        distance=words.distance(result.verdict) if is_compared else (),
        next_level=wording.LEVELS.get(str(level + 1), ""),
        notes=words.notes(level) if is_compared else (),
        dimensions=_dimensions(result, answers) if is_compared else (),
        groups=_groups(result) if is_compared else (),
        counts=tuple((standard.LEVEL_NAMES[one], *standard.count_scenes(levels, one)) for one in (4, 3, 2, 1)),
        warnings=rules.warnings(answers, levels) if is_compared else (),
        earlier=_earlier(actor, assessment) if is_compared else (),
        may_void=may_write and assessment.status == AssessmentStatus.COMPLETED,
        is_own=actor.enterprise_id == assessment.enterprise_id,
    )


def _dimensions(result: Result, answers: Mapping[str, Answer]) -> tuple[DimensionBlock, ...]:
    return tuple(
        DimensionBlock(
            name=dimension.name,
            points=result.by_dimension[dimension.id],
            full=dimension.points,
            lines=tuple(
                _line(item, answers.get(item.id, Answer()), result.by_item.get(item.id, Decimal(0)))
                for item in rules.items_of(dimension.id)
            ),
        )
        for dimension in standard.DIMENSIONS.values()
    )


def _line(item: standard.Item, answer: Answer, points: Decimal) -> ItemLine:
    chosen = "；".join(item.options[key].text for key in answer.options if key in item.options)
    derived = figures_of.derive(item, answer.numbers)
    given = [f"{one.name}{answer.numbers[one.id]}{one.unit}" for one in item.figures if answer.numbers.get(one.id)]
    told = "，".join(given) + (f"（{derived.words}）" if derived else "")
    return ItemLine(rules.number(item.id), item.name, points, item.points, chosen, told)


def given(answers: Mapping[str, Answer], scene_levels: Mapping[str, int]) -> tuple[GivenPart, ...]:
    """All answers in words, part by part, for the last look at them."""
    return tuple(
        GivenPart(
            part,
            tuple(
                Given(topic, rules.topic_name(topic), _given_words(topic, answers, scene_levels))
                for topic in part.topics
            ),
        )
        for part in rules.PARTS.values()
    )


def _given_words(topic: str, answers: Mapping[str, Answer], scene_levels: Mapping[str, int]) -> str:
    if topic in standard.SCENES:
        level = scene_levels.get(topic)
        return "" if level is None else f"{SCENE_LEVEL_NAMES[level]}：{standard.LEVEL_STATEMENTS[topic][level]}"
    line = _line(standard.ITEMS[topic], answers.get(topic, Answer()), Decimal(0))
    return "。".join(text for text in (line.chosen, line.figures) if text)


def _groups(result: Result) -> tuple[SceneBlock, ...]:
    return tuple(
        SceneBlock(
            label,
            tuple(
                SceneLine(scene.name, scene.is_mandatory, level, standard.LEVEL_STATEMENTS[scene.id][level])
                for scene in standard.SCENES.values()
                if scene.group == group
                for level in (result.scene_levels.get(scene.id, 0),)
            ),
        )
        for group, label in standard.GROUPS.items()
    )


def _earlier(actor: Actor, assessment: Assessment) -> tuple[Earlier, ...]:
    """Newest first, of those that this person may read."""
    query = (
        select(Assessment)
        .where(
            Assessment.enterprise_id == assessment.enterprise_id,
            Assessment.standard == assessment.standard,
            Assessment.status == AssessmentStatus.COMPLETED,
            Assessment.decided_at < assessment.decided_at,
        )
        .options(
            joinedload(Assessment.organisation), joinedload(Assessment.enterprise).joinedload(Enterprise.organisation)
        )
        .order_by(Assessment.decided_at.desc(), Assessment.id.desc())
    )
    rows = db.session.scalars(query).all()
    return tuple(
        _one_earlier(row, assessment) for row in rows if permissions.permits(actor, Permission.READ_ASSESSMENT, row)
    )


def _one_earlier(row: Assessment, now: Assessment) -> Earlier:
    gained = (now.points or Decimal(0)) - (row.points or Decimal(0))
    told = f"多{words.points(gained)}分" if gained > 0 else f"少{words.points(-gained)}分" if gained else "得分一样"
    steps = (now.level or 0) - (row.level or 0)
    moved = f"，升{steps}级" if steps > 0 else f"，降{-steps}级" if steps else ""
    return Earlier(
        id=row.id,
        assessed_on=wording.day(row.assessed_on),
        kind=wording.ASSESSMENT_KINDS[row.kind],
        organisation=row.organisation.name,
        level=row.level or 0,
        points=row.points or Decimal(0),
        change=f"这次{told}{moved}",
    )


def timeline(assessment_id: int) -> tuple[Entry, ...]:
    """The answers of one person in a row are told in one line."""
    return _folded(timelines.of(kind=assessment_access.KIND, key=assessment_id))


def _folded(entries: Sequence[Entry]) -> tuple[Entry, ...]:
    folded: list[tuple[Entry, int]] = []
    for entry in entries:
        last, times = folded[-1] if folded else (None, 0)
        if last and entry.what == last.what == ANSWERED and entry.who == last.who:
            folded[-1] = (last, times + 1)
        else:
            folded.append((entry, 1))
    return tuple(replace(entry, note=f"共{times}处") if entry.what == ANSWERED else entry for entry, times in folded)
