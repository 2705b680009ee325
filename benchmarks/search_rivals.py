"""Two plain ways to do the same work, to measure the embedded engine beside: bare tantivy, and SQLite's FTS5.

Both are given the query already cut and planned, so that they match the same documents; both fetch one page of ids
and count every facet under the other choices, with one pass for each distinct set of filters.
"""

import sqlite3
import tempfile
from collections.abc import Iterable, Sequence

import tantivy

from search_index import documents, facets, fields, settings
from search_index.analysis import Analysis
from search_index.documents import Document
from search_index.facets import Round
from search_index.planning import Match, Plan, Space
from search_index.queries import Query

_BODY, _ID, _LISTED = "body", "id", "listed_at"
_MUST, _SHOULD = tantivy.Occur.Must, tantivy.Occur.Should


def attributes() -> list[str]:
    rule = settings.load()
    return [*rule.facets.values(), rule.pair.attribute]


def words(plan: Plan) -> list[list[list[str]]]:
    """Groups of alternatives of words: what of a plan a plain index can look up."""
    return [
        [
            [atom.value for atom in other.atoms]
            for other in group.alternatives
            if all(atom.space == Space.WORDS and atom.match == Match.EXACT for atom in other.atoms)
        ]
        for group in plan.groups
    ]


class BareTantivy:
    """One field of words, one fast field a facet, ranked by BM25 or by the fast field of the sort."""

    def __init__(self, contents: Iterable[Document], analysis: Analysis) -> None:
        builder = tantivy.SchemaBuilder()
        builder.add_text_field(_ID, stored=True, tokenizer_name="raw")
        builder.add_text_field(_BODY, tokenizer_name="whitespace", index_option="freq")
        for name in attributes():
            builder.add_text_field(name, fast=True, tokenizer_name="raw", index_option="basic")
        for sort in settings.load().sorts.values():
            builder.add_float_field(sort.attribute, fast=True)
        self._schema = builder.build()
        index = tantivy.Index(self._schema, path=tempfile.mkdtemp())
        writer = index.writer(64_000_000, 1)
        for document in contents:
            writer.add_document(self._stored(document, analysis))
        writer.commit()
        writer.wait_merging_threads()
        index.reload()
        self._searcher = index.searcher()

    def answer(self, query: Query, plan: Plan) -> tuple[int, list[str], dict[str, dict[str, int]]]:
        text = self._text(plan)
        wanted = self._within(text, query.chosen.items())
        sort = settings.load().sorts.get(query.sort)
        order = tantivy.Order.Desc if sort is None or sort.is_descending else tantivy.Order.Asc
        field = sort.attribute if sort else (None if plan.groups else _LISTED)
        found = self._searcher.search(wanted, query.per_page, True, field, query.offset, order)
        page = [str(self._searcher.doc(address).get_first(_ID)) for _, address in found.hits]
        counts: dict[str, dict[str, int]] = {}
        for turn in facets.rounds(query.chosen, query.facets):
            counts.update(self._count(self._within(text, turn.filters), turn))
        return found.count, page, counts  # type: ignore[attr-defined]

    def _count(self, within: tantivy.Query, turn: Round) -> dict[str, dict[str, int]]:
        request = {
            count.facet: {"terms": {"field": _attribute(count.facet, is_paired=bool(count.other)), "size": 1000}}
            for count in turn.counts
        }
        answer = self._searcher.aggregate(within, request)
        return {
            facet: {bucket["key"]: bucket["doc_count"] for bucket in part["buckets"]} for facet, part in answer.items()
        }

    def _text(self, plan: Plan) -> tantivy.Query:
        groups = [(_MUST, self._any([self._all(other) for other in group])) for group in words(plan)]
        return tantivy.Query.boolean_query(groups) if groups else tantivy.Query.all_query()

    def _all(self, terms: Sequence[str]) -> tantivy.Query:
        found = [(_MUST, tantivy.Query.term_query(self._schema, _BODY, term, "freq")) for term in terms]
        return found[0][1] if len(found) == 1 else tantivy.Query.boolean_query(found)

    def _any(self, queries: Sequence[tantivy.Query]) -> tantivy.Query:
        return queries[0] if len(queries) == 1 else tantivy.Query.boolean_query([(_SHOULD, each) for each in queries])

    def _within(self, text: tantivy.Query, chosen: Iterable[tuple[str, frozenset[str]]]) -> tantivy.Query:
        limits = [
            (
                _MUST,
                tantivy.Query.const_score_query(tantivy.Query.term_set_query(self._schema, name, list(values)), 0.0),
            )
            for name, values in facets.restrictions(chosen).items()
        ]
        return tantivy.Query.boolean_query([(_MUST, text), *limits]) if limits else text

    def _stored(self, document: Document, analysis: Analysis) -> tantivy.Document:
        stored = tantivy.Document()
        stored.add_text(_ID, document.id)
        stored.add_text(_BODY, " ".join(fields.tokens(document, analysis)["words", fields.ALL]))
        for name in attributes():
            for value in documents.values(document, name):
                stored.add_text(name, value)
        for sort in settings.load().sorts.values():
            value = getattr(document, sort.attribute)
            if value is not None:
                stored.add_float(sort.attribute, float(value))
        return stored


class Fts5:
    """An FTS5 table of words, a table of facet values, a table of what is sorted by; all in memory."""

    def __init__(self, contents: Iterable[Document], analysis: Analysis) -> None:
        sorts = ", ".join(f"{sort.attribute} REAL" for sort in settings.load().sorts.values())
        self._store = sqlite3.connect(":memory:")
        self._store.execute("CREATE VIRTUAL TABLE texts USING fts5(body, content='', tokenize='unicode61')")
        self._store.execute(f"CREATE TABLE items (id INTEGER PRIMARY KEY, {sorts})")
        self._store.execute("CREATE TABLE facts (item INTEGER, name TEXT, value TEXT)")
        for document in contents:
            self._put(document, analysis)
        self._store.execute("CREATE INDEX facts_by_value ON facts (name, value, item)")
        self._store.execute("CREATE INDEX facts_by_item ON facts (item, name, value)")
        self._store.execute("ANALYZE")

    def answer(self, query: Query, plan: Plan) -> tuple[int, list[str], dict[str, dict[str, int]]]:
        match = " AND ".join(
            "(" + " OR ".join("(" + " AND ".join(f'"{term}"' for term in other) + ")" for other in group) + ")"
            for group in words(plan)
        )
        sort = settings.load().sorts.get(query.sort)
        order = f"items.{sort.attribute} {'DESC' if sort.is_descending else 'ASC'} NULLS LAST," if sort else ""
        if not sort and match:
            order = "texts.rank,"
        where, values = self._where(match, query.chosen.items())
        source = "texts JOIN items ON items.id = texts.rowid" if match else "items"
        total = self._store.execute(f"SELECT count(*) FROM {source} WHERE {where}", values).fetchone()[0]
        rows = self._store.execute(
            f"SELECT items.id FROM {source} WHERE {where} ORDER BY {order} items.id LIMIT ? OFFSET ?",
            [*values, query.per_page, query.offset],
        )
        page = [str(row[0]) for row in rows]
        counts: dict[str, dict[str, int]] = {facet: {} for facet in query.facets}
        for turn in facets.rounds(query.chosen, query.facets):
            self._count(match, turn, source, counts)
        return total, page, counts

    def _count(self, match: str, turn: Round, source: str, counts: dict[str, dict[str, int]]) -> None:
        where, values = self._where(match, turn.filters)
        names = {_attribute(count.facet, is_paired=bool(count.other)): count.facet for count in turn.counts}
        marks = ", ".join("?" * len(names))
        rows = self._store.execute(
            f"WITH found AS MATERIALIZED (SELECT items.id FROM {source} WHERE {where}) "
            f"SELECT name, value, count(*) FROM found CROSS JOIN facts ON facts.item = found.id "
            f"WHERE name IN ({marks}) GROUP BY name, value",
            [*values, *names],
        )
        for name, value, number in rows:
            counts[names[name]][value] = number

    def _where(self, match: str, chosen: Iterable[tuple[str, frozenset[str]]]) -> tuple[str, list[str]]:
        clauses, values = (["texts MATCH ?"], [match]) if match else (["1"], [])
        for name, admitted in facets.restrictions(chosen).items():
            marks = ", ".join("?" * len(admitted))
            clauses.append(f"items.id IN (SELECT item FROM facts WHERE name = ? AND value IN ({marks}))")
            values.extend([name, *admitted])
        return " AND ".join(clauses), values

    def _put(self, document: Document, analysis: Analysis) -> None:
        number = int(document.id)
        body = " ".join(fields.tokens(document, analysis)["words", fields.ALL])
        self._store.execute("INSERT INTO texts (rowid, body) VALUES (?, ?)", (number, body))
        keys = [getattr(document, sort.attribute) for sort in settings.load().sorts.values()]
        self._store.execute(f"INSERT INTO items VALUES ({', '.join('?' * (len(keys) + 1))})", (number, *keys))
        rows = [(number, name, value) for name in attributes() for value in documents.values(document, name)]
        self._store.executemany("INSERT INTO facts VALUES (?, ?, ?)", rows)


def _attribute(facet: str, *, is_paired: bool) -> str:
    rule = settings.load()
    return rule.pair.attribute if is_paired else rule.facets[facet]
