"""Forms of consortia: beginning one, a seat's terms, the declarations, a change of all seats."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

import wtforms
from wtforms import (
    BooleanField,
    FieldList,
    FormField,
    HiddenField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
    widgets,
)
from wtforms.validators import DataRequired, Length, Optional, ValidationError

from marketplace.domain import consortia, wording
from marketplace.domain.consortia import DECLARATIONS, POLICY, Terms
from marketplace.services.consortia import Plan
from marketplace.web.forms import acts
from marketplace.web.forms.base import Form

SHARE_HINT = "占全部工作的百分比，最多两位小数。"
REASON = f"不超过{POLICY['reason_max']}个字，请精简"


def boxes(label: str, choices: Mapping[str, str], **options: Any) -> SelectMultipleField:
    return SelectMultipleField(
        label, choices=acts.choices(choices), option_widget=widgets.CheckboxInput(),
        widget=widgets.ListWidget(prefix_label=False), **options,
    )  # fmt: skip


def is_share(form: wtforms.Form, field: StringField) -> None:
    if consortia.percent(field.data) is None:
        raise ValidationError("份额填大于0、不超过100的数，最多两位小数，如“35”")


def share_field(*, is_needed: bool = True) -> StringField:
    needed = DataRequired("请填写份额") if is_needed else Optional()
    return StringField("工作份额", [needed, is_share], description=SHARE_HINT)


class TermsForm(Form):
    """A seat's share and scenes; `version` is the seat's as it was seen."""

    version = HiddenField()
    share = share_field()
    scenes = boxes("承担的场景", wording.SCENES, validators=[DataRequired("请选择承担的场景，至少一个")])

    @property
    def seen(self) -> int:
        return acts.whole(self.version.data) or 0

    @property
    def percent(self) -> Decimal | None:
        return consortia.percent(self.share.data)


class InviteForm(TermsForm):
    provider_id = SelectField("服务商", coerce=lambda value: acts.whole(str(value)) or 0, validate_choice=False)


class FoundForm(TermsForm):
    name = StringField(
        "联合体名称",
        [DataRequired("请填写联合体名称"), Length(max=POLICY["name_max"], message="名称不超过%(max)d个字，请精简")],
    )
    industry = SelectField("行业", validate_choice=False)
    purpose = TextAreaField(
        "组建目的和分工",
        [DataRequired("请写明组建目的和分工"), Length(max=POLICY["purpose_max"], message="不超过%(max)d个字，请精简")],
        description="为哪类企业做什么，为什么一家做不全，各家怎么配合。",
    )

    def to_plan(self) -> Plan:
        return Plan(
            name=self.name.data or "",
            industry=self.industry.data or "",
            purpose=self.purpose.data or "",
            share=self.percent,
            scenes=tuple(self.scenes.data or ()),
        )


class SubmitForm(Form):
    version = HiddenField()
    declared = boxes("牵头单位承诺", DECLARATIONS)

    @property
    def seen(self) -> int:
        return acts.whole(self.version.data) or 0


class SeatForm(wtforms.Form):
    """One seat of a change; its name stands in the legend."""

    provider_id = HiddenField()
    share = StringField("工作份额", description=SHARE_HINT)
    scenes = boxes("承担的场景", wording.SCENES)
    leaves = BooleanField("退出联合体")


class ChangeForm(Form):
    """All seats as they are to stand; `seen` is the composition that the form was made of."""

    seen = HiddenField()
    seats = FieldList(FormField(SeatForm, "席位"), "席位", max_entries=POLICY["members_max"])
    lead = SelectField("牵头单位", coerce=lambda value: acts.whole(str(value)) or 0, validate_choice=False)
    new_provider = SelectField("新成员", coerce=lambda value: acts.whole(str(value)) or 0, validate_choice=False)
    new_share = share_field(is_needed=False)
    new_scenes = boxes("新成员承担的场景", wording.SCENES)
    reason = TextAreaField(
        "变更理由", [DataRequired("请写明变更理由"), Length(max=POLICY["reason_max"], message=REASON)]
    )

    def fill(self, seats: Sequence[Terms], *, seen: str) -> None:
        for one in seats:
            facts = {"share": consortia.plain(one.share), "scenes": list(one.scenes)}
            self.seats.append_entry({"provider_id": str(one.provider_id), **facts})
        self.lead.data = next(one.provider_id for one in seats if one.role == "lead")
        self.seen.data = seen

    def to_terms(self) -> tuple[Terms, ...]:
        """A share that cannot be read counts as nothing, which the rules then refuse by its sum."""
        found = [
            self._terms(acts.whole(one.provider_id.data) or 0, one.share.data, one.scenes.data)
            for one in (entry.form for entry in self.seats)
            if not one.leaves.data
        ]
        if self.new_provider.data:
            found.append(self._terms(self.new_provider.data, self.new_share.data, self.new_scenes.data))
        return tuple(found)

    def _terms(self, provider_id: int, share: str | None, scenes: Sequence[str] | None) -> Terms:
        role = "lead" if provider_id == self.lead.data else "member"
        return consortia.terms(provider_id, role, consortia.percent(share) or Decimal(0), scenes or ())
