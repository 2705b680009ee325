"""A question of a listing as data: what is asked, what an answer must be, what it feeds, what changing it means."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parents[1] / "questions"
TYPES = frozenset(
    {"text", "long_text", "choice", "choices", "number", "days", "money", "date", "tags", "rows"},
)
MINOR, MATERIAL = "minor", "material"


@dataclass(frozen=True, slots=True)
class Rule:
    """`min` and `max` bound the characters of a text, the count of choices, tags and rows, the value of a number."""

    required: bool = False
    min: int | None = None
    max: int | None = None
    item_max: int | None = None  # characters of one tag
    places: int = 0  # decimals of a number
    unit: str = ""
    source: str = ""  # the answers to choose from: a key of question_choices.SOURCES, or evidence
    suggests: str = ""  # offered while typing, anything else may be written as well
    pattern: str = ""  # a key of answers.PATTERNS
    unique: tuple[str, ...] = ()  # rows: the columns that together name a row
    above: str = ""  # rows: the column of the same row that this one has to exceed
    is_past: bool = False


@dataclass(frozen=True, slots=True)
class Feeds:
    """Where the answer is shown: facet of the shelf, part of the detail page, group of the comparison, Excel column."""

    facet: str = ""
    detail: str = ""
    compare: str = ""
    template: str = ""


@dataclass(frozen=True, slots=True)
class Question:
    """`change` says what an edit of a listed answer is; a number may be `material_when` raised or lowered alone."""

    id: str
    section: str
    label: str
    wording: str
    hint: str
    type: str
    rule: Rule
    feeds: Feeds
    change: str
    material_when: str = "changed"  # changed, raised, lowered
    removal: str = MATERIAL  # rows: what taking one away is
    is_public: bool = True
    row: str = ""  # rows: what one of them is called
    columns: tuple["Question", ...] = field(default=())

    @property
    def column(self) -> Mapping[str, "Question"]:
        return {one.id: one for one in self.columns}


@dataclass(frozen=True, slots=True)
class Section:
    id: str
    name: str
    hint: str
    questions: tuple[Question, ...]


def _question(row: Mapping[str, Any], *, section: str) -> Question:
    """An unknown type, key or feed is a mistake in the data and raises."""
    facts = dict(row)
    if facts["type"] not in TYPES or facts["change"] not in {MINOR, MATERIAL}:
        raise ValueError(f"question {facts['id']}: unknown type or change")
    rule = dict(facts.pop("rule", {}))
    rule["unique"] = tuple(rule.get("unique", ()))
    columns = tuple(_question(one, section=section) for one in facts.pop("columns", ()))
    return Question(
        section=section,
        rule=Rule(**rule),
        feeds=Feeds(**facts.pop("feeds", {})),
        hint=facts.pop("hint", ""),
        columns=columns,
        **facts,
    )


def _section(path: Path) -> Section:
    content = tomllib.loads(path.read_text(encoding="utf-8"))
    questions = tuple(_question(row, section=content["id"]) for row in content["questions"])
    return Section(content["id"], content["name"], content["hint"], questions)


SECTIONS: tuple[Section, ...] = tuple(_section(path) for path in sorted(FOLDER.glob("[0-9]*.toml")))
QUESTIONS: tuple[Question, ...] = tuple(question for section in SECTIONS for question in section.questions)
BY_ID: Mapping[str, Question] = {question.id: question for question in QUESTIONS}
SECTION_BY_ID: Mapping[str, Section] = {section.id: section for section in SECTIONS}
