"""Forms of the composer and of a basket, whose rows are named after its items."""

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from flask import g, request
from flask_wtf import FlaskForm
from wtforms import BooleanField, SelectField, StringField
from wtforms.validators import ValidationError

from marketplace.domain import baskets, wording
from marketplace.services.basket_outcomes import Aim
from marketplace.services.basket_views import BasketView, Draft, ItemView, Row
from marketplace.services.compositions import Wish
from marketplace.web.forms import acts
from marketplace.web.forms.acts import Act

LEVELS = acts.choices({str(level): wording.LEVELS[str(level)] for level in baskets.LEVELS})
ROW_FIELDS = {"plan": "价格方案", "quantity": "数量", "discount": "平台让（元）"}
AMOUNT = re.compile(r"[0-9]{1,9}(\.[0-9]{1,4})?")
LINE = re.compile(r"[0-9]{1,4}")


def yuan(text: str | None) -> int | None:
    """Whole yuan of what is typed in 万元; None for an empty box."""
    cleaned = (text or "").strip().replace(",", "").replace("，", "")
    return int(Decimal(cleaned) * wording.TEN_THOUSAND) if AMOUNT.fullmatch(cleaned) else None


def ten_thousands(amount: int | None) -> str:
    return "" if amount is None else baskets.plain(Decimal(amount) / wording.TEN_THOUSAND)


class AimFields:
    """Target, budget and providers, as the composer and the basket ask for them."""

    target = SelectField("目标等级", choices=LEVELS, validate_choice=False)
    budget = StringField("企业自付预算", description="不含奖补，不限请留空。")
    providers = StringField("最多几家服务商", description="不限请留空。")

    def validate_budget(self, field: StringField) -> None:
        if (field.data or "").strip() and yuan(field.data) is None:
            raise ValidationError("预算请填数字，例如12.5；不限请留空")

    def validate_providers(self, field: StringField) -> None:
        if (field.data or "").strip() and acts.whole(field.data) is None:
            raise ValidationError("服务商数请填整数，例如3；不限请留空")

    def aim(self) -> Aim:
        return Aim(acts.whole(self.target.data) or 0, yuan(self.budget.data), acts.whole(self.providers.data))

    def fill_aim(self, aim: Aim) -> None:
        self.target.data, self.budget.data = str(aim.target), ten_thousands(aim.budget)
        self.providers.data = "" if aim.max_providers is None else str(aim.max_providers)


class WishForm(AimFields, FlaskForm):
    """What the composer is asked, in the address or with the button that keeps a bundle."""

    any_industry = BooleanField("也用别的行业的产品")

    class Meta:
        csrf = False  # asks, changes nothing; the button that keeps a bundle carries its own token

    def wish(self, given: Any) -> Wish:
        """With the conditions that a trial has eased."""
        days = acts.whole(given.get("days"))
        eased = tuple(dict.fromkeys(one for one in given.getlist("ease") if LINE.fullmatch(one)))
        is_sane = days is not None and 0 < days <= baskets.POLICY["days_max"]
        return Wish(
            self.aim(),
            any_industry=bool(self.any_industry.data),
            days=days if is_sane else None,
            any_deployment=given.get("anyway") == "1",
            eased_lines=eased,
        )


class BasketForm(AimFields, Act):
    title = StringField("方案名称")

    def draft(self) -> Draft:
        return Draft(
            title=self.title.data or "",
            target=acts.whole(self.target.data),
            budget=yuan(self.budget.data),
            max_providers=acts.whole(self.providers.data),
            rows={key: _row(values) for key, values in posted_rows().items()},
        )

    def fill(self, view: BasketView) -> None:
        self.title.data, self.version.data = view.title, str(view.version)
        self.fill_aim(view.outcome.aim)

    def keep_typed(self) -> None:
        """For the page that the loser of a race gets: the rows under the names of their products."""
        acts.keep_typed(self)
        for key, values in posted_rows().items():
            name = request.form.get(f"name-{key}", "")[:60] or f"第{key}项"
            g.typed.extend((f"{name}，{label}", values[field]) for field, label in ROW_FIELDS.items() if values[field])


def posted_rows() -> dict[int, dict[str, str]]:
    """What was typed, by item: the raw text of each field."""
    found: dict[int, dict[str, str]] = {}
    for name, value in request.form.items():
        field, _, number = name.partition("-")
        key = acts.whole(number)
        if field in ROW_FIELDS and key is not None:
            found.setdefault(key, dict.fromkeys(ROW_FIELDS, ""))[field] = value.strip()
    return found


def stored_row(item: ItemView) -> dict[str, str]:
    plan = item.pick.plan
    return {
        "plan": str(plan.id) if plan else "",
        "quantity": str(item.pick.quantity),
        "discount": str(item.pick.discount),
    }


def _row(values: Mapping[str, str]) -> Row:
    discount = 0 if not values["discount"] else acts.whole(values["discount"])
    return Row(acts.whole(values["plan"]), acts.whole(values["quantity"]), discount)
