"""揭榜挂帅 from unmet demand to the answers and the end."""

from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from marketplace.domain.actors import Actor
from marketplace.domain.challenges import POLICY, Answer, Draft, basis_words
from marketplace.domain.errors import AlreadyDone, Conflict, Forbidden, Invalid, NotFound
from marketplace.extensions import db
from marketplace.models.accounts import Role
from marketplace.models.audit import AuditEntry
from marketplace.models.challenges import Challenge, ChallengeResponse, ChallengeStatus
from marketplace.models.providers import Standing
from marketplace.services import challenge_views, challenges, clock
from tests.factories import Factory
from tests.pages.access_plans import challenge
from tests.services.test_insights import PRESS, publish

ANSWER = Answer("我们做过同类的气缸预警，装传感器后两周能用起来。", 120_000, 60)


@pytest.fixture
def reviewer(app: Flask, make: Factory) -> Actor:
    return make.actor(Role.BUREAU_REVIEWER)


@pytest.fixture
def provider(app: Flask, make: Factory) -> Actor:
    return make.actor(Role.PROVIDER)


def _draft(**facts: Any) -> Draft:
    values: dict[str, Any] = {
        "title": "设备预测性维护", "target_level": 4, "text": "气缸总在坏了之后才换，要提前知道。",
        "closes_on": clock.today() + timedelta(days=30),
    }  # fmt: skip
    return Draft(**(values | facts))


def _row(key: int) -> Challenge:
    db.session.rollback()
    return db.session.get_one(Challenge, key)


def _pass(monkeypatch: pytest.MonkeyPatch, day: date) -> None:
    monkeypatch.setattr(clock, "today", lambda: day)


def test_a_challenge_keeps_what_stood_behind_it_and_goes_its_way(
    reviewer: Actor, provider: Actor, make: Factory
) -> None:
    publish(make, PRESS, scene="equipment", target=4, budget=80_000)
    key = challenges.draw_up(reviewer, industry="modern_food", scene="equipment", draft=_draft())
    row = _row(key)
    assert (row.basis["enterprises"], row.basis["budget"], len(row.basis["lines"])) == (1, 80_000, 1)
    challenges.edit(reviewer, challenge_id=key, version=row.version, draft=_draft(title="改过的名称"))
    challenges.publish(reviewer, challenge_id=key, version=_row(key).version)
    challenges.answer(provider, challenge_id=key, answer=ANSWER)
    challenges.close(reviewer, challenge_id=key, version=_row(key).version, reason="选了测商一，价低且做过")
    row = _row(key)
    assert (row.title, row.status) == ("改过的名称", ChallengeStatus.CLOSED)
    assert challenge_views.get(None, key).result == "选了测商一，价低且做过"
    trail = db.session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)).all()
    assert trail == [
        "challenges.drawn_up", "challenges.drawn_up", "challenge.publish", "challenges.answered", "challenge.close",
    ]  # fmt: skip


def test_without_unmet_demand_nothing_is_drawn_up(reviewer: Actor, make: Factory) -> None:
    make.solution(coverage=(("equipment", 4),))
    publish(make, PRESS, scene="equipment", target=4)
    for industry, scene in (("modern_food", "equipment"), ("nonsense", "equipment"), ("modern_food", "nonsense")):
        with pytest.raises(Invalid) as refusal:
            challenges.draw_up(reviewer, industry=industry, scene=scene, draft=_draft())
        assert "scene" in refusal.value.messages


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"title": " "}, "title"),
        ({"title": "长" * 61}, "title"),
        ({"target_level": 0}, "target_level"),
        ({"text": "太短"}, "text"),
        ({"closes_on": date(2020, 1, 1)}, "closes_on"),
        ({"closes_on": date(2099, 1, 1)}, "closes_on"),
    ],
)
def test_a_draft_with_something_wrong_is_refused_by_name(
    reviewer: Actor, make: Factory, facts: dict[str, Any], field: str
) -> None:
    publish(make, PRESS, scene="equipment", target=4)
    with pytest.raises(Invalid) as refusal:
        challenges.draw_up(reviewer, industry="modern_food", scene="equipment", draft=_draft(**facts))
    assert list(refusal.value.messages) == [field]


def test_a_draft_that_lay_too_long_is_not_published(
    reviewer: Actor, make: Factory, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = challenge(make, ChallengeStatus.DRAFT, days=POLICY["min_open_days"])
    _pass(monkeypatch, clock.today() + timedelta(days=1))
    with pytest.raises(Invalid):
        challenges.publish(reviewer, challenge_id=row.id, version=row.version)
    assert _row(row.id).status == ChallengeStatus.DRAFT


def test_the_last_day_still_takes_answers_and_the_next_one_does_not(
    provider: Actor, make: Factory, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = challenge(make, ChallengeStatus.OPEN, days=5)
    last = row.closes_on
    _pass(monkeypatch, last)
    challenges.answer(provider, challenge_id=row.id, answer=ANSWER)
    _pass(monkeypatch, last + timedelta(days=1))
    seen = challenges.mark(_answer(provider, row.id))
    with pytest.raises(Invalid) as refusal:
        challenges.answer(provider, challenge_id=row.id, answer=ANSWER, seen=seen)
    assert "已过截止日期" in refusal.value.messages["closed"][0]
    assert challenge_views.get(provider, row.id).row.status_label == "已截止，待收榜"


def _answer(person: Actor, key: int) -> ChallengeResponse | None:
    db.session.rollback()
    assert person.provider_id
    return challenges.find_answer(db.session, challenge_id=key, provider_id=person.provider_id)


def test_a_provider_has_one_answer_and_changes_the_one_it_saw(provider: Actor, make: Factory) -> None:
    row = challenge(make, ChallengeStatus.OPEN)
    challenges.answer(provider, challenge_id=row.id, answer=ANSWER)
    with pytest.raises(Conflict):  # another tab that still thinks there is none
        challenges.answer(provider, challenge_id=row.id, answer=ANSWER)
    seen = challenges.mark(_answer(provider, row.id))
    challenges.answer(provider, challenge_id=row.id, answer=Answer(ANSWER.text, 90_000, 45), seen=seen)
    assert db.session.scalars(select(ChallengeResponse.price)).all() == [90_000]


def test_the_same_form_twice_answers_once(provider: Actor, make: Factory) -> None:
    row = challenge(make, ChallengeStatus.OPEN)
    challenges.answer(provider, challenge_id=row.id, answer=ANSWER, once="token")
    with pytest.raises(AlreadyDone):
        challenges.answer(provider, challenge_id=row.id, answer=ANSWER, once="token")
    assert db.session.scalar(select(func.count(ChallengeResponse.id))) == 1


@pytest.mark.parametrize(
    ("answer", "field"),
    [
        (Answer("短", 1, 1), "text"), (Answer(ANSWER.text, 0, 1), "price"), (Answer(ANSWER.text, 1, 0), "days"),
        (Answer(ANSWER.text, POLICY["price_max"] + 1, 1), "price"),
    ],
)  # fmt: skip
def test_an_answer_with_something_wrong_is_refused_by_name(
    provider: Actor, make: Factory, answer: Answer, field: str
) -> None:
    row = challenge(make, ChallengeStatus.OPEN)
    with pytest.raises(Invalid) as refusal:
        challenges.answer(provider, challenge_id=row.id, answer=answer)
    assert list(refusal.value.messages) == [field]


@pytest.mark.parametrize("standing", [Standing.SUSPENDED, Standing.REMOVED])
def test_who_is_suspended_or_removed_does_not_answer(app: Flask, make: Factory, standing: Standing) -> None:
    owner = make.provider(standing=standing)
    person = make.actor(make.user(Role.PROVIDER, organisation_id=owner.organisation_id))
    row = challenge(make, ChallengeStatus.OPEN)
    with pytest.raises(Invalid):
        challenges.answer(person, challenge_id=row.id, answer=ANSWER)


@pytest.mark.parametrize("status", [ChallengeStatus.DRAFT, ChallengeStatus.CLOSED])
def test_only_an_open_one_takes_answers(provider: Actor, make: Factory, status: ChallengeStatus) -> None:
    row = challenge(make, status)
    with pytest.raises(Conflict):
        challenges.answer(provider, challenge_id=row.id, answer=ANSWER)


@pytest.mark.parametrize("role", [role for role in Role if role not in {Role.BUREAU_REVIEWER, Role.BUREAU_LEADER}])
def test_nobody_but_the_bureau_manages_them(app: Flask, make: Factory, role: Role) -> None:
    person, drafted, opened = (
        make.actor(role),
        challenge(make, ChallengeStatus.DRAFT),
        challenge(make, ChallengeStatus.OPEN),
    )
    with pytest.raises(Forbidden):
        challenges.draw_up(person, industry="modern_food", scene="equipment", draft=_draft())
    with pytest.raises(Forbidden):
        challenges.edit(person, challenge_id=drafted.id, version=1, draft=_draft())
    with pytest.raises(Forbidden):
        challenges.publish(person, challenge_id=drafted.id, version=1)
    with pytest.raises(Forbidden):
        challenges.close(person, challenge_id=opened.id, version=1, reason="无人应榜")
    with pytest.raises(NotFound):
        challenge_views.get(person, drafted.id)
    if role != Role.PROVIDER:
        with pytest.raises(Forbidden):
            challenges.answer(person, challenge_id=opened.id, answer=ANSWER)


def test_a_published_one_is_not_edited_and_needs_a_word_to_be_closed(reviewer: Actor, make: Factory) -> None:
    row = challenge(make, ChallengeStatus.OPEN)
    with pytest.raises(Conflict):
        challenges.edit(reviewer, challenge_id=row.id, version=row.version, draft=_draft())
    for reason in (" ", "长" * (POLICY["reason_max"] + 1)):
        with pytest.raises(Invalid):
            challenges.close(reviewer, challenge_id=row.id, version=row.version, reason=reason)


def test_answers_are_for_the_bureau_and_ones_own_for_oneself(reviewer: Actor, provider: Actor, make: Factory) -> None:
    row, other = challenge(make, ChallengeStatus.OPEN), make.actor(Role.PROVIDER)
    challenges.answer(provider, challenge_id=row.id, answer=ANSWER)
    challenges.answer(other, challenge_id=row.id, answer=Answer(ANSWER.text, 60_000, 90))
    assert [one.price for one in challenge_views.get(reviewer, row.id).responses] == [60_000, 120_000]
    mine = challenge_views.get(provider, row.id)
    assert mine.own
    assert (mine.own.price, mine.responses) == (120_000, ())
    anybody = challenge_views.get(None, row.id)
    assert (anybody.own, anybody.responses, anybody.may_answer) == (None, (), False)


def test_the_public_board_hides_drafts_and_parts_open_from_past(
    reviewer: Actor, make: Factory, monkeypatch: pytest.MonkeyPatch
) -> None:
    challenge(make, ChallengeStatus.DRAFT)
    soon, later = challenge(make, ChallengeStatus.OPEN, days=9), challenge(make, ChallengeStatus.OPEN, days=20)
    closed = challenge(make, ChallengeStatus.CLOSED)
    board = challenge_views.board(None)
    assert ([row.challenge.id for row in board.open], board.drafts) == ([soon.id, later.id], ())
    assert [row.challenge.id for row in board.past] == [closed.id]
    assert len(challenge_views.board(reviewer).drafts) == 1
    _pass(monkeypatch, clock.today() + timedelta(days=10))
    assert {row.challenge.id for row in challenge_views.board(None).past} == {soon.id, closed.id}


@pytest.mark.parametrize(
    ("enterprises", "budget", "words"),
    [
        (1, 80_000, "少于3家企业提出，预算不公开"),
        (2, 80_000, "少于3家企业提出，预算不公开"),
        (3, 80_000, "3家企业提出，相关预算合计8.00万元"),
        (4, 0, "4家企业提出，预算没填"),
    ],
)
def test_the_public_learns_no_figures_of_few_enterprises(enterprises: int, budget: int, words: str) -> None:
    assert basis_words({"enterprises": enterprises, "budget": budget, "lines": [], "unstated": 0}) == words
