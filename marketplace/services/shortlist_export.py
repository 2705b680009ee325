"""A shortlist as an Excel workbook: what it shows, when it was made, one row a product, one row a criterion."""

import io
from collections.abc import Iterable, Sequence
from typing import Any

import xlsxwriter

from marketplace.domain import wording
from marketplace.services.shortlist_views import EntryView, Sheet

# What people typed is text and stays text: nothing of it may run as a formula or become a link.
OPTIONS = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
COLUMNS = (
    ("序号", 6), ("产品", 30), ("服务商", 18), ("服务商状态", 12), ("目前可选", 10),
    ("得分", 8), ("价格", 24), ("上线天数", 10), ("满足", 8), ("部分满足", 10),
    ("不满足", 8), ("未知", 8), ("备注", 40), ("加入时间", 22), ("加入人", 12),
)  # fmt: skip
DETAIL_COLUMNS = (("产品", 30), ("评判项", 26), ("结论", 10), ("依据", 60), ("得分", 8))
MIMETYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def workbook(sheet: Sheet) -> bytes:
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, OPTIONS) as book:
        bold = book.add_format({"bold": True})
        heading = book.add_format({"bold": True, "bottom": 1, "text_wrap": True})
        cells = book.add_format({"text_wrap": True, "valign": "top"})
        head = [
            sheet.title,
            sheet.stated,
            f"名单状态：{sheet.status_label}",
            f"生成时间：{wording.moment(sheet.made_at)}",
        ]
        rows = [_row(place, entry) for place, entry in enumerate(sheet.entries, start=1)]
        _fill(book.add_worksheet("候选名单"), head, COLUMNS, rows, formats=(bold, heading, cells))
        details = [row for entry in sheet.entries for row in _details(entry)]
        _fill(book.add_worksheet("逐项依据"), head[:2], DETAIL_COLUMNS, details, formats=(bold, heading, cells))
    return buffer.getvalue()


def filename(sheet: Sheet) -> str:
    return f"候选名单-{sheet.id}.xlsx"


def _fill(
    page: Any,
    head: Sequence[str],
    columns: Sequence[tuple[str, int]],
    rows: Iterable[Sequence[str | int | float | None]],
    *,
    formats: tuple[Any, Any, Any],
) -> None:
    bold, heading, cells = formats
    for at, text in enumerate(head):
        page.write_string(at, 0, text, bold if at == 0 else None)
    first = len(head) + 1
    for column, (label, width) in enumerate(columns):
        page.set_column(column, column, width)
        page.write_string(first, column, label, heading)
    page.freeze_panes(first + 1, 2)
    page.set_landscape()
    page.fit_to_pages(1, 0)
    for at, row in enumerate(rows, start=first + 1):
        page.write_row(at, 0, row, cells)


def _row(place: int, entry: EntryView) -> list[str | int | float | None]:
    counts = {group.state: len(group.criteria) for group in entry.groups}
    return [
        place,
        entry.name,
        entry.provider_name,
        entry.standing_label,
        "是" if entry.is_available else "否",
        None if entry.score is None else float(entry.score),
        f"{entry.price.figure}{entry.price.unit}" if entry.price.figure else "价格未写明",
        wording.UNKNOWN if entry.days is None else entry.days,
        *(counts.get(state, 0) if entry.criteria else None for state in wording.CRITERION_STATES),
        entry.note,
        wording.moment(entry.added_at),
        entry.added_by,
    ]


def _details(entry: EntryView) -> list[list[str | int | float | None]]:
    return [
        [entry.name, one.label, wording.CRITERION_STATES[one.state], one.reason, float(one.points)]
        for one in entry.criteria
    ]
