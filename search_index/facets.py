"""Which counts need which filters: every facet is counted under all the other chosen ones.

Counts come from columns that hold a document's whole set of values as one text: adding up the few sets there are
is cheaper than counting value by value, and two paired facets can be read from one column exactly.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from search_index import settings

Filters = Mapping[str, frozenset[str]]

_JOIN = "\x1f"
PAIR_COLUMN = "pair"
"""The column of the paired attribute; the other columns carry their facet's name."""


@dataclass(frozen=True, slots=True)
class Count:
    """Count `facet` from `column`; `other` are the chosen values of the facet that it is paired with."""

    facet: str
    column: str
    other: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Round:
    """One set of filters and what is counted under it."""

    filters: tuple[tuple[str, frozenset[str]], ...]
    counts: tuple[Count, ...]


def rounds(chosen: Filters, facets: Iterable[str]) -> tuple[Round, ...]:
    """The fewest rounds of counting: the facets without a choice share one, the paired ones another."""
    found: dict[tuple[tuple[str, frozenset[str]], ...], list[Count]] = {}
    for facet in facets:
        count = _count(facet, chosen)
        dropped = {facet, _partner(facet)} if count.other else {facet}
        rest = tuple(sorted((name, values) for name, values in chosen.items() if name not in dropped))
        found.setdefault(rest, []).append(count)
    return tuple(Round(rest, tuple(counts)) for rest, counts in found.items())


def restrictions(chosen: Iterable[tuple[str, frozenset[str]]]) -> dict[str, frozenset[str]]:
    """Filters as attribute -> admitted tokens; two paired facets become one restriction on their pairs."""
    rule = settings.load()
    left = dict(chosen)
    found: dict[str, frozenset[str]] = {}
    if rule.pair.first in left and rule.pair.second in left:
        firsts, seconds = left.pop(rule.pair.first), left.pop(rule.pair.second)
        found[rule.pair.attribute] = frozenset(f"{first}:{second}" for first in firsts for second in seconds)
    found.update((rule.filters[name], values) for name, values in left.items())
    return found


def column_value(values: Iterable[str]) -> str:
    """A set of tokens as one text."""
    return _JOIN.join(values)


def pair_column_value(pairs: Iterable[str]) -> str:
    """A set of pairs as one short text: each first with its seconds (some engines cut long values)."""
    seconds: dict[str, list[str]] = {}
    for pair in pairs:
        first, second = pair.split(":", 1)
        seconds.setdefault(first, []).append(second)
    return _JOIN.join(f"{first}:{','.join(others)}" for first, others in seconds.items())


def tally(sets: Iterable[tuple[str, int]], count: Count) -> dict[str, int]:
    """Value -> number of documents, from (set, number of documents with that set), values in their order."""
    totals: dict[str, int] = {}
    for joined, number in sets:
        for value in _read(joined, count):
            totals[value] = totals.get(value, 0) + number
    return dict(sorted(totals.items()))


def _read(joined: str, count: Count) -> Iterable[str]:
    values = joined.split(_JOIN) if joined else []
    if count.column != PAIR_COLUMN:
        return values
    covered = {first: set(seconds.split(",")) for first, _, seconds in (value.partition(":") for value in values)}
    if count.facet == settings.load().pair.first:
        return [first for first, seconds in covered.items() if seconds & count.other]
    return set().union(*(seconds for first, seconds in covered.items() if first in count.other))


def _partner(facet: str) -> str:
    pair = settings.load().pair
    return {pair.first: pair.second, pair.second: pair.first}.get(facet, facet)


def _count(facet: str, chosen: Filters) -> Count:
    partner = _partner(facet)
    if partner == facet or partner not in chosen:
        return Count(facet, facet)
    return Count(facet, PAIR_COLUMN, chosen[partner])
