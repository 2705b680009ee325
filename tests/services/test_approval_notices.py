"""Reviewers are reminded of a seat before it is due, once; risky submissions and checked workbooks are told of."""

import io
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from marketplace.domain import approvals as rules
from marketplace.domain import working_days
from marketplace.domain.actors import Actor
from marketplace.extensions import db
from marketplace.models.accounts import Role
from marketplace.models.approvals import Approval, ReviewSeat, Seat, Verdict
from marketplace.models.notifications import Notification
from marketplace.services import (
    approval_notices,
    approval_seats,
    approvals,
    clock,
    listing_imports,
    listing_template,
    risk_flags,
)
from marketplace.services.unit_of_work import writing
from tests import approval_steps as steps
from tests import listing_files
from tests.factories import Factory

NEAR: int = rules.POLICY["reminder"]["working_days"]


def told(actor: Actor, kind: str) -> list[Notification]:
    db.session.rollback()
    query = select(Notification).where(Notification.user_id == actor.user_id, Notification.kind == kind)
    return list(db.session.scalars(query.order_by(Notification.id)))


def move(actor: Actor, days: int) -> None:
    """The seat's due date lies so many working days from today; negative for the past."""
    with writing() as session:
        row = session.scalars(select(ReviewSeat).where(ReviewSeat.reviewer_id == actor.user_id)).one()
        today = clock.today()
        row.due_on = working_days.after(today, days) if days >= 0 else today + timedelta(days=days)


@pytest.fixture
def holder(app: Flask, make: Factory) -> Actor:
    """An expert who sits over a submission."""
    approval, actor = make.approval(), make.actor(Role.EXPERT)
    steps.claim(actor, approval.id, Seat.FEASIBILITY)
    return actor


def approval_of(actor: Actor) -> int:
    query = select(ReviewSeat.approval_id).where(ReviewSeat.reviewer_id == actor.user_id)
    return db.session.scalars(query).one()


@pytest.mark.parametrize(("days", "count"), [(NEAR + 1, 0), (NEAR, 1), (0, 1), (-5, 0)])
def test_a_seat_is_reminded_of_within_the_days_of_the_policy(holder: Actor, days: int, count: int) -> None:
    move(holder, days)
    assert approval_notices.sweep() == count
    assert len(told(holder, "approval.due")) == count


def test_a_reminder_comes_once_and_again_only_for_another_date(holder: Actor) -> None:
    move(holder, NEAR)
    assert [approval_notices.sweep(), approval_notices.sweep()] == [1, 0]
    row = told(holder, "approval.due")[0]
    assert row.is_todo
    assert "技术可行性席" in row.text
    move(holder, 0)
    assert [approval_notices.sweep(), approval_notices.sweep()] == [1, 0]
    assert len(told(holder, "approval.due")) == 2


def test_the_other_seat_is_not_reminded(make: Factory, holder: Actor) -> None:
    other = make.actor(Role.BUREAU_REVIEWER)
    steps.claim(other, approval_of(holder), Seat.PRICE)
    move(holder, 1)
    approval_notices.sweep()
    assert told(other, "approval.due") == []


@pytest.mark.parametrize("way", ["decide", "release", "recall"])
def test_nothing_is_due_of_who_has_decided_or_left(make: Factory, holder: Actor, way: str) -> None:
    approval_id = approval_of(holder)
    move(holder, 1)
    approval_notices.sweep()
    assert told(holder, "approval.due")[0].done_at is None
    if way == "decide":
        steps.decide(holder, approval_id, Seat.FEASIBILITY, Verdict.PASS)
    elif way == "release":
        approval_seats.release(holder, approval_id=approval_id, seat=Seat.FEASIBILITY)
    else:
        approval = steps.fresh(approval_id)
        owner = make.owner(approval.provider_id)
        approvals.recall(owner, approval_id=approval_id, version=approval.version)
    assert told(holder, "approval.due")[0].done_at is not None
    assert approval_notices.sweep() == 0


@pytest.mark.parametrize(("risk", "count"), [(rules.POLICY["reminder"]["risk_from"] - 1, 0), (9, 1)])
def test_reviewers_are_told_of_a_submission_with_many_reasons(
    app: Flask, make: Factory, monkeypatch: pytest.MonkeyPatch, risk: int, count: int
) -> None:
    reviewer = make.actor(Role.BUREAU_REVIEWER)
    monkeypatch.setattr(risk_flags, "raise_for", lambda session, solution, version: risk)
    approval = make.approval()
    found = told(reviewer, "approval.risky")
    assert [(row.page_kind, row.page_id) for row in found] == [("approval", approval.id)] * count
    assert db.session.get_one(Approval, approval.id).risk == risk


def test_who_uploaded_a_workbook_is_told_that_it_has_been_checked(app: Flask, make: Factory) -> None:
    person, colleague = make.actor(Role.PROVIDER), make.actor(Role.PROVIDER)
    key = listing_imports.upload(person, io.BytesIO(listing_files.changed(1, lambda sheets: None)), name="产品.xlsx")
    row = told(person, "listing_import.checked")[0]
    assert (row.page_kind, row.page_id) == ("listing_import", key)
    assert row.text == "1个产品可以导入，0个有问题。"
    assert told(colleague, "listing_import.checked") == []


def test_a_workbook_that_cannot_be_checked_is_told_of_with_the_reason(app: Flask, make: Factory) -> None:
    person = make.actor(Role.PROVIDER)
    listing_imports.upload(person, io.BytesIO(listing_template.template()), name="产品.xlsx")
    assert "没有做完" in told(person, "listing_import.failed")[0].title
