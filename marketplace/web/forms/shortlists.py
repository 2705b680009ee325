"""Forms of the shortlist."""

from wtforms import HiddenField, TextAreaField
from wtforms.validators import Length

from marketplace.domain.demands import POLICY
from marketplace.web.forms.base import Form


class Note(Form):
    """`seen` is the note as it stood on the page."""

    seen = HiddenField()
    note = TextAreaField("备注", [Length(max=POLICY["note_max"], message="备注不超过%(max)d个字，请精简")])
