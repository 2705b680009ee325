"""`flask audit verify` and `flask audit head`: what they say, write, and how they end."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import delete, text, update

from marketplace.domain.actors import SYSTEM
from marketplace.domain.audit_findings import Finding, Kind
from marketplace.extensions import db
from marketplace.models.audit import AuditEntry, AuditHead
from marketplace.services import audit, audit_heads, audit_reports, audit_verification, clock
from marketplace.services.unit_of_work import writing
from tests.conftest import IS_POSTGRES


def act(times: int = 1) -> None:
    for number in range(times):
        with writing(SYSTEM) as session:
            audit.record(session, SYSTEM, "demands.created", kind="demand", key=1, details={"title": f"清单{number}"})


def run(app: Flask, *arguments: str) -> Result:
    db.session.rollback()
    return app.test_cli_runner().invoke(args=["audit", *arguments])


def without_triggers() -> None:
    if IS_POSTGRES:
        db.session.execute(text("ALTER TABLE audit_entries DISABLE TRIGGER USER"))
        db.session.execute(text("ALTER TABLE audit_heads DISABLE TRIGGER USER"))
    else:
        for name in ("entries_no_update", "entries_no_delete", "entries_no_replace", "heads_forward"):
            db.session.execute(text(f"DROP TRIGGER audit_{name}"))


def cut(last: int) -> None:
    """As somebody with all rights in the database would: rows and head together."""
    without_triggers()
    db.session.execute(delete(AuditEntry).where(AuditEntry.id > last))
    mac = db.session.get_one(AuditEntry, last).mac
    db.session.execute(update(AuditHead).values(number=last, mac=mac))
    db.session.commit()


def test_an_empty_and_a_whole_chain_hold(app: Flask) -> None:
    assert "还没有记录" in run(app, "verify").output
    act(3)
    result = run(app, "verify")
    assert result.exit_code == 0
    assert "共3条，编号1至3连续" in result.output
    assert "没有可对照的链头" in result.output


def test_a_changed_row_is_named_and_ends_the_command_with_3(app: Flask) -> None:
    act(5)
    without_triggers()
    db.session.execute(update(AuditEntry).where(AuditEntry.id == 4).values(actor_name="别人"))
    db.session.commit()
    result = run(app, "verify")
    assert result.exit_code == 3
    assert "发现1处问题" in result.output
    assert "第4条：内容或编码被改动" in result.output


def test_a_cut_end_is_proven_by_the_head_of_the_day(app: Flask) -> None:
    act(5)
    exported = run(app, "head")
    assert "第5条" in exported.output
    cut(3)
    result = run(app, "verify")
    assert result.exit_code == 3
    assert "第4至5条：末尾被截去" in result.output


def test_a_head_kept_elsewhere_proves_it_when_the_folder_is_gone_too(app: Flask, tmp_path: Path) -> None:
    act(5)
    elsewhere = tmp_path / "elsewhere" / "head.jsonl"
    run(app, "head", "--out", str(elsewhere))
    cut(4)
    assert run(app, "verify").exit_code == 0
    result = run(app, "verify", "--head", str(elsewhere))
    assert result.exit_code == 3
    assert "第5条：末尾被截去" in result.output
    assert "已对照1个导出的链头" in result.output


def test_a_head_file_that_is_none_is_refused_with_its_line(app: Flask, tmp_path: Path) -> None:
    file = tmp_path / "note.jsonl"
    file.write_text('{"number": 1}\n', encoding="utf-8")
    result = run(app, "verify", "--head", str(file))
    assert result.exit_code == 1
    assert "note.jsonl第1行不是链头记录" in result.output


def test_the_daily_file_gets_a_line_an_export_and_the_courier_writes_the_first(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    act(2)
    monkeypatch.setattr(clock, "now", lambda: datetime(2026, 11, 21, 17, 0, tzinfo=UTC))  # the 22nd in the city
    assert audit_heads.export_of_today() is True
    assert audit_heads.export_of_today() is False
    act(1)
    audit_heads.export()
    (path,) = audit_heads.folder().iterdir()
    assert path.name == "heads-2026-11-22.jsonl"
    lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    assert [(line["number"], line["count"]) for line in lines] == [(2, 2), (3, 3)]
    assert lines[1]["mac"] == db.session.get_one(AuditEntry, 3).mac
    newest = audit_heads.newest()
    assert newest
    assert newest.number == 3


def test_the_last_verification_is_kept_for_the_page(app: Flask) -> None:
    assert audit_reports.state() == audit_reports.State(None, None)
    act(2)
    run(app, "verify")
    kept = audit_reports.state().verification
    assert kept
    assert (kept.rows, kept.last, kept.found, kept.lines) == (2, 2, 0, ())


def test_rows_of_before_a_change_of_key_are_checked_with_the_former_one(app: Flask) -> None:
    act(2)
    former = app.config["AUDIT_KEY"]
    app.config["AUDIT_KEY"] = "the next key of this city, long enough"
    act(1)
    assert audit_verification.verify().findings == tuple(Finding(Kind.CHANGED, number, number) for number in (1, 2))
    app.config["AUDIT_KEYS"] = (former,)
    assert audit_verification.verify().findings == ()


@pytest.mark.parametrize(
    ("finding", "words"),
    [
        (Finding(Kind.MISSING, 7, 7), "第7条：缺失，编号在此中断"),
        (Finding(Kind.MOVED, 3, 3, 9), "第3条：次序被改动，原为第9条"),
        (Finding(Kind.MOVED, 3, 5, 9), "第3至5条：次序被改动，原为第9至11条"),
        (Finding(Kind.INSERTED, 8, 8), "第8条：被插入，不是平台写入的"),
        (Finding(Kind.INSERTED, 8, 8, 2), "第8条：被插入，是第2条的复制件"),
        (Finding(Kind.HEAD, 8, 3), "链头登记被改动：登记到第3条，实际写到第8条"),
    ],
)
def test_every_finding_says_which_row_and_how(finding: Finding, words: str) -> None:
    assert audit_reports.line(finding) == words
