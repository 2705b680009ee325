"""The trail in words, on the page and in the workbook."""

import io
from datetime import UTC, datetime

import pytest
from flask import Flask
from python_calamine import CalamineWorkbook

from marketplace.domain import acts, audit_words, transitions
from marketplace.domain.errors import Forbidden, Invalid, NotFound
from marketplace.models.accounts import Role
from marketplace.services import audit, audit_lines, audit_search, clock
from marketplace.services.audit_search import Wanted
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
    assert fields - set(audit_words.DETAILS) == set()


def test_times_and_yes_and_no_are_worded(make: Factory) -> None:
    until = datetime(2026, 11, 21, 4, 0, tzinfo=UTC)
    write(make, "accounts.locked", "user", None, until=until.isoformat())
    write(make, "accounts.keeper_changed", "organisation", None, login="a@example.test", is_keeper=True)
    newest, older = audit_lines.page(number=1).rows
    assert newest.details == "账号：a@example.test；设为管理员：是"
    assert older.details == "截止：2026年11月21日 12:00"


def test_every_kind_of_thing_that_changes_its_status_has_words() -> None:
    assert set(transitions.TRANSITIONS) - set(audit_words.SUBJECTS) == set()
    assert set(transitions.TRANSITIONS) - set(audit_words.STATUSES) == set()


def found(**wanted: str) -> list[str]:
    """Titles of what the filter leaves, newest first."""
    lines = audit_lines.page(number=1, wanted=audit_search.read(wanted)).rows
    return [line.details.partition("；")[0].removeprefix("标题：") for line in lines]


@pytest.fixture
def trail(make: Factory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Three acts of three people on three days of the city."""
    people = [make.actor(make.user(role)) for role in (Role.ENTERPRISE, Role.PROVIDER, Role.AUDITOR)]
    titles = ('说"引号"和100%', "设备联网", "质检_视觉")
    for day, (person, title) in enumerate(zip(people, titles, strict=True), start=19):
        monkeypatch.setattr(clock, "now", lambda day=day: datetime(2026, 11, day, 15, 59, tzinfo=UTC))  # 23:59 here
        with writing(person) as session:
            audit.record(session, person, "demands.created", kind="demand", key=day, details={"title": title})
    with writing(people[0]) as session:
        audit.record(session, people[0], "accounts.unlocked", kind="user", key=people[0].user_id)


def test_the_trail_is_searched_by_each_thing_an_auditor_asks_for(trail: None, make: Factory) -> None:
    first, second, third = '说"引号"和100%', "设备联网", "质检_视觉"
    assert found(action="demands.created") == [third, second, first]
    assert found(kind="demand", key="20") == [second]
    assert found(kind="user") == [""]
    assert found(since="2026-11-20", until="2026-11-20") == [second]
    assert found(until="2026-11-19") == [first]
    assert found(words="联网") == [second]
    assert found(words='"引号"') == [first]
    assert found(words="100%") == [first]
    assert found(words="检_视") == [third]
    assert found(words="检x视") == []
    line = audit_lines.page(number=1, wanted=Wanted(words="联网")).rows[0]
    assert found(person=line.who, action="demands.created").count(second) == 1
    assert found(organisation=line.organisation) == [second]
    assert found(action="demands.created", words="联网", kind="demand", since="2026-11-21") == []


@pytest.mark.parametrize(
    "nonsense",
    [{"action": "no.such"}, {"kind": "x"}, {"key": "-1"}, {"key": "九"}, {"since": "2026-13-01"}, {"until": "?"}],
)
def test_what_makes_no_sense_is_no_filter(nonsense: dict[str, str]) -> None:
    assert audit_search.read(nonsense) == Wanted()


def test_a_row_shows_what_changed_and_its_place_in_the_chain(make: Factory) -> None:
    write(make, "demands.created", "demand", 4, title="清单")
    write(
        make,
        "demands.changed",
        "demand",
        4,
        before={"budget": 180000, "title": "清单"},
        after={"budget": 220000, "title": "清单"},
    )
    sheet = audit_lines.get(2)
    assert [(one.label, one.before, one.after) for one in sheet.changes if one.before != one.after] == [
        ("预算", "18.00万元", "22.00万元")
    ]
    assert sheet.previous == audit_lines.get(1).line.mac
    assert (sheet.fits, sheet.has_next, audit_lines.get(1).has_next) == (True, False, True)
    with pytest.raises(NotFound):
        audit_lines.get(3)


def test_the_vocabulary_names_every_act_and_what_it_must_carry() -> None:
    rows = {action: (label, fields) for action, label, fields in audit_lines.vocabulary()}
    assert set(rows) == set(acts.ACTS)
    assert rows["evidence.uploaded"] == ("上传材料", ("校验值", "标题"))


def test_the_filter_shows_one_act_alone(make: Factory) -> None:
    for _ in range(3):
        write(make, "accounts.unlocked", "user", None)
    write(make, "accounts.logged_out", "user", None)
    assert audit_lines.page(number=1, wanted=Wanted(action="accounts.unlocked")).total == 3
    assert audit_lines.page(number=1).total == 4


def test_the_workbook_says_its_filter_and_time_and_holds_the_same_lines(
    make: Factory, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(make, "accounts.unlocked", "user", None)
    write(make, "accounts.logged_out", "user", None)
    auditor = make.actor(Role.AUDITOR)
    moment = datetime(2026, 11, 21, 4, 0, tzinfo=UTC)
    monkeypatch.setattr(clock, "now", lambda: moment)
    rows = workbook(audit_lines.export(auditor, wanted=Wanted(action="accounts.unlocked")))
    assert "解除锁定" in rows[0][0]
    assert "2026年11月21日 12:00" in rows[1][0]
    assert auditor.name in rows[1][0]
    assert rows[3] == [heading for heading, _ in audit_lines.COLUMNS]
    (line,) = audit_lines.page(number=1, wanted=Wanted(action="accounts.unlocked")).rows
    assert rows[4:] == [list(line.cells())]


@pytest.mark.parametrize("text", ["=1+1", "+A1", "-1", "@SUM(A1)", "https://example.test"])
def test_what_people_typed_stays_text_in_the_workbook(make: Factory, text: str) -> None:
    write(make, "demands.created", "demand", 1, title=text)
    assert workbook(audit_lines.export(make.actor(Role.AUDITOR)))[4][7] == f"标题：{text}"


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
    assert audit_lines.export(auditor, wanted=Wanted(action="accounts.unlocked"))
