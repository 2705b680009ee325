"""Two tabs of one provider answer, two officers close, two tabs tick a measure: once each."""

from pathlib import Path

from flask import Flask
from sqlalchemy import func, select

from marketplace.domain.actors import Actor
from marketplace.extensions import db
from marketplace.models.accounts import Membership, Role
from marketplace.models.assessments import MeasureTick
from marketplace.models.challenges import ChallengeResponse, ChallengeStatus
from marketplace.services import accounts, challenges, gaps
from tests.factories import Factory
from tests.pages.access_plans import challenge
from tests.processes.racing import race
from tests.services.test_challenges import ANSWER

ROUNDS = 6


def _somebody(role: Role) -> Actor:
    query = select(Membership).where(Membership.role == role).options(*accounts.SEAT).order_by(Membership.id).limit(1)
    return accounts.actor_in(db.session.scalars(query).one())


def answer_it(_number: int, key: int) -> None:
    challenges.answer(_somebody(Role.PROVIDER), challenge_id=key, answer=ANSWER)


def close_it(_number: int, key: int) -> None:
    challenges.close(_somebody(Role.BUREAU_LEADER), challenge_id=key, version=1, reason="选定了")


def tick_it(_number: int, key: int) -> None:
    gaps.tick(_somebody(Role.ENTERPRISE), assessment_id=key, item="Q9", option="B", is_done=True)


def test_two_tabs_of_a_provider_make_one_answer(app: Flask, make: Factory, tmp_path: Path) -> None:
    make.user(Role.PROVIDER)
    keys = [challenge(make, ChallengeStatus.OPEN).id for _ in range(ROUNDS)]
    outcomes = race(app.config["SQLALCHEMY_ENGINES"]["default"]["url"], tmp_path, answer_it, keys=keys)
    assert [sorted(pair) for pair in outcomes] == [["Conflict", "done"]] * ROUNDS
    db.session.rollback()
    assert db.session.scalar(select(func.count(ChallengeResponse.id))) == ROUNDS


def test_a_challenge_is_closed_once(app: Flask, make: Factory, tmp_path: Path) -> None:
    keys = [challenge(make, ChallengeStatus.OPEN).id for _ in range(ROUNDS)]
    outcomes = race(app.config["SQLALCHEMY_ENGINES"]["default"]["url"], tmp_path, close_it, keys=keys)
    assert [sorted(pair) for pair in outcomes] == [["Conflict", "done"]] * ROUNDS


def test_a_measure_ticked_in_two_tabs_counts_once(app: Flask, make: Factory, tmp_path: Path) -> None:
    user = make.user(Role.ENTERPRISE)
    keys = [make.assessment(user=user).id for _ in range(ROUNDS)]
    outcomes = race(app.config["SQLALCHEMY_ENGINES"]["default"]["url"], tmp_path, tick_it, keys=keys)
    assert outcomes == [["done", "done"]] * ROUNDS
    db.session.rollback()
    assert db.session.scalar(select(func.count(MeasureTick.id))) == ROUNDS
