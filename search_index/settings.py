"""The settings file as typed data, and a fingerprint of the part that shapes a stored index."""

import hashlib
import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

_FILE = Path(__file__).with_name("settings.toml")
_STOP_WORDS = Path(__file__).with_name("stop_words.txt")
_SHAPING = ("fields", "spaces", "facets", "filters", "counting", "pair", "sorts", "typing", "quality")
# Raised when the code that writes an index changes in a way that the settings do not show.
_FORMAT: Final = 1


@dataclass(frozen=True, slots=True)
class Sort:
    """One sort order: the document attribute, its direction, and the decimals that count."""

    attribute: str
    is_descending: bool
    decimals: int


@dataclass(frozen=True, slots=True)
class Pair:
    """Two facets that must hold on one coverage row, and the attribute that carries both."""

    first: str
    second: str
    attribute: str


@dataclass(frozen=True, slots=True)
class Settings:
    """`settings.toml`; sections that are plain numbers stay mappings."""

    fields: Mapping[str, int]
    spaces: Mapping[str, Mapping[str, tuple[str, ...]]]
    facets: Mapping[str, str]
    filters: Mapping[str, str]
    pair: Pair
    counted_as_sets: frozenset[str]
    sorts: Mapping[str, Sort]
    folds: tuple[tuple[str, str], ...]
    typing: Mapping[str, int]
    relevance: Mapping[str, float]
    quality: Mapping[str, float]
    pages: Mapping[str, int]
    locks: Mapping[str, float]
    meilisearch: Mapping[str, float]
    fingerprint: str


@cache
def load() -> Settings:
    """The settings, read once per process."""
    raw = tomllib.loads(_FILE.read_text(encoding="utf-8"))
    shaping = json.dumps([_FORMAT, *(raw[name] for name in _SHAPING)], sort_keys=True)
    folds = tuple((fold["from"], fold["to"]) for fold in raw["typing"].pop("folds"))
    return Settings(
        fields=raw["fields"],
        spaces={
            space: {name: tuple(attributes) for name, attributes in entry.items()}
            for space, entry in raw["spaces"].items()
        },
        facets=raw["facets"],
        filters={**raw["facets"], **raw["filters"]},
        pair=Pair(**raw["pair"]),
        counted_as_sets=frozenset(raw["counting"]["as_sets"]),
        sorts={name: _sort(entry) for name, entry in raw["sorts"].items()},
        folds=folds,
        typing=raw["typing"],
        relevance=raw["relevance"],
        quality=raw["quality"],
        pages=raw["pages"],
        locks=raw["locks"],
        meilisearch=raw["meilisearch"],
        fingerprint=hashlib.sha256(shaping.encode()).hexdigest()[:16],
    )


@cache
def stop_words() -> frozenset[str]:
    """Words of a query that say nothing about the product."""
    lines = _STOP_WORDS.read_text(encoding="utf-8").splitlines()
    return frozenset(line.strip() for line in lines if line.strip() and not line.startswith("#"))


def _sort(entry: Mapping[str, Any]) -> Sort:
    return Sort(attribute=entry["attribute"], is_descending=entry["order"] == "desc", decimals=entry["decimals"])
