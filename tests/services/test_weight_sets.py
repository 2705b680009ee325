"""Weights by decision: fitted from what came of the checklists, adopted with a reason, one at a time."""

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from marketplace.domain.actors import Actor
from marketplace.domain.errors import Conflict, Forbidden, Invalid
from marketplace.extensions import db
from marketplace.models.accounts import Role
from marketplace.models.leads import DeclineReason, Lead, LeadStatus
from marketplace.models.matches import Shortlist, ShortlistEntry, ShortlistStatus, WeightSet, WeightSetStatus
from marketplace.models.solutions import Solution
from marketplace.services import (
    clock,
    matches,
    outcomes,
    rankers,
    ranking_rules,
    ranking_weights,
    weight_set_views,
    weight_sets,
)
from marketplace.services.unit_of_work import writing
from tests.factories import Factory

LEAST = ranking_weights.POLICY["fitting"]


@pytest.fixture
def officer(app: Flask, make: Factory) -> Actor:
    return make.actor(Role.BUREAU_REVIEWER)


@pytest.fixture
def leader(app: Flask, make: Factory) -> Actor:
    return make.actor(Role.BUREAU_LEADER)


def _other_points(**changes: float) -> dict[str, float]:
    return dict(ranking_weights.configured().points) | changes


def _set(officer: Actor, **points: float) -> int:
    """A proposed set, as a fit would have left it."""
    configured = dict(ranking_weights.configured().points)
    ends = {"mean": 0.5, "low": 0.4, "high": 0.6}
    row = WeightSet(
        name="测试方案", points=_other_points(**points), created_by=officer.user_id, created_at=clock.now(),
        report={
            "demands": 20, "grades": 80, "intervals": {name: [0.0, 50.0] for name in configured},
            "configured": configured, "before": ends, "after": ends, "compared_with": "站内设定",
        },
    )  # fmt: skip
    with writing() as session:
        session.add(row)
    return row.id


def _adopt(actor: Actor, key: int, *, seen: int = 0, version: int = 1, reason: str = "试算一个月") -> None:
    weight_sets.adopt(actor, weight_set_id=key, version=version, seen=seen, reason=reason)


def _status(key: int) -> str:
    db.session.rollback()
    return db.session.get_one(WeightSet, key).status


def test_too_few_outcomes_are_told_with_their_number(officer: Actor, make: Factory) -> None:
    make.solution()
    with pytest.raises(Invalid) as told:
        weight_sets.propose(officer, name="太早")
    assert told.value.messages["outcomes"] == [weight_sets.too_few(outcomes.collect())]
    assert "现有0份清单、0条结果" in told.value.messages["outcomes"][0]
    assert f"{LEAST['min_demands']}份清单" in told.value.messages["outcomes"][0]
    assert db.session.scalar(select(WeightSet.id)) is None


def _shortlist(make: Factory, solutions: list[Solution], status: ShortlistStatus) -> int:
    user = make.user(Role.ENTERPRISE)
    demand, owner, now = make.demand(user=user), make.actor(user), clock.now()
    is_closed = status == ShortlistStatus.CLOSED
    row = Shortlist(
        organisation_id=owner.organisation_id, demand_id=demand.id, title="名单", status=status,
        decided_at=now if is_closed else None, decided_by=user.id if is_closed else None, created_by=user.id,
        created_at=now,
    )  # fmt: skip
    row.entries = [ShortlistEntry(solution_id=one.id, added_by=user.id, added_at=now) for one in solutions]
    with writing() as session:
        session.add(row)
    return demand.id


def _lead(make: Factory, demand_id: int, solution: Solution, status: LeadStatus, reason: Any = None) -> None:
    now = clock.now()
    is_answered = status != LeadStatus.OFFERED
    row = Lead(
        demand_id=demand_id, provider_id=solution.provider_id, wave=1, score=50, status=status, decline_reason=reason,
        reasons={"solutions": [[solution.id, solution.name]]}, offered_at=now, expires_at=now,
        decided_at=now if is_answered else None, decided_by=make.user(Role.PROVIDER).id if is_answered else None,
    )  # fmt: skip
    with writing() as session:
        session.add(row)


def test_outcomes_become_grades_and_the_best_one_counts(app: Flask, make: Factory) -> None:
    shelf = [make.solution() for _ in range(5)]
    closed = _shortlist(make, shelf[:1], ShortlistStatus.CLOSED)
    opened = _shortlist(make, shelf[:2], ShortlistStatus.OPEN)
    _lead(make, opened, shelf[1], LeadStatus.INTRODUCED)
    _lead(make, opened, shelf[2], LeadStatus.DECLINED, DeclineReason.NOT_OUR_FIELD)
    _lead(make, opened, shelf[3], LeadStatus.DECLINED, DeclineReason.NO_CAPACITY)
    _lead(make, opened, shelf[4], LeadStatus.OFFERED)
    found = outcomes.collect()
    grades = {one.demand.id: dict(one.grades) for one in found.judgements}
    ids = [str(one.id) for one in shelf]
    assert grades == {str(closed): {ids[0]: 3}, str(opened): {ids[0]: 2, ids[1]: 3, ids[2]: 0}}
    assert (found.demands, found.grades) == (2, 4)


def test_favourites_and_mere_offers_tell_nothing(app: Flask, make: Factory) -> None:
    user = make.user(Role.ENTERPRISE)
    demand = make.demand(user=user)
    _lead(make, demand.id, make.solution(), LeadStatus.OFFERED)
    assert outcomes.collect().judgements == ()


def test_a_fit_is_proposed_with_intervals_and_quality_and_changes_nothing_yet(
    officer: Actor, leader: Actor, make: Factory
) -> None:
    shelf = [make.solution(coverage=[("quality", level)], cases=level) for level in (1, 2, 3, 4)]
    for _ in range(LEAST["min_demands"]):
        _shortlist(make, shelf[1:], ShortlistStatus.CLOSED)
    if outcomes.collect().grades < LEAST["min_grades"]:
        for _ in range(LEAST["min_grades"]):
            _shortlist(make, shelf[2:3], ShortlistStatus.CLOSED)
    before = rankers.current()
    key = weight_sets.propose(officer, name=" 年中  拟合 ")
    page = weight_set_views.get(leader, key)
    assert page.row.name == "年中 拟合"
    assert sum(one.fitted for one in page.points) == pytest.approx(100)
    assert all(one.fitted >= 0 and one.low <= one.high for one in page.points)
    assert all(0 <= one.low <= one.mean <= one.high <= 1 for one in page.qualities)
    assert (page.may_decide, weight_set_views.get(officer, key).may_decide) == (True, False)
    assert rankers.current() is before
    with pytest.raises(Forbidden):
        weight_sets.propose(make.actor(Role.ENTERPRISE), name="不该")


def test_the_adopted_set_ranks_at_once_and_the_public_page_says_so(
    officer: Actor, leader: Actor, make: Factory
) -> None:
    user = make.user(Role.ENTERPRISE)
    make.solution(cases=2)
    demand = make.demand(user=user)
    before = matches.rank(make.actor(user), demand.id).places[0]
    configured = ranking_weights.configured().points
    key = _set(officer, cases=configured["cases"] + 10, text=configured["text"] - 10)
    _adopt(leader, key)
    after = matches.rank(make.actor(user), demand.id).places[0]
    points = {one.label: one.points for group in after.groups for one in group.criteria}
    was = {one.label: one.points for group in before.groups for one in group.criteria}
    assert points["本地案例"] - was["本地案例"] == 10
    page = ranking_rules.page()
    assert page.in_force.key == key
    assert {rule.label: rule.points for rule in page.rules}["本地案例"] == configured["cases"] + 10
    weight_sets.retire(leader, weight_set_id=key, version=2, reason="效果不好")
    assert ranking_rules.page().in_force == ranking_weights.configured()
    assert matches.rank(make.actor(user), demand.id).places[0] == before


def test_adopting_another_retires_the_one_in_force(officer: Actor, leader: Actor) -> None:
    first, second = _set(officer), _set(officer)
    _adopt(leader, first)
    _adopt(leader, second, seen=first)
    assert (_status(first), _status(second)) == (WeightSetStatus.RETIRED, WeightSetStatus.ADOPTED)
    told = weight_set_views.get(leader, first).entries[0]
    assert "替换" in told.note


def test_who_did_not_see_the_set_in_force_decides_nothing(officer: Actor, leader: Actor) -> None:
    first, second = _set(officer), _set(officer)
    _adopt(leader, first)
    with pytest.raises(Conflict):
        _adopt(leader, second, seen=0)
    with pytest.raises(Conflict):
        _adopt(leader, first, seen=first)
    assert (_status(first), _status(second)) == (WeightSetStatus.ADOPTED, WeightSetStatus.PROPOSED)


def test_a_decision_needs_a_leader_and_a_reason(officer: Actor, leader: Actor) -> None:
    key = _set(officer)
    with pytest.raises(Forbidden):
        _adopt(officer, key)
    with pytest.raises(Invalid):
        _adopt(leader, key, reason="  ")
    assert _status(key) == WeightSetStatus.PROPOSED
