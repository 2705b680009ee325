"""Judging one product of an uploaded workbook: its answers, and each cell in which something is wrong."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from marketplace.domain import listing_rows, questions
from marketplace.domain.listing_rows import SHOWN, Entry, Finding, Product
from marketplace.domain.listing_sheets import ASKED, NUMBER, PRODUCTS
from marketplace.domain.question_types import Question

OPTIONS_MAX = 120  # characters of the options that a message lists
MESSAGE_MAX = 200
REPEATED = re.compile(r"和第(\d+)行重复")


@dataclass(frozen=True, slots=True)
class Judged:
    """A product with its canonical content; with findings it is not imported."""

    line: int
    number: str
    name: str
    content: dict[str, Any]
    findings: tuple[Finding, ...]


def judge(product: Product, *, places: Mapping[str, Mapping[str, int]], today: date) -> Judged:
    """The product's content, and each cell in which something is wrong; a cell that cannot be read is said once."""
    content: dict[str, Any] = {}
    messages: dict[str, Sequence[str]] = {}
    for question in ASKED:
        reading = questions.read(question, _raw(product, question))
        content[question.id] = reading.value
        for place, texts in reading.messages.items():
            asked_for = question.column[place.partition(".")[2]] if place else question
            key = f"{question.id}.{place}" if place else question.id
            messages[key] = [text + _options(asked_for) for text in texts]
    asked = {question.id for question in ASKED}
    for key, texts in questions.check(content, today=today).items():
        if key.partition(".")[0] in asked:
            messages.setdefault(key, texts)
    findings = [_located(product, key, text) for key, texts in messages.items() for text in texts]
    name = str(content.get("name") or product.entry.cells.get(PRODUCTS.columns[1].label, ""))
    return Judged(
        product.entry.line,
        product.entry.number,
        name[:SHOWN],
        questions.canonical(content),
        tuple(listing_rows.at(finding, places) for finding in findings),
    )


def _options(question: Question) -> str:
    """What may be written, where that can be said in a line."""
    words = "、".join(questions.choices_of(question).values())
    return f"：{words}" if words and len(words) <= OPTIONS_MAX else ""


def _raw(product: Product, question: Question) -> Any:
    if question.type != "rows":
        return product.entry.cells.get(question.feeds.template, "")
    return [
        {column.id: entry.cells.get(column.feeds.template, "") for column in question.columns}
        for entry in product.children.get(question.feeds.template, ())
    ]


def _located(product: Product, key: str, message: str) -> Finding:
    """From "coverage.2.level" to sheet, line and heading."""
    question_id, _, place = key.partition(".")
    question = questions.BY_ID[question_id]
    rows = product.children.get(question.feeds.template, ())
    if question.type != "rows":
        return _finding(PRODUCTS.name, product.entry, question.feeds.template, message)
    if not place:
        where = f"{message}（“{question.feeds.template}”表，产品编号填{product.entry.number}）"
        return _finding(PRODUCTS.name, product.entry, NUMBER, where)
    number, _, column_id = place.partition(".")
    lines = [entry.line for entry in rows]
    told = REPEATED.sub(lambda found: f"和第{lines[int(found[1]) - 1]}行重复", message)  # as the sheet counts
    column = question.column[column_id] if column_id else question.columns[0]
    return _finding(question.feeds.template, rows[int(number)], column.feeds.template, told)


def _finding(sheet: str, entry: Entry, label: str, message: str) -> Finding:
    typed = entry.number if label == NUMBER else entry.cells.get(label, "")
    return Finding(sheet, entry.line, 0, label, typed[:SHOWN], message[:MESSAGE_MAX])
