"""Forms of a call: the bureau's draft, a response, an objection, an answer."""

from datetime import date
from typing import Any

from flask import request
from wtforms import HiddenField, SelectField, StringField, TextAreaField, widgets

from marketplace.domain import concentration, provider_applications, wording
from marketplace.domain.calls import POLICY, Criterion, Draft, Objector
from marketplace.models.calls import Call
from marketplace.web.forms import acts, demand_lines
from marketplace.web.forms.acts import Act
from marketplace.web.forms.base import Form

LEADS = concentration.POLICY["leads"]


class CallForm(Form):
    """`version` is empty while the call does not exist yet; the criteria are rows of the page."""

    version = HiddenField()
    title = StringField("公告名称", description="例如“现代食品行业牵头服务商遴选”。")
    industry = SelectField("行业", choices=acts.choices(wording.INDUSTRIES, blank="请选择"), validate_choice=False)
    places = StringField("名额", description=f"每个行业牵头服务商不超过{LEADS['per_industry']}家。")
    text = TextAreaField("公告内容", description="牵头服务商要做什么、条件、怎么评。发布后谁都能看到，不能再改。")
    opens_on = StringField("应榜开始", widget=widgets.DateInput())
    closes_on = StringField(
        "应榜截止", widget=widgets.DateInput(), description=f"当天也可以应榜。至少留{POLICY['min_open_days']}天。"
    )
    objection_days = StringField(
        "公示期", description=f"按工作日算，不少于{POLICY['objection_days_min']}个工作日，法定节假日顺延。"
    )

    @property
    def seen(self) -> int:
        return acts.whole(self.version.data) or 0

    @property
    def criteria(self) -> list[Criterion]:
        """The rows as they were typed; empty ones at the end are no rows."""
        columns = (request.form.getlist(f"criterion-{name}") for name in ("name", "hint", "weight"))
        rows = [Criterion(name, hint, acts.whole(weight) or 0) for name, hint, weight in zip(*columns, strict=False)]
        return [row for row in rows if row.name.strip() or row.hint.strip() or row.weight]

    def to_draft(self) -> Draft:
        return Draft(
            title=self.title.data or "",
            industry=self.industry.data or "",
            places=acts.whole(self.places.data) or 0,
            text=demand_lines.plain_lines(self.text.data),
            opens_on=day_of(self.opens_on.data),
            closes_on=day_of(self.closes_on.data),
            objection_days=acts.whole(self.objection_days.data) or 0,
            criteria=tuple(self.criteria),
        )

    def fill(self, draft: Draft, *, version: int | None = None) -> None:
        self.title.data, self.industry.data, self.text.data = draft.title, draft.industry, draft.text
        self.places.data, self.objection_days.data = str(draft.places), str(draft.objection_days)
        self.opens_on.data, self.closes_on.data = draft.opens_on.isoformat(), draft.closes_on.isoformat()
        self.version.data = "" if version is None else str(version)


def day_of(text: str | None) -> date:
    """A day that cannot be read is one that no rule allows."""
    try:
        return date.fromisoformat((text or "").strip())
    except ValueError:
        return date.min


def rows_for(criteria: list[Criterion]) -> list[Criterion]:
    """With empty rows to go on in, up to the limit."""
    missing = min(POLICY["criteria_max"], max(len(criteria) + 2, POLICY["criteria_min"])) - len(criteria)
    return criteria + [Criterion("", "", 0)] * missing


def draft_of(call: Call) -> Draft:
    return Draft(
        call.title,
        call.industry,
        call.places,
        call.text,
        call.opens_on,
        call.closes_on,
        call.objection_days,
        tuple(Criterion(one.name, one.hint, one.weight) for one in call.criteria),
    )


class ResponseForm(Form):
    """`seen` tells which state of its own response the provider changes."""

    seen = HiddenField()

    def texts(self, call: Call) -> dict[str, str]:
        return {str(one.id): demand_lines.plain_lines(request.form.get(f"text-{one.id}", "")) for one in call.criteria}

    def files(self) -> dict[str, tuple[int, ...]]:
        return {topic: acts.posted_ids(f"file-{topic}") for topic in provider_applications.EVIDENCE}

    def declared(self) -> tuple[str, ...]:
        return tuple(request.form.getlist("declared"))


class ObjectionForm(Form):
    name = StringField("姓名")
    phone = StringField("联系电话", description="核实和答复用，只有市局看得到。")
    text = TextAreaField("异议和依据", description="对哪家单位、哪一项有异议，依据是什么。")

    def objector(self, person: Any) -> Objector:
        if person is None:
            return Objector(self.name.data or "", self.phone.data or "")
        return Objector(person.name, self.phone.data or "", person.user_id)


class AnswerForm(Act):
    """The bureau's answer to an objection, in writing."""

    reason = TextAreaField("书面答复", description="提出人看得到。")


def typed_scores(call: Call) -> dict[int, tuple[str, str]]:
    return {
        one.id: (request.form.get(f"score-{one.id}", ""), request.form.get(f"comment-{one.id}", ""))
        for one in call.criteria
    }
