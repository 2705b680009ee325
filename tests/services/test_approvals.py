"""双审核: two people blind to each other, then a third; returned, resubmitted, settled by a panel, recalled."""

import pytest
from flask import Flask
from sqlalchemy import select

from marketplace.domain import approvals as rules
from marketplace.domain.errors import Conflict, Forbidden, Invalid
from marketplace.domain.judgements import Note
from marketplace.extensions import db
from marketplace.models.accounts import Role
from marketplace.models.approvals import ApprovalKind, ApprovalStatus, ReviewSeat, Seat, StatusChange, Verdict
from marketplace.models.listings import ListingVersion, VersionChange
from marketplace.models.notifications import Notification
from marketplace.models.outbox import OutboxMessage
from marketplace.models.solutions import SolutionStatus
from marketplace.services import approval_seats, approvals
from marketplace.services.approval_cases import NewerVersion
from marketplace.services.unit_of_work import writing
from tests import approval_steps as steps
from tests.factories import Factory


def _status(approval_id: int) -> ApprovalStatus:
    return steps.fresh(approval_id).status


def test_three_passes_put_a_listing_on_the_shelf_with_what_was_judged(app: Flask, make: Factory) -> None:
    approval = make.approval(summary="三道检验，手机上填")
    steps.to_shelf(make, approval.id)
    solution = steps.solution_of(approval.id)
    assert _status(approval.id) == ApprovalStatus.APPROVED
    assert (solution.status, solution.summary) == (SolutionStatus.LISTED, "三道检验，手机上填")
    assert solution.expires_on is not None
    assert db.session.get_one(ListingVersion, approval.version_id).approved_at is not None
    assert db.session.scalars(select(OutboxMessage).where(OutboxMessage.subject_id == solution.id)).all()


def test_nothing_moves_until_both_first_seats_are_in(app: Flask, make: Factory) -> None:
    approval = make.approval()
    steps.sit(make, approval.id, Seat.PRICE)
    assert _status(approval.id) == ApprovalStatus.IN_REVIEW
    steps.sit(make, approval.id, Seat.FEASIBILITY)
    assert _status(approval.id) == ApprovalStatus.SECOND_REVIEW


def test_a_person_takes_one_seat_only(app: Flask, make: Factory) -> None:
    approval = make.approval()
    expert = steps.sit(make, approval.id, Seat.FEASIBILITY)
    with pytest.raises(Invalid) as caught:
        steps.claim(expert, approval.id, Seat.PRICE)
    assert "一人只能坐一席" in caught.value.messages["conflict"][0]


def test_the_second_review_is_closed_until_the_first_two_agree(app: Flask, make: Factory) -> None:
    approval = make.approval()
    with pytest.raises(Conflict):
        steps.claim(make.actor(Role.SUPERVISOR), approval.id, Seat.SECOND)


@pytest.mark.parametrize("role", [Role.SUPERVISOR, Role.PROVIDER, Role.ADMINISTRATOR, Role.AUDITOR, Role.BUREAU_LEADER])
def test_a_seat_is_for_its_offices(app: Flask, make: Factory, role: Role) -> None:
    approval = make.approval()
    with pytest.raises(Forbidden):
        steps.claim(make.actor(role), approval.id, Seat.FEASIBILITY)


def test_one_return_brings_back_the_notes_of_both(app: Flask, make: Factory) -> None:
    approval = make.approval()
    steps.sit(make, approval.id, Seat.FEASIBILITY, Verdict.RETURN)
    steps.sit(make, approval.id, Seat.PRICE, notes=(Note("price_plans", "写明是否含培训"),))
    assert _status(approval.id) == ApprovalStatus.RETURNED
    notes = approvals.notes_of(approval.solution_id)
    assert {(note.question, note.seat) for note in notes} == {("coverage", "技术可行性"), ("price_plans", "价格合理性")}
    last = db.session.scalars(select(StatusChange).order_by(StatusChange.id.desc())).first()
    assert last is not None
    assert last.reason == "需修改：功能、场景和可达等级、价目"


def test_a_return_without_a_note_is_refused(app: Flask, make: Factory) -> None:
    approval = make.approval()
    with pytest.raises(Invalid) as caught:
        steps.sit(make, approval.id, Seat.FEASIBILITY, Verdict.RETURN, notes=())
    assert set(caught.value.messages) == {"notes"}


def test_a_pass_is_refused_while_something_that_must_be_met_is_not(app: Flask, make: Factory) -> None:
    approval = make.approval()
    with pytest.raises(Invalid) as caught:
        steps.sit(make, approval.id, Seat.FEASIBILITY, answers={"coverage": "unmet"})
    assert set(caught.value.messages) == {"check-coverage"}


def test_the_next_round_seats_the_same_people_before_the_new_version(app: Flask, make: Factory) -> None:
    approval = make.approval()
    expert = steps.sit(make, approval.id, Seat.FEASIBILITY, Verdict.RETURN)
    officer = steps.sit(make, approval.id, Seat.PRICE)
    version = steps.resubmit(make, approval.id)
    again = steps.fresh(approval.id)
    assert (again.status, again.round, again.version_id) == (ApprovalStatus.IN_REVIEW, 2, version.id)
    rows = db.session.scalars(select(ReviewSeat).where(ReviewSeat.round == 2)).all()
    assert {(row.seat, row.reviewer_id) for row in rows} == {
        (Seat.FEASIBILITY, expert.user_id), (Seat.PRICE, officer.user_id),
    }  # fmt: skip
    for actor, seat in ((expert, Seat.FEASIBILITY), (officer, Seat.PRICE)):
        steps.decide(actor, approval.id, seat)
    steps.sit(make, approval.id, Seat.SECOND)
    assert steps.solution_of(approval.id).status == SolutionStatus.LISTED


def test_the_provider_changes_only_what_was_noted(app: Flask, make: Factory) -> None:
    approval = make.approval()
    steps.sit(make, approval.id, Seat.FEASIBILITY, Verdict.RETURN)
    steps.sit(make, approval.id, Seat.PRICE, Verdict.RETURN)
    with pytest.raises(Invalid) as caught:
        steps.resubmit(make, approval.id, summary="顺手改了一句")
    assert set(caught.value.messages) == {"summary"}
    assert _status(approval.id) == ApprovalStatus.RETURNED


def test_a_judgement_holds_for_exactly_the_version_seen(app: Flask, make: Factory) -> None:
    approval = make.approval()
    old = approval.version_id
    expert = steps.sit(make, approval.id, Seat.FEASIBILITY, Verdict.RETURN)
    steps.sit(make, approval.id, Seat.PRICE, Verdict.RETURN)
    steps.resubmit(make, approval.id)
    with pytest.raises(NewerVersion) as caught:
        steps.decide(expert, approval.id, Seat.FEASIBILITY, seen=old)
    assert caught.value.seen == old
    with pytest.raises(Invalid) as unseen:
        steps.decide(expert, approval.id, Seat.FEASIBILITY, has_seen_changes=False)
    assert set(unseen.value.messages) == {"has_seen_changes"}


def test_pass_against_reject_goes_to_three_others_whose_majority_settles(app: Flask, make: Factory) -> None:
    approval = make.approval()
    first = steps.to_panel(make, approval.id)
    assert _status(approval.id) == ApprovalStatus.PANEL
    with pytest.raises(Invalid):
        steps.claim(first[Seat.FEASIBILITY], approval.id, Seat.PANEL_1)
    steps.sit(make, approval.id, Seat.PANEL_1)
    steps.sit(make, approval.id, Seat.PANEL_2, Verdict.RETURN)
    assert _status(approval.id) == ApprovalStatus.PANEL
    steps.sit(make, approval.id, Seat.PANEL_3)
    assert _status(approval.id) == ApprovalStatus.SECOND_REVIEW
    steps.sit(make, approval.id, Seat.SECOND)
    assert steps.solution_of(approval.id).status == SolutionStatus.LISTED


@pytest.mark.parametrize(
    ("verdicts", "status"),
    [
        ((Verdict.REJECT, Verdict.PASS, Verdict.REJECT), ApprovalStatus.REJECTED),
        ((Verdict.REJECT, Verdict.PASS, Verdict.RETURN), ApprovalStatus.RETURNED),
        ((Verdict.RETURN, Verdict.RETURN, Verdict.PASS), ApprovalStatus.RETURNED),
    ],
)
def test_what_most_of_the_panel_says_holds(
    app: Flask, make: Factory, verdicts: tuple[Verdict, ...], status: ApprovalStatus
) -> None:
    approval = make.approval()
    steps.to_panel(make, approval.id)
    for seat, verdict in zip(rules.PANEL, verdicts, strict=True):
        steps.sit(make, approval.id, seat, verdict)
    assert _status(approval.id) == status


def test_too_wide_a_gap_in_what_both_judged_goes_to_the_panel(app: Flask, make: Factory) -> None:
    approval = make.approval()
    steps.sit(make, approval.id, Seat.FEASIBILITY, answers={"scope": "unmet", "case": "unmet"})
    steps.sit(make, approval.id, Seat.PRICE)
    assert _status(approval.id) == ApprovalStatus.PANEL


def test_two_rejections_reject_with_their_reasons(app: Flask, make: Factory) -> None:
    approval = make.approval()
    steps.sit(make, approval.id, Seat.FEASIBILITY, Verdict.REJECT, reason="功能与场景无关")
    steps.sit(make, approval.id, Seat.PRICE, Verdict.REJECT, reason="拒绝说明价格构成")
    assert _status(approval.id) == ApprovalStatus.REJECTED
    last = db.session.scalars(select(StatusChange).order_by(StatusChange.id.desc())).first()
    assert last is not None
    assert last.reason == "功能与场景无关；拒绝说明价格构成"


@pytest.mark.parametrize("verdict", [Verdict.RETURN, Verdict.REJECT])
def test_the_second_review_may_refuse(app: Flask, make: Factory, verdict: Verdict) -> None:
    approval = make.approval()
    steps.to_second(make, approval.id)
    steps.sit(make, approval.id, Seat.SECOND, verdict)
    assert (
        _status(approval.id)
        == {Verdict.RETURN: ApprovalStatus.RETURNED, Verdict.REJECT: ApprovalStatus.REJECTED}[verdict]
    )
    assert steps.solution_of(approval.id).status == SolutionStatus.DRAFT


def test_a_material_change_leaves_the_approved_version_on_the_shelf_until_it_passes(app: Flask, make: Factory) -> None:
    solution = make.solution(summary="原来的介绍")
    approval = make.approval(solution=solution, change=VersionChange.MATERIAL, summary="改过的介绍")
    assert approval.kind == ApprovalKind.MATERIAL
    steps.to_second(make, approval.id)
    assert steps.solution_of(approval.id).summary == "原来的介绍"
    steps.sit(make, approval.id, Seat.SECOND)
    assert steps.solution_of(approval.id).summary == "改过的介绍"
    assert steps.solution_of(approval.id).status == SolutionStatus.LISTED


def test_a_listing_has_one_review_at_a_time(app: Flask, make: Factory) -> None:
    approval = make.approval()
    with pytest.raises(Conflict):
        make.approval(solution=steps.solution_of(approval.id))


def test_the_provider_recalls_as_long_as_nothing_is_decided(app: Flask, make: Factory) -> None:
    approval = make.approval()
    steps.to_second(make, approval.id)
    owner = make.owner(approval.provider_id)
    approvals.recall(owner, approval_id=approval.id, version=None)
    assert _status(approval.id) == ApprovalStatus.RECALLED
    with pytest.raises(Conflict):
        approvals.recall(owner, approval_id=approval.id, version=None)
    with pytest.raises(Conflict):
        steps.claim(make.actor(Role.SUPERVISOR), approval.id, Seat.SECOND)


def test_a_stranger_recalls_nothing(app: Flask, make: Factory) -> None:
    approval = make.approval()
    with pytest.raises(Forbidden):
        approvals.recall(make.actor(Role.PROVIDER), approval_id=approval.id, version=None)


def test_a_claimed_seat_is_taken_and_can_be_given_back(app: Flask, make: Factory) -> None:
    approval = make.approval()
    holder, other = make.actor(Role.EXPERT), make.actor(Role.EXPERT)
    steps.claim(holder, approval.id, Seat.PRICE)
    steps.claim(holder, approval.id, Seat.PRICE)
    with pytest.raises(Conflict):
        steps.claim(other, approval.id, Seat.PRICE)
    with pytest.raises(Forbidden):
        approval_seats.release(other, approval_id=approval.id, seat=Seat.PRICE)
    approval_seats.release(holder, approval_id=approval.id, seat=Seat.PRICE)
    steps.claim(other, approval.id, Seat.PRICE)


def test_a_verdict_is_given_once(app: Flask, make: Factory) -> None:
    approval = make.approval()
    expert = steps.sit(make, approval.id, Seat.FEASIBILITY)
    with pytest.raises(Conflict):
        steps.decide(expert, approval.id, Seat.FEASIBILITY, Verdict.REJECT)
    with pytest.raises(Conflict):
        approval_seats.release(expert, approval_id=approval.id, seat=Seat.FEASIBILITY)


def test_the_leader_replaces_who_is_absent_and_nobody_else(app: Flask, make: Factory) -> None:
    approval = make.approval()
    holder, leader = make.actor(Role.EXPERT), make.actor(Role.BUREAU_LEADER)
    steps.claim(holder, approval.id, Seat.PRICE)
    with pytest.raises(Invalid):
        approval_seats.release(leader, approval_id=approval.id, seat=Seat.PRICE, reason="出差")
    with writing() as session:
        row = session.scalars(select(ReviewSeat)).one()
        row.due_on = row.due_on.replace(year=row.due_on.year - 1)
    with pytest.raises(Invalid) as caught:
        approval_seats.release(leader, approval_id=approval.id, seat=Seat.PRICE, reason="  ")
    assert set(caught.value.messages) == {"reason"}
    approval_seats.release(leader, approval_id=approval.id, seat=Seat.PRICE, reason="出差一个月")
    assert not db.session.scalars(select(ReviewSeat)).all()
    told = select(Notification.user_id).where(Notification.kind == "approval.replaced")
    assert db.session.scalars(told).all() == [holder.user_id]


def _sample(make: Factory) -> int:
    solution = make.solution()
    version = make.version(solution, change=VersionChange.MINOR)
    owner = make.owner(solution.provider_id)
    with writing(owner) as session:
        made = approvals.sample(session, owner, session.get_one(type(solution), solution.id), version)
        assert made is not None
        return made.id


def test_a_sample_is_one_persons_look(app: Flask, make: Factory) -> None:
    key = _sample(make)
    steps.sit(make, key, Seat.FEASIBILITY)
    assert _status(key) == ApprovalStatus.CHECKED


def test_a_sample_that_is_not_in_order_opens_a_whole_review(app: Flask, make: Factory) -> None:
    key = _sample(make)
    steps.sit(make, key, Seat.FEASIBILITY, Verdict.RETURN)
    assert _status(key) == ApprovalStatus.REFERRED
    opened = approvals.open_of(db.session, steps.fresh(key).solution_id)
    assert opened is not None
    assert (opened.kind, opened.follows_id) == (ApprovalKind.MATERIAL, key)
    with pytest.raises(Forbidden):
        approvals.recall(make.owner(opened.provider_id), approval_id=opened.id, version=None)


def test_of_two_samples_of_a_listing_one_is_enough(app: Flask, make: Factory) -> None:
    key = _sample(make)
    solution = steps.solution_of(key)
    version = make.version(solution, change=VersionChange.MINOR)
    owner = make.owner(solution.provider_id)
    with writing(owner) as session:
        assert approvals.sample(session, owner, session.get_one(type(solution), solution.id), version) is None
