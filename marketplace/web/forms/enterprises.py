"""Forms of an enterprise's file: its basic facts; the zip to import."""

from decimal import Decimal

from wtforms import FileField, HiddenField, SelectField, StringField
from wtforms.validators import Optional, ValidationError

from marketplace.domain import taxonomy, wording
from marketplace.services.enterprise_facts import LIMITS, Facts
from marketplace.services.file_keepers import Keeper
from marketplace.web.forms import acts
from marketplace.web.forms.base import Form
from marketplace.web.forms.registration import REVENUE, at_most, whole

SCALES = {"yes": "规上（年主营业务收入2,000万元及以上）", "no": "规下"}
SCALE_OF = {"yes": True, "no": False}
SCALE_WORDS = {True: "yes", False: "no"}


class EnterpriseForm(Form):
    seen = HiddenField()
    main_products = StringField("主要产品", [Optional(), at_most(LIMITS["main_products_max"], "主要产品")])
    gbt4754 = SelectField(
        "国民经济行业",
        choices=acts.choices(taxonomy.LABELS, blank="不清楚"),
        validate_choice=False,
        description="GB/T 4754-2017，选到中类。",
    )
    employees = whole("从业人员", "120")
    revenue = StringField(
        "年营业收入",
        [Optional()],
        description="上一年度，不对外公开。",
        render_kw={"inputmode": "decimal", "autocomplete": "off"},
    )
    size = SelectField(
        "企业规模",
        choices=acts.choices(wording.SIZES, blank="不清楚"),
        validate_choice=False,
        description="按从业人员和营业收入划型，两项都达到才算该档。",
    )
    is_above_scale = SelectField("规上规下", choices=acts.choices(SCALES, blank="不清楚"), validate_choice=False)

    def validate_revenue(self, field: StringField) -> None:
        if field.data and not REVENUE.fullmatch(_plain(field.data)):
            raise ValidationError("年营业收入按万元填数字，例如3200；不清楚可以不填")

    def facts(self) -> Facts:
        return Facts(
            employees=acts.whole(self.employees.data),
            revenue=int(Decimal(_plain(self.revenue.data)) * wording.TEN_THOUSAND) if self.revenue.data else None,
            main_products=(self.main_products.data or "").strip() or None,
            gbt4754=self.gbt4754.data or None,
            size=self.size.data or None,
            is_above_scale=SCALE_OF.get(self.is_above_scale.data or ""),
        )

    def fill(self, facts: Facts) -> None:
        self.seen.data = facts.fingerprint()
        self.main_products.data = facts.main_products or ""
        self.gbt4754.data, self.size.data = facts.gbt4754 or "", facts.size or ""
        self.employees.data = "" if facts.employees is None else str(facts.employees)
        tens = None if facts.revenue is None else Decimal(facts.revenue) / wording.TEN_THOUSAND
        self.revenue.data = "" if tens is None else f"{tens.normalize():f}"
        self.is_above_scale.data = "" if facts.is_above_scale is None else SCALE_WORDS[facts.is_above_scale]


class ImportForm(Form):
    file = FileField("档案文件", description="从“导出档案”得到的zip，不要解开或改动。")


class ConfirmImportForm(Form):
    keeper_name = StringField("单位管理员姓名", [at_most(40, "姓名")], render_kw={"autocomplete": "off"})
    keeper_login = StringField(
        "单位管理员账号",
        [at_most(80, "账号")],
        description="手机号或邮箱。新账号没有口令，导入后到“用户管理”生成口令重置链接发给他。",
        render_kw={"autocomplete": "off"},
    )

    @property
    def keeper(self) -> Keeper:
        return Keeper(self.keeper_name.data or "", self.keeper_login.data or "")


def _plain(text: str | None) -> str:
    return (text or "").strip().replace(",", "").replace("，", "")
