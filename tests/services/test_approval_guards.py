"""What the database itself refuses, whoever sends the statement."""

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from marketplace.extensions import db
from marketplace.models.accounts import Role
from marketplace.models.approvals import Seat, Verdict
from marketplace.services import clock
from marketplace.services.unit_of_work import writing
from tests import approval_steps as steps
from tests.factories import Factory

APPROVE = "UPDATE approvals SET status = 'approved' WHERE id = :approval"


def _refused(statement: str, **values: object) -> None:
    with pytest.raises(IntegrityError), writing() as session:
        session.execute(text(statement), values)
    db.session.rollback()


def _seat(make: Factory, approval_id: int, seat: Seat, *, user_id: int | None = None, verdict: str = "pass") -> None:
    """A row of a seat as no use case would write it."""
    approval = steps.fresh(approval_id)
    facts = {
        "approval": approval_id, "round": approval.round, "seat": str(seat),
        "who": user_id or make.user(Role.EXPERT).id,
        "now": clock.now().replace(tzinfo=None), "today": clock.today(), "verdict": verdict,
        "seen": approval.version_id,
    }  # fmt: skip
    with writing() as session:
        session.execute(
            text(
                "INSERT INTO review_seats (approval_id, round, seat, reviewer_id, claimed_at, due_on, verdict,"
                " version_id, checklist, notes, decided_at)"
                " VALUES (:approval, :round, :seat, :who, :now, :today, :verdict, :seen, '{}', '[]', :now)"
            ),
            facts,
        )


def test_nothing_is_approved_without_three_passes(app: Flask, make: Factory) -> None:
    approval = make.approval()
    steps.to_second(make, approval.id)
    _refused(APPROVE, approval=approval.id)
    _seat(make, approval.id, Seat.SECOND, verdict="return")
    _refused(APPROVE, approval=approval.id)


def test_passes_of_an_earlier_version_are_none(app: Flask, make: Factory) -> None:
    approval = make.approval()
    steps.to_second(make, approval.id)
    _seat(make, approval.id, Seat.SECOND)
    other = make.version(steps.solution_of(approval.id))
    with writing() as session:
        session.execute(text("UPDATE approvals SET version_id = :v WHERE id = :a"), {"v": other.id, "a": approval.id})
    _refused(APPROVE, approval=approval.id)


def test_a_diverging_pair_needs_two_of_the_panel(app: Flask, make: Factory) -> None:
    approval = make.approval()
    steps.to_panel(make, approval.id)
    _seat(make, approval.id, Seat.SECOND)
    _seat(make, approval.id, Seat.PANEL_1)
    _refused(APPROVE, approval=approval.id)
    _seat(make, approval.id, Seat.PANEL_2)
    with writing() as session:
        session.execute(text(APPROVE), {"approval": approval.id})


def test_nobody_sits_twice_in_a_round(app: Flask, make: Factory) -> None:
    approval = make.approval()
    expert = steps.sit(make, approval.id, Seat.FEASIBILITY)
    with pytest.raises(IntegrityError):
        _seat(make, approval.id, Seat.PRICE, user_id=expert.user_id)
    db.session.rollback()


def test_whoever_sat_elsewhere_in_another_round_spoils_the_approval(app: Flask, make: Factory) -> None:
    approval = make.approval()
    expert = steps.sit(make, approval.id, Seat.FEASIBILITY, Verdict.RETURN)
    steps.sit(make, approval.id, Seat.PRICE, Verdict.RETURN)
    steps.resubmit(make, approval.id)
    with writing() as session:
        session.execute(text("DELETE FROM review_seats WHERE round = 2"))
    _seat(make, approval.id, Seat.FEASIBILITY)
    _seat(make, approval.id, Seat.PRICE)
    _seat(make, approval.id, Seat.SECOND, user_id=expert.user_id)
    with writing() as session:
        session.execute(
            text("UPDATE approvals SET status = 'second_review', decided_at = submitted_at, decided_by = submitted_by")
        )
    _refused(APPROVE, approval=approval.id)


@pytest.mark.parametrize("statement", ["UPDATE review_seats SET verdict = 'pass'", "DELETE FROM review_seats"])
def test_a_verdict_is_final(app: Flask, make: Factory, statement: str) -> None:
    approval = make.approval()
    steps.sit(make, approval.id, Seat.FEASIBILITY, Verdict.REJECT)
    _refused(statement)


def test_no_approval_is_born_approved(app: Flask, make: Factory) -> None:
    approval = make.approval()
    _refused(
        "INSERT INTO approvals (solution_id, provider_id, version_id, kind, status, round, risk, submitted_at,"
        " submitted_by, due_on, queue_at, decided_at, decided_by, version) SELECT solution_id, provider_id, version_id,"
        " 'material', 'approved', 1, 0, submitted_at, submitted_by, due_on, queue_at, submitted_at, submitted_by, 1"
        " FROM approvals WHERE id = :approval",
        approval=approval.id,
    )


@pytest.mark.parametrize("status", ["draft", "withdrawn", "expired"])
def test_nothing_is_listed_without_an_approval(app: Flask, make: Factory, status: str) -> None:
    solution = make.solution(status=status)
    _refused(
        "UPDATE solutions SET status = 'listed', decided_at = :now, decided_by = :who, listed_at = :now"
        " WHERE id = :key",
        now=clock.now().replace(tzinfo=None), who=make.user(Role.SUPERVISOR).id, key=solution.id,
    )  # fmt: skip


def test_an_approval_of_before_the_withdrawal_lists_nothing_again(app: Flask, make: Factory) -> None:
    approval = make.approval()
    steps.to_shelf(make, approval.id)
    later = clock.now().replace(tzinfo=None, year=clock.now().year + 1)
    with writing() as session:
        session.execute(text("UPDATE solutions SET status = 'withdrawn', decided_at = :at"), {"at": later})
    _refused("UPDATE solutions SET status = 'listed'")
