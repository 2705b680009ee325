"""Forms of the demand checklist."""

import re
from decimal import Decimal
from typing import Any

from wtforms import (
    BooleanField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
    widgets,
)
from wtforms.validators import AnyOf, DataRequired, Length, Optional, ValidationError

from marketplace.domain import demands, wording
from marketplace.domain.demands import POLICY, Conditions, Line
from marketplace.web.forms import acts, demand_lines
from marketplace.web.forms.acts import Act
from marketplace.web.forms.base import Form


def decimal_number(example: str) -> Any:
    def check(_form: Any, field: StringField) -> None:
        if _decimal(field.data) is None:
            raise ValidationError(demand_lines.NUMBERS.format(example))

    return check


def _decimal(text: str | None) -> Decimal | None:
    """Plain decimals only: no exponents, no NaN, down to one yuan where 万元 are typed."""
    cleaned = (text or "").strip().replace(",", "").replace("，", "")
    return Decimal(cleaned) if re.fullmatch(r"[0-9]{1,9}(\.[0-9]{1,4})?", cleaned) else None


def _shortest(value: Decimal | None) -> str:
    """A stored number as somebody would type it."""
    return "" if value is None else f"{value.normalize():f}"


TITLE_RULES = [
    DataRequired("请填写清单名称，例如“注塑车间质量追溯”"),
    Length(max=POLICY["title_max"], message="名称不超过%(max)d个字，请精简"),
]


class NewDemand(Form):
    title = StringField(
        "清单名称", TITLE_RULES, description=f"不超过{POLICY['title_max']}个字。例如“注塑车间质量追溯”。"
    )
    scene = SelectField(
        "先写一项：应用场景",
        [Optional(), AnyOf(list(wording.SCENES), message="请从列表里选择应用场景")],
        choices=demand_lines.SCENES,
        validate_choice=False,
    )
    text = TextAreaField(
        "要解决什么问题",
        [Length(max=POLICY["text_max"], message="说明不超过%(max)d个字，请精简")],
        description="用车间里的话说就行。也可以先空着，下一步再写。",
    )

    def validate_text(self, field: TextAreaField) -> None:
        if (field.data or "").strip() and not self.scene.data:
            raise ValidationError("请在上面选择应用场景，或先清空这段说明")

    def first_line(self) -> Line | None:
        """Without a scene there is no line yet; alone it carries the whole weight."""
        if not self.scene.data:
            return None
        text = demand_lines.plain_lines(self.text.data)
        return Line(self.scene.data, None, POLICY["default_target_level"], text, demands.WEIGHTS_TOTAL, True)


class Basics(Act):
    title = StringField("清单名称", TITLE_RULES, description=f"不超过{POLICY['title_max']}个字。")
    assessment_score = StringField(
        "数字化水平评测得分",
        [Optional(), decimal_number("46.5")],
        description="按2024年版评测指标打的分，0到100。没有评测过请留空。",
    )

    def score(self) -> Decimal | None:
        return _decimal(self.assessment_score.data)

    def fill(self, *, title: str, score: Decimal | None) -> None:
        self.title.data, self.assessment_score.data = title, _shortest(score)


class ConditionsForm(Act):
    budget = StringField(
        "预算", [Optional(), decimal_number("12.5")], description="企业自己掏的钱，不含奖补。可以写小数，例如12.5。"
    )
    is_budget_open = BooleanField("预算还没定")
    deadline_days = StringField(
        "工期", [Optional(), demand_lines.whole_number("60")], description="从签合同到用起来，最多等几天。"
    )
    is_deadline_open = BooleanField("不限工期")
    deployments = SelectMultipleField(
        "能接受的部署方式",
        choices=acts.choices(wording.DEPLOYMENTS),
        validate_choice=False,
        option_widget=widgets.CheckboxInput(),
        widget=widgets.ListWidget(prefix_label=False),
        description="可多选。",
    )
    is_deployment_open = BooleanField("还没想好")

    OPENINGS = (
        ("budget", "is_budget_open", "请填写预算，或勾选“预算还没定”", "已填预算，请去掉“预算还没定”的勾"),
        ("deadline_days", "is_deadline_open", "请填写天数，或勾选“不限工期”", "已填天数，请去掉“不限工期”的勾"),
        ("deployments", "is_deployment_open", "请选择部署方式，或勾选“还没想好”", "已选部署方式，请去掉“还没想好”的勾"),
    )

    def validate(self, extra_validators: Any = None) -> bool:
        """Each is either answered or left open on purpose, never both and never neither."""
        is_valid = bool(super().validate(extra_validators))
        for name, opening, if_neither, if_both in self.OPENINGS:
            field, is_open = self[name], self[opening].data
            if bool(field.data) == bool(is_open):
                field.errors = [*field.errors, if_both if is_open else if_neither]
                is_valid = False
        return is_valid

    def to_conditions(self) -> Conditions:
        amount = _decimal(self.budget.data)
        return Conditions(
            budget=None if amount is None else int(amount * wording.TEN_THOUSAND),
            deadline_days=acts.whole(self.deadline_days.data),
            deployments=tuple(self.deployments.data) if self.deployments.data else None,
        )

    def fill(self, conditions: Conditions, *, is_done: bool) -> None:
        budget = None if conditions.budget is None else Decimal(conditions.budget) / wording.TEN_THOUSAND
        self.budget.data = _shortest(budget)
        self.deadline_days.data = "" if conditions.deadline_days is None else str(conditions.deadline_days)
        self.deployments.data = list(conditions.deployments or ())
        for name, opening, *_ in self.OPENINGS:
            self[opening].data = is_done and not self[name].data
