"""What a date brings about: the end of a term, the end of a suspension; each once, by the system."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from marketplace.domain.errors import Invalid
from marketplace.domain.listings import POLICY
from marketplace.extensions import db
from marketplace.models.accounts import Role
from marketplace.models.notifications import Notification
from marketplace.models.solutions import Solution, SolutionStatus
from marketplace.services import clock, listing_expiry, listing_status, solution_details, status_changes, system_user
from marketplace.services.unit_of_work import writing
from tests.factories import Factory
from tests.harness import Browser


def ending(make: Factory, days: int) -> int:
    """A listing whose term ends so many days from today."""
    return make.solution(expires_on=clock.today() + timedelta(days=days)).id


def suspended(make: Factory, days: int) -> int:
    """Suspended until a day that may be over by now."""
    solution = make.solution()
    listing_status.decide(
        make.actor(Role.BUREAU_LEADER), solution_id=solution.id, action="suspend", reason="核实投诉", version=None,
        once=None, until=clock.today(),
    )  # fmt: skip
    with writing() as session:
        session.get_one(Solution, solution.id).suspended_until = clock.today() + timedelta(days=days)
    return solution.id


def counts() -> tuple[int, int]:
    done = listing_expiry.sweep()
    return done.expired, done.restored


def status_of(key: int) -> SolutionStatus:
    return db.session.get_one(Solution, key, populate_existing=True).status


def test_a_term_that_is_over_takes_the_listing_off_the_shelf_and_its_last_day_does_not(make: Factory) -> None:
    over, last = ending(make, -1), ending(make, 0)
    assert counts() == (1, 0)
    assert (status_of(over), status_of(last)) == (SolutionStatus.EXPIRED, SolutionStatus.LISTED)
    history = status_changes.history(db.session, kind="solution", key=over)
    assert history[-1].action == "expire"
    assert history[-1].decider.login == system_user.LOGIN
    assert "审核有效期已过" in solution_details.get(None, solution_id=over).banner


def test_sweeping_again_does_nothing(make: Factory) -> None:
    ending(make, -1)
    assert counts() == (1, 0)
    assert counts() == (0, 0)


def test_a_dated_suspension_ends_by_itself_the_day_after(make: Factory) -> None:
    over, last = suspended(make, -1), suspended(make, 0)
    assert "到" in solution_details.get(None, solution_id=last).banner
    assert counts() == (0, 1)
    assert (status_of(over), status_of(last)) == (SolutionStatus.LISTED, SolutionStatus.SUSPENDED)
    assert db.session.get_one(Solution, over).suspended_until is None


def test_a_suspension_without_a_date_waits_for_the_leader(make: Factory) -> None:
    solution = make.solution()
    leader = make.actor(Role.BUREAU_LEADER)
    listing_status.decide(leader, solution_id=solution.id, action="suspend", reason="核实投诉", version=None, once=None)
    assert counts() == (0, 0)


def test_a_suspension_cannot_end_before_it_begins(make: Factory) -> None:
    with pytest.raises(Invalid):
        listing_status.decide(
            make.actor(Role.BUREAU_LEADER), solution_id=make.solution().id, action="suspend", reason="核实投诉",
            version=None, once=None, until=clock.today() - timedelta(days=1),
        )  # fmt: skip


def test_an_operator_can_sweep(app: Flask, make: Factory) -> None:
    ending(make, -1)
    result = app.test_cli_runner().invoke(args=["listings", "expire"])
    assert "到期下架 1 个" in result.output


def test_the_leader_gives_a_suspension_its_last_day(app: Flask, make: Factory) -> None:
    key = make.solution().id
    leader = Browser(app).log_in(make.user(Role.BUREAU_LEADER))
    page = leader.get(f"/solutions/{key}/suspend")
    until = clock.today() + timedelta(days=10)
    data = {"version": page.hidden("version"), "once": page.hidden("once"), "reason": "核实投诉"}
    refused = leader.submit(f"/solutions/{key}/suspend", data | {"until": "2020-01-01"}, status=422)
    assert "最后一天不能早于今天" in refused.body
    leader.post(f"/solutions/{key}/suspend", data | {"until": until.isoformat(), "once": "b"})
    assert db.session.get_one(Solution, key).suspended_until == until


def test_who_must_renew_is_told_once(make: Factory) -> None:
    user = make.user(Role.PROVIDER)
    solution = make.solution(
        provider=make.provider_of(user), expires_on=clock.today() + timedelta(days=POLICY["remind_days"])
    )
    ending(make, POLICY["remind_days"] + 1)
    assert listing_expiry.sweep().reminded == 1
    assert listing_expiry.sweep().reminded == 0
    told = db.session.scalars(select(Notification)).one()
    assert (told.user_id, told.subject_id, told.is_todo) == (user.id, solution.id, True)
