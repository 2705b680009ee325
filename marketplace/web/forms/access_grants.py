"""Forms of consent: whom to let in, what for, how long."""

from collections.abc import Mapping

from wtforms import SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired

from marketplace.domain import wording
from marketplace.domain.evidence import POLICY
from marketplace.web.forms import acts
from marketplace.web.forms.base import Form

RULES = POLICY["grants"]
LONGEST = "、".join(f"{wording.GRANT_PURPOSES[key]}{days}天" for key, days in RULES["max_days"].items())


class GrantForm(Form):
    organisation_id = SelectField("授权给", choices=[], default="", validate_choice=False)
    purpose = SelectField(
        "用途", choices=acts.choices(wording.GRANT_PURPOSES, blank="请选择"), default="", validate_choice=False
    )
    days = StringField(
        "天数",
        [DataRequired("请填写授权天数")],
        description=f"从今天算起，到期自动失效。最长：{LONGEST}。",
        render_kw={"inputmode": "numeric", "autocomplete": "off"},
    )
    note = TextAreaField("说明", description="对方要做什么，例如“上门诊断前了解基本情况”。")

    def offer(self, grantees: Mapping[str, tuple[tuple[int, str], ...]]) -> None:
        groups = {label: [(str(key), name) for key, name in rows] for label, rows in grantees.items() if rows}
        self.organisation_id.choices = {"": [("", "请选择单位")], **groups}

    @property
    def chosen(self) -> int | None:
        return acts.whole(self.organisation_id.data)

    @property
    def wanted_days(self) -> int | None:
        return acts.whole(self.days.data)
