"""Small files that are what they say, made on the spot; `mark` makes each a different one."""

import io
import zipfile

import xlsxwriter
from PIL import Image

CONTENT_TYPES = (
    '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="xml" ContentType="application/xml"/></Types>'
)


def pdf(mark: str = "1") -> bytes:
    return (
        b"%PDF-1.4\n% " + mark.encode() + b"\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
        b"2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\ntrailer<</Root 1 0 R>>\nstartxref\n9\n%%EOF\n"
    )


def picture(kind: str = "PNG", *, width: int = 8, height: int = 8, colour: int = 0) -> bytes:
    buffer = io.BytesIO()
    Image.new("L", (width, height), colour).save(buffer, kind)
    return buffer.getvalue()


def workbook(mark: str = "1") -> bytes:
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as book:
        book.add_worksheet().write_string(0, 0, mark)
    return buffer.getvalue()


def document(mark: str = "1", **parts: str | bytes) -> bytes:
    """A docx as small as it gets; `parts` are added by path, with / written as __."""
    return archive(
        {
            "[Content_Types].xml": CONTENT_TYPES,
            "word/document.xml": f"<document>{mark}</document>",
            **{name.replace("__", "/"): text for name, text in parts.items()},
        }
    )


def archive(parts: dict[str, str | bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as file:
        for name, text in parts.items():
            file.writestr(name, text)
    return buffer.getvalue()
