"""A plan as the embedded engine's query: one that only matches, and one that also weighs."""

from collections.abc import Mapping, Sequence

import tantivy

from search_index import embedded_schema, fields, settings
from search_index.planning import Alternative, Atom, Group, Match, Plan

_MUST, _SHOULD = tantivy.Occur.Must, tantivy.Occur.Should


def matching(schema: tantivy.Schema, groups: Sequence[Group], required: int) -> tantivy.Query:
    """Documents that satisfy `required` of the groups; all documents when there are none."""
    if not groups:
        return tantivy.Query.all_query()
    return _enough([_any([_matched(schema, other) for other in group.alternatives]) for group in groups], required)


def scoring(schema: tantivy.Schema, plan: Plan) -> tantivy.Query:
    """The same documents; the score is a whole number, the sum over groups of the best alternative's weights.

    Whole numbers that depend on the document alone, not on how often a word occurs elsewhere: an index that was
    rebuilt orders exactly like one that was kept up to date.
    """
    rule = settings.load().relevance
    weighed = [
        tantivy.Query.disjunction_max_query([_weighed(schema, other) for other in group.alternatives])
        for group in plan.groups
    ]
    name = tantivy.Query.term_query(schema, embedded_schema.NAME_KEY, plan.name, index_option="basic")
    bonus = tantivy.Query.const_score_query(name, float(rule["exact_name"]))
    return tantivy.Query.boolean_query([(_MUST, _enough(weighed, plan.required)), (_SHOULD, bonus)])


def restricted(
    schema: tantivy.Schema, query: tantivy.Query, restrictions: Mapping[str, frozenset[str]]
) -> tantivy.Query:
    """`query` within attribute -> admitted values, which add nothing to the score."""
    if not restrictions:
        return query
    limits = [
        (_MUST, tantivy.Query.const_score_query(_one_of(schema, embedded_schema.filter_field(attribute), values), 0.0))
        for attribute, values in restrictions.items()
    ]
    return tantivy.Query.boolean_query([(_MUST, query), *limits])


def _one_of(schema: tantivy.Schema, field: str, values: frozenset[str]) -> tantivy.Query:
    if len(values) == 1:
        return tantivy.Query.term_query(schema, field, next(iter(values)), index_option="basic")
    return tantivy.Query.term_set_query(schema, field, sorted(values))


def _matched(schema: tantivy.Schema, alternative: Alternative) -> tantivy.Query:
    return _all([_atom(schema, atom, fields.ALL) for atom in alternative.atoms])


def _weighed(schema: tantivy.Schema, alternative: Alternative) -> tantivy.Query:
    rule = settings.load()
    factor = rule.relevance["direct" if alternative.is_direct else "indirect"] / len(alternative.atoms)
    return _all(
        [
            tantivy.Query.boolean_query(
                [
                    (_SHOULD, _constant(_atom(schema, atom, name), max(1.0, round(rule.fields[name] * factor))))
                    for name in fields.names(atom.space)
                ]
            )
            for atom in alternative.atoms
        ]
    )


def _constant(query: tantivy.Query, score: float) -> tantivy.Query:
    return tantivy.Query.const_score_query(query, float(score))


def _atom(schema: tantivy.Schema, atom: Atom, name: str) -> tantivy.Query:
    field = embedded_schema.space_field(atom.space, name)
    if atom.match == Match.PREFIX:
        # No slip allowed, any ending: far cheaper to build than the same regular expression.
        return tantivy.Query.fuzzy_term_query(schema, field, atom.value, distance=0, prefix=True)
    if atom.match == Match.TYPO:
        return tantivy.Query.fuzzy_term_query(schema, field, atom.value, distance=1)
    return tantivy.Query.term_query(schema, field, atom.value, index_option="basic")


def _all(queries: Sequence[tantivy.Query]) -> tantivy.Query:
    return queries[0] if len(queries) == 1 else tantivy.Query.boolean_query([(_MUST, query) for query in queries])


def _any(queries: Sequence[tantivy.Query]) -> tantivy.Query:
    return queries[0] if len(queries) == 1 else tantivy.Query.boolean_query([(_SHOULD, query) for query in queries])


def _enough(queries: Sequence[tantivy.Query], required: int) -> tantivy.Query:
    if required >= len(queries):
        return _all(queries)
    return tantivy.Query.boolean_query(
        [(_SHOULD, query) for query in queries], minimum_number_should_match=max(1, required)
    )
