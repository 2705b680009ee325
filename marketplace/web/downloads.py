"""Files that a page hands out, always as attachments."""

import io

from flask import Response, send_file

from marketplace.services import workbooks


def workbook(content: bytes, name: str) -> Response:
    """An Excel workbook under its Chinese name (RFC 5987)."""
    return send_file(io.BytesIO(content), mimetype=workbooks.MIMETYPE, as_attachment=True, download_name=name)
