"""A button that does one thing to one version of a record: publish, withdraw, close."""

import secrets
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from flask import g, request
from wtforms import BooleanField, FieldList, HiddenField, SelectField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # the stubs are older
from wtforms.validators import ValidationError

from marketplace.web.forms.base import Form

WHOLE_NUMBER_DIGITS = 9


def token() -> str:
    """A one-time token for a form of which a page has several, so that hidden_tag would repeat ids."""
    return secrets.token_urlsafe(18)


def whole(text: str | None) -> int | None:
    """The number that plain digits write, else None."""
    text = (text or "").strip()
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= WHOLE_NUMBER_DIGITS else None


def posted_ids(name: str) -> tuple[int, ...]:
    """The ids that were ticked, each once, in the order of the page."""
    numbers = (whole(value) for value in request.form.getlist(name))
    return tuple(dict.fromkeys(number for number in numbers if number is not None))


def choices(labels: Mapping[str, str], *, blank: str = "") -> list[SelectChoice]:
    """What a select offers; with `blank`, nothing may be chosen as well."""
    first = [SelectChoice("", blank)] if blank else []
    return [*first, *(SelectChoice(value, label) for value, label in labels.items())]


class Act(Form):
    """Carries the version that the person has seen."""

    version = HiddenField()

    def validate_version(self, field: HiddenField) -> None:
        if whole(field.data) is None:
            raise ValidationError("页面不完整，请刷新后重新提交")

    @property
    def seen(self) -> int:
        return whole(self.version.data) or 0


def keep_typed(form: Form) -> None:
    """Note what was typed, under the labels of the form, for the page that the loser of a race gets."""
    g.typed = list(_typed(form))


def _typed(fields: Iterable[Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    for field in fields:
        if isinstance(field, FieldList):
            for place, row in enumerate(field, start=1):
                yield from _typed(row.form, f"第{place}项")
        elif not isinstance(field, HiddenField) and field.data:
            yield prefix + field.label.text, _words(field)


def _words(field: Any) -> str:
    if isinstance(field, BooleanField):
        return "是"
    if isinstance(field, SelectField):
        options: Any = field.choices
        labels = {option.value: option.label for option in options}
        chosen: list[str] = field.data if isinstance(field.data, list) else [str(field.data)]
        return "、".join(labels.get(value, value) for value in chosen)
    return str(field.data)
