"""Forms of the weights: a name for a proposal, a reason for a decision."""

from wtforms import HiddenField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length, ValidationError

from marketplace.services.weight_sets import NAME_MAX
from marketplace.web.forms import acts
from marketplace.web.forms.base import Form

REASON_MAX = 500  # the column's


class Proposal(Form):
    name = StringField(
        "方案名称",
        [
            DataRequired("请填写方案名称，例如“2026年下半年结果拟合”"),
            Length(max=NAME_MAX, message="名称不超过%(max)d个字，请精简"),
        ],
        render_kw={"maxlength": NAME_MAX},
    )


class Decision(Form):
    """`version` is the set's as the page showed it, `seen` the set that was in force then."""

    version = HiddenField()
    seen = HiddenField()
    reason = TextAreaField(
        "理由",
        [
            DataRequired("请写明理由，会记入办理记录"),
            Length(max=REASON_MAX, message="理由不超过%(max)d个字，请精简"),
        ],
        render_kw={"rows": 3, "maxlength": REASON_MAX},
    )

    def validate_version(self, field: HiddenField) -> None:
        if acts.whole(field.data) is None:
            raise ValidationError("页面不完整，请刷新后重新提交")

    @property
    def version_seen(self) -> int:
        return acts.whole(self.version.data) or 0
