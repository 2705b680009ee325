"""Writing the answers of an assessment.

They are rows by item and scene, written under the lock of their assessment: two people who answer at once lose nothing
of each other, and of two answers to the same item the later one stands, each with its audit row.
"""

from collections.abc import Mapping

from marketplace.domain import assessment_figures as figures_of
from marketplace.domain import assessments as rules
from marketplace.domain.actors import Actor
from marketplace.domain.assessments import Answer
from marketplace.domain.errors import Invalid
from marketplace.models.assessments import Assessment, AssessmentAnswer, SceneLevel
from marketplace.services import assessment_access, audit, clock, unit_of_work
from matching import standard

KIND = assessment_access.KIND


def save(
    actor: Actor, *, assessment_id: int, answers: Mapping[str, Answer], scene_levels: Mapping[str, int]
) -> dict[str, Answer]:
    """Keep these answers, or, when one of them cannot stand, none; returns the items as they are kept now."""
    _check(answers, scene_levels)
    with unit_of_work.writing(actor) as session:
        assessment = assessment_access.draft(session, actor, assessment_id)
        kept = answers_of(assessment)
        known = {key: dict(answer.numbers) for key, answer in (kept | dict(answers)).items()}
        settled = {key: _settle(key, typed, kept.get(key, Answer()), known) for key, typed in answers.items()}
        changed = [key for key, answer in settled.items() if _put_answer(actor, assessment, key, answer)]
        changed += [key for key, level in scene_levels.items() if _put_scene(actor, assessment, key, level)]
        for topic in changed:
            audit.record(session, actor, "assessments.answered", kind=KIND, key=assessment_id, details={"topic": topic})
        if changed:
            assessment.changed_at = clock.now()
        return settled


def _check(answers: Mapping[str, Answer], scene_levels: Mapping[str, int]) -> None:
    found: dict[str, list[str]] = {}
    for key, answer in answers.items():
        for field, message in rules.problems(standard.ITEMS[key], answer).items():
            found[key if field == key else f"{key}-{field}"] = [message]
    for key, level in scene_levels.items():
        if key not in standard.SCENES or level not in rules.SCENE_LEVELS:
            found[key] = ["请重新选择这个场景的等级"]
    if found:
        raise Invalid(found)


def _settle(key: str, typed: Answer, before: Answer, known: Mapping[str, Mapping[str, str]]) -> Answer:
    """A number that stands with another item need not be typed again; one that was just cleared stays cleared."""
    item = standard.ITEMS[key]
    numbers = {name: text for name, text in typed.numbers.items() if text.strip()}
    if numbers or typed.options:
        given = {name: text for name, text in figures_of.shared(item, known).items() if name not in before.numbers}
        filled = given | numbers
        numbers = filled if not figures_of.problems(item, filled) else numbers
    return rules.settle(item, Answer(typed.options, numbers), before)


def _put_answer(actor: Actor, assessment: Assessment, key: str, answer: Answer) -> bool:
    """Write the row of the item; False when it says so already."""
    row = next((row for row in assessment.answers if row.item == key), None)
    if row is None:
        if answer == Answer((), {}):
            return False
        row = AssessmentAnswer(item=key)
        assessment.answers.append(row)
    elif row.options == list(answer.options) and row.figures == answer.numbers:
        return False
    row.options, row.figures = list(answer.options), dict(answer.numbers)
    row.answered_by, row.answered_at = actor.user_id or 0, clock.now()
    return True


def _put_scene(actor: Actor, assessment: Assessment, key: str, level: int) -> bool:
    row = next((row for row in assessment.scenes if row.scene == key), None)
    if row is None:
        row = SceneLevel(scene=key)
        assessment.scenes.append(row)
    elif row.level == level:
        return False
    row.level, row.answered_by, row.answered_at = level, actor.user_id or 0, clock.now()
    return True


def answers_of(assessment: Assessment) -> dict[str, Answer]:
    return {row.item: Answer(tuple(row.options), dict(row.figures)) for row in assessment.answers}


def scenes_of(assessment: Assessment) -> dict[str, int]:
    return {row.scene: row.level for row in assessment.scenes}
