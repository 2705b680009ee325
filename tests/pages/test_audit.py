"""The auditor's page and its workbook."""

import io
from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from flask import Flask
from python_calamine import CalamineWorkbook

from marketplace.models.accounts import Role
from marketplace.services import audit
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
    assert "没有这类记录" in auditor.get("/audit?action=demands.created").body


def test_the_export_holds_what_the_filter_shows(auditor: Browser, make: Factory) -> None:
    write(make, 60)
    link = next(url for text, url in auditor.get("/audit?action=accounts.unlocked").links().items() if "导出" in text)
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
