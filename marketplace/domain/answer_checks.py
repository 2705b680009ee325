"""What an answer must be: for a draft only what can never stand, for a submission everything."""

import re
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from marketplace.domain import credit_codes, question_choices
from marketplace.domain.question_types import QUESTIONS, Question

PHONE = re.compile(r"1\d{10}|(0\d{2,3}-?)?\d{7,8}(-\d{1,5})?|400-?\d{3}-?\d{4}")
PATTERNS: Mapping[str, tuple[Callable[[str], bool], str]] = {
    "phone": (lambda text: bool(PHONE.fullmatch(text)), "请填11位手机号，或带区号的座机"),
    "credit_code": (credit_codes.is_valid, "不是有效的统一社会信用代码，请对照营业执照核对18位"),
}
COUNTED = {"choices": "项", "tags": "个", "rows": "行"}


def check(content: Mapping[str, Any], *, is_draft: bool = False, today: date | None = None) -> dict[str, list[str]]:
    """Messages by question id; a cell of a row is named "coverage.2.level", rows counted from 0."""
    found: dict[str, list[str]] = {}
    for question in QUESTIONS:
        for place, message in problems(question, content.get(question.id), is_draft=is_draft, today=today):
            found.setdefault(f"{question.id}.{place}" if place else question.id, []).append(message)
    return found


def problems(
    question: Question, value: Any, *, is_draft: bool = False, today: date | None = None
) -> list[tuple[str, str]]:
    """(place below the question, message)."""
    if value is None:
        return [("", _ask(question))] if question.rule.required and not is_draft else []
    found = [("", message) for message in _of_type(question, value, is_draft=is_draft, today=today)]
    if question.type == "rows":
        found += _in_rows(question, value, is_draft=is_draft, today=today)
    return found


def _ask(question: Question) -> str:
    if question.type in {"choice", "choices"}:
        return f"请选择{question.label}"
    return f"请至少填一行{question.row}" if question.type == "rows" else f"请填写{question.label}"


def _of_type(question: Question, value: Any, *, is_draft: bool, today: date | None) -> list[str]:
    if question.type in {"text", "long_text"}:
        return _of_text(question, value, is_draft=is_draft)
    if question.type in {"number", "days", "money"}:
        return _of_number(question, value)
    if question.type in COUNTED:
        return _of_count(question, value, is_draft=is_draft)
    if question.type == "date":
        is_late = question.rule.is_past and today is not None and date.fromisoformat(value) > today
        return [f"{question.label}不能晚于今天"] if is_late else []
    return [] if _is_known(question, value) else [f"{question.label}请重新选择"]


def _is_known(question: Question, value: str) -> bool:
    return question.rule.source in question_choices.ANYWHERE or value in question_choices.of(question)


def _of_text(question: Question, value: str, *, is_draft: bool) -> list[str]:
    rule = question.rule
    if rule.max is not None and len(value) > rule.max:
        return [f"{question.label}不超过{rule.max}个字，现在{len(value)}个，请精简"]
    if is_draft:
        return []
    if rule.min is not None and len(value) < rule.min:
        return [f"{question.label}至少{rule.min}个字，请写具体些"]
    fits, message = PATTERNS.get(rule.pattern, (lambda _text: True, ""))
    return [] if fits(value) else [f"{question.label}{message}"]


def _of_number(question: Question, value: int | str) -> list[str]:
    """A number outside its bounds is a slip of the pen: no draft keeps it either."""
    rule, number = question.rule, Decimal(value)
    is_low = rule.min is not None and number < rule.min
    is_high = rule.max is not None and number > rule.max
    return [f"{question.label}应在{rule.min}到{rule.max:,}{rule.unit}之间"] if is_low or is_high else []


def _of_count(question: Question, value: list[Any], *, is_draft: bool) -> list[str]:
    rule, unit = question.rule, COUNTED[question.type]
    if rule.max is not None and len(value) > rule.max:
        return [f"{question.label}最多{rule.max}{unit}，现在{len(value)}{unit}"]
    if rule.min is not None and len(value) < rule.min and not is_draft:
        return [f"{question.label}至少{rule.min}{unit}"]
    long = [one for one in value if isinstance(one, str) and rule.item_max and len(one) > rule.item_max]
    if long:
        return [f"{question.label}里的“{long[0][: rule.item_max]}…”太长，每个不超过{rule.item_max}个字"]
    if rule.source and any(not _is_known(question, one) for one in value):
        return [f"{question.label}请重新选择"]
    return []


def _in_rows(
    question: Question, rows: list[dict[str, Any]], *, is_draft: bool, today: date | None
) -> list[tuple[str, str]]:
    found = [
        (f"{number}.{column.id}", message)
        for number, row in enumerate(rows)
        for column in question.columns
        for _place, message in problems(column, row.get(column.id), is_draft=is_draft, today=today)
    ]
    if is_draft:
        return found
    return found + _repeated(question, rows) + _not_above(question, rows)


def _repeated(question: Question, rows: list[dict[str, Any]]) -> list[tuple[str, str]]:
    keys = question.rule.unique
    if not keys:
        return []
    seen: dict[tuple[Any, ...], int] = {}
    found = []
    for number, row in enumerate(rows):
        key = tuple(row.get(one) for one in keys)
        if None in key:
            continue
        if key in seen:
            found.append((f"{number}.{keys[0]}", f"和第{seen[key] + 1}行重复，请合并或删除一行"))
        seen.setdefault(key, number)
    return found


def _not_above(question: Question, rows: list[dict[str, Any]]) -> list[tuple[str, str]]:
    found = []
    for column in question.columns:
        for number, row in enumerate(rows if column.rule.above else []):
            low, high = row.get(column.rule.above), row.get(column.id)
            if low is not None and high is not None and not high > low:
                below = question.column[column.rule.above].label
                found.append((f"{number}.{column.id}", f"{column.label}应高于{below}"))
    return found
