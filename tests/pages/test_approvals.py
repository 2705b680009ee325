"""The reviewers' workbench: queue, blind page, notes as typed, batches; the provider's view without names."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import insert, select

from marketplace.domain import approvals as rules
from marketplace.domain.actors import Actor
from marketplace.domain.judgements import Note
from marketplace.extensions import db
from marketplace.models.accounts import Role, User
from marketplace.models.approvals import Approval, ApprovalKind, ApprovalStatus, ReviewSeat, Seat, Verdict
from marketplace.models.listings import ListingVersion, VersionChange
from marketplace.models.solutions import Solution
from marketplace.services import clock
from marketplace.services.unit_of_work import writing
from tests import approval_steps as steps
from tests.factories import Factory
from tests.harness import Browser

SECRET = "只有我这一席知道的话"


def _person(actor: Actor) -> User:
    return db.session.get_one(User, actor.user_id)


def _filled(approval_id: int, seat: Seat, verdict: str = "pass", **more: str) -> dict[str, str]:
    approval = steps.fresh(approval_id)
    answers = {f"check-{item.id}": "met" for item in rules.checklist(seat, approval.kind)}
    return {
        "seat": seat,
        "version": str(approval.version_id),
        "verdict": verdict,
        "has_proof": "yes",
        **answers,
        **more,
    }


def test_a_reviewer_claims_judges_and_goes_on(app: Flask, make: Factory, client: Browser) -> None:
    approval = make.approval()
    client.log_in(make.user(Role.EXPERT))
    assert "可认领（1）" in client.get("/approvals").body
    page = client.get(f"/approvals/{approval.id}")
    assert "认领技术可行性" in page.body
    client.post(f"/approvals/{approval.id}/claim", {"seat": "feasibility"})
    page = client.get(f"/approvals/{approval.id}")
    assert "技术可行性评估清单" in page.body
    client.post(f"/approvals/{approval.id}/decide", _filled(approval.id, Seat.FEASIBILITY))
    assert "没有您要办的事" in client.get(f"/approvals/{approval.id}").body


def test_the_page_of_one_holds_nothing_of_the_other(app: Flask, make: Factory, client: Browser) -> None:
    approval = make.approval()
    first, second = make.actor(Role.EXPERT), make.actor(Role.BUREAU_REVIEWER)
    steps.claim(second, approval.id, Seat.PRICE)
    client.log_in(_person(second))
    url = f"/approvals/{approval.id}"
    before = client.get(url).body
    steps.sit(
        make, approval.id, Seat.FEASIBILITY, Verdict.REJECT, by=first, reason=SECRET, notes=(Note("cases", SECRET),)
    )
    after = client.get(url)
    assert after.body == before
    assert SECRET not in after.html
    assert first.name not in after.html
    for role in (Role.BUREAU_LEADER, Role.AUDITOR, Role.SUPERVISOR, Role.EXPERT):
        assert SECRET not in client.log_in(make.user(role)).get(url).html, role
    steps.decide(second, approval.id, Seat.PRICE)
    assert SECRET in client.log_in(_person(second)).get(url).html


def test_what_was_typed_stays_when_something_is_missing(app: Flask, make: Factory, client: Browser) -> None:
    approval = make.approval()
    expert = make.actor(Role.EXPERT)
    steps.claim(expert, approval.id, Seat.FEASIBILITY)
    client.log_in(_person(expert))
    data = {"seat": "feasibility", "version": str(approval.version_id), "verdict": "return", "note-cases": SECRET}
    page = client.submit(f"/approvals/{approval.id}/decide", data, status=422)
    assert SECRET in page.html
    assert "请作答" in page.body


def test_a_template_sentence_is_added_without_javascript(app: Flask, make: Factory, client: Browser) -> None:
    approval = make.approval()
    expert = make.actor(Role.EXPERT)
    steps.claim(expert, approval.id, Seat.FEASIBILITY)
    client.log_in(_person(expert))
    sentence = {"note-cases": "另外：", "template-cases": "case_proof"}
    client.post(f"/approvals/{approval.id}/decide", _filled(approval.id, Seat.FEASIBILITY, "return", **sentence))
    note = db.session.scalars(select(ReviewSeat)).one().notes[0]
    assert note["question"] == "cases"
    assert note["text"].startswith("另外：\n案例无法核实")


def test_a_newer_version_is_answered_with_the_difference_and_what_was_typed(
    app: Flask, make: Factory, client: Browser
) -> None:
    approval = make.approval()
    expert = steps.sit(make, approval.id, Seat.FEASIBILITY, Verdict.RETURN)
    steps.sit(make, approval.id, Seat.PRICE, Verdict.RETURN)
    old = _filled(approval.id, Seat.FEASIBILITY, "return", **{"note-coverage": SECRET})
    steps.resubmit(make, approval.id)
    client.log_in(_person(expert))
    page = client.submit(f"/approvals/{approval.id}/decide", old, status=409)
    assert SECRET in page.html
    assert "与你刚才看的版本相比，改了1处" in page.body


def test_the_loser_of_a_race_keeps_his_words(app: Flask, make: Factory, client: Browser) -> None:
    approval = make.approval()
    expert = make.actor(Role.EXPERT)
    steps.claim(expert, approval.id, Seat.FEASIBILITY)
    data = _filled(approval.id, Seat.FEASIBILITY, "return", **{"note-coverage": SECRET})
    steps.decide(expert, approval.id, Seat.FEASIBILITY)
    page = client.log_in(_person(expert)).submit(f"/approvals/{approval.id}/decide", data, status=409)
    assert SECRET in page.body


def test_the_provider_sees_states_and_notes_and_no_name(app: Flask, make: Factory, client: Browser) -> None:
    approval = make.approval()
    people = [steps.sit(make, approval.id, seat, Verdict.RETURN) for seat in rules.FIRST]
    client.log_in(_person(make.owner(approval.provider_id)))
    page = client.get(f"/approvals/{approval.id}")
    assert "请逐条说明由哪项功能达到" in page.body
    assert not [one.name for one in people if one.name in page.html]
    client.post(f"/approvals/{approval.id}/recall", {"version": str(steps.fresh(approval.id).version)})
    assert "已撤回" in client.get(f"/approvals/{approval.id}").body


def test_another_provider_sees_nothing(app: Flask, make: Factory, client: Browser) -> None:
    approval = make.approval()
    client.log_in(make.user(Role.PROVIDER)).get(f"/approvals/{approval.id}", status=403)


def test_a_batch_tells_what_happened_with_each(app: Flask, make: Factory, client: Browser) -> None:
    expert = make.actor(Role.EXPERT)
    free, taken = make.approval(), make.approval()
    steps.claim(make.actor(Role.EXPERT), taken.id, Seat.PRICE)
    renewal = make.approval(solution=make.solution(), change=VersionChange.RENEWAL)
    client.log_in(_person(expert))
    rows = {"id": [str(one.id) for one in (free, taken, renewal)]}
    rows |= {f"seen-{one.id}": str(one.version_id) for one in (free, taken, renewal)}
    page = client.submit("/approvals/batch", {**rows, "act": "claim", "seat": "price"})
    assert "办成2件，没办成1件" in page.body
    page = client.submit("/approvals/batch", {**rows, "act": "pass", "seat": "price", "has_read": "yes"})
    assert "办成1件，没办成2件" in page.body
    assert "不是低风险续期" in page.body
    kept = db.session.scalars(select(ReviewSeat).where(ReviewSeat.verdict.is_not(None))).one()
    assert (kept.approval_id, kept.verdict) == (renewal.id, Verdict.PASS)


def _multiply(make: Factory, count: int) -> None:
    """So many submissions in the queue, straight into the tables."""
    owner = make.user(Role.PROVIDER)
    provider_id, now = make.actor(owner).provider_id, clock.now()
    with writing() as session:
        facts = {
            "provider_id": provider_id, "family": "质量管理", "product_type": "saas", "summary": "", "description": "",
            "keywords": [], "gbt4754": [], "contracts": 0, "status": "draft", "rating_sum": 0, "rating_count": 0,
            "version": 1,
        }  # fmt: skip
        names = [f"批量产品{owner.id}-{number}" for number in range(count)]
        session.execute(insert(Solution), [facts | {"name": name} for name in names])
        keys = session.scalars(select(Solution.id).where(Solution.name.in_(names)).order_by(Solution.id)).all()
        body = {"name": "批量", "industries": ["modern_food"]}
        version = {
            "number": 1, "content": body, "digest": "0" * 64, "change": "initial", "created_at": now,
            "created_by": owner.id,
        }  # fmt: skip
        session.execute(insert(ListingVersion), [version | {"solution_id": key} for key in keys])
        made = (
            select(ListingVersion.id, ListingVersion.solution_id)
            .join(Solution)
            .where(Solution.provider_id == provider_id)
        )
        found = session.execute(made).all()
        approval = {
            "provider_id": provider_id, "kind": ApprovalKind.INITIAL, "status": ApprovalStatus.IN_REVIEW, "round": 1,
            "risk": 0, "submitted_at": now, "submitted_by": owner.id, "due_on": clock.today(), "version": 1,
        }  # fmt: skip
        session.execute(
            insert(Approval),
            [
                approval
                | {"solution_id": row.solution_id, "version_id": row.id, "queue_at": now - timedelta(hours=place)}
                for place, row in enumerate(found)
            ],
        )


@pytest.mark.parametrize("address", ["/approvals", "/approvals?tab=all&industry=modern_food&seat=price&sort=due"])
def test_the_queue_asks_as_little_for_two_thousand_as_for_one(
    app: Flask, make: Factory, client: Browser, address: str,
    count_queries: Callable[[Flask], AbstractContextManager[list[str]]],
) -> None:  # fmt: skip
    client.log_in(make.user(Role.BUREAU_REVIEWER))
    client.get(address)
    counts = []
    for more in (1, 19, 1980):
        _multiply(make, more)
        with count_queries(app) as statements:
            client.get(address)
        counts.append(len(statements))
    assert counts[0] <= 15
    assert len(set(counts)) == 1, counts


def test_the_page_of_a_submission_is_read_with_few_statements(
    app: Flask, make: Factory, client: Browser, count_queries: Callable[[Flask], AbstractContextManager[list[str]]]
) -> None:
    approval = make.approval()
    expert = make.actor(Role.EXPERT)
    steps.claim(expert, approval.id, Seat.FEASIBILITY)
    client.log_in(_person(expert))
    client.get(f"/approvals/{approval.id}")
    with count_queries(app) as statements:
        client.get(f"/approvals/{approval.id}")
    assert len(statements) <= 15, len(statements)


def test_neighbours_follow_the_queue(app: Flask, make: Factory, client: Browser) -> None:
    rows = [make.approval() for _ in range(3)]
    client.log_in(make.user(Role.EXPERT))
    links = client.get(f"/approvals/{rows[1].id}").links()
    assert (links["上一件"], links["下一件"]) == (f"/approvals/{rows[0].id}", f"/approvals/{rows[2].id}")


def test_overdue_is_said_in_words(app: Flask, make: Factory, client: Browser) -> None:
    approval = make.approval()
    with writing() as session:
        session.get_one(Approval, approval.id).due_on -= timedelta(days=60)
    assert "已逾期" in client.log_in(make.user(Role.BUREAU_REVIEWER)).get("/approvals").body


def test_agreement_is_shown_only_of_enough_pairs(app: Flask, make: Factory, client: Browser) -> None:
    approval = make.approval()
    steps.to_second(make, approval.id)
    client.log_in(make.user(Role.BUREAU_LEADER))
    page = client.get("/approvals/agreement")
    assert "样本不足" in page.body
    now = clock.today()
    number = (now.month + 2) // 3
    page = client.get(f"/approvals/agreement?quarter={now.year}-{number}")
    assert f"/approvals/{approval.id}" in page.html


def test_a_reviewer_declares_and_ends_his_own_interest(app: Flask, make: Factory, client: Browser) -> None:
    approval = make.approval()
    expert = make.user(Role.EXPERT)
    organisation = make.owner(approval.provider_id).organisation_id
    client.log_in(expert)
    data = {"organisation_id": str(organisation), "what": "曾任顾问", "since": "2026-01-05"}
    client.post("/interests", data)
    page = client.submit(f"/approvals/{approval.id}/claim", {"seat": "price"}, status=422)
    assert "申报过与这家服务商的利害关系" in page.body
    client.post("/interests/1/end")
    assert "关系已结束" not in client.get("/interests").body
    client.submit(f"/approvals/{approval.id}/claim", {"seat": "price"}, status=422)
    assert "曾任顾问" in client.log_in(make.user(Role.AUDITOR)).get("/interests/all").body
    client.log_in(make.user(Role.SUPERVISOR)).post("/interests/1/end", status=404)
