"""Two people at one submission in the same moment: one effect, and nothing half when a process is killed."""

import contextlib
import multiprocessing
import os
import random
import tempfile
import time
from collections.abc import Sequence
from multiprocessing.connection import Connection
from pathlib import Path

from flask import Flask
from sqlalchemy import func, select, text

from marketplace.domain import approvals as rules
from marketplace.domain.permissions import Actor
from marketplace.extensions import db
from marketplace.models.accounts import Membership, Role
from marketplace.models.approvals import Approval, ApprovalStatus, ReviewSeat, Seat, StatusChange, Verdict
from marketplace.models.audit import AuditEntry
from marketplace.models.listings import ListingVersion, VersionChange
from marketplace.models.providers import Provider
from marketplace.models.solutions import Solution, SolutionStatus
from marketplace.services import accounts, approval_batches, approval_seats, approvals, status_changes
from marketplace.services.unit_of_work import writing
from tests import approval_steps as steps
from tests.conftest import IS_POSTGRES, make_app
from tests.factories import Factory
from tests.processes.racing import forked, race

ROUNDS = int(os.environ.get("RACE_ROUNDS", "10"))
PATIENCE = 5  # seconds for one approval
MOMENTS = int(os.environ.get("KILL_MOMENTS", "5"))
CONTEXT = multiprocessing.get_context("forkserver")
CONTEXT.set_forkserver_preload([__name__])
BATCH = 4


def _url(app: Flask) -> str:
    return str(app.config["SQLALCHEMY_ENGINES"]["default"]["url"])


def _actor(user_id: int) -> Actor:
    query = select(Membership).where(Membership.user_id == user_id).options(*accounts.SEAT)
    return accounts.actor_in(db.session.scalars(query).one())


def _holder(approval_id: int, seat: Seat) -> Actor:
    query = select(ReviewSeat.reviewer_id).where(ReviewSeat.approval_id == approval_id, ReviewSeat.seat == seat)
    return _actor(db.session.scalars(query.order_by(ReviewSeat.round.desc()).limit(1)).one())


def _owner(approval_id: int) -> Actor:
    return _actor(db.session.get_one(Approval, approval_id).submitted_by)


def _count(action: str, key: int, *, kind: str = "approval") -> int:
    query = select(func.count()).where(
        StatusChange.subject_kind == kind, StatusChange.subject_id == key, StatusChange.action == action
    )
    return db.session.scalar(query) or 0


def _at_second(make: Factory, count: int, *, is_material: bool = False) -> list[int]:
    """So many submissions before the same supervisor, who has claimed them."""
    people = {seat: make.actor(make.user(steps.ROLES[seat])) for seat in (*rules.FIRST, Seat.SECOND)}
    owner = make.actor(make.user(Role.PROVIDER))
    keys = []
    for _ in range(count):
        solution = make.solution(
            provider=db.session.get_one(Provider, owner.provider_id),
            status=SolutionStatus.LISTED if is_material else SolutionStatus.DRAFT,
        )
        change = VersionChange.MATERIAL if is_material else VersionChange.INITIAL
        approval = make.approval(solution=solution, change=change, summary="报上来的")
        for seat in rules.FIRST:
            steps.sit(make, approval.id, seat, by=people[seat])
        steps.claim(people[Seat.SECOND], approval.id, Seat.SECOND)
        keys.append(approval.id)
    return keys


def _assert_whole(keys: Sequence[int]) -> None:
    """On the shelf is exactly what was approved; nothing is half."""
    db.session.rollback()
    for key in keys:
        approval = db.session.get_one(Approval, key)
        solution = db.session.get_one(Solution, approval.solution_id)
        version = db.session.get_one(ListingVersion, approval.version_id)
        is_approved = approval.status == ApprovalStatus.APPROVED
        assert is_approved == (version.approved_at is not None) == (solution.summary == version.content["summary"])
        assert _count("approve", key) == is_approved
        query = select(func.count()).where(ReviewSeat.approval_id == key, ReviewSeat.verdict == Verdict.PASS)
        assert not is_approved or db.session.scalar(query.where(ReviewSeat.round == approval.round)) == 3


def approve(_number: int, key: int) -> None:
    steps.decide(_holder(key, Seat.SECOND), key, Seat.SECOND)


def approve_or_return(number: int, key: int) -> None:
    verdict = (Verdict.PASS, Verdict.RETURN)[number]
    steps.decide(_holder(key, Seat.SECOND), key, Seat.SECOND, verdict)


def claim(number: int, key: int) -> None:
    query = select(Membership.user_id).where(Membership.role == Role.EXPERT).order_by(Membership.user_id)
    steps.claim(_actor(db.session.scalars(query).all()[number]), key, Seat.FEASIBILITY)


def decide_own_seat(number: int, key: int) -> None:
    seat = rules.FIRST[number]
    steps.decide(_holder(key, seat), key, seat)


def approve_or_recall(number: int, key: int) -> None:
    if number == 0:
        approve(number, key)
    else:
        approvals.recall(_owner(key), approval_id=key, version=None)


def approve_or_revise(number: int, key: int) -> None:
    """One passes what he saw; in another window it is returned, changed and submitted again."""
    seen = steps.fresh(key).version_id
    judge = _holder(key, Seat.SECOND)
    if number == 0:
        steps.decide(judge, key, Seat.SECOND, seen=seen)
        return
    steps.decide(judge, key, Seat.SECOND, Verdict.RETURN, seen=seen)
    steps.resubmit(Factory(), key)


def run_batch(_number: int, key: int) -> None:
    """The submissions key … key + BATCH - 1, all of one reviewer."""
    keys = range(key, key + BATCH)
    seen = {one: db.session.get_one(Approval, one).version_id for one in keys}
    approval_batches.decide(_holder(key, Seat.PRICE), verdict=Verdict.PASS, note=None, seen=seen)


def approve_or_withdraw(number: int, key: int) -> None:
    if number == 0:
        approve(number, key)
        return
    owner, solution_id = _owner(key), db.session.get_one(Approval, key).solution_id
    with writing(owner) as session:
        solution = status_changes.locked(session, Solution, kind="solution", key=solution_id)
        status_changes.change(session, owner, solution, kind="solution", action="withdraw", reason="不做了")
        approvals.recall_open(session, owner, solution_id=solution_id)


def claim_or_release(number: int, key: int) -> None:
    """The holder gives the seat back while another takes it: whoever comes second finds it as it is."""
    if number == 0:
        approval_seats.release(_holder(key, Seat.FEASIBILITY), approval_id=key, seat=Seat.FEASIBILITY)
    else:
        claim(1, key)


def test_approving_twice_at_once_lists_once(app: Flask, make: Factory, tmp_path: Path) -> None:
    keys = _at_second(make, ROUNDS)
    assert [sorted(pair) for pair in race(_url(app), tmp_path, approve, keys=keys)] == [["Conflict", "done"]] * ROUNDS
    _assert_whole(keys)
    for key in keys:
        assert _count("list", db.session.get_one(Approval, key).solution_id, kind="solution") == 1


def test_approved_or_returned_never_both(app: Flask, make: Factory, tmp_path: Path) -> None:
    keys = _at_second(make, ROUNDS)
    outcomes = race(_url(app), tmp_path, approve_or_return, keys=keys)
    assert [sorted(pair) for pair in outcomes] == [["Conflict", "done"]] * ROUNDS
    _assert_whole(keys)
    for key in keys:
        assert _count("approve", key) + _count("return", key) == 1


def test_a_seat_is_claimed_by_one(app: Flask, make: Factory, tmp_path: Path) -> None:
    for _ in range(2):
        make.user(Role.EXPERT)
    keys = [make.approval().id for _ in range(ROUNDS)]
    assert [sorted(pair) for pair in race(_url(app), tmp_path, claim, keys=keys)] == [["Conflict", "done"]] * ROUNDS
    db.session.rollback()
    assert db.session.scalar(select(func.count()).select_from(ReviewSeat)) == ROUNDS


def test_the_second_verdict_moves_the_submission_exactly_once(app: Flask, make: Factory, tmp_path: Path) -> None:
    keys = [make.approval().id for _ in range(ROUNDS)]
    people = {seat: make.actor(make.user(steps.ROLES[seat])) for seat in rules.FIRST}
    for key in keys:
        for seat, person in people.items():
            steps.claim(person, key, seat)
    outcomes = race(_url(app), tmp_path, decide_own_seat, keys=keys)
    assert outcomes == [["done", "done"]] * ROUNDS
    db.session.rollback()
    assert [_count("agree", key) for key in keys] == [1] * ROUNDS


def test_approved_or_recalled_never_both(app: Flask, make: Factory, tmp_path: Path) -> None:
    keys = _at_second(make, ROUNDS)
    outcomes = race(_url(app), tmp_path, approve_or_recall, keys=keys)
    assert [sorted(pair) for pair in outcomes] == [["Conflict", "done"]] * ROUNDS
    _assert_whole(keys)


def test_what_is_approved_is_the_version_that_was_seen(app: Flask, make: Factory, tmp_path: Path) -> None:
    keys = _at_second(make, ROUNDS)
    outcomes = race(_url(app), tmp_path, approve_or_revise, keys=keys)
    for approver, reviser in outcomes:
        assert (approver == "done") != (reviser == "done")
        assert {approver, reviser} <= {"done", "Conflict", "NewerVersion"}
    db.session.rollback()
    for key, (approver, _) in zip(keys, outcomes, strict=True):
        approval = db.session.get_one(Approval, key)
        assert (approval.status, approval.round) == (
            (ApprovalStatus.APPROVED, 1) if approver == "done" else (ApprovalStatus.IN_REVIEW, 2)
        )


def test_two_batches_over_the_same_rows_judge_each_once(app: Flask, make: Factory, tmp_path: Path) -> None:
    officer = make.actor(Role.BUREAU_REVIEWER)
    made = [make.approval(solution=make.solution(), change=VersionChange.RENEWAL).id for _ in range(ROUNDS * BATCH)]
    for key in made:
        steps.claim(officer, key, Seat.PRICE)
    outcomes = race(_url(app), tmp_path, run_batch, keys=made[::BATCH])
    assert outcomes == [["done", "done"]] * ROUNDS
    db.session.rollback()
    decided = select(func.count()).select_from(ReviewSeat).where(ReviewSeat.verdict == Verdict.PASS)
    assert db.session.scalar(decided) == len(made)
    judged = select(func.count()).select_from(AuditEntry).where(AuditEntry.action == "approvals.judged")
    assert db.session.scalar(judged) == len(made)


def test_a_withdrawn_listing_is_not_put_back_by_an_approval_on_its_way(
    app: Flask, make: Factory, tmp_path: Path
) -> None:
    keys = _at_second(make, ROUNDS, is_material=True)
    outcomes = race(_url(app), tmp_path, approve_or_withdraw, keys=keys)
    for approver, withdrawer in outcomes:
        assert (approver, withdrawer) in {("done", "done"), ("Conflict", "done")}
    _assert_whole(keys)
    statuses = db.session.scalars(select(Solution.status).join(Approval).where(Approval.id.in_(keys)))
    assert set(statuses) == {SolutionStatus.WITHDRAWN}


def test_a_seat_given_back_and_taken_has_one_holder(app: Flask, make: Factory, tmp_path: Path) -> None:
    for _ in range(2):
        make.user(Role.EXPERT)
    keys = [make.approval().id for _ in range(ROUNDS)]
    for key in keys:
        claim(0, key)
    outcomes = race(_url(app), tmp_path, claim_or_release, keys=keys)
    assert {pair[0] for pair in outcomes} == {"done"}
    assert {pair[1] for pair in outcomes} <= {"done", "Conflict"}
    db.session.rollback()
    taken = sum(pair[1] == "done" for pair in outcomes)
    assert db.session.scalar(select(func.count()).select_from(ReviewSeat)) == taken


def test_a_reviewer_killed_at_any_moment_leaves_each_submission_decided_or_not(app: Flask, make: Factory) -> None:
    dice, told = random.Random("approvals"), 0
    keys = _at_second(make, MOMENTS * 4)
    for _ in range(MOMENTS):
        ours, his = CONTEXT.Pipe(duplex=False)
        process = forked(work, _url(app), keys, his)
        process.start()
        his.close()
        assert ours.recv() == "ready"
        told += sum(ours.poll(PATIENCE) and bool(ours.recv()) for _ in range(dice.randrange(3)))
        time.sleep(dice.uniform(0.0, 0.1))
        process.kill()
        process.join()
        told += _told(ours)
        _wait_for_the_server()
        _assert_whole(keys)
        done = db.session.scalar(select(func.count()).where(Approval.status == ApprovalStatus.APPROVED)) or 0
        assert told <= done <= told + MOMENTS
        db.session.rollback()
    assert told > 0


def work(url: str, keys: Sequence[int], told: Connection) -> None:
    """Approve one after the other, each told after its commit, until the kill."""
    app = make_app(url, Path(tempfile.gettempdir()), DELIVERY="none")
    with app.app_context():
        query = select(Approval.id).where(Approval.id.in_(keys), Approval.status == ApprovalStatus.SECOND_REVIEW)
        waiting = list(db.session.scalars(query.order_by(Approval.id)))
        told.send("ready")
        for key in waiting:
            approve(0, key)
            told.send(key)
        time.sleep(60)


def _told(ours: Connection) -> int:
    told = 0
    with contextlib.suppress(EOFError):
        while ours.recv():
            told += 1
    ours.close()
    return told


def _wait_for_the_server() -> None:
    """PostgreSQL ends by itself what a killed client had sent; SQLite dies with its process."""
    running = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND state <> 'idle'"
    while IS_POSTGRES and db.session.scalar(text(f"{running} AND pid <> pg_backend_pid()")):
        db.session.rollback()
        time.sleep(0.02)
