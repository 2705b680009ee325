"""What the pages of an assessment post: the answers that somebody has changed, and a record of the edition before."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from flask import request
from wtforms import DateField, RadioField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length

from marketplace.domain import assessments as rules
from marketplace.domain import wording
from marketplace.domain.assessment_figures import POLICY
from marketplace.domain.assessments import Answer
from marketplace.services import assessment_views
from marketplace.web.forms import acts
from marketplace.web.forms.base import Form
from marketplace.web.forms.demands import decimal_number

SEEN = "was-"  # hidden field of each topic: what stood on the page when it was made


@dataclass
class Typed:
    """The topics that were changed on the page; what nobody touched is not sent on, so that no other tab loses it."""

    answers: dict[str, Answer] = field(default_factory=dict)
    scene_levels: dict[str, int] = field(default_factory=dict)
    unreadable: dict[str, list[str]] = field(default_factory=dict)

    def words(self) -> list[tuple[str, str]]:
        """For the page that the loser of a race gets."""
        rows = [(rules.topic_name(key), "、".join((*one.options, *one.numbers.values()))) for key, one in self._given()]
        return [*rows, *((rules.topic_name(key), f"{level}级") for key, level in self.scene_levels.items())]

    def _given(self) -> Iterable[tuple[str, Answer]]:
        return ((key, answer) for key, answer in self.answers.items() if answer.options or answer.numbers)


def read(topics: Iterable[str]) -> Typed:
    typed = Typed()
    for topic in topics:
        seen = request.form.get(SEEN + topic)
        if seen is None:
            continue
        if topic in rules.ITEM_FIGURES:
            answer = _answer(topic)
            if assessment_views.seen_of(answer) != seen:
                typed.answers[topic] = answer
        elif request.form.get(topic, "") not in ("", seen):
            _read_level(typed, topic)
    return typed


def _answer(topic: str) -> Answer:
    numbers = {name: request.form.get(f"{topic}-{name}", "") for name in rules.ITEM_FIGURES[topic]}
    given = {name: text for name, text in numbers.items() if text.strip()}
    return Answer(tuple(dict.fromkeys(request.form.getlist(topic))), given)


def _read_level(typed: Typed, topic: str) -> None:
    level = acts.whole(request.form.get(topic))
    if level is not None and level in rules.SCENE_LEVELS:
        typed.scene_levels[topic] = level
    else:
        typed.unreadable[topic] = ["请重新选择这个场景的等级"]


class RecordBefore(Form):
    kind = RadioField(
        "评测方式",
        [DataRequired("请选择当时是怎么评的")],
        choices=acts.choices(wording.ASSESSMENT_KINDS),
        validate_choice=True,
    )
    assessed_on = DateField("评测日期", [DataRequired("请填写评测日期，例如2024-05-20")])
    points = StringField(
        "得分", [DataRequired("请填写得分"), decimal_number("46.5")], description="按2022年版打的总分，0到100。"
    )
    level = RadioField("评定等级", [DataRequired("请选择当时评定的等级")], choices=acts.choices(wording.LEVELS))
    note = TextAreaField(
        "备注",
        [Length(max=POLICY["note_max"], message="备注不超过%(max)d个字，请精简")],
        description="例如谁评的、证书编号。",
    )

    def facts(self) -> dict[str, Any]:
        return {
            "kind": self.kind.data,
            "assessed_on": self.assessed_on.data,
            "points": Decimal((self.points.data or "").strip().replace(",", "")),
            "level": int(self.level.data),
            "note": self.note.data or "",
        }
