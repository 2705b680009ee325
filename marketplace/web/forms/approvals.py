"""What a reviewer sends: his answers, notes under the contents, verdict; kept as typed when something is missing."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from flask import g, request
from wtforms import SelectField, StringField, widgets
from wtforms.validators import DataRequired

from marketplace.domain import approvals as rules
from marketplace.domain import questions, wording
from marketplace.domain.errors import Invalid
from marketplace.domain.judgements import Judgement, Note
from marketplace.models.approvals import Seat, Verdict
from marketplace.services.approval_queue import TABS, Filters
from marketplace.web.forms import acts
from marketplace.web.forms.base import Form

CHECK, NOTE, TEMPLATE = "check-", "note-", "template-"
TEMPLATES: Mapping[str, str] = {row["id"]: row["text"] for row in rules.POLICY["templates"]}
TEMPLATES_OF: Mapping[str, tuple[tuple[str, str], ...]] = {
    one.id: tuple((row["id"], row["text"]) for row in rules.POLICY["templates"] if row["question"] == one.id)
    for one in questions.QUESTIONS
}


@dataclass(slots=True)
class Typed:
    """The form as it was sent, for judging it and for showing it again."""

    verdict: str = ""
    checklist: dict[str, str] = field(default_factory=dict)
    notes: dict[str, str] = field(default_factory=dict)
    reason: str = ""
    has_proof: bool = False
    has_seen_changes: bool = False

    def judgement(self) -> Judgement:
        if self.verdict not in set(Verdict):
            raise Invalid({"verdict": ["请选择结论：通过、退回修改或不予通过"]})
        notes = tuple(Note(key, text) for key, text in self.notes.items() if text)
        return Judgement(
            Verdict(self.verdict), self.checklist, notes, self.reason, self.has_proof, self.has_seen_changes
        )


def typed() -> Typed:
    """A sentence that was chosen goes below what was written; with JavaScript it is there already."""
    found = Typed(
        verdict=request.form.get("verdict", ""),
        reason=_plain(request.form.get("reason", "")),
        has_proof="has_proof" in request.form,
        has_seen_changes="has_seen_changes" in request.form,
    )
    for name, value in request.form.items():
        if name.startswith(CHECK):
            found.checklist[name.removeprefix(CHECK)] = value
    for one in questions.QUESTIONS:
        parts = [
            _plain(request.form.get(NOTE + one.id, "")),
            TEMPLATES.get(request.form.get(TEMPLATE + one.id, ""), ""),
        ]
        found.notes[one.id] = "\n".join(part for part in parts if part)
    _keep(found)
    return found


def _keep(found: Typed) -> None:
    """For the page that the loser of a race gets."""
    notes = [(f"意见：{questions.BY_ID[key].label}", text) for key, text in found.notes.items() if text]
    g.typed = [
        *([("结论", wording.VERDICTS[found.verdict])] if found.verdict in wording.VERDICTS else []),
        *notes,
        *([("理由", found.reason)] if found.reason else []),
    ]


def _plain(text: str) -> str:
    return text.replace("\r\n", "\n").strip()


def seat(text: str | None) -> Seat | None:
    return Seat(text) if text in set(Seat) else None


def filters() -> Filters:
    """What the address asks for; what it should not ask for is left out."""
    wanted = {name: request.args.get(name, "") for name in ("tab", "seat", "kind", "industry", "sort")}
    return Filters(
        tab=wanted["tab"] if wanted["tab"] in TABS else next(iter(TABS)),
        seat=wanted["seat"] if wanted["seat"] in {"feasibility", "price", "second", "panel"} else "",
        kind=wanted["kind"] if wanted["kind"] in wording.APPROVAL_KINDS else "",
        industry=wanted["industry"] if wanted["industry"] in wording.INDUSTRIES else "",
        by_due=wanted["sort"] == "due",
    )


def seen_of(ids: tuple[int, ...]) -> dict[int, int]:
    """The version of each submission that the list showed."""
    return {key: acts.whole(request.form.get(f"seen-{key}")) or 0 for key in ids}


class InterestForm(Form):
    organisation_id = SelectField("服务商", validate_choice=False)
    what = StringField(
        "是什么关系", [DataRequired("请写明是什么关系")], description="例如：2023年至2025年在该公司任职；配偶持股。"
    )
    since = StringField("从哪天起", [DataRequired("请填写日期")], widget=widgets.DateInput())
