"""The sheets of the workbook that carries many listings: one of products, one for each question that asks for rows.

Made of the questions, so that the template, the check of an upload and the workbook of problems cannot differ.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from marketplace.domain.question_types import QUESTIONS, Question
from marketplace.policy import reader

POLICY: Mapping[str, Any] = reader.load("listing_imports")
NUMBER, PROBLEMS, SAMPLE = "产品编号", "问题", "示例"
MARK = "*"  # behind the heading of what has to be filled in
LETTERS = 26


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a sheet; without a question it holds the product's number."""

    label: str
    is_required: bool
    question: Question | None = None

    @property
    def heading(self) -> str:
        return self.label + MARK if self.is_required else self.label


@dataclass(frozen=True, slots=True)
class Sheet:
    """`question` is the one whose rows the sheet holds; None for the sheet of products."""

    name: str
    columns: tuple[Column, ...]
    question: Question | None = None

    @property
    def by_label(self) -> Mapping[str, Column]:
        return {column.label: column for column in self.columns}


def _column(question: Question) -> Column:
    return Column(question.feeds.template, question.rule.required, question)


NUMBER_COLUMN = Column(NUMBER, is_required=True)
ASKED: tuple[Question, ...] = tuple(question for question in QUESTIONS if question.feeds.template)
PRODUCTS = Sheet("产品", (NUMBER_COLUMN, *(_column(one) for one in ASKED if one.type != "rows")))
CHILDREN: tuple[Sheet, ...] = tuple(
    Sheet(
        one.feeds.template,
        (NUMBER_COLUMN, *(_column(column) for column in one.columns if column.feeds.template)),
        one,
    )
    for one in ASKED
    if one.type == "rows"
)
SHEETS: Mapping[str, Sheet] = {sheet.name: sheet for sheet in (PRODUCTS, *CHILDREN)}


def plain_heading(text: str) -> str:
    return text.strip().removesuffix(MARK).strip()


def letter(column: int) -> str:
    """What a spreadsheet calls its columns, counted from 1: A … Z, AA …"""
    return "".join(reversed(list(_letters(column))))


def _letters(column: int) -> Iterator[str]:
    while column:
        column, place = divmod(column - 1, LETTERS)
        yield chr(ord("A") + place)


def is_sample(number: str) -> bool:
    return number.startswith(SAMPLE)
