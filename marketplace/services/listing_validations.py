"""What a spreadsheet itself checks and tells while a cell of the import template is being filled in."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from xlsxwriter.utility import xl_col_to_name

from marketplace.domain.listing_sheets import NUMBER, POLICY, PRODUCTS, Column, Sheet
from marketplace.domain.question_types import Question

CHOSEN = frozenset({"choice", "choices"})
TITLE_MAX, TEXT_MAX = 32, 255  # what the file format allows
FIRST_DAY = date(2000, 1, 1)
PERCENT = "%"
Validation = dict[str, Any]


def area(sheet: str, *, column: int, first: int, last: int) -> str:
    """A range of one column, rows counted from 0."""
    letter = xl_col_to_name(column, col_abs=True)
    return f"='{sheet}'!{letter}${first + 1}:{letter}${last + 1}"


def of(sheet: Sheet, column: Column, ranges: Mapping[str, str]) -> Validation:
    question = column.question
    if question is None:
        return _number(sheet)
    return {
        **_rule(question, ranges),
        "input_title": column.label[:TITLE_MAX],
        "input_message": _note(question)[:TEXT_MAX],
        "error_title": column.label[:TITLE_MAX],
        "error_message": _bounds(question)[:TEXT_MAX] or "请按填写要求填",
    }


def _number(sheet: Sheet) -> Validation:
    """On the sheets of parts the numbers of the products are offered; the check of the upload decides."""
    title = {"input_title": NUMBER, "show_error": False}
    if sheet is PRODUCTS:
        note = "本单位自己的编号，例如P001，一个产品一个。以后修改还用这个编号。"
        return {"validate": "any", "input_message": note, **title}
    source = area(PRODUCTS.name, column=0, first=1, last=POLICY["products_max"] + 1)
    return {"validate": "list", "source": source, "input_message": "填“产品”表里的编号，可以下拉选。", **title}


def _rule(question: Question, ranges: Mapping[str, str]) -> Validation:
    rule = question.rule
    if question.type in CHOSEN:
        return {"validate": "list", "source": ranges[rule.source], "show_error": question.type == "choice"}
    if question.type == "date":
        return {"validate": "date", "criteria": ">=", "value": FIRST_DAY}
    if rule.unit != PERCENT and question.type in {"number", "money", "days"}:
        bounds = {"minimum": rule.min or 0, "maximum": rule.max}
        return {"validate": "decimal" if rule.places else "integer", "criteria": "between", **bounds}
    if question.type in {"text", "long_text"} and rule.max:
        return {"validate": "length", "criteria": "<=", "value": rule.max}
    return {"validate": "any"}


def _note(question: Question) -> str:
    several = "可填多项，用顿号隔开。" if question.type == "choices" else ""
    must = "必填。" if question.rule.required else "可以不填。"
    return "\n".join(part for part in (question.wording, question.hint, several + _bounds(question), must) if part)


def _bounds(question: Question) -> str:
    rule = question.rule
    if question.type in {"text", "long_text"} and rule.max:
        return f"{rule.min}到{rule.max}个字。" if rule.min and rule.min < rule.max else f"不超过{rule.max}个字。"
    if question.type in {"number", "money", "days"}:
        return f"{rule.min or 0}到{rule.max}的{'数' if rule.places else '整数'}，单位{rule.unit}。"
    if question.type == "date":
        return "写成2026-05-06这样。"
    return "从下拉选项里选。" if question.type == "choice" else ""
