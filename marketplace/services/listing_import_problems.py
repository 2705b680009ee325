"""The uploaded workbook again, with its faulty cells marked and what is wrong in a column of its own."""

from collections.abc import Iterable, Sequence

from marketplace.domain import listing_rows
from marketplace.domain.listing_rows import Grids
from marketplace.domain.listing_sheets import SHEETS, Sheet
from marketplace.models.listing_imports import ListingImportFinding
from marketplace.services import listing_import_files, listing_template
from marketplace.services.listing_template import Line


def make(content: bytes, findings: Iterable[ListingImportFinding]) -> bytes:
    """Every line stands where it stood, so that the page and the workbook speak of the same line."""
    grids = listing_import_files.grids(content)
    told: dict[tuple[str, int], list[ListingImportFinding]] = {}
    for one in findings:
        told.setdefault((one.sheet, one.line), []).append(one)
    filling = {name: dict(_lines(sheet, grids, told)) for name, sheet in SHEETS.items() if name in grids}
    return listing_template.write(filling, with_problems=True)


def _lines(
    sheet: Sheet, grids: Grids, told: dict[tuple[str, int], list[ListingImportFinding]]
) -> Iterable[tuple[int, Line]]:
    grid = grids[sheet.name]
    places = listing_rows.places_of(grid)
    columns = [places.get(column.label) for column in sheet.columns]
    for number, cells in enumerate(grid[1:], start=2):
        texts = [_cell(cells, column) for column in columns]
        found = told.get((sheet.name, number), [])
        if not any(texts) and not found:
            continue
        labels = {one.label for one in found}
        faulty = frozenset(at for at, column in enumerate(sheet.columns) if column.label in labels)
        yield number, Line(texts, faulty, "；".join(dict.fromkeys(one.message for one in found)))


def _cell(cells: Sequence[str], column: int | None) -> str:
    return cells[column - 1] if column is not None and column <= len(cells) else ""
