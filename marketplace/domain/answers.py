"""Answers of a listing: from what was typed to the canonical value, from the value to words.

Canonical values are what JSON holds: text, an id (choice), a list of ids or tags, a whole number (days, money, number
without decimals), a decimal as plain text ("12.5"), an ISO date, a list of rows {column: value}. What is blank is not
there: no empty text, no empty list, no empty row.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from marketplace.domain import question_choices, wording
from marketplace.domain.question_types import BY_ID, QUESTIONS, Question

SEPARATORS = re.compile(r"[、，,;；\n]+")
DATE = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?")
NUMBER = re.compile(r"-?[0-9]{1,12}(\.[0-9]{1,12})?")  # no exponents: they would make numbers of any size
CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")  # PostgreSQL keeps no NUL, and none of them is writing
Content = Mapping[str, Any]
Raw = str | Sequence[str] | Sequence[Mapping[str, Any]] | None


class Unreadable(ValueError):
    """What was typed cannot be this answer; carries the Chinese message."""


@dataclass(frozen=True, slots=True)
class Reading:
    """The canonical value (None: blank), and the messages by place below the question: "" or "2.level"."""

    value: Any = None
    messages: Mapping[str, list[str]] = field(default_factory=dict)


def read(question: Question, raw: Raw) -> Reading:
    """From a form (text, or the list of what was ticked), from a cell (text), or from JSON."""
    if question.type == "rows":
        return _read_rows(question, raw)
    try:
        return Reading(READERS[question.type](question, raw))
    except Unreadable as error:
        return Reading(None, {"": [str(error)]})


def _read_rows(question: Question, raw: Raw) -> Reading:
    """A row in which nothing stands is not there; a cell that cannot be read is left out of its row and said."""
    rows: list[dict[str, Any]] = []
    messages: dict[str, list[str]] = {}
    for given in raw or ():
        cells = {one.id: read(one, given.get(one.id)) for one in question.columns} if isinstance(given, Mapping) else {}
        row = {key: cell.value for key, cell in cells.items() if cell.value is not None}
        found = {f"{len(rows)}.{key}": cell.messages[""] for key, cell in cells.items() if cell.messages}
        if row or found:
            rows.append(row)
            messages.update(found)
    return Reading(rows or None, messages)


def _plain(raw: Raw) -> str:
    if isinstance(raw, str):
        return CONTROLS.sub("", raw.replace("\r\n", "\n").replace("\r", "\n")).strip()
    if isinstance(raw, Sequence):
        return "、".join(str(one) for one in raw).strip()
    return "" if raw is None else str(raw).strip()


def _text(question: Question, raw: Raw) -> str | None:
    return " ".join(_plain(raw).split()) or None


def _long_text(question: Question, raw: Raw) -> str | None:
    return "\n".join(line.rstrip() for line in _plain(raw).split("\n")) or None


def _choice(question: Question, raw: Raw) -> str | None:
    text = _plain(raw)
    if not text:
        return None
    found = question_choices.find(question, text)
    if found is None:
        raise Unreadable(f"{question.label}请从列出的选项里选")
    return found


def _parts(raw: Raw) -> list[str]:
    given = [str(one) for one in raw] if isinstance(raw, Sequence) and not isinstance(raw, str) else [_plain(raw)]
    parts = [part.strip() for one in given for part in SEPARATORS.split(one)]
    return list(dict.fromkeys(part for part in parts if part))


def _choices(question: Question, raw: Raw) -> list[str] | None:
    """In the order of the list; an answer that excludes the others stands alone."""
    chosen = set()
    for part in _whole_labels(question, raw):
        found = question_choices.find(question, part)
        if found is None:
            raise Unreadable(f"{question.label}里的“{part}”不在选项中，请从列出的选项里选")
        chosen.add(found)
    if question_choices.ANY_INDUSTRY in chosen and len(chosen) > 1:
        raise Unreadable(f"{question.label}选了“不限行业”，就不用再选别的，请去掉其中一边")
    return [key for key in question_choices.of(question) if key in chosen] or None


def _whole_labels(question: Question, raw: Raw) -> list[str]:
    """Words of a choice may hold a comma themselves: a text that is one of them is not cut."""
    if isinstance(raw, str) and question_choices.find(question, raw.strip()) is not None:
        return [raw.strip()]
    if isinstance(raw, Sequence) and not isinstance(raw, str):
        return [str(one).strip() for one in raw if str(one).strip()]
    return _parts(raw)


def _tags(question: Question, raw: Raw) -> list[str] | None:
    tags = _parts(raw)
    if question.rule.source:
        known = {tag: question_choices.find(question, tag.split(" ")[0]) for tag in tags}
        unknown = [tag for tag, key in known.items() if key is None]
        if unknown:
            raise Unreadable(f"{question.label}里的“{unknown[0]}”不在国民经济行业分类中，请核对代码")
        tags = list(dict.fromkeys(key for key in known.values() if key))
    return tags or None


def _decimal(question: Question, raw: Raw) -> Decimal | None:
    text = unicodedata.normalize("NFKC", _plain(raw)).replace(",", "").replace("%", "")
    text = text.removesuffix(question.rule.unit or "\0").strip()
    if not text:
        return None
    if not NUMBER.fullmatch(text):
        raise Unreadable(f"{question.label}请只填数字，例如{question.rule.min or 10}")
    return Decimal(text)


def _number(question: Question, raw: Raw) -> int | str | None:
    value = _decimal(question, raw)
    if value is None:
        return None
    if value != value.quantize(Decimal(1).scaleb(-question.rule.places)):
        places = f"最多{question.rule.places}位小数" if question.rule.places else "整数"
        raise Unreadable(f"{question.label}请填{places}")
    return int(value) if not question.rule.places else f"{value.normalize():f}"


def _date(question: Question, raw: Raw) -> str | None:
    text = _plain(raw)
    if not text:
        return None
    found = DATE.fullmatch(text)
    try:
        return (
            date(*(int(part) for part in found.groups())).isoformat() if found else date.fromisoformat(text).isoformat()
        )
    except ValueError:
        raise Unreadable(f"{question.label}请写成2026-05-06这样") from None


READERS: Mapping[str, Callable[[Question, Raw], Any]] = {
    "text": _text,
    "long_text": _long_text,
    "choice": _choice,
    "choices": _choices,
    "tags": _tags,
    "number": _number,
    "days": _number,
    "money": _number,
    "date": _date,
}


def text(question: Question, value: Any) -> str:
    """The answer in words, a row a line; empty for no answer."""
    if value is None:
        return ""
    if question.type == "rows":
        return "\n".join(row_text(question, row) for row in value)
    words = WORDS.get(question.type)
    return str(value) if words is None else words(question, value)


def row_text(question: Question, row: Mapping[str, Any]) -> str:
    parts = ((one.label, text(one, row.get(one.id))) for one in question.columns)
    return "；".join(f"{label}：{words}" for label, words in parts if words)


def _labels(question: Question, value: Sequence[str]) -> str:
    return "、".join(question_choices.label(question, one) for one in value)


WORDS: Mapping[str, Callable[[Question, Any], str]] = {
    "choice": question_choices.label,
    "choices": _labels,
    "tags": lambda question, value: "、".join(
        f"{one} {question_choices.label(question, one)}" if question.rule.source else one for one in value
    ),
    "number": lambda question, value: f"{value}{question.rule.unit}",
    "days": lambda question, value: f"{value}{question.rule.unit}",
    "money": lambda question, value: wording.yuan(value),
    "date": lambda question, value: wording.day(date.fromisoformat(value)),
}


def canonical(content: Mapping[str, Any]) -> dict[str, Any]:
    """Only known questions, in their order, without what is blank: the shape in which versions are kept."""
    return {
        question.id: value
        for question in QUESTIONS
        if (value := _trimmed(content.get(question.id))) is not None and question.id in BY_ID
    }


def _trimmed(value: Any) -> Any:
    if value in (None, "", [], {}):
        return None
    if isinstance(value, list):
        return [dict(sorted(one.items())) if isinstance(one, dict) else one for one in value]
    return value
