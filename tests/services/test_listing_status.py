"""Suspending and restoring a listing: who may, with a reason, on the page at once, off the shelf at once."""

import pytest
from flask import Flask

from marketplace.domain.actors import Actor
from marketplace.domain.errors import AlreadyDone, Conflict, Forbidden, Invalid, NotFound
from marketplace.extensions import db
from marketplace.models.accounts import Role
from marketplace.models.approvals import StatusChange
from marketplace.models.solutions import Solution, SolutionStatus
from marketplace.services import audit, listing_status, solution_details, solution_filters, solutions
from tests.factories import Factory


def decide(actor: Actor, solution_id: int, action: str = "suspend", **given: object) -> None:
    values: dict[str, object] = {"reason": "投诉核实期间", "version": None, "once": None}
    listing_status.decide(actor, solution_id=solution_id, action=action, **(values | given))  # type: ignore[arg-type]


def on_shelf() -> list[int]:
    return [card.id for card in solutions.browse(solution_filters.parse([], path="/solutions")).cards]


def test_a_suspended_listing_leaves_the_shelf_and_keeps_its_page_with_date_and_reason(
    app: Flask, make: Factory
) -> None:
    solution_id, leader = make.solution().id, make.actor(Role.BUREAU_LEADER)
    assert on_shelf() == [solution_id]
    decide(leader, solution_id)
    assert on_shelf() == []
    detail = solution_details.get(None, solution_id=solution_id)
    assert "暂停展示" in detail.banner
    assert "投诉核实期间" in detail.banner
    assert detail.history[0].what == "暂停"
    assert detail.history[0].who == "市局领导"
    decide(leader, solution_id, "restore", reason="已核实，投诉不成立")
    assert on_shelf() == [solution_id]
    assert solution_details.get(None, solution_id=solution_id).banner == ""


def test_each_decision_leaves_one_history_row_and_one_audit_row(app: Flask, make: Factory) -> None:
    solution_id, leader = make.solution().id, make.actor(Role.BUREAU_LEADER)
    decide(leader, solution_id)
    decide(leader, solution_id, "restore")
    acts = [entry.action for entry in audit.timeline(kind="solution", key=solution_id)]
    assert acts == ["solution.suspend", "solution.restore"]
    assert db.session.query(StatusChange).filter_by(subject_id=solution_id, subject_kind="solution").count() == 2


@pytest.mark.parametrize("role", [role for role in Role if role != Role.BUREAU_LEADER])
def test_nobody_but_the_bureau_leader_may(app: Flask, make: Factory, role: Role) -> None:
    solution_id = make.solution().id
    actor = make.actor(role)
    with pytest.raises(Forbidden):
        decide(actor, solution_id)
    with pytest.raises(Forbidden):
        listing_status.question(actor, solution_id=solution_id, action="suspend")
    assert listing_status.offered(actor, db.session.get_one(Solution, solution_id)) == ()
    assert on_shelf() == [solution_id]


@pytest.mark.parametrize("reason", ["", "   "])
def test_a_reason_is_due(app: Flask, make: Factory, reason: str) -> None:
    solution_id, leader = make.solution().id, make.actor(Role.BUREAU_LEADER)
    with pytest.raises(Invalid) as refused:
        decide(leader, solution_id, reason=reason)
    assert "理由" in refused.value.messages["reason"][0]
    assert on_shelf() == [solution_id]


def test_the_second_to_decide_is_told_who_was_first(app: Flask, make: Factory) -> None:
    solution_id = make.solution().id
    first, second = make.actor(Role.BUREAU_LEADER), make.actor(Role.BUREAU_LEADER)
    version = listing_status.question(second, solution_id=solution_id, action="suspend").version
    decide(first, solution_id)
    with pytest.raises(Conflict) as lost:
        decide(second, solution_id, version=version)
    assert lost.value.decided_by == first.name
    assert not listing_status.question(second, solution_id=solution_id, action="suspend").is_possible


def test_a_form_sent_twice_takes_effect_once(app: Flask, make: Factory) -> None:
    solution_id, leader = make.solution().id, make.actor(Role.BUREAU_LEADER)
    decide(leader, solution_id, once="token")
    with pytest.raises(AlreadyDone):
        decide(leader, solution_id, once="token")


@pytest.mark.parametrize("status", [SolutionStatus.DRAFT, None])
def test_drafts_and_unknown_listings_are_not_there(app: Flask, make: Factory, status: SolutionStatus | None) -> None:
    solution_id = make.solution(status=status).id if status else 4711
    with pytest.raises(NotFound):
        listing_status.question(make.actor(Role.BUREAU_LEADER), solution_id=solution_id, action="suspend")


def test_only_the_act_that_fits_the_status_is_offered(app: Flask, make: Factory) -> None:
    leader = make.actor(Role.BUREAU_LEADER)
    listed, suspended = make.solution(), make.solution(status=SolutionStatus.SUSPENDED)
    assert [act.action for act in listing_status.offered(leader, listed)] == ["suspend"]
    assert [act.action for act in listing_status.offered(leader, suspended)] == ["restore"]
    assert listing_status.offered(None, listed) == ()
