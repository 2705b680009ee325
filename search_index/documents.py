"""The one document schema of the catalogue, its canonical form and the keys it is ordered by."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass, fields
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from search_index import settings as settings_module
from search_index.settings import Settings, Sort

_QUALITY_MAX = 255
# A sort key is a value below 2**32 (any price in yuan, any second until 2106) over a tie key below 2**32.
_TIES = 2**32
_LAST = 2**32 - 1


@dataclass(frozen=True, slots=True)
class Document:
    """A listed solution as the search knows it. Facet values are tokens; texts are Chinese prose.

    `scenes` and `levels` are what the solution covers, `scene_levels` the pairs "scene:level", closed downwards
    (a solution that reaches level 3 carries 1, 2 and 3). `rating`, `price` (yuan, first year) and `days` are None
    when unknown. `listed_at` is seconds since the epoch.
    """

    id: str
    name: str
    provider_id: str
    provider_name: str
    summary: str
    description: str
    functions: str
    keywords: tuple[str, ...]
    industries: tuple[str, ...]
    gbt4754: tuple[str, ...]
    groups: tuple[str, ...]
    scenes: tuple[str, ...]
    levels: tuple[str, ...]
    scene_levels: tuple[str, ...]
    city_stages: tuple[str, ...]
    deployments: tuple[str, ...]
    price_bands: tuple[str, ...]
    day_bands: tuple[str, ...]
    sizes: tuple[str, ...]
    provider_kinds: tuple[str, ...]
    standings: tuple[str, ...]
    has_case: bool
    is_subsidy_eligible: bool
    families: tuple[str, ...]
    rating: float | None
    price: int | None
    days: int | None
    contracts: int
    listed_at: int


_NAMES = tuple(sorted(field.name for field in fields(Document)))
_TUPLES = frozenset(field.name for field in fields(Document) if field.type == tuple[str, ...])


def to_source(document: Document) -> str:
    """Canonical JSON: equal documents give equal text."""
    raw = {name: getattr(document, name) for name in _NAMES}
    return json.dumps(raw, ensure_ascii=False, separators=(",", ":"))


def from_source(source: str) -> Document:
    """The document that `to_source` wrote. ValueError or TypeError on anything else."""
    raw: dict[str, Any] = json.loads(source)
    typed: dict[str, Any] = {name: tuple(value) if name in _TUPLES else value for name, value in raw.items()}
    return Document(**typed)


def fingerprint(sources: Iterable[tuple[str, str]]) -> str:
    """Hash over (id, canonical JSON) of a set of documents, whatever their order."""
    total = hashlib.sha256()
    for document_id, source in sorted(sources):
        total.update(hashlib.sha256(f"{document_id}\0{source}".encode()).digest())
    return total.hexdigest()


def values(document: Document, attribute: str) -> tuple[str, ...]:
    """The facet tokens of an attribute, sorted, each once; a true boolean is "yes"."""
    value = getattr(document, attribute)
    if isinstance(value, bool):
        return ("yes",) if value else ()
    return (value,) if isinstance(value, str) else tuple(sorted(set(value)))


def tie_key(document_id: str) -> int:
    """Order of last resort, below 2**32: numbers by size; other ids after them, stable but in no order of their own."""
    if document_id.isdecimal() and int(document_id) < _TIES // 2:
        return int(document_id)
    return _TIES // 2 + int.from_bytes(hashlib.sha256(document_id.encode()).digest()[:4]) // 2


def quality(document: Document, settings: Settings | None = None) -> int:
    """0..255: which of two equally relevant solutions comes first. An unknown rating counts nothing."""
    rule = (settings or settings_module.load()).quality
    rated = (document.rating or 0) / rule["rating_full"] * rule["rating_points"]
    contracted = min(document.contracts / rule["contracts_full"], 1) * rule["contracts_points"]
    return max(0, min(_QUALITY_MAX, round(rated + contracted)))


def sort_key(document: Document, name: str) -> int:
    """A number below 2**64 whose ascending order is sort order `name`: missing values last, ties by id."""
    settings = settings_module.load()
    if name == "relevance":
        return (_QUALITY_MAX - quality(document, settings)) * _TIES + tie_key(document.id)
    sort = settings.sorts[name]
    value = getattr(document, sort.attribute)
    rank = _LAST if value is None else _rank(value, sort)
    return rank * _TIES + tie_key(document.id)


def _rank(value: float, sort: Sort) -> int:
    whole = int((Decimal(str(value)) * 10**sort.decimals).to_integral_value(ROUND_HALF_UP))
    whole = max(0, min(_LAST - 1, whole))
    return _LAST - 1 - whole if sort.is_descending else whole
