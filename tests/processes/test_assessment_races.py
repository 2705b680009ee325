"""Two tabs, one assessment, one moment: no answer is lost, and it is started and completed once."""

from pathlib import Path

from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import selectinload

from marketplace.domain.actors import Actor
from marketplace.domain.assessments import Answer
from marketplace.extensions import db
from marketplace.models.accounts import Membership
from marketplace.models.approvals import StatusChange
from marketplace.models.assessments import Assessment, AssessmentStatus
from marketplace.models.audit import AuditEntry
from marketplace.models.enterprises import Enterprise
from marketplace.services import accounts, assessment_answers, assessments
from matching import standard
from tests.factories import Factory
from tests.processes.racing import race

ROUNDS = 12
SIDES = (("Q6", "quality"), ("Q7", "energy"))  # what each of the two tabs answers


def _actor(user_id: int) -> Actor:
    query = select(Membership).where(Membership.user_id == user_id).options(*accounts.SEAT)
    return accounts.actor_in(db.session.scalars(query).one())


def _owner(key: int) -> Actor:
    return _actor(db.session.get_one(Assessment, key).created_by)


def answer_different(number: int, key: int) -> None:
    item, scene = SIDES[number]
    assessment_answers.save(_owner(key), assessment_id=key, answers={item: Answer(("B", "C"))}, scene_levels={scene: 2})


def answer_the_same(number: int, key: int) -> None:
    assessment_answers.save(
        _owner(key), assessment_id=key, answers={"Q6": Answer(("BC"[number],))}, scene_levels={"quality": number + 1}
    )


def complete(_number: int, key: int) -> None:
    assessments.complete(_owner(key), assessment_id=key, version=1)


def complete_or_answer(number: int, key: int) -> None:
    """One submits what he has seen, the other still changes it."""
    if number == 0:
        complete(number, key)
    else:
        assessment_answers.save(_owner(key), assessment_id=key, answers={"Q6": Answer(("B",))}, scene_levels={})


def start(_number: int, user_id: int) -> None:
    assessments.start(_actor(user_id), enterprise_id=None)


def _drafts(make: Factory) -> list[int]:
    return [make.assessment(status=AssessmentStatus.DRAFT).id for _ in range(ROUNDS)]


def _url(app: Flask) -> str:
    return str(app.config["SQLALCHEMY_ENGINES"]["default"]["url"])


def _rows() -> list[Assessment]:
    db.session.rollback()  # the snapshot of before the race
    return list(
        db.session.scalars(
            select(Assessment).options(selectinload(Assessment.answers), selectinload(Assessment.scenes))
        )
    )


def _answers(row: Assessment) -> dict[str, list[str]]:
    return {one.item: one.options for one in row.answers}


def test_two_tabs_that_answer_at_once_lose_nothing_of_each_other(app: Flask, make: Factory, tmp_path: Path) -> None:
    keys = _drafts(make)
    assert race(_url(app), tmp_path, answer_different, keys=keys) == [["done", "done"]] * ROUNDS
    for row in _rows():
        levels = {one.scene: one.level for one in row.scenes}
        assert (_answers(row)["Q6"], _answers(row)["Q7"]) == (["B", "C"], ["B", "C"])
        assert (levels["quality"], levels["energy"]) == (2, 2)
        assert len(row.answers) == len(standard.ITEMS)
        assert len(row.scenes) == len(standard.SCENES)


def test_of_two_answers_to_the_same_question_the_later_one_stands_with_its_trace(
    app: Flask, make: Factory, tmp_path: Path
) -> None:
    keys = _drafts(make)
    assert race(_url(app), tmp_path, answer_the_same, keys=keys) == [["done", "done"]] * ROUNDS
    for row in _rows():
        level = next(one.level for one in row.scenes if one.scene == "quality")
        assert _answers(row)["Q6"] in (["B"], ["C"])
        assert level == (1 if _answers(row)["Q6"] == ["B"] else 2)  # both of one tab, not a mixture
    entries = select(func.count()).where(AuditEntry.action == "assessments.answered")
    # level 1 stands in the draft already: whoever comes first with it changes nothing
    assert ROUNDS * 3 <= (db.session.scalar(entries) or 0) <= ROUNDS * 4


def test_completing_twice_at_once_has_one_effect(app: Flask, make: Factory, tmp_path: Path) -> None:
    keys = _drafts(make)
    outcomes = race(_url(app), tmp_path, complete, keys=keys)
    assert [sorted(pair) for pair in outcomes] == [["Conflict", "done"]] * ROUNDS
    assert {row.status for row in _rows()} == {AssessmentStatus.COMPLETED}
    assert db.session.scalar(select(func.count()).select_from(StatusChange)) == ROUNDS
    assert {one.overall_level for one in db.session.scalars(select(Enterprise))} == {0}


def test_what_is_completed_is_what_was_seen(app: Flask, make: Factory, tmp_path: Path) -> None:
    keys = _drafts(make)
    outcomes = race(_url(app), tmp_path, complete_or_answer, keys=keys)
    assert [sorted(pair) for pair in outcomes] == [["Conflict", "done"]] * ROUNDS
    for row in _rows():
        assert (row.status == AssessmentStatus.COMPLETED) == (_answers(row)["Q6"] == ["A"])


def test_starting_twice_at_once_makes_one_draft(app: Flask, make: Factory, tmp_path: Path) -> None:
    users = [make.user().id for _ in range(ROUNDS)]
    assert race(_url(app), tmp_path, start, keys=users) == [["done", "done"]] * ROUNDS
    assert len(_rows()) == ROUNDS
