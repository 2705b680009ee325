"""Search by brute force over all documents: the definition that the engines are held against.

It shares with the engines how a text is cut and what a query asks for (`analysis`, `planning`), and nothing else:
matching, filters, counts, weights, orders and pages are computed anew, document by document.
"""

import functools
from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import numpy.typing as npt

from search_index import documents as documents_module
from search_index import fields, planning, settings
from search_index.analysis import Analysis
from search_index.documents import Document
from search_index.planning import Alternative, Atom, Group, Match, Plan
from search_index.queries import Query

Mask = npt.NDArray[np.bool_]
Scores = npt.NDArray[np.int64]


class Oracle:
    """Answers queries over `contents` slowly and plainly."""

    def __init__(self, contents: Sequence[Document], analysis: Analysis) -> None:
        self.contents = list(contents)
        self.analysis = analysis
        self._tokens = [fields.tokens(document, analysis) for document in self.contents]
        self._attributes: dict[str, dict[str, Mask]] = {}
        self._terms: dict[tuple[str, str], dict[str, Mask]] = {}
        self._read()

    def answer(self, query: Query) -> tuple[int, list[str], dict[str, dict[str, int]], bool]:
        """(total, ids of the page in order, counts, relaxed)."""
        plan = self._plan(query.text)
        matched = self._enough(plan.groups, plan.required)
        within = matched & self._chosen(query.chosen)
        counts = {facet: self._counts(facet, query.chosen, matched) for facet in query.facets}
        order = self._order(query, plan, np.flatnonzero(within))
        page = [self.contents[at].id for at in order[query.offset : query.offset + query.per_page]]
        total = int(within.sum())
        return total, page, counts, plan.relaxed and total > 0

    def _read(self) -> None:
        size = len(self.contents)
        for at, (document, found) in enumerate(zip(self.contents, self._tokens, strict=True)):
            for key, tokens in found.items():
                _put(self._terms.setdefault(key, {}), tokens, at, size)
            for attribute in {*settings.load().filters.values(), settings.load().pair.attribute}:
                values = documents_module.values(document, attribute)
                _put(self._attributes.setdefault(attribute, {}), values, at, size)

    @functools.cache  # noqa: B019 - lives as long as the benchmark
    def _plan(self, text: str) -> Plan:
        return planning.plan(
            text,
            analysis=self.analysis,
            is_found=lambda groups, required: bool(self._enough(groups, required).any()),
        )

    def _enough(self, groups: Sequence[Group], required: int) -> Mask:
        if not groups:
            return np.ones(len(self.contents), dtype=bool)
        satisfied = [self._any([self._all(other) for other in group.alternatives]) for group in groups]
        return np.asarray(np.sum(satisfied, axis=0) >= required)

    def _all(self, alternative: Alternative) -> Mask:
        return np.logical_and.reduce([self._has(atom, fields.ALL) for atom in alternative.atoms])

    def _any(self, masks: Sequence[Mask]) -> Mask:
        return np.logical_or.reduce([np.zeros(len(self.contents), dtype=bool), *masks])

    def _has(self, atom: Atom, name: str) -> Mask:
        terms = self._terms.get((atom.space, name), {})
        if atom.match == Match.EXACT:
            return terms.get(atom.value, np.zeros(len(self.contents), dtype=bool))
        fits = _begins if atom.match == Match.PREFIX else _one_slip
        return self._any([mask for term, mask in terms.items() if fits(term, atom.value)])

    def _chosen(self, chosen: Mapping[str, frozenset[str]]) -> Mask:
        rule = settings.load()
        within = np.ones(len(self.contents), dtype=bool)
        left = dict(chosen)
        if rule.pair.first in left and rule.pair.second in left:
            firsts, seconds = left.pop(rule.pair.first), left.pop(rule.pair.second)
            within &= self._any([self._value(rule.pair.attribute, f"{a}:{b}") for a in firsts for b in seconds])
        for name, values in left.items():
            within &= self._any([self._value(rule.filters[name], value) for value in values])
        return within

    def _value(self, attribute: str, value: str) -> Mask:
        return self._attributes.get(attribute, {}).get(value, np.zeros(len(self.contents), dtype=bool))

    def _counts(self, facet: str, chosen: Mapping[str, frozenset[str]], matched: Mask) -> dict[str, int]:
        """By definition: how many there would be, were this value the facet's only choice."""
        counted: dict[str, int] = {}
        for value in sorted(self._attributes.get(settings.load().facets[facet], {})):
            number = int((matched & self._chosen({**chosen, facet: frozenset({value})})).sum())
            if number:
                counted[value] = number
        return counted

    def _order(self, query: Query, plan: Plan, found: npt.NDArray[np.intp]) -> list[int]:
        if query.sort != "relevance":
            keys = {at: self._sort_key(int(at), query.sort) for at in found}
            return sorted((int(at) for at in found), key=lambda at: keys[at])
        scores = self._scores(plan)
        quality = {int(at): documents_module.quality(self.contents[at]) for at in found}
        return sorted((int(at) for at in found), key=lambda at: (-scores[at], -quality[at], int(self.contents[at].id)))

    def _sort_key(self, at: int, name: str) -> tuple[bool, float, int]:
        sort = settings.load().sorts[name]
        value = getattr(self.contents[at], sort.attribute)
        number = 0 if value is None else -value if sort.is_descending else value
        return value is None, number, int(self.contents[at].id)

    @functools.cache  # noqa: B019 - lives as long as the benchmark
    def _scores(self, plan: Plan) -> Scores:
        rule = settings.load().relevance
        scores = np.zeros(len(self.contents), dtype=np.int64)
        for group in plan.groups:
            scores += np.max([self._weights(other) for other in group.alternatives], axis=0)
        if plan.groups:
            names = [planning.name_key(document.name) == plan.name for document in self.contents]
            scores += np.array(names, dtype=np.int64) * int(rule["exact_name"])
        return scores

    def _weights(self, alternative: Alternative) -> Scores:
        rule = settings.load()
        factor = rule.relevance["direct" if alternative.is_direct else "indirect"] / len(alternative.atoms)
        weights = np.zeros(len(self.contents), dtype=np.int64)
        for atom in alternative.atoms:
            for name in fields.names(atom.space):
                weights += self._has(atom, name) * max(1, round(rule.fields[name] * factor))
        return weights * self._all(alternative)


def _put(masks: dict[str, Mask], values: Iterable[str], at: int, size: int) -> None:
    for value in values:
        if value not in masks:
            masks[value] = np.zeros(size, dtype=bool)
        masks[value][at] = True


def _begins(term: str, typed: str) -> bool:
    return term.startswith(typed)


def _one_slip(term: str, typed: str) -> bool:
    """Distance at most one, two neighbours swapped counting one, by trying every single slip."""
    if abs(len(term) - len(typed)) > 1:
        return False
    if term == typed:
        return True
    drops = {typed[:at] + typed[at + 1 :] for at in range(len(typed))}
    swaps = {typed[:at] + typed[at + 1] + typed[at] + typed[at + 2 :] for at in range(len(typed) - 1)}
    grown = {term[:at] + term[at + 1 :] for at in range(len(term))}
    changed = len(term) == len(typed) and sum(a != b for a, b in zip(term, typed, strict=True)) == 1
    return changed or term in drops or term in swaps or typed in grown
