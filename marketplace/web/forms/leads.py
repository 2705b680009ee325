"""Forms of leads: why a provider declines."""

from wtforms import HiddenField, RadioField, TextAreaField
from wtforms.validators import Length

from marketplace.domain import wording
from marketplace.domain.leads import NOTE_MAX
from marketplace.web.forms import acts
from marketplace.web.forms.base import Form


class Decline(Form):
    """`version` is the lead's as the page showed it."""

    version = HiddenField()
    reason = RadioField("不接的原因", choices=acts.choices(wording.DECLINE_REASONS), validate_choice=False)
    note = TextAreaField(
        "补充说明",
        [Length(max=NOTE_MAX, message="说明不超过%(max)d个字，请精简")],
        description="选“其他”时必填。企业会看到原因和说明。",
        render_kw={"rows": 3, "maxlength": NOTE_MAX},
    )

    @property
    def seen(self) -> int:
        return acts.whole(self.version.data) or 0
