"""What somebody found who looked at a flag."""

from wtforms import IntegerField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length
from wtforms.widgets import HiddenInput

from marketplace.domain.risk_flags import POLICY
from marketplace.web.forms.base import Form

NOTE_MAX: int = POLICY["note_max"]


class CheckForm(Form):
    note = TextAreaField(
        "核查说明",
        description="写看了什么、结果怎样，例如“两家同为一家上游厂商的代理，文字来自厂商手册，已附授权书”。会记入办理记录。",
        validators=[
            DataRequired("核查说明请写看了什么，结果怎样"),
            Length(max=NOTE_MAX, message=f"核查说明不超过{NOTE_MAX}字，请精简"),
        ],
    )
    version = IntegerField("版本", widget=HiddenInput(), validators=[InputRequired("页面不完整，请返回重新办理")])
