"""Excel workbooks as the city hands them out: a few lines that say what this is, a heading, the rows."""

import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import xlsxwriter

MIMETYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# What people typed is text and stays text: nothing of it may run as a formula or become a link.
OPTIONS = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
A4 = 9
Cell = str | int | float | None
Column = tuple[str, int]  # heading, width in characters


@dataclass(frozen=True, slots=True)
class Page:
    """One sheet of the workbook: the first line of `head` is bold, `frozen` columns stay in view."""

    name: str
    head: Sequence[str]
    columns: Sequence[Column]
    rows: Iterable[Sequence[Cell]]
    frozen: int = 1

    @property
    def heading_row(self) -> int:
        """Counted from 0; an empty row stands above it."""
        return len(self.head) + 1


def make(pages: Iterable[Page]) -> bytes:
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, OPTIONS) as book:
        bold = book.add_format({"bold": True})
        heading = book.add_format({"bold": True, "bottom": 1, "text_wrap": True})
        cells = book.add_format({"text_wrap": True, "valign": "top"})
        for page in pages:
            sheet = book.add_worksheet(page.name)
            for at, text in enumerate(page.head):
                sheet.write_string(at, 0, text, bold if at == 0 else None)
            for column, (label, width) in enumerate(page.columns):
                sheet.set_column(column, column, width)
                sheet.write_string(page.heading_row, column, label, heading)
            sheet.freeze_panes(page.heading_row + 1, page.frozen)
            sheet.set_landscape()
            sheet.set_paper(A4)
            sheet.fit_to_pages(1, 0)
            for at, row in enumerate(page.rows, start=page.heading_row + 1):
                sheet.write_row(at, 0, row, cells)
    return buffer.getvalue()
