"""The sample product of the import template, as text in the order of the template's columns."""

import tomllib
from collections.abc import Mapping, Sequence
from typing import Any

from marketplace.domain.listing_sheets import SAMPLE, SHEETS, Sheet
from marketplace.domain.question_types import FOLDER

GIVEN: Mapping[str, Any] = tomllib.loads((FOLDER / "sample.toml").read_text(encoding="utf-8"))
NUMBER = f"{SAMPLE}（不导入）"


def _line(sheet: Sheet, cells: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(cells[column.question.id] if column.question else NUMBER for column in sheet.columns)


def _lines(sheet: Sheet) -> tuple[tuple[str, ...], ...]:
    rows: Sequence[Mapping[str, str]] = GIVEN[sheet.question.id] if sheet.question else [GIVEN["product"]]
    return tuple(_line(sheet, row) for row in rows)


LINES: Mapping[str, tuple[tuple[str, ...], ...]] = {name: _lines(sheet) for name, sheet in SHEETS.items()}
