"""The form that carries a workbook of listings."""

from wtforms import FileField

from marketplace.domain.listing_sheets import POLICY
from marketplace.web.forms.base import Form

MEGABYTES = POLICY["file_bytes"] // 1024 // 1024


class UploadForm(Form):
    file = FileField(
        "填好的Excel文件", description=f"xlsx，不超过{MEGABYTES}兆字节，一次最多{POLICY['products_max']}个产品。"
    )
