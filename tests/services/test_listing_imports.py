"""Bulk import of listings: what a check finds and where, what an import does and leaves alone."""

import io
import zipfile
from collections.abc import Mapping
from typing import Any

import pytest
from flask import Flask
from python_calamine import CalamineWorkbook
from sqlalchemy import func, select

from marketplace.domain import questions
from marketplace.domain.actors import Actor
from marketplace.domain.errors import Conflict, Invalid, NotFound
from marketplace.domain.listing_sheets import POLICY
from marketplace.extensions import db
from marketplace.models.accounts import Role
from marketplace.models.audit import AuditEntry
from marketplace.models.listing_imports import (
    ImportStage,
    ListingImport,
    ListingImportFinding,
    ListingImportRow,
    RowOutcome,
)
from marketplace.models.listings import ListingDraft
from marketplace.models.providers import Provider
from marketplace.models.solutions import Solution, SolutionStatus
from marketplace.services import listing_drafts, listing_import_views, listing_imports, listing_template
from tests import listing_files
from tests.factories import Factory
from tests.listing_files import Sheets, put

NOT_A_WORKBOOK = "请上传从本平台下载的Excel模板（xlsx），这个文件不是"
TOO_DENSE = "Office文件的压缩比异常，请另存一份后再上传"
TOO_FAR = "XFD1048576超出了模板的范围（最多8000行、60列）。请删去多余的行和列，再上传"
BOMB = {"xl/worksheets/sheet1.xml": bytes(40 * 1024 * 1024)}
CORNER = {"xl/worksheets/sheet1.xml": b"<worksheet><c  t='s' r = 'XFD1048576'><v>1</v></c></worksheet>"}
COUNT = 40
LONG = "字" * 61


def package(parts: Mapping[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def upload(actor: Actor, content: bytes, name: str = "产品.xlsx") -> ListingImport:
    key = listing_imports.upload(actor, io.BytesIO(content), name=name)
    db.session.rollback()
    return db.session.get_one(ListingImport, key)


def confirm(actor: Actor, row: ListingImport) -> ListingImport:
    listing_imports.confirm(actor, import_id=row.id, version=row.version)
    db.session.rollback()
    return db.session.get_one(ListingImport, row.id)


def findings(row: ListingImport) -> list[tuple[str, int, int, str]]:
    query = select(ListingImportFinding).where(ListingImportFinding.import_id == row.id)
    return [
        (one.sheet, one.line, one.column, one.message)
        for one in db.session.scalars(query.order_by(ListingImportFinding.id))
    ]


def outcomes(row: ListingImport) -> dict[str, int]:
    return {str(key): count for key, count in listing_import_views.outcomes(row.id).items()}


def count(model: type) -> int:
    return db.session.scalar(select(func.count()).select_from(model)) or 0


def content_of(number: str) -> dict[str, Any]:
    query = select(ListingDraft.content).join(Solution, Solution.id == ListingDraft.solution_id)
    content: dict[str, Any] = db.session.scalars(query.where(Solution.product_number == number)).one()
    return content


def spoil(sheets: Sheets) -> None:
    """Fifteen kinds of faults, each at one place; products stand in line number + 1."""
    put(sheets, "产品", 2, "产品编号", "")
    put(sheets, "产品", 4, "产品编号", "P003")
    put(sheets, "产品", 5, "产品名称", "")
    put(sheets, "产品", 6, "一句话介绍", LONG)
    put(sheets, "产品", 7, "产品类型", "小程序")
    put(sheets, "产品", 8, "适用行业", "现代食品制造、纺织")
    put(sheets, "产品", 9, "上线时间（天）", "两个月")
    put(sheets, "产品", 10, "售后电话", "12345")
    put(sheets, "产品", 11, "国民经济行业中类", "999")
    put(sheets, "报价", 12, "价格（元）", "0")
    put(sheets, "报价", 13, "年维保费率（%）", "80%")
    put(sheets, "案例", 14, "验收日期", "2026年13月1日")
    put(sheets, "案例", 15, "改造后等级", "一级")
    put(sheets, "案例", 16, "企业信用代码", "91510700MA0000000X")
    put(sheets, "覆盖场景", 17, "产品编号", "P999")
    sheets["覆盖场景"].append([listing_files.number(18), "仓储物流", "三级", "库位优化上架策略", "上架记录"])


EXPECTED = [
    ("产品", 3, 1, "没有产品编号，请填本单位自己的编号，例如P001"),
    ("产品", 4, 1, "产品编号和第5行重复，一个产品一个编号，请改成不同的"),
    ("产品", 5, 1, "产品编号和第4行重复，一个产品一个编号，请改成不同的"),
    ("产品", 6, 2, "请填写产品名称"),
    ("产品", 7, 5, "一句话介绍不超过60个字，现在61个，请精简"),
    ("产品", 8, 3, "产品类型请从列出的选项里选：云服务、软件、硬件、服务、软硬一体"),
    (
        "产品", 9, 8,
        "适用行业里的“纺织”不在选项中，请从列出的选项里选：不限行业、电子元器件制造、先进金属战略材料、高端装备制造、现代食品制造",
    ),
    ("产品", 10, 12, "上线时间请只填数字，例如1"),
    ("产品", 11, 20, "售后电话请填11位手机号，或带区号的座机"),
    ("产品", 12, 9, "国民经济行业中类里的“999”不在国民经济行业分类中，请核对代码"),
    ("报价", 13, 4, "价格应在1到20,000,000元之间"),
    ("报价", 14, 6, "年维保费率应在0到50%之间"),
    ("案例", 15, 8, "验收日期请写成2026-05-06这样"),
    ("案例", 16, 7, "改造后等级应高于改造前等级"),
    ("案例", 17, 2, "企业信用代码不是有效的统一社会信用代码，请对照营业执照核对18位"),
    ("产品", 18, 1, "请至少填一行场景（“覆盖场景”表，产品编号填P017）"),
    ("覆盖场景", 18, 1, "“产品”表里没有编号“P999”，请核对编号，或先在“产品”表里填这个产品"),
    ("覆盖场景", 42, 2, "和第19行重复，请合并或删除一行"),
]  # fmt: skip
STRAYS = {("覆盖场景", 3, 1), ("报价", 3, 1), ("系统集成", 3, 1), ("案例", 3, 1), ("资质证明", 3, 1)} | {
    (sheet, 5, 1) for sheet in ("覆盖场景", "报价", "系统集成", "案例", "资质证明")
}  # the parts of P002 and P004, whose numbers are gone from the sheet of products


@pytest.fixture
def provider(make: Factory) -> Actor:
    return make.actor(Role.PROVIDER)


def test_each_fault_is_named_at_its_cell(app: Flask, provider: Actor) -> None:
    row = upload(provider, listing_files.changed(COUNT, spoil))
    assert row.stage == ImportStage.CHECKED
    found = findings(row)
    assert sorted(one for one in found if one[:3] not in STRAYS) == sorted(EXPECTED)
    assert {one[:3] for one in found} >= STRAYS
    assert len(found) == len(EXPECTED) + len(STRAYS) == row.finding_count
    assert (row.rows_good, row.rows_faulty) == (23, 17)
    assert count(Solution) == 0


def test_the_workbook_of_problems_marks_the_cells_and_can_be_mended_and_sent_again(app: Flask, provider: Actor) -> None:
    row = upload(provider, listing_files.changed(COUNT, spoil))
    name, content = listing_import_views.problems_workbook(provider, import_id=row.id)
    assert name == "产品-标错.xlsx"
    lines = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_name("产品").to_python()
    assert lines[0][-1] == "问题"
    assert lines[6][-1] == "一句话介绍不超过60个字，现在61个，请精简"
    assert lines[6][4] == LONG
    assert lines[1][-1] == ""
    again = upload(provider, content)
    assert findings(again) == findings(row)


def test_good_rows_become_drafts_and_nothing_reaches_the_shelf(app: Flask, provider: Actor) -> None:
    row = confirm(provider, upload(provider, listing_files.changed(COUNT, spoil)))
    assert (row.stage, row.rows_done, row.rows_total) == (ImportStage.IMPORTED, 23, 23)
    assert outcomes(row) == {"created": 23, "faulty": 17}
    assert {one.status for one in db.session.scalars(select(Solution))} == {SolutionStatus.DRAFT}
    assert questions.check(content_of("P001")) == {}
    assert content_of("P001")["price_plans"][0]["amount"] == 12_000
    query = select(func.count()).where(AuditEntry.action == "listings.imported")
    assert db.session.scalar(query) == 23


def test_none_is_none(app: Flask, provider: Actor) -> None:
    row = upload(provider, listing_files.changed(3, lambda sheets: None))
    listing_imports.discard(provider, import_id=row.id, version=row.version)
    db.session.rollback()
    assert db.session.get_one(ListingImport, row.id).stage == ImportStage.DISCARDED
    assert count(Solution) == 0
    with pytest.raises(Conflict):
        listing_imports.confirm(provider, import_id=row.id, version=row.version)


def test_the_same_file_again_changes_nothing(app: Flask, provider: Actor) -> None:
    content = listing_files.changed(25, lambda sheets: None, parts=3)
    confirm(provider, upload(provider, content))
    versions = set(db.session.execute(select(ListingDraft.id, ListingDraft.version, ListingDraft.updated_at)).all())
    again = confirm(provider, upload(provider, content))
    assert outcomes(again) == {"unchanged": 25}
    db.session.rollback()
    now = set(db.session.execute(select(ListingDraft.id, ListingDraft.version, ListingDraft.updated_at)).all())
    assert versions == now


def test_a_changed_row_changes_its_draft_alone(app: Flask, provider: Actor) -> None:
    confirm(provider, upload(provider, listing_files.changed(5, lambda sheets: None)))
    row = upload(provider, listing_files.changed(5, lambda sheets: put(sheets, "报价", 3, "价格（元）", "9800")))
    assert outcomes(confirm(provider, row)) == {"changed": 1, "unchanged": 4}
    assert [content_of(f"P00{place}")["price_plans"][0]["amount"] for place in (2, 3)] == [12_000, 9_800]


def test_a_row_edited_since_the_check_is_left_alone(app: Flask, provider: Actor) -> None:
    confirm(provider, upload(provider, listing_files.changed(2, lambda sheets: None)))
    row = upload(provider, listing_files.changed(2, lambda sheets: put(sheets, "产品", 1, "检索词", "扫码")))
    draft = db.session.scalars(select(ListingDraft).join(Solution).where(Solution.product_number == "P001")).one()
    listing_drafts.save(
        provider, solution_id=draft.solution_id, given={"summary": "扫码收发，账实相符"}, seen=draft.version
    )
    assert outcomes(confirm(provider, row)) == {"left": 1, "unchanged": 1}
    assert content_of("P001")["summary"] == "扫码收发，账实相符"
    left = db.session.scalars(select(ListingImportRow).where(ListingImportRow.outcome == RowOutcome.LEFT)).one()
    assert left.note == "检查以后有人改过这个产品，没有改动。请核对后重新上传"


def test_a_listing_without_a_number_is_known_by_its_name_and_edited_on_its_version(
    app: Flask, make: Factory, provider: Actor
) -> None:
    owner = db.session.get_one(Provider, provider.provider_id)
    listed = make.solution(provider=owner, name="演示产品001")
    row = confirm(provider, upload(provider, listing_files.changed(1, lambda sheets: None)))
    assert outcomes(row) == {"changed": 1}
    db.session.rollback()
    solution = db.session.get_one(Solution, listed.id)
    assert (solution.product_number, solution.status, solution.summary) == ("P001", "listed", listed.summary)
    assert db.session.scalars(select(ListingDraft)).one().base_version_id is not None


def test_others_see_nothing_of_an_import(app: Flask, make: Factory, provider: Actor) -> None:
    row = upload(provider, listing_files.changed(1, lambda sheets: None))
    stranger = make.actor(Role.PROVIDER)
    with pytest.raises(NotFound):
        listing_imports.confirm(stranger, import_id=row.id, version=row.version)
    with pytest.raises(NotFound):
        listing_import_views.show(stranger, import_id=row.id)


def test_the_empty_template_says_what_to_do(app: Flask, provider: Actor) -> None:
    row = upload(provider, listing_template.template())
    assert row.stage == ImportStage.FAILED
    assert findings(row) == [("产品", 0, 0, "“产品”表里没有要导入的产品，示例行不算。请从第3行起填写")]


def test_more_products_than_allowed_are_refused(app: Flask, provider: Actor) -> None:
    row = upload(provider, listing_files.workbook({"产品": listing_files.products(501)["产品"]}))
    assert [one[3] for one in findings(row)] == ["一次最多导入500个产品，现在501个，请分成几个文件"]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"\xd0\xcf\x11\xe0 old", NOT_A_WORKBOOK),
        (b"%PDF-1.4 paper", NOT_A_WORKBOOK),
        (b"", "文件是空的，请核对后重新选择"),
        (bytes(POLICY["file_bytes"] + 1), "文件超过5兆字节，请删去图片等无关内容，或分成几个文件"),
        (package({"[Content_Types].xml": b"<Types/>", "word/document.xml": b"<d/>"}), NOT_A_WORKBOOK),
        (package({"[Content_Types].xml": b"<Types/>", "xl/workbook.xml": b"<w/>", **BOMB}), TOO_DENSE),
        (package({"[Content_Types].xml": b"<Types/>", "xl/workbook.xml": b"<w/>", **CORNER}), TOO_FAR),
    ],
)
def test_other_files_are_refused_before_anything_is_written(
    app: Flask, provider: Actor, content: bytes, message: str
) -> None:
    with pytest.raises(Invalid) as refused:
        upload(provider, content)
    assert refused.value.messages == {"file": [message]}
    assert count(ListingImport) == 0
