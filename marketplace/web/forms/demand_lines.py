"""The lines of a demand checklist, all on one page."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from flask import request
from werkzeug.datastructures import MultiDict
from wtforms import BooleanField, FieldList, FormField, SelectField, StringField, TextAreaField
from wtforms import Form as PlainForm
from wtforms.validators import AnyOf, DataRequired, Length, Optional, ValidationError

from marketplace.domain import demands, wording
from marketplace.domain.demands import POLICY, Line
from marketplace.web.forms import acts
from marketplace.web.forms.acts import Act

SCENES = acts.choices(wording.SCENES, blank="请选择")
LEVELS = acts.choices(wording.LEVELS, blank="还没评过")
TARGETS = acts.choices({level: label for level, label in wording.LEVELS.items() if level != "0"})
NUMBERS = "请只填数字，例如{}"
LINE_KEY = re.compile(r"lines-([0-9]{1,3})-[a-z_]+")


def whole_number(example: str) -> Any:
    def check(_form: Any, field: StringField) -> None:
        if acts.whole(field.data) is None:
            raise ValidationError(NUMBERS.format(example))

    return check


def plain_lines(text: str | None) -> str:
    """Browsers send line ends of their own."""
    return (text or "").replace("\r\n", "\n").strip()


class LineForm(PlainForm):
    """One line; a row that was left blank altogether counts as not there."""

    scene = SelectField(
        "应用场景",
        [DataRequired("请选择应用场景，或删除本项"), AnyOf(list(wording.SCENES), message="请从列表里选择应用场景")],
        choices=SCENES,
        validate_choice=False,
    )
    current_level = SelectField(
        "现有等级",
        [Optional(), AnyOf(list(wording.LEVELS), message="请重新选择现有等级")],
        choices=LEVELS,
        validate_choice=False,
    )
    target_level = SelectField(
        "目标等级",
        [AnyOf([choice.value for choice in TARGETS], message="请选择目标等级")],
        choices=TARGETS,
        default=str(POLICY["default_target_level"]),
        validate_choice=False,
    )
    text = TextAreaField(
        "现状和要解决的问题",
        [Length(max=POLICY["text_max"], message="说明不超过%(max)d个字，请精简")],
        description="用自己的话写，越具体越容易找准产品。",
    )
    weight = StringField("权重", [Optional(), whole_number("30")], description=f"各项合计{demands.WEIGHTS_TOTAL}。")
    is_essential = BooleanField("必须满足")

    @property
    def is_blank(self) -> bool:
        return not any((self.scene.data, (self.text.data or "").strip(), (self.weight.data or "").strip()))

    def validate(self, extra_validators: Any = None) -> bool:
        return self.is_blank or bool(super().validate(extra_validators))

    def to_line(self) -> Line:
        return Line(
            scene=self.scene.data,
            current_level=acts.whole(self.current_level.data),
            target_level=acts.whole(self.target_level.data) or 0,
            text=plain_lines(self.text.data),
            weight=acts.whole(self.weight.data) or 0,
            is_essential=bool(self.is_essential.data),
        )


class Lines(Act):
    lines = FieldList(FormField(LineForm, "需求"), "需求明细", max_entries=demands.MAX_LINES)

    def typed_lines(self) -> tuple[Line, ...]:
        return tuple(row.form.to_line() for row in self.lines if not row.form.is_blank)

    def rows(self) -> dict[str, LineForm]:
        """The forms by their prefix, with the one that new rows are cut from."""
        return {row.name: row.form for row in self.lines} | {"lines-__row": LineForm(prefix="lines-__row-")}

    def change_rows(self, *, add: bool) -> None:
        """After a button of a page without JavaScript: one row more, and never none at all."""
        if not self.lines.entries or (add and len(self.lines) < demands.MAX_LINES):
            self.lines.append_entry()

    def restore(self, name: str, suggestions: Mapping[str, str]) -> None:
        """The assessment's words back into one row; kept when the form is saved."""
        for row in self.lines:
            if row.name == name and row.form.scene.data in suggestions:
                row.form.text.data = suggestions[row.form.scene.data]

    def fill(self, lines: Sequence[Line]) -> None:
        for line in lines:
            self.lines.append_entry(
                {
                    "scene": line.scene,
                    "current_level": "" if line.current_level is None else str(line.current_level),
                    "target_level": str(line.target_level),
                    "text": line.text,
                    "weight": str(line.weight) if line.weight else "",
                    "is_essential": line.is_essential,
                }
            )
        self.change_rows(add=False)

    def total(self) -> int:
        return sum(acts.whole(row.form.weight.data) or 0 for row in self.lines)


def posted_lines() -> "MultiDict[str, str]":
    """What was posted, without the row whose removal is asked for and without keys that no row has."""
    removed = request.form.get("remove_line")
    kept: MultiDict[str, str] = MultiDict()
    for key, value in request.form.items(multi=True):
        found = LINE_KEY.fullmatch(key)
        if not key.startswith("lines-") or (found and found.group(1) != removed):
            kept.add(key, value)
    return kept
