"""The workbook to fill in with many listings: drop-downs, notes, a sample line; and the same with lines filled in."""

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

import xlsxwriter

from marketplace.domain import listing_sample, question_choices
from marketplace.domain.listing_sheets import NUMBER, POLICY, PROBLEMS, PRODUCTS, SAMPLE, SHEETS, Column, Sheet
from marketplace.domain.question_types import Question
from marketplace.services import listing_validations, workbooks

OPTIONS_SHEET, GUIDE_SHEET = "选项", "填写说明"
MOST = POLICY["products_max"]
GUIDE = (
    "产品批量导入模板",
    f"1. 在“{PRODUCTS.name}”表里一行填一个产品，一次最多{MOST}个。{NUMBER}由本单位自定，一个产品一个，以后修改还用它。",
    f"2. 场景、报价、案例等在后面的表里填，一行一条，用{NUMBER}对上是哪个产品。没有内容的表留空，不要删。",
    "3. 列名带*的必填。选中单元格会显示填写要求，有下拉箭头的可以直接选；能选多项的，各项用顿号隔开。",
    f"4. {NUMBER}以“{SAMPLE}”开头的行是示例，不会导入，可以留着对照。",
    "5. 不要改工作表名和列名，不要另加列。列的先后可以调整。",
    "6. 上传后先逐格检查，不会马上写入；有错的可以下载标了错的表，改好再传。",
    "7. 导入后是草稿。补上佐证材料、逐个提交，经双审核才上架。",
    "8. 同一个文件再传一次不会重复建产品；改了哪一行，就只改哪个草稿。",
)
NARROW, MIDDLE, WIDE = 14, 22, 48
LONG = 60  # a text that may be longer gets a wide column
PERCENT = "%"


@dataclass(frozen=True, slots=True)
class Line:
    """A line to be filled in: its texts, the places of the faulty ones, and what is wrong."""

    texts: Sequence[str]
    faulty: frozenset[int] = frozenset()
    problem: str = ""


Filling = Mapping[str, Mapping[int, Line]]  # by sheet, by line as the spreadsheet counts
SAMPLES: Filling = {
    name: {place: Line(texts) for place, texts in enumerate(lines, start=2)}
    for name, lines in listing_sample.LINES.items()
}


@cache
def template() -> bytes:
    return write(SAMPLES)


def write(filling: Filling, *, with_problems: bool = False) -> bytes:
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, workbooks.OPTIONS) as book:
        formats = _formats(book)
        _guide(book, formats)
        sheets = {name: book.add_worksheet(name) for name in SHEETS}
        ranges = _options(book)
        for name, page in sheets.items():
            _columns(page, SHEETS[name], ranges, formats)
            _fill(page, SHEETS[name], filling.get(name, {}), formats, with_problems=with_problems)
        sheets[PRODUCTS.name].activate()
    return buffer.getvalue()


def _formats(book: Any) -> dict[str, Any]:
    cell = {"valign": "top", "text_wrap": True}
    kinds = {"text": "@", "date": "yyyy-mm-dd", "number": "General"}
    formats = {kind: book.add_format(cell | {"num_format": code}) for kind, code in kinds.items()}
    faulty = {"bg_color": "#F8D7DA", "font_color": "#842029", "border": 1, "border_color": "#842029"}
    formats |= {f"faulty_{kind}": book.add_format(cell | faulty | {"num_format": code}) for kind, code in kinds.items()}
    sample = {"italic": True, "font_color": "#5C636A", "bg_color": "#F1F3F5"}
    formats |= {f"sample_{kind}": book.add_format(cell | sample | {"num_format": code}) for kind, code in kinds.items()}
    formats["title"] = book.add_format({"bold": True, "font_size": 14})
    formats["guide"] = book.add_format(cell)
    formats["heading"] = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
    formats["required"] = book.add_format(
        {"bold": True, "bottom": 1, "text_wrap": True, "valign": "top", "bg_color": "#E7F1FF"}
    )
    return formats


def _guide(book: Any, formats: Mapping[str, Any]) -> None:
    page = book.add_worksheet(GUIDE_SHEET)
    page.set_column(0, 0, 110)
    for at, text in enumerate(GUIDE):
        page.write_string(at, 0, text, formats["title" if at == 0 else "guide"])


def _options(book: Any) -> dict[str, str]:
    """A hidden sheet with a column for each list; returns the range of each."""
    page, ranges = book.add_worksheet(OPTIONS_SHEET), {}
    asked = (column.question for sheet in SHEETS.values() for column in sheet.columns if column.question)
    sources = {one.rule.source: one for one in asked if one.type in listing_validations.CHOSEN}
    for at, (source, question) in enumerate(sources.items()):
        words = list(question_choices.of(question).values())
        page.write_column(0, at, words)
        ranges[source] = listing_validations.area(OPTIONS_SHEET, column=at, first=0, last=len(words) - 1)
    page.hide()
    return ranges


def _columns(page: Any, sheet: Sheet, ranges: Mapping[str, str], formats: Mapping[str, Any]) -> None:
    last = POLICY["products_max"] + 1 if sheet is PRODUCTS else POLICY["lines_max"] - 1
    for at, column in enumerate(sheet.columns):
        page.set_column(at, at, _width(column), formats[kind_of(column.question)])
        page.write_string(0, at, column.heading, formats["required" if column.is_required else "heading"])
        page.data_validation(1, at, last, at, listing_validations.of(sheet, column, ranges))
    page.freeze_panes(1, 1)
    page.set_landscape()
    page.set_paper(workbooks.A4)
    page.fit_to_pages(1, 0)


def _width(column: Column) -> int:
    question = column.question
    if question is None or question.type in {"number", "money", "days", "date"}:
        return NARROW
    is_wide = question.type == "long_text" or (question.type == "text" and (question.rule.max or 0) > LONG)
    return WIDE if is_wide else MIDDLE


def kind_of(question: Question | None) -> str:
    """A per cent stands as text: a spreadsheet makes 0.1 of a typed 10%, and nobody can tell it from a tenth."""
    if question is None or question.rule.unit == PERCENT:
        return "text"
    if question.type in {"number", "money", "days"}:
        return "number"
    return "date" if question.type == "date" else "text"


def _fill(
    page: Any, sheet: Sheet, lines: Mapping[int, Line], formats: Mapping[str, Any], *, with_problems: bool
) -> None:
    end = len(sheet.columns)
    if with_problems:
        page.set_column(end, end, WIDE, formats["text"])
        page.write_string(0, end, PROBLEMS, formats["heading"])
    for number, line in lines.items():
        is_sample = line.texts[0].startswith(SAMPLE)
        for at, (column, text) in enumerate(zip(sheet.columns, line.texts, strict=True)):
            prefix = "faulty_" if at in line.faulty else "sample_" if is_sample else ""
            kind = kind_of(column.question)
            if text or prefix:
                _write(page, number - 1, at, text, kind=kind, look=formats[prefix + kind])
        if line.problem:
            page.write_string(number - 1, end, line.problem, formats["text"])


def _write(page: Any, row: int, column: int, text: str, *, kind: str, look: Any) -> None:
    """Text stays text; only what reads as a number or a date in a column of such is written as one."""
    if not text:
        page.write_blank(row, column, None, look)
    elif kind == "number" and text.isascii() and text.isdecimal():
        page.write_number(row, column, int(text), look)
    elif kind == "date" and _day(text):
        page.write_datetime(row, column, _day(text), look)
    else:
        page.write_string(row, column, text, look)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
