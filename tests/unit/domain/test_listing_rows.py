"""Sheets of text: whose line is whose, what is wrong with their shape and at which cell."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from marketplace.domain import listing_products, listing_rows, listing_sample, listing_sheets, questions
from marketplace.domain.listing_rows import Book, Finding
from marketplace.domain.listing_sheets import CHILDREN, NUMBER, PRODUCTS, SHEETS
from tests import listing_files
from tests.listing_files import Sheets, put

TODAY = date(2026, 11, 20)
Grids = dict[str, list[list[str]]]


def grids_of(sheets: Sheets) -> Grids:
    return {name: [[one.heading for one in SHEETS[name].columns], *lines] for name, lines in sheets.items()}


def judged(book: Book) -> list[Finding]:
    return [
        finding
        for product in book.products
        for finding in listing_products.judge(product, places=book.places, today=TODAY).findings
    ]


def test_every_question_of_the_template_has_its_column() -> None:
    plain = {column.question.id for column in PRODUCTS.columns if column.question}
    rows = {sheet.question.id for sheet in CHILDREN if sheet.question}
    assert plain | rows == {one.id for one in questions.QUESTIONS if one.feeds.template}
    assert all(sheet.columns[0].label == NUMBER for sheet in SHEETS.values())
    assert all(len(sheet.columns) == len(sheet.by_label) for sheet in SHEETS.values())


def test_the_sample_is_left_out_and_would_pass() -> None:
    sample = {name: [list(line) for line in lines] for name, lines in listing_sample.LINES.items()}
    book = listing_rows.gather(grids_of(sample))
    assert book.is_broken
    assert not book.products
    for lines in sample.values():
        for line in lines:
            line[0] = "P001"
    book = listing_rows.gather(grids_of(sample))
    assert judged(book) == []
    assert not book.findings


def test_lines_are_put_together_by_number_whatever_their_order() -> None:
    sheets = listing_files.products(3, parts=2)
    for lines in sheets.values():
        lines.reverse()
    book = listing_rows.gather(grids_of(sheets))
    assert [one.entry.number for one in book.products] == ["P003", "P002", "P001"]
    for product in book.products:
        told = {entry.number for entries in product.children.values() for entry in entries}
        assert told == {product.entry.number}
        assert {len(entries) for entries in product.children.values()} == {2}


def test_columns_are_found_by_their_heading_wherever_they_stand() -> None:
    sheets = listing_files.products(1)
    put(sheets, "产品", 1, "产品名称", "")
    grids = grids_of(sheets)
    grids["产品"] = [list(reversed(line)) for line in grids["产品"]]
    book = listing_rows.gather(grids)
    (found,) = judged(book)
    assert (found.line, found.column) == (2, len(PRODUCTS.columns) - 1)


@pytest.mark.parametrize("name", list(SHEETS))
def test_a_missing_sheet_is_named(name: str) -> None:
    grids = grids_of(listing_files.products(1))
    del grids[name]
    book = listing_rows.gather(grids)
    assert book.is_broken
    assert [(one.sheet, one.line) for one in book.findings] == [(name, 0)]


@pytest.mark.parametrize(("name", "place"), [(name, 0) for name in SHEETS] + [("产品", 3), ("报价", 2)])
def test_a_renamed_column_is_named_with_what_stands_there_now(name: str, place: int) -> None:
    grids = grids_of(listing_files.products(1))
    label = SHEETS[name].columns[place].label
    grids[name][0][place] = "别的名字"
    book = listing_rows.gather(grids)
    assert book.is_broken
    assert [one.message for one in book.findings] == [
        f"缺少“{label}”这一列；多出“别的名字”，可能改了列名。请改回模板的列名"
    ]


def test_a_further_column_and_content_without_a_heading_are_not_lost_silently() -> None:
    grids = grids_of(listing_files.products(1))
    grids["产品"][0].append("备注")
    grids["产品"][1].append("急")
    grids["报价"][1].append("含税")
    found = listing_rows.gather(grids).findings
    assert [(one.sheet, one.line, one.column) for one in found] == [("产品", 1, 21), ("报价", 2, 9)]


def test_the_column_of_problems_is_no_further_column() -> None:
    grids = grids_of(listing_files.products(1))
    grids["产品"][0].append("问题")
    grids["产品"][1].append("产品名称至少2个字")
    book = listing_rows.gather(grids)
    assert not book.findings
    assert len(book.products) == 1


def test_a_repeated_number_spoils_both_lines_and_its_parts_are_no_strays() -> None:
    sheets = listing_files.products(3)
    put(sheets, "产品", 3, NUMBER, " P001 ")
    sheets["报价"].pop()
    for name in ("覆盖场景", "系统集成", "案例", "资质证明"):
        sheets[name].pop()
    book = listing_rows.gather(grids_of(sheets))
    assert [(one.line, one.message) for one in book.findings] == [
        (2, "产品编号和第4行重复，一个产品一个编号，请改成不同的"),
        (4, "产品编号和第2行重复，一个产品一个编号，请改成不同的"),
    ]
    assert [one.entry.number for one in book.products] == ["P002"]
    assert len(book.spoilt) == 2


def test_a_cell_that_cannot_be_read_is_said_once_with_what_may_be_written() -> None:
    sheets = listing_files.products(1)
    put(sheets, "覆盖场景", 1, "可达等级", "五级")
    (found,) = judged(listing_rows.gather(grids_of(sheets)))
    assert (found.sheet, found.line, found.column, found.typed) == ("覆盖场景", 2, 3, "五级")
    assert found.message == "可达等级请从列出的选项里选：一级、二级、三级、四级"


def test_a_repeated_part_is_named_by_the_line_of_the_sheet() -> None:
    sheets = listing_files.products(2)
    sheets["覆盖场景"].append(list(sheets["覆盖场景"][1]))
    (found,) = judged(listing_rows.gather(grids_of(sheets)))
    assert (found.line, found.message) == (4, "和第3行重复，请合并或删除一行")


@pytest.mark.parametrize(("column", "name"), [(1, "A"), (26, "Z"), (27, "AA"), (52, "AZ"), (53, "BA"), (703, "AAA")])
def test_columns_have_the_letters_of_a_spreadsheet(column: int, name: str) -> None:
    assert listing_sheets.letter(column) == name


DATES = ("2026-02-30", "2026年2月30日")
NUMBERS = ("0", "-1", "1e9", "NaN", "١٢", "²")
SURPRISES = (*DATES, *NUMBERS, "", "一级", "不限行业、", "，，", "\u0000", "a" * 3000)
TEXTS = st.one_of(st.sampled_from(SURPRISES), st.text(max_size=30))
CELLS = [(name, at) for name, sheet in SHEETS.items() for at in range(1, len(sheet.columns))]


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(CELLS), TEXTS), max_size=6))
def test_whatever_is_typed_is_read_or_named_at_its_cell(typed: list[tuple[tuple[str, int], str]]) -> None:
    """A worker has to get through any file; what it finds nothing wrong with may be submitted."""
    sheets = listing_files.products(1)
    for (name, at), text in typed:
        sheets[name][0][at] = text.strip()
    book = listing_rows.gather(grids_of(sheets))
    for product in book.products:
        found = listing_products.judge(product, places=book.places, today=TODAY)
        if not found.findings:
            assert questions.check(found.content, today=TODAY) == {}
        assert all(one.line == 2 and one.column > 0 for one in found.findings)
