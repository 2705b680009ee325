"""Quotation sheets: frozen to the last figure, shared by link, withdrawn, lapsed, exported."""

import io
import json
from datetime import date, timedelta
from decimal import Decimal

import pytest
from python_calamine import CalamineWorkbook

from marketplace.domain.errors import Conflict, Forbidden, Invalid, NotFound
from marketplace.extensions import db
from marketplace.models.accounts import Role
from marketplace.models.bundles import QuotationSheet
from marketplace.models.demands import Demand, DemandStatus
from marketplace.models.providers import Provider
from marketplace.models.solutions import Coverage, PricePlan, Solution, SolutionStatus
from marketplace.services import baskets, clock, outbox, quotation_export, quotation_sheets
from marketplace.services.quotation_sheets import Access
from marketplace.services.unit_of_work import writing
from tests.factories import Factory
from tests.services.test_baskets import Desk


@pytest.fixture
def desk(make: Factory) -> Desk:
    return Desk(make, assessment_score=Decimal("36.8"), budget=100_000, deadline_days=60)


def issue(desk: Desk) -> int:
    key = desk.basket()
    return quotation_sheets.issue(desk.actor, basket_id=key, version=desk.view(key).version)


def later(monkeypatch: pytest.MonkeyPatch, days: int) -> None:
    day = clock.today() + timedelta(days=days)
    monkeypatch.setattr(clock, "today", lambda: day)


def test_a_sheet_says_parties_lines_totals_verdict_and_rule(desk: Desk) -> None:
    sheet = quotation_sheets.get(desk.actor, issue(desk))
    content, payment = sheet.content, sheet.content["payment"]
    assert sheet.number.startswith("SZ20")
    assert content["buyer"]["name"] == desk.actor.organisation_name
    assert len(content["lines"]) == len(content["providers"]) == 6
    assert (payment["net"], payment["subsidy"], payment["own"]) == (120_000, 48_000, 72_000)
    assert (payment["net_in_words"], payment["own_in_words"]) == ("壹拾贰万元整", "柒万贰仟元整")
    assert "还差3.2分" in content["verdict"]["condition"]
    assert "仅供估算" in content["subsidy_note"]
    assert sheet.valid_until == sheet.issued_on + timedelta(days=30)
    assert sheet.access == Access.OPEN


def test_a_sheet_stays_equal_whatever_happens_to_listings_and_demand(desk: Desk) -> None:
    key = issue(desk)
    before = json.dumps(quotation_sheets.get(desk.actor, key).content, sort_keys=True)
    with writing() as session:
        for row in session.query(PricePlan):
            row.amount, row.name = row.amount * 3, "涨价版"
        for level in session.query(Coverage):
            level.level = 1
        for solution in session.query(Solution):
            solution.name, solution.status = "改了名", SolutionStatus.SUSPENDED
            outbox.put(session, topic=outbox.SOLUTION, subject_id=solution.id)
        for provider in session.query(Provider):
            provider.short_name = "改了名" + str(provider.id)
        session.get_one(Demand, desk.demand.id).title = "改了题"
    db.session.rollback()
    assert json.dumps(quotation_sheets.get(desk.actor, key).content, sort_keys=True) == before
    view = desk.view(quotation_sheets.get(desk.actor, key).basket_id)
    assert view.outcome.payment.listed == 0  # while the basket itself has moved


def test_equal_baskets_on_a_day_give_equal_sheets(desk: Desk) -> None:
    key = desk.basket()
    first, second = (
        quotation_sheets.issue(desk.actor, basket_id=key, version=desk.view(key).version) for _ in range(2)
    )
    one, two = quotation_sheets.get(desk.actor, first), quotation_sheets.get(desk.actor, second)
    assert one.content == two.content
    assert one.number != two.number
    assert one.token != two.token


def test_what_cannot_be_priced_or_had_is_not_quoted(desk: Desk, make: Factory) -> None:
    empty = desk.basket(ids=[])
    unpriced = desk.basket(ids=[make.solution(price=None).id])
    for key, part in ((empty, "空的"), (unpriced, "没有标价")):
        with pytest.raises(Invalid) as caught:
            quotation_sheets.issue(desk.actor, basket_id=key, version=desk.view(key).version)
        assert part in caught.value.messages["issue"][0]
    key = desk.basket()
    with writing() as session:
        session.get_one(Solution, desk.ids[0]).status = SolutionStatus.SUSPENDED
        outbox.put(session, topic=outbox.SOLUTION, subject_id=desk.ids[0])
        session.get_one(Demand, desk.demand.id).status = DemandStatus.WITHDRAWN
    with pytest.raises(Invalid) as caught:
        quotation_sheets.issue(desk.actor, basket_id=key, version=desk.view(key).version)
    assert len(caught.value.messages["issue"]) == 2


def test_only_what_was_seen_is_quoted(desk: Desk) -> None:
    key = desk.basket()
    seen = desk.view(key).version
    desk.change(key, budget=80_000)
    with pytest.raises(Conflict):
        quotation_sheets.issue(desk.actor, basket_id=key, version=seen)


def test_the_link_opens_lapses_and_expires(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    token = quotation_sheets.get(desk.actor, issue(desk)).token
    assert quotation_sheets.shared(token).access == Access.OPEN
    later(monkeypatch, 31)
    assert quotation_sheets.shared(token).access == Access.LAPSED
    later(monkeypatch, 31)
    assert quotation_sheets.shared(token).access == Access.EXPIRED
    with pytest.raises(NotFound):
        quotation_sheets.shared("no-such-token")


def test_a_withdrawn_sheet_is_closed_at_once_and_for_good(desk: Desk) -> None:
    key = issue(desk)
    sheet = quotation_sheets.get(desk.actor, key)
    quotation_sheets.withdraw(desk.actor, sheet_id=key, version=sheet.version)
    assert quotation_sheets.shared(sheet.token).access == Access.WITHDRAWN
    with pytest.raises(Conflict):
        quotation_sheets.withdraw(desk.actor, sheet_id=key, version=sheet.version)
    row = db.session.get_one(QuotationSheet, key)
    assert row.decided_by == desk.actor.user_id


def test_a_stranger_reads_by_link_alone(desk: Desk, make: Factory) -> None:
    key, stranger = issue(desk), make.actor(Role.ENTERPRISE)
    with pytest.raises(Forbidden):
        quotation_sheets.get(stranger, key)
    with pytest.raises(Forbidden):
        quotation_sheets.withdraw(stranger, sheet_id=key, version=1)


def test_a_quoted_basket_cannot_be_deleted(desk: Desk) -> None:
    basket_id = quotation_sheets.get(desk.actor, issue(desk)).basket_id
    with pytest.raises(Invalid):
        baskets.delete(desk.actor, basket_id=basket_id, version=desk.view(basket_id).version)


def test_the_workbook_says_what_the_sheet_says_and_runs_no_formula(desk: Desk) -> None:
    with writing() as session:
        session.get_one(Solution, desk.ids[0]).name = "=1+1"
        outbox.put(session, topic=outbox.SOLUTION, subject_id=desk.ids[0])
    sheet = quotation_sheets.get(desk.actor, issue(desk))
    book = CalamineWorkbook.from_filelike(io.BytesIO(quotation_export.workbook(sheet)))
    assert book.sheet_names == ["报价单", "场景等级"]
    rows = book.get_sheet_by_index(0).to_python()
    cells = [cell for row in rows for cell in row]
    assert any(sheet.number in str(cell) for cell in cells)
    assert "=1+1" in cells
    total = next(row for row in rows if row[0] == "合计")
    assert [int(total[place]) for place in (7, 8, 9, 11, 12)] == [120_000, 0, 120_000, 48_000, 72_000]
    assert any("壹拾贰万元整" in str(cell) for cell in cells)
    levels = book.get_sheet_by_index(1).to_python()
    assert [row[3] for row in levels[4:]].count("二级") == 6
    assert len(levels) == 4 + 16


def test_a_sheet_carries_the_day_of_the_city(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "today", lambda: date(2026, 12, 31))
    sheet = quotation_sheets.get(desk.actor, issue(desk))
    assert sheet.number.startswith("SZ20261231-")
    assert sheet.valid_until == date(2027, 1, 30)
