"""Workbooks for imports of listings: whole ones of any size, and ones with a cell or two changed."""

import io
from collections.abc import Callable, Mapping, Sequence

import xlsxwriter

from marketplace.domain import listing_sample
from marketplace.domain.listing_sheets import PRODUCTS, SHEETS
from marketplace.services import listing_template
from marketplace.services.listing_template import Line

Sheets = dict[str, list[list[str]]]  # lines below the heading, by sheet


def number(place: int) -> str:
    return f"P{place:03d}"


def products(count: int, *, parts: int = 1, first: int = 1) -> Sheets:
    """`count` products like the sample, each under its own number and name, with `parts` lines a sheet of parts."""
    sheets: Sheets = {name: [] for name in SHEETS}
    for place in range(first, first + count):
        for name, lines in listing_sample.LINES.items():
            wanted = 1 if name == PRODUCTS.name else parts
            sheets[name] += [_line(name, lines[0], place=place, part=part) for part in range(wanted)]
    return sheets


UNIQUE = {"覆盖场景": 1, "报价": 1, "系统集成": 1, "资质证明": 2}  # the column that tells the lines of a product apart
SCENES = ("仓储物流", "质量管理", "设备管理", "采购管理")


def _line(name: str, sample: Sequence[str], *, place: int, part: int) -> list[str]:
    cells = [number(place), *sample[1:]]
    if name == PRODUCTS.name:
        cells[1] = f"演示产品{place:03d}"
    elif name == "覆盖场景":
        cells[1] = SCENES[part]
    elif part and name in UNIQUE:
        cells[UNIQUE[name]] += str(part + 1)
    return cells


def column(sheet: str, label: str) -> int:
    return [one.label for one in SHEETS[sheet].columns].index(label)


def put(sheets: Sheets, sheet: str, place: int, label: str, text: str) -> None:
    """Write a cell of the line that stands at `place` below the heading, counted from 1."""
    sheets[sheet][place - 1][column(sheet, label)] = text


def workbook(sheets: Mapping[str, Sequence[Sequence[str]]]) -> bytes:
    """The first line stands below the heading, in line 2."""
    filling = {name: {at: Line(texts) for at, texts in enumerate(lines, start=2)} for name, lines in sheets.items()}
    return listing_template.write(filling)


def changed(count: int, change: Callable[[Sheets], None], *, parts: int = 1) -> bytes:
    sheets = products(count, parts=parts)
    change(sheets)
    return workbook(sheets)


def reheaded(count: int, rename: Callable[[str], str]) -> bytes:
    """A workbook whose headings a provider has changed."""
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer) as book:
        for name, lines in products(count).items():
            page = book.add_worksheet(name)
            page.write_row(0, 0, [rename(one.heading) for one in SHEETS[name].columns])
            for at, line in enumerate(lines, start=1):
                page.write_row(at, 0, line)
    return buffer.getvalue()
