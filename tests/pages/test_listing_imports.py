"""The pages of a bulk import: template, upload, what is wrong where, the choice, the result."""

import io
from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from flask import Flask
from python_calamine import CalamineWorkbook
from sqlalchemy import select

from marketplace.extensions import db
from marketplace.models.accounts import Role
from marketplace.models.listing_imports import ImportStage, ListingImport
from marketplace.services import listing_import_jobs
from marketplace.services.unit_of_work import writing
from tests import listing_files
from tests.factories import Factory
from tests.harness import Browser, Page
from tests.listing_files import put

INDEX = "/listings/import"


@pytest.fixture
def provider(client: Browser, make: Factory) -> Browser:
    client.log_in(make.user(Role.PROVIDER))
    return client


def send(browser: Browser, content: bytes, *, name: str = "产品.xlsx", status: int = 303) -> str:
    data = {"file": (io.BytesIO(content), name)}
    return browser.post(INDEX, data, status=status, content_type="multipart/form-data").headers.get("Location", "")


def act(browser: Browser, address: str, action: str) -> Page:
    page = browser.get(address)
    browser.post(f"{address}/{action}", {"version": page.hidden("version"), "once": page.hidden("once")})
    return browser.get(address)


def test_from_template_to_drafts(app: Flask, provider: Browser) -> None:
    page = provider.get(INDEX)
    template = provider.raw(page.links()["下载Excel模板"]).data
    names = CalamineWorkbook.from_filelike(io.BytesIO(template)).sheet_names
    assert names == ["填写说明", "产品", "覆盖场景", "报价", "系统集成", "案例", "资质证明", "选项"]
    address = send(provider, listing_files.changed(5, lambda sheets: put(sheets, "报价", 2, "价格（元）", "一万二")))
    page = provider.get(address)
    assert "第3行D列" in page.body
    assert "价格请只填数字，例如1" in page.body
    assert "一万二" in page.body
    done = act(provider, address, "confirm")
    assert "新建草稿" in done.body
    assert provider.get(done.links()["演示产品001"]).h1
    assert "已导入" in provider.get(INDEX).body


def test_none_is_imported_when_the_provider_says_so(app: Flask, provider: Browser) -> None:
    address = send(provider, listing_files.changed(2, lambda sheets: None))
    assert "选择了都不导入" in act(provider, address, "discard").body


def test_the_marked_workbook_is_handed_out(app: Flask, provider: Browser) -> None:
    address = send(provider, listing_files.changed(2, lambda sheets: put(sheets, "产品", 1, "产品名称", "")))
    page = provider.get(address)
    content = provider.raw(page.links()["下载标了错的表"]).data
    lines = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_name("产品").to_python()
    assert lines[1][-1] == "请填写产品名称"


def test_a_renamed_column_stops_the_file_with_the_remedy(app: Flask, provider: Browser) -> None:
    def rename(text: str) -> str:
        return {"产品类型*": "类型"}.get(text, text)

    page = provider.get(send(provider, listing_files.reheaded(2, rename)))
    assert "缺少“产品类型”这一列；多出“类型”，可能改了列名。请改回模板的列名" in page.body
    assert "重新上传" in page.links()


def test_a_file_that_is_refused_is_said_beside_the_field(provider: Browser) -> None:
    data = {"file": (io.BytesIO(b"just text"), "产品.xlsx")}
    response = provider.post(INDEX, data, status=422, content_type="multipart/form-data")
    assert "请上传从本平台下载的Excel模板" in Page(response).body


def test_no_file_is_said_beside_the_field(provider: Browser) -> None:
    assert "请选择填好的Excel文件" in Page(provider.post(INDEX, {}, status=422)).body


def test_a_running_import_shows_how_far_it_is_and_looks_again(
    app: Flask, provider: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(app.config, "DELIVERY", "none")
    address = send(provider, listing_files.changed(3, lambda sheets: None))
    page = provider.get(address)
    assert "文件已收到，正在打开" in page.body
    assert page.by_id("import").get("data-hx-trigger") == "every 1s"
    assert page.links()["刷新"] == address
    with writing() as session:
        row = session.scalars(select(ListingImport)).one()
        row.stage, row.rows_done, row.rows_total = ImportStage.CHECKING, 1, 3
    assert "1 / 3 个产品" in provider.get(address).body
    listing_import_jobs.work()
    page = provider.get(address)
    assert page.by_id("import").get("data-hx-trigger") is None
    assert "导入合格的3个" in page.body


def test_the_same_file_that_is_under_way_is_led_to_its_import(app: Flask, provider: Browser) -> None:
    content = listing_files.changed(2, lambda sheets: None)
    assert send(provider, content) == send(provider, content)
    db.session.rollback()
    assert len(db.session.scalars(select(ListingImport)).all()) == 1


@pytest.mark.parametrize("count", [1, 20])
def test_a_page_asks_the_same_number_of_queries_for_one_row_and_for_twenty(
    app: Flask, provider: Browser, count_queries: Callable[[Flask], AbstractContextManager[list[str]]], count: int
) -> None:
    address = send(provider, listing_files.changed(count, lambda sheets: None))
    act(provider, address, "confirm")
    with count_queries(app) as statements:
        provider.get(address)
    assert len(statements) == QUERIES
    assert len(statements) <= 15


QUERIES = 5
