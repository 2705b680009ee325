"""Forms of an application to the pool: one a section, and the bureau's decision."""

from typing import Any

from flask import request
from wtforms import RadioField, SelectField, SelectMultipleField, StringField, TextAreaField, widgets

from marketplace.domain import provider_applications as rules
from marketplace.domain import wording
from marketplace.domain.provider_applications import Basics
from marketplace.models.provider_applications import ProviderApplication
from marketplace.services.cited_evidence import File
from marketplace.web.forms import acts, demand_lines
from marketplace.web.forms.acts import Act
from marketplace.web.forms.base import Form


def boxes(label: str, **options: Any) -> SelectMultipleField:
    return SelectMultipleField(
        label,
        validate_choice=False,
        option_widget=widgets.CheckboxInput(),
        widget=widgets.ListWidget(prefix_label=False),
        **options,
    )


class BasicsForm(Form):
    kind = RadioField("申请类别", choices=acts.choices(wording.PROVIDER_KINDS), validate_choice=False)
    industries = boxes(
        "服务行业",
        choices=acts.choices(wording.INDUSTRIES),
        description="不选表示不限行业；牵头服务商和链主至少选一个。",
    )
    scenes = boxes("擅长的场景", choices=acts.choices(wording.SCENES), description="选真正做过的。")

    def fill(self, row: ProviderApplication) -> None:
        self.kind.data = str(row.kind) if row.kind else None
        self.industries.data, self.scenes.data = list(row.industries), list(row.scenes)

    def to_basics(self) -> Basics:
        """In the order of the lists, so that the same choice is the same record."""
        industries, scenes = set(self.industries.data or ()), set(self.scenes.data or ())
        return Basics(
            self.kind.data or "",
            tuple(key for key in wording.INDUSTRIES if key in industries) + tuple(industries - set(wording.INDUSTRIES)),
            tuple(key for key in wording.SCENES if key in scenes) + tuple(scenes - set(wording.SCENES)),
        )


class FactsForm(Form):
    legal_representative = StringField(rules.LABELS["legal_representative"])
    contact_name = StringField(rules.LABELS["contact_name"])
    contact_phone = StringField(rules.LABELS["contact_phone"], description="手机号或带区号的固话。")
    contact_mail = StringField(rules.LABELS["contact_mail"])
    address = StringField(rules.LABELS["address"])
    place = SelectField(
        rules.LABELS["place"], choices=acts.choices(wording.PLACES, blank="请选择"), default="", validate_choice=False
    )
    founded_year = StringField(rules.LABELS["founded_year"])
    staff = StringField(rules.LABELS["staff"], description="与社保名单一致。")
    engineers = StringField(rules.LABELS["engineers"], description="其中做实施、研发的。")
    pitch = TextAreaField(
        rules.LABELS["pitch"],
        description=f"{rules.POLICY['pitch_min']}到{rules.POLICY['pitch_max']}个字：做过哪些行业、多少家，靠什么做成，本地怎样服务。",
    )

    def fill(self, row: ProviderApplication) -> None:
        for name in rules.LABELS:
            self[name].data = str(row.facts.get(name, ""))

    def typed(self) -> dict[str, str]:
        found = {name: str(self[name].data or "") for name in rules.LABELS}
        return found | {"pitch": demand_lines.plain_lines(found["pitch"])}


class EvidenceForm(Form):
    """One list of boxes for each thing asked for; what it offers is the provider's own locker."""

    def topics(self) -> dict[str, tuple[int, ...]]:
        return {topic: acts.posted_ids(f"file-{topic}") for topic in rules.EVIDENCE}


class DeclarationsForm(Form):
    def topics(self) -> tuple[str, ...]:
        return tuple(request.form.getlist("declared"))


class DecisionForm(Act):
    """Ticks, notes by section and a reason; the button says which of the three it is."""

    reason = TextAreaField("理由或说明", description="不予入池必须写；准予入池时选填。服务商看得到。")

    @property
    def ticked(self) -> frozenset[str]:
        return frozenset(request.form.getlist("met"))

    @property
    def notes(self) -> dict[str, str]:
        return {name: request.form.get(f"note-{name}", "") for name in rules.SECTIONS}


def offered(files: tuple[File, ...], chosen: tuple[File, ...]) -> tuple[File, ...]:
    """The locker, and before it what is chosen but has been withdrawn since."""
    known = {one.id for one in files}
    return tuple(one for one in chosen if one.id not in known) + files
