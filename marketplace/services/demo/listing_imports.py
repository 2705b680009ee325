"""A provider's workbook that has been checked and waits for his choice: two good products, one with faults."""

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

from marketplace.domain import listing_products, listing_rows
from marketplace.domain.listing_sheets import PRODUCTS, SHEETS, Sheet
from marketplace.models.listing_imports import ListingImport, ListingImportFile
from marketplace.services import audit, listing_import_checks, listing_import_files, listing_template
from marketplace.services.demo import content
from marketplace.services.demo.people import Registry
from marketplace.services.listing_import_steps import KIND
from marketplace.services.listing_template import Line


def add(registry: Registry) -> None:
    """Written and read as any upload is; nothing of it is imported."""
    text = content.read("listing_imports")
    actor = registry.actor(text["login"])
    file, at = _workbook(text["products"]), content.moment(content.days_ago(text["days_ago"]), hour=16)
    row = ListingImport(
        provider_id=actor.provider_id, created_by=actor.user_id, created_at=at, touched_at=at,
        file_name=text["file_name"], sha256=hashlib.sha256(file).hexdigest(),
    )  # fmt: skip
    registry.session.add(row)
    registry.session.flush()
    registry.session.add(ListingImportFile(import_id=row.id, content=file))
    details = {"file": row.file_name, "sha256": row.sha256}
    audit.record(registry.session, actor, "listing_imports.uploaded", kind=KIND, key=row.id, details=details)
    book = listing_rows.gather(listing_import_files.grids(file))
    judged = [listing_products.judge(one, places=book.places, today=content.DEMO_DAY) for one in book.products]
    listing_import_checks.keep(registry.session, row, book, judged)
    row.touched_at = at


def _workbook(products: Sequence[Mapping[str, Any]]) -> bytes:
    lines = {name: [line for one in products for line in _lines(sheet, one)] for name, sheet in SHEETS.items()}
    return listing_template.write(
        {name: {at: Line(texts) for at, texts in enumerate(rows, start=2)} for name, rows in lines.items()}
    )


def _lines(sheet: Sheet, product: Mapping[str, Any]) -> list[list[str]]:
    number = product["number"]
    if sheet is PRODUCTS:
        cells = product["cells"]
        return [[number, *(cells[one.question.id] for one in sheet.columns if one.question)]]
    key = sheet.question.id if sheet.question else ""
    return [[number, *texts] for texts in product["parts"][key]]
