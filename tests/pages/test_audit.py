"""The auditor's page and its workbook."""

import io
from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from flask import Flask
from python_calamine import CalamineWorkbook
from sqlalchemy import text

from marketplace.domain import acts
from marketplace.extensions import db
from marketplace.models.accounts import Role
from marketplace.services import audit, audit_heads, audit_reports
from marketplace.services.unit_of_work import writing
from tests.factories import Factory
from tests.harness import Browser


@pytest.fixture
def auditor(client: Browser, make: Factory) -> Browser:
    return client.log_in(make.user(Role.AUDITOR))


def write(make: Factory, times: int, action: str = "accounts.unlocked") -> None:
    actor = make.actor(Role.ADMINISTRATOR)
    with writing(actor) as session:
        for _ in range(times):
            audit.record(session, actor, action, kind="user", key=actor.user_id)


def rows(page: object) -> int:
    return len(page.all("tr")) - 1  # type: ignore[attr-defined]


def test_the_trail_is_filtered_and_paged(auditor: Browser, make: Factory) -> None:
    write(make, 60)
    page = auditor.get("/audit?action=accounts.unlocked")
    assert rows(page) == 50
    assert page.links()["下一页"] == "/audit?action=accounts.unlocked&page=2"
    assert rows(auditor.get("/audit?action=accounts.unlocked&page=2")) == 10
    assert rows(auditor.get("/audit?action=accounts.unlocked&page=99")) == 10
    assert rows(auditor.get("/audit?action=no.such&page=x")) == 50
    assert "没有符合条件的记录" in auditor.get("/audit?action=demands.created").body


def test_the_export_holds_what_the_filter_shows(auditor: Browser, make: Factory) -> None:
    write(make, 60)
    link = next(url for label, url in auditor.get("/audit?action=accounts.unlocked").links().items() if "导出" in label)
    response = auditor.raw(link)
    assert response.mimetype == "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(response.data)).get_sheet_by_index(0).to_python()
    assert "解除锁定" in sheet[0][0]
    assert len(sheet) == 4 + 60


def test_the_page_costs_the_same_for_one_entry_and_for_twenty(
    auditor: Browser,
    make: Factory,
    app: Flask,
    count_queries: Callable[[Flask], AbstractContextManager[list[str]]],
) -> None:
    counts = []
    for _ in range(2):
        with count_queries(app) as statements:
            auditor.get("/audit")
        counts.append(len(statements))
        for _ in range(20):
            write(make, 1)
    assert counts[0] == counts[1] <= 15


def test_the_search_stays_in_the_pages_and_in_the_export(auditor: Browser, make: Factory) -> None:
    write(make, 60)
    page = auditor.get("/audit?kind=user&since=2020-01-01&person=&words=")
    links = page.links()
    assert links["下一页"] == "/audit?kind=user&since=2020-01-01&person=&words=&page=2"
    export = next(url for label, url in links.items() if "导出" in label)
    assert export == "/audit/export.xlsx?kind=user&since=2020-01-01"
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(auditor.raw(export).data)).get_sheet_by_index(0).to_python()
    assert "对象：账号" in sheet[0][0]
    assert "起始日期：2020年1月1日" in sheet[0][0]


def test_the_state_of_the_chain_is_shown(auditor: Browser, make: Factory) -> None:
    write(make, 2)
    assert "还没有核对过" in auditor.get("/audit").body
    audit_reports.verify()
    audit_heads.export()
    body = auditor.get("/audit").body
    assert "全部相符" in body
    assert "最近一次导出链头" in body


def test_tampering_is_shown_on_the_page_and_at_its_row(auditor: Browser, make: Factory) -> None:
    write(make, 3)
    db.session.rollback()
    if db.engine.dialect.name == "postgresql":
        db.session.execute(text("ALTER TABLE audit_entries DISABLE TRIGGER USER"))
    else:
        db.session.execute(text("DROP TRIGGER audit_entries_no_update"))
    db.session.execute(text("UPDATE audit_entries SET actor_name = '别人' WHERE id = 2"))
    db.session.commit()
    audit_reports.verify()
    assert "第2条：内容或编码被改动" in auditor.get("/audit").body
    assert "编码与内容不符" in auditor.get("/audit/2").body
    assert "编码与内容相符" in auditor.get("/audit/3").body


def test_a_row_has_its_page_and_its_neighbours(auditor: Browser, make: Factory) -> None:
    write(make, 3)
    links = auditor.get("/audit/2").links()
    assert (links["上一条"], links["下一条"]) == ("/audit/1", "/audit/3")
    auditor.get("/audit/999", status=404)


def test_the_vocabulary_is_one_page(auditor: Browser) -> None:
    assert rows(auditor.get("/audit/acts")) == len(acts.ACTS)
