"""Kept runs: a ranking as it was, computed again, and what changed since with its cause."""

import json
from dataclasses import fields
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from marketplace.domain.actors import Actor
from marketplace.domain.errors import Conflict, Forbidden, Invalid
from marketplace.extensions import db
from marketplace.models.accounts import Role, User
from marketplace.models.assessments import AssessmentStatus
from marketplace.models.audit import AuditEntry
from marketplace.models.demands import Demand, DemandStatus
from marketplace.models.matches import MatchOrder, MatchRun
from marketplace.models.providers import Standing
from marketplace.models.solutions import PricePlan, Solution
from marketplace.policy import reader
from marketplace.services import clock, demands, match_run_views, match_runs, matches, outbox, ranking_pages
from marketplace.services.unit_of_work import writing
from matching import standard, weights
from tests.factories import Factory


@pytest.fixture
def user(app: Flask, make: Factory) -> User:
    return make.user(Role.ENTERPRISE)


@pytest.fixture
def owner(make: Factory, user: User) -> Actor:
    return make.actor(user)


def _run(key: int) -> MatchRun:
    return db.session.get_one(MatchRun, key)


def _bytes(run: MatchRun) -> bytes:
    parts = (run.inputs, run.weights, run.versions, run.results)
    return json.dumps(parts, ensure_ascii=False).encode()


def _keep(owner: Actor, demand: Demand, order: MatchOrder = MatchOrder.FIT) -> int:
    return match_runs.create(owner, demand_id=demand.id, order=order)


def test_the_configured_points_are_those_of_the_library() -> None:
    mine = {part.name: float(reader.load("matching")["points"][part.name]) for part in fields(weights.Points)}
    default = weights.default().points
    assert mine == {name: getattr(default, name) for name in mine}
    assert reader.load("matching")["points"].keys() == mine.keys()


def test_equal_inputs_give_equal_bytes(owner: Actor, user: User, make: Factory) -> None:
    for level in (1, 2, 3):
        make.solution(coverage=[("quality", level)], cases=level)
    demand = make.demand(user=user, lines=[("quality", 60), ("energy", 40)], budget=50_000, deadline_days=30)
    first, second = (_run(_keep(owner, demand)) for _ in range(2))
    assert first.id != second.id
    assert _bytes(first) == _bytes(second)
    assert first.results["places"][0]["criteria"][0]["source"]


def test_a_run_is_what_the_page_showed_and_stays_so(owner: Actor, user: User, make: Factory) -> None:
    solution = make.solution()
    demand = make.demand(user=user)
    shown = matches.rank(owner, demand.id)
    key = _keep(owner, demand)
    with writing() as session:
        session.get_one(Solution, solution.id).name = "改过的名字"
        outbox.put(session, topic=outbox.SOLUTION, subject_id=solution.id)
    kept = match_run_views.get(owner, key).places
    assert [(one.solution_id, one.score) for one in kept] == [(one.card.id, one.score) for one in shown.places]
    assert kept[0].name != "改过的名字"
    assert kept[0].groups == shown.places[0].groups


def test_publishing_keeps_a_run_in_the_same_transaction(owner: Actor, user: User, make: Factory) -> None:
    make.solution()
    draft = make.demand(user=user, status=DemandStatus.DRAFT)
    with pytest.raises(Invalid):
        demands.publish(owner, demand_id=draft.id, version=1)
    assert db.session.scalar(select(MatchRun.id)) is None
    with writing() as session:
        session.get_one(Demand, draft.id).is_conditions_done = True
    db.session.expire_all()
    demands.publish(owner, demand_id=draft.id, version=2)
    run = db.session.scalars(select(MatchRun)).one()
    assert (run.demand_id, run.order, run.created_by) == (draft.id, MatchOrder.FIT, owner.user_id)
    assert run.seed == clock.today().isoformat()


def test_only_the_owner_keeps_runs_and_only_of_what_is_published(owner: Actor, user: User, make: Factory) -> None:
    draft = make.demand(user=user, status=DemandStatus.DRAFT)
    with pytest.raises(Invalid):
        _keep(owner, draft)
    published = make.demand(user=user)
    for role in (Role.ENTERPRISE, Role.BUREAU_LEADER):
        with pytest.raises(Forbidden):
            _keep(make.actor(role), published)
    demands.withdraw(owner, demand_id=published.id, version=1)
    with pytest.raises(Conflict):
        _keep(owner, published)


def test_city_staff_reads_runs_but_no_other_enterprise(owner: Actor, user: User, make: Factory) -> None:
    key = _keep(owner, make.demand(user=user))
    assert match_run_views.get(make.actor(Role.AUDITOR), key).run.id == key
    with pytest.raises(Forbidden):
        match_run_views.get(make.actor(Role.ENTERPRISE), key)


def test_computing_again_names_what_is_new_gone_and_moved_with_its_cause(
    owner: Actor, user: User, make: Factory
) -> None:
    barred = make.provider()
    gone = make.solution(provider=barred)
    dearer = make.solution(price=30_000)
    make.solution(price=30_000)
    demand = make.demand(user=user, budget=30_000)
    first = _keep(owner, demand)
    with writing() as session:
        session.merge(barred).standing = Standing.SUSPENDED
        plan = session.scalars(select(PricePlan).where(PricePlan.solution_id == dearer.id)).one()
        plan.amount = 70_000
        outbox.put(session, topic=outbox.SOLUTION, subject_id=dearer.id)
    fresh = make.solution(cases=2)
    second = match_runs.rerun(owner, run_id=first)
    changes = match_run_views.get(owner, second, since=first).changes
    assert changes is not None
    by_id = {one.solution_id: one for one in changes.shifts}
    assert (by_id[gone.id].kind, by_id[gone.id].cause) == ("gone", "服务商暂停")
    assert (by_id[fresh.id].kind, by_id[fresh.id].cause) == ("new", "之后新上架")
    assert by_id[dearer.id].kind == "down" or by_id[dearer.id].before == by_id[dearer.id].after
    assert "预算由" in by_id[dearer.id].cause
    assert by_id[dearer.id].score_after < by_id[dearer.id].score_before  # type: ignore[operator]
    assert any("参加匹配的在架产品" in cause for cause in changes.causes)
    told = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "matches.rerun")).one()
    assert told.details == {"run": second, "changed": True}


def test_computing_again_without_a_change_says_so(owner: Actor, user: User, make: Factory) -> None:
    make.solution()
    first = _keep(owner, make.demand(user=user))
    second = match_runs.rerun(owner, run_id=first)
    changes = match_run_views.get(owner, second, since=first).changes
    assert changes is not None
    assert changes.is_same
    assert changes.causes == ()
    assert changes.unchanged == 1


def test_another_day_only_changes_the_seed(
    owner: Actor, user: User, make: Factory, monkeypatch: pytest.MonkeyPatch
) -> None:
    make.solution()
    first = _keep(owner, make.demand(user=user))
    monkeypatch.setattr(clock, "now", lambda: datetime(2031, 5, 6, 3, tzinfo=UTC))
    second = match_runs.rerun(owner, run_id=first)
    changes = match_run_views.get(owner, second, since=first).changes
    assert changes is not None
    assert [cause for cause in changes.causes if "2031-05-06" in cause]
    assert _run(second).seed == "2031-05-06"


def test_runs_of_different_orders_or_checklists_are_not_compared(owner: Actor, user: User, make: Factory) -> None:
    demand, other = make.demand(user=user), make.demand(user=user)
    fit, plain, elsewhere = _keep(owner, demand), _keep(owner, demand, MatchOrder.PLAIN), _keep(owner, other)
    assert match_run_views.get(owner, plain, since=fit).changes is None
    assert match_run_views.get(owner, elsewhere, since=fit).changes is None


def test_the_plain_order_looks_at_text_and_scene_alone(owner: Actor, user: User, make: Factory) -> None:
    fitting = make.solution(industries=["modern_food"], days_to_deploy=10, price=10_000, cases=3)
    strange = make.solution(industries=["advanced_metals"], sizes=["medium"], deployments=["private"], price=900_000)
    demand = make.demand(user=user, budget=20_000, deadline_days=20, deployments=["saas"])
    by_fit = matches.rank(owner, demand.id)
    assert [place.card.id for place in by_fit.places] == [fitting.id, strange.id]
    plain = matches.rank(owner, demand.id, order=MatchOrder.PLAIN)
    assert plain.places[0].score == plain.places[1].score
    earned = {one.label for place in plain.places for group in place.groups for one in group.criteria if one.points}
    assert earned <= {"第1项质量管理的等级", "第1项质量管理的内容"}
    labels = [{one.label for group in place.groups for one in group.criteria} for place in plain.places]
    assert labels[0] == labels[1] == {one.label for group in by_fit.places[0].groups for one in group.criteria}


def test_equals_take_turns_over_the_days(
    owner: Actor, user: User, make: Factory, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(2):
        make.solution(name="同样的产品")
    demand = make.demand(user=user)
    first: set[int] = set()
    for day in range(1, 15):
        monkeypatch.setattr(clock, "now", lambda day=day: datetime(2026, 12, day, 3, tzinfo=UTC))
        view = matches.rank(owner, demand.id)
        assert view.places[0].score == view.places[1].score
        first.add(view.places[0].card.id)
    assert len(first) == 2


def test_the_page_says_whether_the_kept_run_is_still_current(owner: Actor, user: User, make: Factory) -> None:
    make.solution()
    demand = make.demand(user=user)
    assert ranking_pages.get(owner, demand.id, order=MatchOrder.FIT).last is None
    key = _keep(owner, demand)
    last = ranking_pages.get(owner, demand.id, order=MatchOrder.FIT).last
    assert last is not None
    assert (last.id, last.is_current) == (key, True)
    make.solution(cases=1)
    last = ranking_pages.get(owner, demand.id, order=MatchOrder.FIT).last
    assert last is not None
    assert not last.is_current
    assert ranking_pages.get(owner, demand.id, order=MatchOrder.PLAIN).last is None


def test_the_budget_is_met_after_the_estimated_subsidy(owner: Actor, user: User, make: Factory) -> None:
    make.solution(price=30_000)
    demand = make.demand(user=user, budget=20_000)
    place = matches.rank(owner, demand.id).places[0]
    budget = next(one for group in place.groups for one in group.criteria if one.label == "预算")
    assert budget.state == "met"
    assert "补贴约1.20万元" in budget.reason
    assert budget.points == Decimal(str(reader.load("matching")["points"]["budget"]))


def test_the_assessment_behind_a_checklist_goes_into_its_runs(owner: Actor, user: User, make: Factory) -> None:
    record = make.assessment(user=user, points=Decimal("41.35"), levels={"quality": 0, "energy": 2})
    demand = make.demand(user=user, assessment_id=record.id, assessment_score=Decimal(12))
    inputs = _run(_keep(owner, demand)).inputs
    assert inputs["assessment_score"] == 41.35
    assert (inputs["scene_levels"]["quality"], inputs["scene_levels"]["energy"]) == (0, 2)
    assert len(inputs["scene_levels"]) == len(standard.SCENES)


@pytest.mark.parametrize("facts", [{"standard": "2022"}, {"status": AssessmentStatus.VOIDED}])
def test_an_earlier_edition_or_a_voided_record_takes_no_part(
    owner: Actor, user: User, make: Factory, facts: dict[str, Any]
) -> None:
    record = make.assessment(user=user, **facts)
    demand = make.demand(user=user, assessment_id=record.id, assessment_score=Decimal(12))
    inputs = _run(_keep(owner, demand)).inputs
    assert (inputs["assessment_score"], inputs["scene_levels"]) == (12.0, None)
