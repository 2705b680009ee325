"""The one function that matters: every (state, action) of every noun, and what it leaves behind."""

from itertools import product

import pytest
from flask import Flask
from sqlalchemy import select

from marketplace.domain import transitions
from marketplace.domain.errors import Conflict, Forbidden, Invalid
from marketplace.domain.permissions import Actor
from marketplace.extensions import db
from marketplace.models.accounts import Role
from marketplace.models.approvals import StatusChange
from marketplace.models.audit import AuditEntry
from marketplace.models.demands import Demand, DemandStatus
from marketplace.models.solutions import Solution, SolutionStatus
from marketplace.services import status_changes
from marketplace.services.unit_of_work import writing
from tests.factories import Factory


def _act(actor: Actor, model: type, *, kind: str, key: int, action: str, reason: str | None = "已核实") -> None:
    with writing(actor) as session:
        subject = status_changes.locked(session, model, kind=kind, key=key)
        status_changes.change(session, actor, subject, kind=kind, action=action, reason=reason)


@pytest.mark.parametrize(("status", "action"), list(product(DemandStatus, transitions.TRANSITIONS["demand"])))
def test_a_demand_moves_exactly_where_the_table_says(
    app: Flask, make: Factory, status: DemandStatus, action: str
) -> None:
    user = make.user(Role.ENTERPRISE)
    demand = make.demand(user=user, status=status)
    row = transitions.TRANSITIONS["demand"][action]
    if status in row.sources:
        _act(make.actor(user), Demand, kind="demand", key=demand.id, action=action)
        assert db.session.get_one(Demand, demand.id).status == row.target
    else:
        with pytest.raises(Conflict):
            _act(make.actor(user), Demand, kind="demand", key=demand.id, action=action)
        assert db.session.get_one(Demand, demand.id).status == status


@pytest.mark.parametrize(("status", "action"), list(product(SolutionStatus, transitions.TRANSITIONS["solution"])))
def test_a_solution_moves_exactly_where_the_table_says(
    app: Flask, make: Factory, status: SolutionStatus, action: str
) -> None:
    leader = make.actor(Role.BUREAU_LEADER)
    solution = make.solution(status=status)
    row = transitions.TRANSITIONS["solution"][action]
    if status in row.sources:
        _act(leader, Solution, kind="solution", key=solution.id, action=action)
        assert db.session.get_one(Solution, solution.id).status == row.target
    else:
        with pytest.raises(Conflict):
            _act(leader, Solution, kind="solution", key=solution.id, action=action)


def test_a_change_leaves_its_history_and_its_audit_row(app: Flask, make: Factory) -> None:
    user = make.user(Role.ENTERPRISE)
    demand = make.demand(user=user, status=DemandStatus.DRAFT)
    _act(make.actor(user), Demand, kind="demand", key=demand.id, action="publish")
    change = db.session.scalars(select(StatusChange)).one()
    assert (change.from_status, change.to_status, change.decided_by) == ("draft", "published", user.id)
    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "demand.publish")).one()
    assert entry.details == {"from": "draft", "to": "published", "reason": "已核实"}


def test_the_loser_is_told_who_was_faster(app: Flask, make: Factory) -> None:
    user = make.user(Role.ENTERPRISE)
    demand = make.demand(user=user, status=DemandStatus.DRAFT)
    _act(make.actor(user), Demand, kind="demand", key=demand.id, action="publish")
    with pytest.raises(Conflict) as caught:
        _act(make.actor(user), Demand, kind="demand", key=demand.id, action="publish")
    assert caught.value.decided_by == user.name
    assert caught.value.decided_at is not None


@pytest.mark.parametrize("reason", [None, "", "   "])
def test_a_suspension_without_a_reason_is_refused_and_changes_nothing(
    app: Flask, make: Factory, reason: str | None
) -> None:
    solution = make.solution()
    with pytest.raises(Invalid):
        _act(
            make.actor(Role.BUREAU_LEADER), Solution, kind="solution", key=solution.id, action="suspend", reason=reason
        )
    assert db.session.get_one(Solution, solution.id).status == SolutionStatus.LISTED
    assert not db.session.scalars(select(StatusChange)).all()


@pytest.mark.parametrize("role", [role for role in Role if role != Role.BUREAU_LEADER])
def test_only_the_leader_suspends(app: Flask, make: Factory, role: Role) -> None:
    solution = make.solution()
    with pytest.raises(Forbidden):
        _act(make.actor(role), Solution, kind="solution", key=solution.id, action="suspend")
