"""Forms of challenges: drawing one up, answering one."""

from datetime import date
from typing import Any

from wtforms import HiddenField, SelectField, StringField, TextAreaField, widgets
from wtforms.validators import DataRequired, Length, ValidationError

from marketplace.domain import challenges, wording
from marketplace.domain.challenges import POLICY, Answer, Draft
from marketplace.web.forms import acts, demand_lines
from marketplace.web.forms.base import Form


class ChallengeForm(Form):
    """`version` is empty for a new one."""

    version = HiddenField()
    title = StringField(
        "榜单名称",
        [DataRequired("请填写榜单名称"), Length(max=POLICY["title_max"], message="名称不超过%(max)d个字，请精简")],
    )
    target_level = SelectField("目标等级", choices=demand_lines.TARGETS, validate_choice=False)
    text = TextAreaField(
        "要解决的问题",
        [DataRequired("请写清要解决的问题"), Length(max=POLICY["text_max"], message="不超过%(max)d个字，请精简")],
        description="发榜后谁都能看到。请去掉能认出是哪家企业的内容。",
    )
    closes_on = StringField(
        "应榜截止日期",
        [DataRequired("请选择截止日期")],
        widget=widgets.DateInput(),
        description=f"当天也可以应榜。发榜后至少留{POLICY['min_open_days']}天。",
    )

    def validate_closes_on(self, field: StringField) -> None:
        if _day(field.data) is None:
            raise ValidationError("请按“2026-12-31”的样子填写日期")

    @property
    def seen(self) -> int:
        return acts.whole(self.version.data) or 0

    def to_draft(self) -> Draft:
        return Draft(
            title=self.title.data or "",
            target_level=acts.whole(self.target_level.data) or 0,
            text=demand_lines.plain_lines(self.text.data),
            closes_on=_day(self.closes_on.data) or date.min,
        )

    def fill(self, draft: Draft, *, version: int | None = None) -> None:
        self.title.data, self.target_level.data = draft.title, str(draft.target_level)
        self.text.data, self.closes_on.data = draft.text, draft.closes_on.isoformat()
        self.version.data = "" if version is None else str(version)


def suggested(row: Any, *, today: date) -> Draft:
    """From a row of unmet demand: the enterprises' own words one below the other, nobody named."""
    level = wording.LEVELS[str(row.target)]
    title = f"{wording.INDUSTRIES[row.industry]}{wording.SCENES[row.scene]}{level}解决方案"
    text = "\n".join(f"{place}. {line.text}" for place, line in enumerate(row.lines, start=1))
    return Draft(title[: POLICY["title_max"]], row.target, text[: POLICY["text_max"]], challenges.usual_close(today))


class AnswerForm(Form):
    """`seen` tells which text of its own the provider changes."""

    seen = HiddenField()
    text = TextAreaField(
        "打算怎么做",
        [DataRequired("请写明打算怎么做"), Length(max=POLICY["text_max"], message="不超过%(max)d个字，请精简")],
        description="用什么产品或技术，做到什么程度，做过没有，还要企业配合什么。",
    )
    price = StringField("报价", [DataRequired("请填写报价"), demand_lines.whole_number("120000")])
    days = StringField("从签合同到用起来", [DataRequired("请填写天数"), demand_lines.whole_number("90")])

    def to_answer(self) -> Answer:
        return Answer(
            text=demand_lines.plain_lines(self.text.data),
            price=acts.whole(self.price.data) or 0,
            days=acts.whole(self.days.data) or 0,
        )

    def fill(self, answer: Answer, *, seen: str) -> None:
        self.text.data, self.price.data, self.days.data = answer.text, str(answer.price), str(answer.days)
        self.seen.data = seen


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat((text or "").strip())
    except ValueError:
        return None
