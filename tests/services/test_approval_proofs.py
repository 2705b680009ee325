"""Who opens a file that a submission, an application or a response cites, and that no other file goes with it."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from marketplace.domain.actors import Actor
from marketplace.domain.declarations import TEXTS
from marketplace.domain.errors import Forbidden
from marketplace.domain.judgements import Note
from marketplace.extensions import db
from marketplace.models.accounts import Role, User
from marketplace.models.approvals import ApprovalStatus, DeclaredInterest, Seat, Verdict
from marketplace.models.audit import AuditEntry
from marketplace.models.evidence import Evidence
from marketplace.models.solutions import SolutionStatus
from marketplace.services import call_experts, call_responses, calls, clock, evidence, evidence_views
from marketplace.services.unit_of_work import writing
from tests import approval_steps as steps
from tests import call_world as world
from tests.factories import Factory
from tests.harness import Browser

Counting = Callable[[Flask], AbstractContextManager[list[str]]]


@dataclass
class Desk:
    approval_id: int
    owner: User
    cited: Evidence
    other: Evidence


@pytest.fixture
def desk(app: Flask, make: Factory) -> Desk:
    """A submission that cites one file; another lies in the same locker."""
    owner = make.user(Role.PROVIDER)
    cited = make.evidence(user=owner, title="三份验收单")
    listing = make.solution(provider=make.provider_of(owner), status=SolutionStatus.DRAFT)
    approval = make.approval(solution=listing, proofs=[{"evidence": str(cited.id), "proves": "cases"}])
    return Desk(approval.id, owner, cited, make.evidence(user=owner, title="没有引用的材料"))


def may(actor: Actor, row: Evidence) -> bool:
    db.session.rollback()
    try:
        evidence_views.get(actor, evidence_id=row.id)
    except Forbidden:
        return False
    return True


@pytest.mark.parametrize(
    ("role", "is_open"),
    [
        (Role.EXPERT, True),
        (Role.BUREAU_REVIEWER, True),
        (Role.BUREAU_LEADER, True),
        (Role.AUDITOR, True),
        (Role.SUPERVISOR, False),  # there is no second seat to take yet
        (Role.COUNTY_OFFICER, False),
        (Role.PROVIDER, False),
        (Role.ENTERPRISE, False),
        (Role.ADMINISTRATOR, False),
    ],
)
def test_a_cited_file_is_open_to_who_may_judge_by_it(make: Factory, desk: Desk, role: Role, is_open: bool) -> None:
    person = make.actor(role)
    assert may(person, desk.cited) is is_open
    assert not may(person, desk.other)


def test_a_seat_opens_the_file_until_all_seats_are_taken_by_others(make: Factory, desk: Desk) -> None:
    holder, latecomer = make.actor(Role.EXPERT), make.actor(Role.EXPERT)
    steps.claim(holder, desk.approval_id, Seat.FEASIBILITY)
    assert may(latecomer, desk.cited)  # the price seat is free
    steps.claim(make.actor(Role.BUREAU_REVIEWER), desk.approval_id, Seat.PRICE)
    assert not may(latecomer, desk.cited)
    assert may(holder, desk.cited)


def test_the_second_review_opens_it_to_the_supervisor(make: Factory, desk: Desk) -> None:
    steps.to_second(make, desk.approval_id)
    assert may(make.actor(Role.SUPERVISOR), desk.cited)
    assert not may(make.actor(Role.EXPERT), desk.cited)


def test_the_panel_opens_it_to_who_may_sit_there(make: Factory, desk: Desk) -> None:
    steps.to_panel(make, desk.approval_id)
    assert steps.fresh(desk.approval_id).status == ApprovalStatus.PANEL
    assert may(make.actor(Role.EXPERT), desk.cited)
    assert not may(make.actor(Role.SUPERVISOR), desk.cited)


def test_who_is_tied_to_the_provider_does_not_open_it(make: Factory, desk: Desk) -> None:
    tied = make.actor(Role.EXPERT)
    with writing() as session:
        session.add(
            DeclaredInterest(
                user_id=tied.user_id, organisation_id=desk.cited.organisation_id, what="曾任顾问",
                since=clock.today(), declared_by=tied.user_id, declared_at=clock.now(),
            )
        )  # fmt: skip
    assert not may(tied, desk.cited)


def test_what_was_judged_in_an_earlier_round_stays_open(make: Factory, desk: Desk) -> None:
    notes, seats = (Note("proofs", "请换一份能看清印章的"),), (Seat.FEASIBILITY, Seat.PRICE)
    judges = [steps.sit(make, desk.approval_id, seat, Verdict.RETURN, notes=notes) for seat in seats]
    steps.resubmit(make, desk.approval_id, proofs=[{"evidence": str(desk.other.id), "proves": "other"}])
    for judge in judges:
        assert may(judge, desk.cited)
        assert may(judge, desk.other)


def test_a_withdrawn_file_is_open_to_nobody_else(make: Factory, desk: Desk) -> None:
    evidence.withdraw(make.actor(desk.owner), evidence_id=desk.cited.id)
    assert not may(make.actor(Role.EXPERT), desk.cited)
    assert may(make.actor(desk.owner), desk.cited)


def test_somebody_elses_file_is_not_opened_by_naming_it(make: Factory, desk: Desk) -> None:
    """A version that names a file of another locker opens nothing."""
    foreign = make.evidence(user=make.user(Role.PROVIDER))
    listing = make.solution(provider=make.provider_of(desk.owner), status=SolutionStatus.DRAFT)
    make.approval(solution=listing, proofs=[{"evidence": str(foreign.id), "proves": "cases"}])
    assert not may(make.actor(Role.EXPERT), foreign)


def test_the_review_page_leads_to_the_file_and_opening_it_is_on_record(
    app: Flask, make: Factory, client: Browser, desk: Desk, count_queries: Counting
) -> None:
    expert = make.user(Role.EXPERT)
    client.log_in(expert)
    client.get(f"/approvals/{desk.approval_id}")
    with count_queries(app) as statements:
        page = client.get(f"/approvals/{desk.approval_id}")
    assert len(statements) <= 15, len(statements)
    assert page.links()["三份验收单"] == f"/evidence/{desk.cited.id}"
    assert "证明案例" in page.body
    assert "还没有引用" not in client.get(f"/evidence/{desk.cited.id}").body
    client.post(f"/evidence/{desk.cited.id}/file", status=200).close()
    query = select(AuditEntry).where(AuditEntry.action == "evidence.opened")
    assert db.session.scalars(query).one().subject_id == desk.cited.id
    client.log_in(make.user(Role.SUPERVISOR))
    page = client.get(f"/approvals/{desk.approval_id}")
    assert "三份验收单" in page.body
    assert "三份验收单" not in page.links()


def test_a_response_is_read_by_its_experts_and_by_the_bureau_once_the_call_has_closed(
    app: Flask, make: Factory
) -> None:
    stage = world.opened(make)
    owner = make.user(Role.PROVIDER)
    file = make.evidence(user=owner)
    texts = {str(key): "做过十九家食品企业，本地驻点八人，按公告要求办。" for key in stage.criteria()}
    call_responses.answer(
        make.actor(owner), call_id=stage.call_id, texts=texts, files={"cases": (file.id,)}, declared=tuple(TEXTS)
    )
    world.respond(make, stage)
    assert not may(stage.officer, file)
    today = clock.today()
    world.move(stage, opens_on=today - timedelta(days=20), closes_on=today - timedelta(days=1))
    calls.close(stage.officer, call_id=stage.call_id, version=stage.version)
    assert may(stage.officer, file)
    assert may(stage.leader, file)
    expert, stranger = make.actor(Role.EXPERT), make.actor(Role.EXPERT)
    call_experts.assign(stage.officer, call_id=stage.call_id, user_id=expert.user_id or 0)
    assert may(expert, file)
    for reader in (stranger, make.actor(Role.SUPERVISOR), make.actor(Role.COUNTY_OFFICER)):
        assert not may(reader, file)
