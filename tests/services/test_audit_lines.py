"""The trail in words, on the page and in the workbook."""

import io
from datetime import UTC, datetime

import pytest
from flask import Flask
from python_calamine import CalamineWorkbook

from marketplace.domain import acts
from marketplace.domain.errors import Forbidden, Invalid
from marketplace.models.accounts import Role
from marketplace.services import audit, audit_lines, clock
from marketplace.services.unit_of_work import writing
from tests.factories import Factory


def write(make: Factory, action: str, kind: str, key: int | None, **details: object) -> None:
    actor = make.actor(Role.BUREAU_LEADER)
    with writing(actor) as session:
        audit.record(session, actor, action, kind=kind, key=key, details=details)


def workbook(content: bytes) -> list[list[str]]:
    return CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()


def test_an_entry_reads_as_who_did_what_to_what(make: Factory) -> None:
    write(make, "solution.suspend", "solution", 7, **{"from": "listed", "to": "suspended", "reason": "投诉核实"})
    (line,) = audit_lines.page(number=1).rows
    assert (line.act, line.subject, line.role) == ("暂停产品", "产品 7", "市局领导")
    assert line.details == "原：在架；现：暂停；理由：投诉核实"
    assert line.organisation.startswith("测试单位")


def test_people_and_organisations_are_named(make: Factory) -> None:
    user = make.user(Role.AUDITOR)
    write(make, "accounts.unlocked", "user", user.id)
    assert audit_lines.page(number=1).rows[0].subject == f"账号 {user.name}"


def test_every_field_of_every_act_has_a_word() -> None:
    fields = {field for act in acts.ACTS.values() for field in act.fields}
    assert fields - set(audit_lines.DETAILS) == set()


def test_times_and_yes_and_no_are_worded(make: Factory) -> None:
    until = datetime(2026, 11, 21, 4, 0, tzinfo=UTC)
    write(make, "accounts.locked", "user", None, until=until.isoformat())
    write(make, "accounts.keeper_changed", "organisation", None, login="a@example.test", is_keeper=True)
    newest, older = audit_lines.page(number=1).rows
    assert newest.details == "账号：a@example.test；设为管理员：是"
    assert older.details == "锁定至：2026年11月21日 12:00"


def test_the_filter_shows_one_act_alone(make: Factory) -> None:
    for _ in range(3):
        write(make, "accounts.unlocked", "user", None)
    write(make, "accounts.logged_out", "user", None)
    assert audit_lines.page(number=1, action="accounts.unlocked").total == 3
    assert audit_lines.page(number=1).total == 4


def test_the_workbook_says_its_filter_and_time_and_holds_the_same_lines(
    make: Factory, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(make, "accounts.unlocked", "user", None)
    write(make, "accounts.logged_out", "user", None)
    auditor = make.actor(Role.AUDITOR)
    moment = datetime(2026, 11, 21, 4, 0, tzinfo=UTC)
    monkeypatch.setattr(clock, "now", lambda: moment)
    rows = workbook(audit_lines.export(auditor, action="accounts.unlocked"))
    assert "解除锁定" in rows[0][0]
    assert "2026年11月21日 12:00" in rows[1][0]
    assert auditor.name in rows[1][0]
    assert rows[3] == [heading for heading, _ in audit_lines.COLUMNS]
    (line,) = audit_lines.page(number=1, action="accounts.unlocked").rows
    assert rows[4:] == [list(line.cells())]


@pytest.mark.parametrize("text", ["=1+1", "+A1", "-1", "@SUM(A1)", "https://example.test"])
def test_what_people_typed_stays_text_in_the_workbook(make: Factory, text: str) -> None:
    write(make, "demands.created", "demand", 1, title=text)
    assert workbook(audit_lines.export(make.actor(Role.AUDITOR)))[4][6] == f"标题：{text}"


def test_only_readers_of_the_trail_export_it(make: Factory) -> None:
    with pytest.raises(Forbidden):
        audit_lines.export(make.actor(Role.BUREAU_LEADER))


def test_a_trail_too_long_for_one_sheet_is_narrowed_first(
    app: Flask, make: Factory, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(make, "accounts.unlocked", "user", None)
    write(make, "accounts.logged_out", "user", None)
    monkeypatch.setitem(audit_lines.LIMITS, "export_rows", 1)
    auditor = make.actor(Role.AUDITOR)
    with pytest.raises(Invalid):
        audit_lines.export(auditor)
    assert audit_lines.export(auditor, action="accounts.unlocked")
