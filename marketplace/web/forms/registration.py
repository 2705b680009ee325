"""Forms of registration: the organisation's facts and, unless somebody is logged in, the person's."""

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from wtforms import BooleanField, PasswordField, SelectField, SelectMultipleField, StringField, TextAreaField, widgets
from wtforms.validators import AnyOf, DataRequired, Length, Optional, ValidationError

from marketplace.domain import registration as rules
from marketplace.domain import wording
from marketplace.domain.registration import EnterpriseFacts, OrganisationFacts, Person, ProviderFacts
from marketplace.models.accounts import OrganisationKind
from marketplace.models.providers import ProviderKind
from marketplace.services.registration import Application
from marketplace.web.forms import acts
from marketplace.web.forms.accounts import login_field, name_field, new_password_field, repeated_password_field
from marketplace.web.forms.base import Form

REVENUE = re.compile(r"[0-9]{1,9}(\.[0-9]{1,4})?")
NAME_MAX, SHORT_NAME_MAX, SUMMARY_MAX, DESCRIPTION_MAX = 80, 20, 100, 2000
CHOOSE = {"": "请选择"}
LAST = ("person", "login", "password", "again", "is_agreed")


def at_most(length: int, label: str) -> Length:
    return Length(max=length, message=f"{label}最多%(max)d个字，请精简")


def whole(label: str, example: str) -> StringField:
    """An optional whole number; the message shows how it is typed."""

    def check(_form: Any, field: StringField) -> None:
        if acts.whole(field.data) is None:
            raise ValidationError(f"{label}要填整数，例如{example}；不清楚可以不填")

    return StringField(label, [Optional(), check], render_kw={"inputmode": "numeric", "autocomplete": "off"})


def choice(label: str, options: Mapping[str, str], *, message: str) -> SelectField:
    """One of the options, none of them chosen beforehand; own validation, for WTForms' message is English."""
    known = AnyOf(list(options), message=message)
    return SelectField(label, [DataRequired(message), known], choices=CHOOSE | dict(options), validate_choice=False)


class OrganisationForm(Form):
    """What both kinds state."""

    name = StringField(
        "单位全称",
        [DataRequired("请填写单位全称，和营业执照一致"), at_most(NAME_MAX, "单位全称")],
        description="和营业执照一致。",
        render_kw={"autocomplete": "organization"},
    )
    credit_code = StringField(
        "统一社会信用代码",
        [DataRequired("请填写统一社会信用代码"), Length(max=40, message="统一社会信用代码是18位，请核对")],
        description="18位，见营业执照。",
        render_kw={"autocomplete": "off", "spellcheck": "false"},
    )
    person = name_field()
    login = login_field()
    password = new_password_field()
    again = repeated_password_field("password")
    is_agreed = BooleanField(
        "单位信息属实，同意按规定公开单位名称、行业和所在地", [DataRequired("请确认单位信息属实后勾选")]
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        """The order of the page, which the summary of errors follows: the organisation first."""
        super().__init__(*args, **options)
        for name in LAST:
            self._fields[name] = self._fields.pop(name)

    def validate_credit_code(self, field: StringField) -> None:
        if reason := rules.code_problem(field.data or ""):
            raise ValidationError(reason)

    def validate_login(self, field: StringField) -> None:
        if reason := rules.login_problem(field.data or ""):
            raise ValidationError(reason)

    def validate_password(self, field: PasswordField) -> None:
        if reasons := rules.password_problems(field.data or "", login=self.login.data or ""):
            raise ValidationError("；".join(reasons))

    def without_person(self) -> None:
        """For somebody who is logged in already."""
        del self.person, self.login, self.password, self.again

    def stated_person(self) -> Person | None:
        if "person" not in self:
            return None
        return Person(name=self.person.data or "", login=self.login.data or "", password=self.password.data or "")

    def organisation(self, kind: OrganisationKind, *, county: str | None) -> OrganisationFacts:
        return OrganisationFacts(kind, self.name.data or "", self.credit_code.data or "", county or None)


class EnterpriseForm(OrganisationForm):
    county = choice("所在县（市、区）或园区", wording.COUNTIES, message="请选择企业所在的县（市、区）或园区")
    industry = choice("试点行业", wording.INDUSTRIES, message="请选择所属试点行业")
    main_products = StringField(
        "主营产品",
        [Optional(), at_most(SUMMARY_MAX, "主营产品")],
        description="例如“精密铝合金压铸件”。",
    )
    employees = whole("从业人员", "120")
    revenue = StringField(
        "上年营业收入",
        [Optional()],
        description="和从业人员一起用来划分企业规模，不对外公开。",
        render_kw={"inputmode": "decimal", "autocomplete": "off"},
    )

    def validate_revenue(self, field: StringField) -> None:
        if field.data and not REVENUE.fullmatch(_plain(field.data)):
            raise ValidationError("上年营业收入按万元填数字，例如3200；不清楚可以不填")

    def application(self) -> Application:
        revenue = int(Decimal(_plain(self.revenue.data)) * 10_000) if self.revenue.data else None
        facts = EnterpriseFacts(
            industry=self.industry.data or "",
            employees=acts.whole(self.employees.data),
            revenue=revenue,
            main_products=self.main_products.data,
        )
        organisation = self.organisation(OrganisationKind.ENTERPRISE, county=self.county.data)
        return Application(organisation, facts, self.stated_person())


class ProviderForm(OrganisationForm):
    short_name = StringField(
        "简称",
        [DataRequired("请填写简称"), at_most(SHORT_NAME_MAX, "简称")],
        description="产品卡片上显示的名字。",
    )
    kind = choice("服务商类型", wording.PROVIDER_KINDS, message="请选择服务商类型")
    summary = StringField(
        "一句话介绍",
        [DataRequired("请用一句话写明做什么产品或服务"), at_most(SUMMARY_MAX, "一句话介绍")],
        description="做什么、给哪类企业用。",
    )
    description = TextAreaField(
        "详细介绍",
        [Optional(), at_most(DESCRIPTION_MAX, "详细介绍")],
        render_kw={"rows": 5},
    )
    industries = SelectMultipleField(
        "主要服务行业",
        choices=dict(wording.INDUSTRIES),
        description="通用产品可以不选。",
        validate_choice=False,
        widget=widgets.ListWidget(prefix_label=False),
        option_widget=widgets.CheckboxInput(),
    )
    county = SelectField("本地注册地", choices={"": "不在本市", **wording.COUNTIES}, default="", validate_choice=False)
    place = SelectField("本地服务方式", choices={"": "未说明", **wording.PLACES}, default="", validate_choice=False)
    founded_year = whole("成立年份", "2012")
    staff = whole("人员数", "45")

    def application(self) -> Application:
        facts = ProviderFacts(
            short_name=self.short_name.data or "",
            kind=ProviderKind(self.kind.data),
            summary=self.summary.data or "",
            description=self.description.data or "",
            industries=tuple(self.industries.data or ()),
            founded_year=acts.whole(self.founded_year.data),
            staff=acts.whole(self.staff.data),
            place=self.place.data or None,
        )
        organisation = self.organisation(OrganisationKind.PROVIDER, county=self.county.data)
        return Application(organisation, facts, self.stated_person())


def _plain(text: str | None) -> str:
    return (text or "").strip().replace(",", "").replace("，", "")
