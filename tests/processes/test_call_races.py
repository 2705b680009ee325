"""Two at once around a call: a response and its end, two experts, two objections, the confirmation and an objection.

RACE_ROUNDS says how often each is run; 200 for the figures.
"""

import os
from datetime import date, timedelta
from pathlib import Path

from flask import Flask
from sqlalchemy import func, select

from marketplace.domain import provider_applications as application_rules
from marketplace.domain.actors import Actor
from marketplace.domain.calls import Objector
from marketplace.domain.declarations import TEXTS
from marketplace.extensions import db
from marketplace.models.accounts import Membership, Role
from marketplace.models.approvals import StatusChange
from marketplace.models.calls import (
    Call,
    CallCriterion,
    CallExpert,
    CallObjection,
    CallResponse,
    LeadSeat,
    ObjectionStatus,
)
from marketplace.models.provider_applications import ProviderApplication
from marketplace.models.providers import Provider
from marketplace.services import (
    accounts,
    call_objections,
    call_responses,
    call_results,
    call_scores,
    calls,
    clock,
)
from marketplace.services import provider_application_decisions as decisions
from marketplace.services import provider_applications as applications
from tests import call_world as world
from tests.factories import Factory
from tests.processes.racing import race
from tests.services.test_provider_applications import candidate, sent

ROUNDS = int(os.environ.get("RACE_ROUNDS", "10"))


def _seat_of(condition: object) -> Actor:
    query = select(Membership).where(condition).options(*accounts.SEAT).order_by(Membership.id).limit(1)  # type: ignore[arg-type]
    return accounts.actor_in(db.session.scalars(query).one())


def _somebody(role: Role) -> Actor:
    return _seat_of(Membership.role == role)


def _user(user_id: int) -> Actor:
    return _seat_of(Membership.user_id == user_id)


def _at(day: date) -> None:
    """This process lives on that day: midnight between two of them."""
    clock.today = lambda: day


def _criteria(call_id: int) -> list[int]:
    return list(db.session.scalars(select(CallCriterion.id).where(CallCriterion.call_id == call_id)))


def respond_or_close(number: int, key: int) -> None:
    """Just before midnight the provider sends, just after it the bureau closes."""
    db.session.rollback()
    closes_on = db.session.get_one(Call, key).closes_on
    if number == 0:
        _at(closes_on)
        person = _somebody(Role.PROVIDER)
        row = call_responses.find(db.session, call_id=key, provider_id=person.provider_id or 0)
        texts = {str(one): "午夜之前改的应榜，内容写够字数。" for one in _criteria(key)}
        call_responses.answer(
            person, call_id=key, texts=texts, files={}, declared=tuple(TEXTS), seen=call_responses.mark(row)
        )
    else:
        _at(closes_on + timedelta(days=1))
        calls.close(_somebody(Role.BUREAU_REVIEWER), call_id=key, version=db.session.get_one(Call, key).version)


def submit_scores(number: int, key: int) -> None:
    db.session.rollback()
    query = select(CallExpert.user_id).where(CallExpert.call_id == key, CallExpert.submitted_at.is_(None))
    waiting = sorted(db.session.scalars(query))
    call_scores.submit(_user(waiting[min(number, len(waiting) - 1)]), call_id=key)


def object_as_one_person(_number: int, key: int) -> None:
    objector = Objector("路人", "13900000003")
    call_objections.object_to(None, call_id=key, objector=objector, text="第一名的案例合同是关联企业的，请核实。")


def answer_both_ways(number: int, key: int) -> None:
    call_objections.answer(
        _somebody(Role.BUREAU_REVIEWER), objection_id=key, version=1, is_upheld=number == 0, reason="已核实"
    )


def conclude_or_object(number: int, key: int) -> None:
    """Around the midnight that ends the period."""
    db.session.rollback()
    until = db.session.get_one(Call, key).objections_until
    assert until is not None
    if number == 0:
        _at(until)
        object_as_one_person(0, key)
    else:
        _at(until + timedelta(days=1))
        call_results.conclude(_somebody(Role.BUREAU_LEADER), call_id=key)


def conclude(_number: int, key: int) -> None:
    call_results.conclude(_somebody(Role.BUREAU_LEADER), call_id=key)


def admit_or_reject(number: int, key: int) -> None:
    db.session.rollback()
    row = db.session.get_one(ProviderApplication, key)
    officer, version = _somebody(Role.BUREAU_REVIEWER), row.version
    if number == 0:
        ticked = [one.id for one in application_rules.conditions(str(row.kind))]
        decisions.admit(officer, application_id=key, version=version, ticked=ticked)
    else:
        decisions.reject(officer, application_id=key, version=version, reason="案例核实不了")


def start_application(_number: int, key: int) -> None:
    applications.start(_seat_of(Membership.organisation_id == key))


def _run(app: Flask, folder: Path, act: object, keys: list[int]) -> list[list[str]]:
    outcomes = race(app.config["SQLALCHEMY_ENGINES"]["default"]["url"], folder, act, keys=keys)  # type: ignore[arg-type]
    db.session.rollback()
    return outcomes


def test_a_response_at_midnight_is_in_or_refused_and_never_changed_after_the_end(
    app: Flask, make: Factory, tmp_path: Path
) -> None:
    stages = [world.opened(make) for _ in range(ROUNDS)]
    person = make.actor(Role.PROVIDER)
    for stage in stages:
        world.respond(make, stage, person)
    outcomes = _run(app, tmp_path, respond_or_close, [stage.call_id for stage in stages])
    assert {tuple(pair) for pair in outcomes} <= {("done", "done"), ("Conflict", "done")}
    for stage, (response, _) in zip(stages, outcomes, strict=True):
        row = db.session.scalars(select(CallResponse).where(CallResponse.call_id == stage.call_id)).one()
        is_changed = any("午夜" in text for text in row.texts.values())
        assert is_changed == (response == "done")
        closed = db.session.scalars(
            select(StatusChange.decided_at).where(
                StatusChange.subject_kind == "call",
                StatusChange.subject_id == stage.call_id,
                StatusChange.action == "close",
            )
        ).one()
        assert row.changed_at <= closed


def test_the_last_two_experts_gather_the_scores_once(app: Flask, make: Factory, tmp_path: Path) -> None:
    stages = [world.scoring(make) for _ in range(ROUNDS)]
    for stage in stages:
        for expert in stage.experts:
            world.score(stage, expert, [[80, 70], [60, 50]])
        call_scores.submit(stage.experts[0], call_id=stage.call_id)
    outcomes = _run(app, tmp_path, submit_scores, [stage.call_id for stage in stages])
    # Whoever looks after the other has finished finds himself told so, or finds the same seat taken.
    assert all("done" in pair and set(pair) <= {"done", "Conflict"} for pair in outcomes)
    for stage in stages:
        left = db.session.scalar(
            select(func.count()).where(CallExpert.call_id == stage.call_id, CallExpert.submitted_at.is_(None))
        )
        gathered = db.session.scalar(
            select(func.count()).where(
                StatusChange.subject_kind == "call",
                StatusChange.subject_id == stage.call_id,
                StatusChange.action == "gather",
            )
        )
        assert gathered == (0 if left else 1)
        assert (stage.call.status == "consensus") == (left == 0)


def test_two_objections_of_one_person_do_not_pass_his_limit(app: Flask, make: Factory, tmp_path: Path) -> None:
    stages = [world.announced(make) for _ in range(ROUNDS)]
    for stage in stages:
        world.objection(stage)
        world.objection(stage)
    outcomes = _run(app, tmp_path, object_as_one_person, [stage.call_id for stage in stages])
    assert [sorted(pair) for pair in outcomes] == [["Invalid", "done"]] * ROUNDS
    assert db.session.scalar(select(func.count(CallObjection.id))) == 3 * ROUNDS


def test_an_objection_is_answered_once(app: Flask, make: Factory, tmp_path: Path) -> None:
    keys = [world.objection(world.announced(make)) for _ in range(ROUNDS)]
    outcomes = _run(app, tmp_path, answer_both_ways, keys)
    assert [sorted(pair) for pair in outcomes] == [["Conflict", "done"]] * ROUNDS
    for key in keys:
        row = db.session.get_one(CallObjection, key)
        status = db.session.get_one(Call, row.call_id).status
        assert status == ("consensus" if row.status == ObjectionStatus.UPHELD else "announced")


def test_no_result_counts_with_an_open_objection(app: Flask, make: Factory, tmp_path: Path) -> None:
    stages = [world.announced(make) for _ in range(ROUNDS)]
    outcomes = _run(app, tmp_path, conclude_or_object, [stage.call_id for stage in stages])
    assert {tuple(pair) for pair in outcomes} <= {("done", "Invalid"), ("Conflict", "done")}
    for stage in stages:
        is_open = call_results.unanswered(db.session, stage.call_id)
        assert (stage.call.status == "concluded") == (is_open == 0)


def test_a_result_is_confirmed_once_and_seats_its_winner_once(app: Flask, make: Factory, tmp_path: Path) -> None:
    stages = [world.announced(make) for _ in range(3)]  # beyond three the limit of an industry speaks
    for stage in stages:
        world.past_period(stage)
    outcomes = _run(app, tmp_path, conclude, [stage.call_id for stage in stages])
    assert [sorted(pair) for pair in outcomes] == [["Conflict", "done"]] * 3
    assert db.session.scalar(select(func.count(LeadSeat.id))) == 3


def test_an_application_is_decided_once(app: Flask, make: Factory, tmp_path: Path) -> None:
    make.user(Role.BUREAU_REVIEWER)
    keys = [sent(make, candidate(make)).id for _ in range(ROUNDS)]
    outcomes = _run(app, tmp_path, admit_or_reject, keys)
    assert [sorted(pair) for pair in outcomes] == [["Conflict", "done"]] * ROUNDS
    for key in keys:
        row = db.session.get_one(ProviderApplication, key)
        standing = db.session.get_one(Provider, row.provider_id).standing
        assert standing == ("listed" if row.status == "admitted" else "candidate")


def test_two_tabs_start_one_application(app: Flask, make: Factory, tmp_path: Path) -> None:
    keys = [candidate(make).organisation_id or 0 for _ in range(ROUNDS)]
    outcomes = _run(app, tmp_path, start_application, keys)
    assert outcomes == [["done", "done"]] * ROUNDS
    assert db.session.scalar(select(func.count(ProviderApplication.id))) == ROUNDS
