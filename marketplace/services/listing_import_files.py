"""The workbook that a provider uploads: what it may be, and its sheets as text. Nothing is written before it passes."""

import io
import re
import zipfile
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import IO, Any
from xml.parsers import expat

from python_calamine import CalamineError, CalamineWorkbook

from marketplace.domain import evidence, listing_sheets
from marketplace.domain.errors import Invalid
from marketplace.domain.listing_rows import Grids
from marketplace.domain.listing_sheets import POLICY
from marketplace.services import evidence_content, evidence_store, workbooks

MEGABYTE = 1024 * 1024
TOO_LARGE = f"文件超过{POLICY['file_bytes'] // MEGABYTE}兆字节，请删去图片等无关内容，或分成几个文件"
NOT_A_WORKBOOK = "请上传从本平台下载的Excel模板（xlsx），这个文件不是"
DAMAGED = "文件打不开，可能没有传完整。请在电脑上打开核对、另存为xlsx后再上传"
NAME_MAX = 120
SHEET_PART = re.compile(r"xl/worksheets/[^/]+\.xml", re.IGNORECASE)
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")  # no database takes them all
PLACE = re.compile(r"([A-Za-z]{0,3})([0-9]{1,7})")  # of a cell, or of a whole row


@dataclass(frozen=True, slots=True)
class Upload:
    name: str
    sha256: str
    content: bytes


def receive(stream: IO[bytes], *, name: str) -> Upload:
    """An xlsx in good order and of bounded size, packed and unpacked; anything else is refused with the remedy."""
    limit: int = POLICY["file_bytes"]
    with evidence_store.receiving(stream, limit=limit, refusal=TOO_LARGE) as received:
        if not zipfile.is_zipfile(received.path):
            raise Invalid({"file": [NOT_A_WORKBOOK]})
        if evidence_content.check(received.path) != workbooks.MIMETYPE:
            raise Invalid({"file": [NOT_A_WORKBOOK]})
        _check_extent(received.path.open("rb"))
        clean = evidence.clean_file_name(name, media_type=workbooks.MIMETYPE)
        return Upload(clean[:NAME_MAX], received.sha256, received.path.read_bytes())


def _check_extent(file: IO[bytes]) -> None:
    """A single cell at the far corner would make the reader lay out the whole sheet, billions of cells."""
    with file, zipfile.ZipFile(file) as archive:
        if sum(entry.file_size for entry in archive.infolist()) > POLICY["unpacked_bytes"]:
            raise Invalid({"file": [TOO_LARGE]})
        parts = [entry for entry in archive.infolist() if SHEET_PART.fullmatch(entry.filename)]
        for part in parts:
            with archive.open(part) as stream:
                _check_cells(stream)


def _check_cells(stream: IO[bytes]) -> None:
    """By a real parser, for attributes may be quoted and spaced in any way."""
    parser = expat.ParserCreate()
    parser.StartElementHandler = _check_place
    try:
        parser.ParseFile(stream)
    except expat.ExpatError as error:
        raise Invalid({"file": [DAMAGED]}) from error


def _check_place(name: str, attributes: dict[str, str]) -> None:
    if name.rpartition(":")[2] not in {"c", "row"}:
        return
    found = PLACE.fullmatch(attributes.get("r", "A1").strip())
    if found is None:
        raise Invalid({"file": [DAMAGED]})
    if int(found[2]) > POLICY["lines_max"] or _column(found[1]) > POLICY["columns_max"]:
        most = f"最多{POLICY['lines_max']}行、{POLICY['columns_max']}列"
        raise Invalid({"file": [f"{found[0]}超出了模板的范围（{most}）。请删去多余的行和列，再上传"]})


def _column(letters: str) -> int:
    column = 0
    for sign in letters.upper():
        column = column * listing_sheets.LETTERS + ord(sign) - ord("A") + 1
    return column


def grids(content: bytes) -> Grids:
    """The sheets that the template has, as text; others are not looked at."""
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(content))
        names = [name for name in book.sheet_names if name in listing_sheets.SHEETS]
        return {name: _lines(book.get_sheet_by_name(name).to_python(skip_empty_area=False)) for name in names}
    except CalamineError as error:
        raise Invalid({"file": [DAMAGED]}) from error


def _lines(rows: list[list[Any]]) -> list[list[str]]:
    return [[_text(cell) for cell in row] for row in rows]


def _text(value: Any) -> str:
    """What stands in the cell, as its author would write it."""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else repr(value)
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(sep=" ")
    if isinstance(value, date):
        return value.isoformat()
    return CONTROL.sub("", str(value)).strip()
