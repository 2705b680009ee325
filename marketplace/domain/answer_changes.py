"""What an edit of a listing changes, question by question, and which of it needs a review."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from marketplace.domain import answers
from marketplace.domain.question_types import MATERIAL, QUESTIONS, Question


@dataclass(frozen=True, slots=True)
class Change:
    """`part` names the row and column where one row of many was changed; before and after are words."""

    question: str
    label: str
    part: str
    before: str
    after: str
    is_material: bool


def changed(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[Change, ...]:
    """In the order of the questions; nothing when both say the same."""
    return tuple(
        change
        for question in QUESTIONS
        for change in _of_question(question, before.get(question.id), after.get(question.id))
    )


def _of_question(question: Question, old: Any, new: Any) -> Iterator[Change]:
    if old == new:
        return
    if question.type == "rows":
        yield from _of_rows(question, old or [], new or [])
    else:
        yield _change(question, question, old, new)


def _change(question: Question, asked: Question, old: Any, new: Any, part: str = "") -> Change:
    before, after = answers.text(asked, old), answers.text(asked, new)
    return Change(question.id, question.label, part, before, after, is_material(asked, old, new))


def is_material(question: Question, old: Any, new: Any) -> bool:
    """By the question's own word; for a number that matters in one direction only, none counts as nought."""
    if question.change != MATERIAL or question.material_when == "changed":
        return question.change == MATERIAL
    first, second = Decimal(old or 0), Decimal(new or 0)
    return second > first if question.material_when == "raised" else second < first


def _of_rows(question: Question, old: list[dict[str, Any]], new: list[dict[str, Any]]) -> Iterator[Change]:
    """Rows are the same row when they carry the same name; a different order changes nothing."""
    earlier, later = _named(question, old), _named(question, new)
    for name, row in later.items():
        if name not in earlier:
            after = answers.row_text(question, row)
            yield Change(question.id, question.label, f"增加：{_title(question, row)}", "", after, _is_grave(question))
        else:
            yield from _of_row(question, earlier[name], row)
    for name, row in earlier.items():
        if name not in later:
            is_grave = question.removal == MATERIAL
            before = answers.row_text(question, row)
            yield Change(question.id, question.label, f"删除：{_title(question, row)}", before, "", is_grave)


def _is_grave(question: Question) -> bool:
    return question.change == MATERIAL


def _of_row(question: Question, old: dict[str, Any], new: dict[str, Any]) -> Iterator[Change]:
    for column in question.columns:
        if old.get(column.id) != new.get(column.id):
            part = f"{_title(question, new)}，{column.label}"
            yield _change(question, column, old.get(column.id), new.get(column.id), part)


def _named(question: Question, rows: list[dict[str, Any]]) -> dict[tuple[Any, ...], dict[str, Any]]:
    """By the columns that name a row; where none do, or two rows share a name, by the place as well."""
    found: dict[tuple[Any, ...], dict[str, Any]] = {}
    for row in rows:
        name = tuple(row.get(key) for key in question.rule.unique or _all(question))
        while name in found:
            name = (*name, len(found))
        found[name] = row
    return found


def _all(question: Question) -> tuple[str, ...]:
    return tuple(one.id for one in question.columns)


def _title(question: Question, row: Mapping[str, Any]) -> str:
    keys = question.rule.unique or tuple(one.id for one in question.columns[:4])
    words = (answers.text(question.column[key], row.get(key)) for key in keys)
    return " ".join(word for word in words if word) or question.row
