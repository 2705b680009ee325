"""What the pages of a listing post: answers by the names that the questions give their fields."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from flask import request
from wtforms import BooleanField, HiddenField, TextAreaField
from wtforms.validators import DataRequired, Length

from marketplace.domain import listings as rules
from marketplace.domain import questions
from marketplace.domain.question_types import Question
from marketplace.web.forms.acts import Act

ROW = re.compile(r"([a-z_]+)-(\d{1,3})-([a-z_]+)")
SCOPE = "asked"  # hidden fields: the questions that stand on the page


@dataclass
class Typed:
    """`given`: canonical answers, None where one was cleared; `raw`: as typed, for the page that shows it again."""

    given: dict[str, Any] = field(default_factory=dict)
    raw: dict[str, Any] = field(default_factory=dict)
    messages: dict[str, list[str]] = field(default_factory=dict)

    def words(self) -> list[tuple[str, str]]:
        """For the page that the loser of a race gets."""
        rows = ((questions.BY_ID[key], value) for key, value in self.given.items())
        return [(question.label, questions.answer_text(question, value)) for question, value in rows if value]


def read(asked: Iterable[Question]) -> Typed:
    """The answers of the questions that the page has asked; what it did not ask is left alone."""
    typed = Typed()
    on_page = set(request.form.getlist(SCOPE))
    for question in asked:
        if question.id in on_page:
            _read(typed, question)
    return typed


def _read(typed: Typed, question: Question) -> None:
    raw = _rows(question) if question.type == "rows" else _plain(question)
    typed.raw[question.id] = raw
    reading = questions.read(question, raw)
    for place, texts in reading.messages.items():
        typed.messages[f"{question.id}.{place}" if place else question.id] = texts
    if not reading.messages or question.type == "rows":
        typed.given[question.id] = reading.value


def _plain(question: Question) -> str | list[str]:
    if question.type == "choices":
        return request.form.getlist(question.id)
    return request.form.get(question.id, "")


def _rows(question: Question) -> list[dict[str, str]]:
    """In the order of their numbers; without the one whose removal is asked for, and without blank ones."""
    removed = request.form.get("remove_row", "")
    rows: dict[int, dict[str, str]] = {}
    for name, value in request.form.items():
        found = ROW.fullmatch(name)
        if found and found[1] == question.id and f"{question.id}-{int(found[2])}" != removed:
            rows.setdefault(int(found[2]), {})[found[3]] = value
    return [row for _, row in sorted(rows.items()) if any(value.strip() for value in row.values())]


class StartForm(Act):
    """Name and kind of a new listing: the definition's own questions."""

    version = HiddenField(default="0")


class SubmitForm(Act):
    is_declared = BooleanField("以上声明属实，由本单位负责")


class ReasonForm(Act):
    reason = TextAreaField(
        "下架理由",
        [
            DataRequired("请写明理由，会记入办理记录"),
            Length(max=rules.POLICY["reason_max"], message="理由不超过%(max)d个字，请精简"),
        ],
        description="例如产品停售、由新产品替代。会公开在产品页。",
    )
