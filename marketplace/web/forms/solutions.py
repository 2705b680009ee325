"""The bureau leader's decision on a listing."""

from wtforms import DateField, IntegerField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length, Optional
from wtforms.widgets import HiddenInput

from marketplace.web.forms.base import Form

REASON_MAX = 500


class DecisionForm(Form):
    reason = TextAreaField(
        "理由",
        description="会公开在产品页和办理记录里，写清事实和依据。",
        validators=[
            DataRequired("请写明理由，会记入办理记录"),
            Length(max=REASON_MAX, message=f"理由不超过{REASON_MAX}字，请精简"),
        ],
    )
    until = DateField(
        "暂停到哪天",
        [Optional()],
        description="写最后一天，次日自动恢复展示。不定期限就空着。",
    )
    version = IntegerField("版本", widget=HiddenInput(), validators=[InputRequired("页面不完整，请返回产品页重新办理")])
