"""The answers that the questions of a listing let one choose from: id and Chinese words, in the order of the page."""

import tomllib
from collections.abc import Mapping

from marketplace.domain import taxonomy, wording
from marketplace.domain.question_types import FOLDER, Question

ANY_INDUSTRY = "any"  # an answer of its own; the table holds an empty list for it, and NULL for no answer
OWN = tomllib.loads((FOLDER / "choices.toml").read_text(encoding="utf-8"))
ANYWHERE = frozenset({"evidence"})  # what may be chosen depends on who asks: the service knows

SOURCES: Mapping[str, Mapping[str, str]] = {
    "industries": {ANY_INDUSTRY: "不限行业", **wording.INDUSTRIES},
    "case_industries": {**wording.INDUSTRIES, "other": "其他行业"},
    "gbt4754": taxonomy.NAMES,
    "scenes": wording.SCENES,
    "levels": wording.LEVELS,
    "reached_levels": {key: label for key, label in wording.LEVELS.items() if key != "0"},
    "sizes": wording.SIZES,
    "deployments": wording.DEPLOYMENTS,
    "product_types": wording.PRODUCT_TYPES,
    "price_models": wording.PRICE_MODELS,
    "subsidy_categories": wording.SUBSIDY_CATEGORIES,
    "certificate_kinds": wording.CERTIFICATES,
    **OWN,
}


def of(question: Question) -> Mapping[str, str]:
    """Id and words; empty where the service has to say what may be chosen."""
    return SOURCES.get(question.rule.source, {})


def label(question: Question, value: str) -> str:
    return of(question).get(value, value)


def find(question: Question, text: str) -> str | None:
    """The id that an id or its words name; None when it names none."""
    if question.rule.source in ANYWHERE:
        return text
    known = of(question)
    if text in known:
        return text
    return next((key for key, words in known.items() if words == text), None)
