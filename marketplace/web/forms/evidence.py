"""Forms of the evidence locker."""

from datetime import date
from typing import Any

from wtforms import FileField, HiddenField, SelectField, StringField, widgets
from wtforms.validators import Length, Optional, ValidationError

from marketplace.domain import evidence as rules
from marketplace.domain.evidence import Place
from marketplace.services.evidence import Facts
from marketplace.web.forms import acts
from marketplace.web.forms.base import Form

TITLE_RULES = [Length(max=rules.POLICY["title_max"], message="材料名称不超过%(max)d个字，请精简")]


def day_of(text: str | None) -> date | None:
    try:
        return date.fromisoformat((text or "").strip())
    except ValueError:
        return None


class FactsForm(Form):
    """What goes with a file; `seen` is how it stood on the page."""

    title = StringField("材料名称", TITLE_RULES, description="例如“2025年度资产负债表”。")
    kind = SelectField("材料种类", choices=acts.choices(rules.KINDS, blank="请选择"), default="", validate_choice=False)
    expires_on = StringField(
        "有效期至",
        [Optional()],
        widget=widgets.DateInput(),
        description="证照、授权书有期限的填最后一天；长期有效的留空。",
    )
    seen = HiddenField()

    def validate_expires_on(self, field: StringField) -> None:
        if day_of(field.data) is None:
            raise ValidationError("日期按年-月-日填写，例如2027-06-30；长期有效的留空")

    def facts(self, *, title: str = "") -> Facts:
        return Facts((self.title.data or "").strip() or title, self.kind.data or "", day_of(self.expires_on.data))

    def fill(self, facts: Facts) -> None:
        self.title.data, self.kind.data = facts.title, facts.kind
        self.expires_on.data = facts.expires_on.isoformat() if facts.expires_on else ""


class PlaceField(SelectField):
    """A choice in groups of what the enterprise has; what is typed in by hand is looked at by the use case."""

    def __init__(self, label: str, **options: Any) -> None:
        super().__init__(label, choices=[], validate_choice=False, **options)

    def offer(self, groups: dict[str, tuple[tuple[str, str], ...]], *, blank: str) -> None:
        self.choices = {"": [("", blank)], **{label: list(rows) for label, rows in groups.items()}}

    @property
    def place(self) -> Place | None:
        return rules.parse_place(self.data or "")


class UploadForm(FactsForm):
    file = FileField("文件", description=f"{rules.LIMIT_TEXT}。宏和加密的文件不收。")
    place = PlaceField("用来证明", default="", description="可以先不选，上传后再引用，一份材料能引用多次。")

    def __init__(self, *args: Any, **options: Any) -> None:
        """The order of the page, which the summary of errors follows: the file first."""
        super().__init__(*args, **options)
        self.title.description = "不填就用文件名。"
        for name in ("title", "kind", "expires_on", "place"):
            self._fields[name] = self._fields.pop(name)

    def validate_place(self, field: PlaceField) -> None:
        if field.data and field.place is None:
            raise ValidationError("请从列表里选择，或先不选")


class CiteForm(Form):
    place = PlaceField("引用到")
