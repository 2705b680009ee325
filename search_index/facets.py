"""Which counts need which filters: every facet is counted under all the other chosen ones.

Where few different sets of values occur, a document's whole set is one stored text: adding up those is cheaper than
counting value by value. Two paired facets are counted from their pairs.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from search_index import settings

Filters = Mapping[str, frozenset[str]]

_JOIN = "\x1f"


class Column(StrEnum):
    """How a facet's values are kept for counting."""

    VALUES = "values"
    SETS = "sets"
    PAIRS = "pairs"
    PAIR_SETS = "pair_sets"


@dataclass(frozen=True, slots=True)
class Count:
    """Count `facet` from `column`; `other` are the chosen values of the facet that it is paired with."""

    facet: str
    column: Column
    other: frozenset[str] = frozenset()

    @property
    def key(self) -> str:
        """Which column of its kind: the facet's own, or the one that both paired facets share."""
        return self.facet if self.column in (Column.VALUES, Column.SETS) else self.column


@dataclass(frozen=True, slots=True)
class Round:
    """One set of filters and what is counted under it."""

    filters: tuple[tuple[str, frozenset[str]], ...]
    counts: tuple[Count, ...]


def column(facet: str) -> Column:
    """The kind of a facet's own column: few different sets are counted as sets, many values one by one."""
    return Column.SETS if facet in settings.load().counted_as_sets else Column.VALUES


def rounds(chosen: Filters, facets: Iterable[str]) -> tuple[Round, ...]:
    """The fewest rounds of counting: the facets without a choice share one, the paired ones another."""
    pair = settings.load().pair
    partners = {pair.first: pair.second, pair.second: pair.first}
    found: dict[frozenset[str], list[Count]] = {}
    for facet in facets:
        other = chosen.get(partners.get(facet, ""), frozenset())
        dropped = {facet, partners[facet]} if other else {facet}
        found.setdefault(frozenset(dropped & chosen.keys()), []).append(_count(facet, other))
    return tuple(Round(_without(chosen, dropped), tuple(counts)) for dropped, counts in found.items())


def _without(chosen: Filters, dropped: frozenset[str]) -> tuple[tuple[str, frozenset[str]], ...]:
    return tuple(sorted((name, values) for name, values in chosen.items() if name not in dropped))


def _count(facet: str, other: frozenset[str]) -> Count:
    if not other:
        return Count(facet, column(facet))
    return Count(facet, Column.PAIRS if len(other) == 1 else Column.PAIR_SETS, other)


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


def set_value(values: Iterable[str]) -> str:
    """A set of tokens as one text."""
    return _JOIN.join(values)


def pair_set_value(pairs: Iterable[str]) -> str:
    """A set of pairs as one short text: each first with its seconds (some engines cut long values)."""
    seconds: dict[str, list[str]] = {}
    for pair in pairs:
        first, second = pair.split(":", 1)
        seconds.setdefault(first, []).append(second)
    return _JOIN.join(f"{first}:{','.join(others)}" for first, others in seconds.items())


def tally(counted: Iterable[tuple[str, int]], count: Count) -> dict[str, int]:
    """Value -> number of documents, in the order of values, from (stored value, number of documents with it)."""
    if count.column == Column.VALUES:
        return dict(sorted(counted))
    read = _READERS[count.column]
    totals: dict[str, int] = {}
    for stored, number in counted:
        for value in read(stored, count):
            totals[value] = totals.get(value, 0) + number
    return dict(sorted(totals.items()))


def _of_set(stored: str, _: Count) -> Sequence[str]:
    return stored.split(_JOIN)


def _of_pair(stored: str, count: Count) -> Sequence[str]:
    """Right when one other value is chosen: then no document is counted twice."""
    first, _, second = stored.partition(":")
    value, other = (first, second) if count.facet == settings.load().pair.first else (second, first)
    return (value,) if other in count.other else ()


def _of_pair_set(stored: str, count: Count) -> Collection[str]:
    covered = [each.split(":") for each in stored.split(_JOIN)]
    if count.facet == settings.load().pair.first:
        return [first for first, seconds in covered if not count.other.isdisjoint(seconds.split(","))]
    return {second for first, seconds in covered if first in count.other for second in seconds.split(",")}


_READERS: Mapping[Column, Callable[[str, Count], Collection[str]]] = {
    Column.SETS: _of_set,
    Column.PAIRS: _of_pair,
    Column.PAIR_SETS: _of_pair_set,
}
