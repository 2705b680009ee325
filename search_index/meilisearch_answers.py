"""What a Meilisearch server answers, read without trust: a missing or odd part is EngineUnavailable."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, TypeVar

from search_index import facets, highlights
from search_index import meilisearch_requests as requests
from search_index.engine import EngineUnavailable
from search_index.facets import Column, Round
from search_index.queries import END, START, Hit

Json = dict[str, Any]

_Kind = TypeVar("_Kind")


def part(answer: Json, name: str, kind: type[_Kind]) -> _Kind:
    """The member `name` of the stated type."""
    value = answer.get(name)
    if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
        raise EngineUnavailable(f"search server: its answer has no proper {name}")
    return value


def objects(answer: Json, name: str) -> list[Json]:
    """The member `name`, a list of objects."""
    values = part(answer, name, list)
    if not all(isinstance(value, dict) for value in values):
        raise EngineUnavailable(f"search server: its answer has no proper {name}")
    return values


def results(answer: Json, number: int) -> list[Json]:
    """The results of a multi-search of `number` queries, in their order."""
    found = objects(answer, "results")
    if len(found) != number:
        raise EngineUnavailable("search server: its answer has another number of results")
    return found


def hits(result: Json) -> tuple[Hit, ...]:
    """The page, with those texts in which something was marked."""
    return tuple(Hit(part(hit, requests.PRIMARY_KEY, str), _marked(hit)) for hit in objects(result, "hits"))


def counts(turns: Sequence[Round], found: Sequence[Json]) -> dict[str, dict[str, int]]:
    """Facet -> value -> number of documents."""
    counted: dict[str, dict[str, int]] = {}
    for turn, result in zip(turns, found, strict=True):
        distribution = part(result, "facetDistribution", dict)
        for count in turn.counts:
            column = part(distribution, requests.column_attribute(count), dict)
            read = replace(count, column=Column.VALUES) if count.column == Column.SETS else count
            counted[count.facet] = facets.tally([(value, _number(column, value)) for value in column], read)
    return counted


def _marked(hit: Json) -> dict[str, str]:
    formatted = hit.get("_formatted")
    if not isinstance(formatted, dict):
        return {}
    texts = {name: formatted.get(name) for name in highlights.SHOWN}
    return {name: text for name, text in texts.items() if isinstance(text, str) and START in text and END in text}


def _number(column: Json, value: str) -> int:
    return part(column, value, int)
