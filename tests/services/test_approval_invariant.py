"""The one sentence that the product stands for, over random actions against the real database.

A listing is on the shelf only if its last approval has, in its last round, passes for feasibility, price and the second
review by three distinct people without conflict; where the first two differed, two of three panel passes stand in their
place, by people who sit nowhere else. What is checked here is read by plain SQL and known by the test's own books.
"""

import os
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date

from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select, text
from sqlalchemy.exc import IntegrityError

from marketplace.domain import approvals as rules
from marketplace.domain.errors import MarketError
from marketplace.domain.permissions import Actor
from marketplace.extensions import db
from marketplace.models.accounts import Membership, Role, User
from marketplace.models.approvals import Approval, DeclaredInterest, ReviewSeat, Seat, Verdict
from marketplace.models.providers import Provider
from marketplace.models.solutions import Solution, SolutionStatus
from marketplace.services import approval_seats, approvals, clock, declared_interests, status_changes
from marketplace.services.unit_of_work import writing
from tests import approval_steps as steps
from tests.factories import Factory

EXAMPLES = int(os.environ.get("INVARIANT_EXAMPLES", "12"))
MANY = 200
ACTIONS = ("sit",) * 24 + (
    "claim", "decide", "decide", "release", "resubmit", "resubmit", "recall", "submit", "restart", "declare",
    "withdraw", "back_door",
)  # fmt: skip
VERDICTS = (Verdict.PASS,) * 7 + (Verdict.RETURN, Verdict.REJECT)
STEP = st.tuples(st.sampled_from(ACTIONS), st.integers(0, 11), st.integers(0, 9), st.sampled_from(VERDICTS))


@dataclass
class City:
    """The people of the test: who is tied to the provider, and who is one human with two logins."""

    make: Factory
    owner: Actor
    people: list[Actor]
    tied: set[int]
    twins: set[int]
    declared: set[int] = field(default_factory=set)
    reached: Counter[str] = field(default_factory=Counter)


def _rename(actor: Actor, login: str) -> int:
    with writing() as session:
        session.get_one(User, actor.user_id).login = login
    return actor.user_id or 0


def _city(make: Factory) -> City:
    owner = make.actor(make.user(Role.PROVIDER))
    with writing() as session:
        provider = session.get_one(Provider, owner.provider_id)
        provider.contact_phone, provider.contact_mail = "13812345678", "a@acme.invalid"
    roles = (Role.EXPERT,) * 5 + (Role.BUREAU_REVIEWER,) * 4 + (Role.SUPERVISOR,) * 2 + (Role.BUREAU_LEADER,)
    people = [make.actor(make.user(role)) for role in roles]
    tied = {_rename(people[0], "13812345678"), _rename(people[9], "li@acme.invalid"), people[5].user_id or 0}
    with writing() as session:
        session.add(
            Membership(
                user_id=people[5].user_id, organisation_id=owner.organisation_id, role=Role.PROVIDER,
                created_at=clock.now(),
            )
        )  # fmt: skip
    twins = {_rename(people[1], "13900000001"), _rename(people[6], "13900000001@139.com")}
    return City(make, owner, people, tied, twins)


def test_nothing_reaches_the_shelf_without_three_distinct_people_free_of_conflict(app: Flask, make: Factory) -> None:
    city = _city(make)

    @settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck), database=None)
    @given(st.lists(STEP, min_size=20, max_size=60))
    def run(sequence: list[tuple[str, int, int, Verdict]]) -> None:
        _run(city, sequence)

    run()
    print(city.reached)
    assert city.reached["listed"] > 0, "no sequence reached the shelf: the test has proven nothing"
    assert city.reached["panel"] > 0 or EXAMPLES < MANY, "no panel in so many sequences"


def _run(city: City, sequence: list[tuple[str, int, int, Verdict]]) -> None:
    with writing() as session:
        session.execute(delete(DeclaredInterest))
    city.declared.clear()
    provider = city.owner.provider_id
    solution = Solution(
        provider_id=provider, name=f"产品{len(sequence)}", family="质量管理", product_type="saas", summary="原来",
        description="原来", keywords=[], gbt4754=[], status=SolutionStatus.DRAFT,
    )  # fmt: skip
    with writing() as session:
        session.add(solution)
    key = solution.id
    _submit(city, key)
    before = _shelf(key)
    for action, who, number, verdict in sequence:
        try:
            _act(city, key, action, who, number, verdict)
        except MarketError:
            db.session.rollback()
        after = _shelf(key)
        _check(city, key, before, after)
        before = after


def _shelf(key: int) -> tuple[str, int | None]:
    """Status of the listing, and the newest approved submission."""
    db.session.rollback()
    status = db.session.execute(text("SELECT status FROM solutions WHERE id = :key"), {"key": key}).scalar_one()
    query = "SELECT max(id) FROM approvals WHERE solution_id = :key AND status = 'approved'"
    return status, db.session.execute(text(query), {"key": key}).scalar_one()


def _check(city: City, key: int, before: tuple[str, int | None], after: tuple[str, int | None]) -> None:
    seats = db.session.execute(
        text(
            "SELECT s.approval_id, s.round, s.seat, s.reviewer_id, s.verdict, a.round AS last,"
            " a.version_id = s.version_id AS is_same FROM review_seats s JOIN approvals a ON a.id = s.approval_id"
            " WHERE a.solution_id = :key"
        ),
        {"key": key},
    ).all()
    seat_of: dict[tuple[int, int], str] = {}
    for row in seats:
        assert seat_of.setdefault((row.approval_id, row.reviewer_id), row.seat) == row.seat, "somebody in two seats"
    for approval in {row.approval_id for row in seats}:
        people = {row.reviewer_id for row in seats if row.approval_id == approval}
        assert not city.twins <= people, "one human with two logins in two seats"
        assert not city.tied & people, "somebody tied to the provider took a seat"
    status, approval = after
    assert status != "listed" or approval is not None, "on the shelf without an approval"
    if after == before or approval is None:
        return
    if status == "listed" and before[0] != "listed":
        assert approval != before[1], "put back on the shelf by an old approval"
        city.reached["listed"] += 1
    last = {row.seat: row for row in seats if row.approval_id == approval and row.round == row.last and row.verdict}
    passed = {row.seat: row.reviewer_id for row in last.values() if row.verdict == "pass" and row.is_same}
    assert "second" in passed
    if not {"feasibility", "price"} <= set(passed):
        assert {"feasibility", "price"} <= set(last)
        assert sum(seat.startswith("panel") for seat in passed) >= 2
        city.reached["panel"] += 1
    assert len(set(passed.values())) == len(passed) >= 3
    if approval != before[1]:
        assert not (city.tied | city.declared) & {row.reviewer_id for row in last.values()}, "a conflict at approval"


def _submit(city: City, key: int) -> None:
    version = city.make.version(db.session.get_one(Solution, key), summary="报上来的")
    with writing(city.owner) as session:
        solution = status_changes.locked(session, Solution, kind="solution", key=key)
        approvals.open_for(session, city.owner, solution=solution, version=session.merge(version, load=False))


@dataclass(frozen=True)
class Turn:
    """One step of a sequence, made concrete: who does it, from which seat, to which submission."""

    city: City
    solution_id: int
    approval_id: int
    status: str
    person: Actor
    seat: Seat
    verdict: Verdict


def _act(city: City, key: int, action: str, who: int, number: int, verdict: Verdict) -> None:
    db.session.rollback()
    newest = select(Approval).where(Approval.solution_id == key).order_by(Approval.id.desc()).limit(1)
    approval = db.session.scalars(newest).one()
    held = (ReviewSeat.approval_id == approval.id, ReviewSeat.round == approval.round, ReviewSeat.verdict.is_not(None))
    decided = set(db.session.scalars(select(ReviewSeat.seat).where(*held)))
    offered = [one for one in rules.seats_in(approval.status, approval.kind) if one not in decided]
    seat = offered[number % len(offered)] if offered and number < 8 else list(Seat)[number % len(Seat)]
    fit = [one for one in city.people if one.role in _roles(seat)]
    person = fit[who % len(fit)] if number < 9 else city.people[who]
    DEEDS[action](Turn(city, key, approval.id, approval.status, person, seat, verdict))


def _sit(turn: Turn) -> None:
    if turn.status == "returned":
        _resubmit(turn)
        return
    steps.claim(turn.person, turn.approval_id, turn.seat)
    _decide(turn)


def _decide(turn: Turn) -> None:
    steps.decide(turn.person, turn.approval_id, turn.seat, turn.verdict)


def _resubmit(turn: Turn) -> None:
    steps.resubmit(turn.city.make, turn.approval_id)


def _restart(turn: Turn) -> None:
    leader = turn.city.people[-1]
    approvals.restart(leader, approval_id=turn.approval_id, reason="有人应当回避", version=None)


def _declare(turn: Turn) -> None:
    organisation_id = turn.city.owner.organisation_id or 0
    declared_interests.declare(turn.person, organisation_id=organisation_id, what="持股", since=date(2026, 1, 5))
    turn.city.declared.add(turn.person.user_id or 0)


def _withdraw(turn: Turn) -> None:
    owner = turn.city.owner
    with writing(owner) as session:
        solution = status_changes.locked(session, Solution, kind="solution", key=turn.solution_id)
        status_changes.change(session, owner, solution, kind="solution", action="withdraw", reason="不做了")
        approvals.recall_open(session, owner, solution_id=turn.solution_id)


def _back_door(turn: Turn) -> None:
    """A program that forgets the review: the permission is right, the database is not willing."""
    try:
        with writing(turn.person) as session:
            solution = status_changes.locked(session, Solution, kind="solution", key=turn.solution_id)
            status_changes.change(session, turn.person, solution, kind="solution", action="list")
            solution.listed_at = clock.now()
    except IntegrityError:
        db.session.rollback()


DEEDS: dict[str, Callable[[Turn], None]] = {
    "sit": _sit,
    "claim": lambda turn: steps.claim(turn.person, turn.approval_id, turn.seat),
    "decide": _decide,
    "release": lambda turn: approval_seats.release(
        turn.person, approval_id=turn.approval_id, seat=turn.seat, reason="换人"
    ),
    "resubmit": _resubmit,
    "recall": lambda turn: approvals.recall(turn.city.owner, approval_id=turn.approval_id, version=None),
    "submit": lambda turn: _submit(turn.city, turn.solution_id),
    "restart": _restart,
    "declare": _declare,
    "withdraw": _withdraw,
    "back_door": _back_door,
}


def _roles(seat: Seat) -> set[Role]:
    if seat == Seat.SECOND:
        return {Role.SUPERVISOR}
    return {Role.EXPERT, Role.BUREAU_REVIEWER} | ({Role.BUREAU_LEADER} if seat in rules.PANEL else set())
