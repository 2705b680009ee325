"""The questions of a listing: one definition for form, detail page, comparison, Excel template, API and review.

The data stand in marketplace/questions/*.toml. A content is {question id: canonical answer}, see domain/answers.py.
"""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from marketplace.domain.answer_changes import Change, changed
from marketplace.domain.answer_checks import check, problems
from marketplace.domain.answers import Reading, canonical, read, row_text
from marketplace.domain.answers import text as answer_text
from marketplace.domain.question_choices import SOURCES
from marketplace.domain.question_choices import of as choices_of
from marketplace.domain.question_types import (
    BY_ID,
    MATERIAL,
    MINOR,
    QUESTIONS,
    SECTION_BY_ID,
    SECTIONS,
    Feeds,
    Question,
    Rule,
    Section,
)

__all__ = [
    "BY_ID",
    "MATERIAL",
    "MINOR",
    "QUESTIONS",
    "SECTIONS",
    "SECTION_BY_ID",
    "SOURCES",
    "Change",
    "Feeds",
    "Question",
    "Reading",
    "Rule",
    "Section",
    "answer_text",
    "canonical",
    "changed",
    "check",
    "choices_of",
    "digest",
    "problems",
    "read",
    "row_text",
]


def digest(content: Mapping[str, Any]) -> str:
    """SHA-256 of the canonical JSON: two contents that say the same have the same one."""
    text = json.dumps(canonical(content), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
