"""The one function that matters: every (state, action) of every noun, and what it leaves behind."""

from itertools import product

import pytest
from flask import Flask
from sqlalchemy import select

from marketplace.domain import permissions, transitions
from marketplace.domain.actors import SYSTEM, Actor
from marketplace.domain.errors import Conflict, Forbidden, Invalid
from marketplace.domain.permissions import Permission
from marketplace.extensions import db
from marketplace.models.accounts import Role
from marketplace.models.approvals import (
    Approval,
    ApprovalKind,
    ApprovalStatus,
    ReviewSeat,
    Seat,
    StatusChange,
    Verdict,
)
from marketplace.models.audit import AuditEntry
from marketplace.models.demands import Demand, DemandStatus
from marketplace.models.solutions import Solution, SolutionStatus
from marketplace.services import approvals, clock, status_changes, system_user
from marketplace.services.unit_of_work import writing
from tests import approval_steps as steps
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


def _who(make: Factory, permission: Permission, *, provider_id: int) -> Actor:
    """Whoever the table of permissions lets do it: the owner, an office, or the platform itself."""
    alternative = permissions.RULES[permission][0]
    role = sorted(alternative.roles)[0]
    if role == Role.PROVIDER:
        return make.owner(provider_id)
    if role == Role.ADMINISTRATOR:
        with writing(SYSTEM) as session:
            return system_user.actor(session)
    return make.actor(role)


def _approved(make: Factory, solution: Solution) -> None:
    """The database lists nothing without an approval that came after the last decision on it."""
    version = make.version(solution)
    owner = make.owner(solution.provider_id)
    with writing(owner) as session:
        approval = approvals.open_for(session, owner, solution=session.get_one(Solution, solution.id), version=version)
    steps.to_second(make, approval.id)
    judge = make.actor(Role.SUPERVISOR)
    with writing() as session:
        now = clock.now()
        session.add(
            ReviewSeat(
                approval_id=approval.id, round=1, seat=Seat.SECOND, reviewer_id=judge.user_id, claimed_at=now,
                due_on=clock.today(), verdict=Verdict.PASS, version_id=version.id, decided_at=now, checklist={},
                notes=[],
            )
        )  # fmt: skip
        session.flush()
        row = session.get_one(Approval, approval.id)
        row.status, row.decided_at, row.decided_by = ApprovalStatus.APPROVED, now, judge.user_id


@pytest.mark.parametrize(("status", "action"), list(product(SolutionStatus, transitions.TRANSITIONS["solution"])))
def test_a_solution_moves_exactly_where_the_table_says(
    app: Flask, make: Factory, status: SolutionStatus, action: str
) -> None:
    solution = make.solution(status=status)
    row = transitions.TRANSITIONS["solution"][action]
    actor = _who(make, row.permission, provider_id=solution.provider_id)
    if action == "list" and status in row.sources:
        _approved(make, solution)
        with writing() as session:  # what the projection sets before it is listed
            session.get_one(Solution, solution.id).listed_at = clock.now()
    if status in row.sources:
        _act(actor, Solution, kind="solution", key=solution.id, action=action)
        assert db.session.get_one(Solution, solution.id).status == row.target
    else:
        with pytest.raises(Conflict):
            _act(actor, Solution, kind="solution", key=solution.id, action=action)
        assert db.session.get_one(Solution, solution.id).status == status


def _approval_in(make: Factory, status: ApprovalStatus, action: str) -> Approval:
    """A submission in this status; of what is decided by a trigger's leave, the passes are there."""
    is_sample = status in {ApprovalStatus.CHECKED, ApprovalStatus.REFERRED}
    approval = make.approval()
    if status == ApprovalStatus.APPROVED:
        steps.to_shelf(make, approval.id)
        return steps.fresh(approval.id)
    if action == "approve":
        steps.to_second(make, approval.id)
        steps.claim(make.actor(Role.SUPERVISOR), approval.id, Seat.SECOND)
    with writing() as session:
        row = session.get_one(Approval, approval.id)
        if action == "approve":
            seat = session.scalars(select(ReviewSeat).where(ReviewSeat.seat == Seat.SECOND)).one()
            seat.verdict, seat.version_id, seat.decided_at = Verdict.PASS, row.version_id, clock.now()
        row.status, row.kind = status, ApprovalKind.SAMPLE if is_sample or action in {"check", "refer"} else row.kind
        is_initial = status == ApprovalStatus.IN_REVIEW
        row.decided_at = None if is_initial else clock.now()
        row.decided_by = None if is_initial else row.submitted_by
    return steps.fresh(approval.id)


@pytest.mark.parametrize(("status", "action"), list(product(ApprovalStatus, transitions.TRANSITIONS["approval"])))
def test_an_approval_moves_exactly_where_the_table_says(
    app: Flask, make: Factory, status: ApprovalStatus, action: str
) -> None:
    approval = _approval_in(make, status, action)
    row = transitions.TRANSITIONS["approval"][action]
    actor = _who(make, row.permission, provider_id=approval.provider_id)
    if status in row.sources:
        _act(actor, Approval, kind="approval", key=approval.id, action=action)
        assert steps.fresh(approval.id).status == row.target
    else:
        with pytest.raises(Conflict):
            _act(actor, Approval, kind="approval", key=approval.id, action=action)
        assert steps.fresh(approval.id).status == status


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
