"""The embedded engine: an index in a folder of this machine, read by every worker, written by one at a time."""

import threading
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import tantivy

from search_index import (
    documents,
    embedded_queries,
    embedded_schema,
    facets,
    fields,
    highlights,
    planning,
    settings,
    suggesting,
)
from search_index.analysis import Analysis
from search_index.documents import Document
from search_index.embedded_paging import page_of_best, page_of_sorted
from search_index.engine import EngineUnavailable, Health
from search_index.generations import Generations, Signature, guarded, signature
from search_index.planning import Group, Plan
from search_index.queries import Hit, Query, Results, Suggestion

# At most so much, and only while writing: enough for a whole catalogue in one piece, which is read fastest.
_WRITER_MEMORY = 256_000_000
_SETS_READ = 65_000
_SOURCE = embedded_schema.SOURCE
# A generation may be replaced and cleared between finding and opening it.
_OPENINGS = 3


@dataclass(frozen=True, slots=True)
class _Opened:
    """One state of one generation, as a reader sees it."""

    folder: Path
    files: tuple[str, ...]
    signature: Signature
    searcher: tantivy.Searcher


class EmbeddedEngine:
    """Search in the folder `path`. Cheap to make; opens the index when first asked, and anew when it changed.

    Raises EngineUnavailable when the index is missing, damaged or was built by other settings; a rebuild cures
    all three, and the next search notices.
    """

    def __init__(self, path: Path, *, analysis: Analysis, clock: Callable[[], float] = time.monotonic) -> None:
        self._generations = Generations(path, clock)
        self._analysis = analysis
        self._clock = clock
        self._schema = embedded_schema.build()
        self._opened: _Opened | None = None
        self._opening = threading.Lock()

    def search(self, query: Query) -> Results:
        started = self._clock()
        with guarded():
            searcher = self._searcher()
            plan = self._plan(query.text, searcher)
            total, page = self._page(query, plan, searcher)
            counts = self._counts(query, plan, searcher)
            hits = self._hits(page, plan, searcher)
        took = (self._clock() - started) * 1000
        return Results(total, hits, counts, took, relaxed=plan.relaxed and total > 0)

    def suggest(self, prefix: str, *, limit: int = 8) -> tuple[Suggestion, ...]:
        wanted = min(limit, settings.load().pages["suggestions_max"])
        with guarded():
            searcher = self._searcher()
            leading = self._begun(prefix, embedded_schema.SUGGEST_LEADING, searcher)
            found = suggesting.ranked(leading, (), limit=wanted)
            if len(found) < wanted:
                inside = self._begun(prefix, embedded_schema.SUGGEST_INSIDE, searcher)
                found = suggesting.ranked(leading, inside, limit=wanted)
        return found

    def apply(self, upserts: Sequence[Document], deletes: Sequence[str]) -> None:
        latest = {document.id: document for document in upserts}
        with self._generations.writing(), guarded():
            index = tantivy.Index.open(str(self._generations.current()))
            writer = index.writer(_WRITER_MEMORY, 1)
            for document_id in {*deletes, *latest}:
                writer.delete_documents_by_term(embedded_schema.ID, document_id)
            for document in latest.values():
                writer.add_document(embedded_schema.to_stored(document, self._analysis))
            writer.commit()
            writer.wait_merging_threads()

    def rebuild(self, documents: Iterable[Document]) -> None:
        with self._generations.writing():
            contents = _each_once(documents)
            folder = self._generations.create()
            try:
                with guarded():
                    self._write(folder, contents)
            except BaseException:
                self._generations.discard(folder)
                raise
            self._generations.publish(folder)

    def fingerprint(self) -> str:
        with guarded():
            return documents.fingerprint(self._sources())

    def document_ids(self) -> frozenset[str]:
        with guarded():
            return frozenset(document_id for document_id, _ in self._sources())

    def health(self) -> Health:
        with guarded():
            searcher = self._searcher()
            opened = self._opened
            return Health("embedded", searcher.num_docs, opened.folder.name if opened else "")

    def _write(self, folder: Path, contents: Iterable[Document]) -> None:
        writer = tantivy.Index(self._schema, path=str(folder)).writer(_WRITER_MEMORY, 1)
        for document in contents:
            writer.add_document(embedded_schema.to_stored(document, self._analysis))
        writer.commit()
        writer.wait_merging_threads()

    def _searcher(self) -> tantivy.Searcher:
        """A view of the live index as it is now: a few file stats when nothing changed."""
        opened = self._opened
        if opened is None or signature(opened.files) != opened.signature:
            with self._opening:
                opened = self._reopened()
        return opened.searcher

    def _reopened(self) -> _Opened:
        opened, self._opened = self._opened, None
        if opened is not None and signature(opened.files) == opened.signature:  # another thread was faster
            self._opened = opened
            return opened
        for _ in range(_OPENINGS):
            folder = self._generations.current()
            files = self._generations.files(folder)
            stamps = signature(files)
            if stamps is not None:
                index = tantivy.Index.open(str(folder))
                index.config_reader(reload_policy="manual")
                index.reload()
                self._opened = fresh = _Opened(folder, files, stamps, index.searcher())
                return fresh
        raise EngineUnavailable("search index: it is being replaced again and again")

    def _plan(self, text: str, searcher: tantivy.Searcher) -> Plan:
        deleted = _deleted(searcher)

        def is_found(groups: Sequence[Group], required: int) -> bool:
            if not deleted and required == 1 and len(groups) == 1 and _is_written(groups[0], searcher):
                return True
            query = embedded_queries.matching(self._schema, groups, required)
            return bool(searcher.search(query, limit=1, count=False).hits)

        return planning.plan(text, analysis=self._analysis, is_found=is_found)

    def _page(self, query: Query, plan: Plan, searcher: tantivy.Searcher) -> tuple[int, list[tantivy.DocAddress]]:
        limits = facets.restrictions(query.chosen.items())
        if query.sort == "relevance" and plan.groups:
            scored = embedded_queries.restricted(self._schema, embedded_queries.scoring(self._schema, plan), limits)
            return page_of_best(searcher, scored, offset=query.offset, size=query.per_page)
        matched = embedded_queries.matching(self._schema, plan.groups, plan.required)
        limited = embedded_queries.restricted(self._schema, matched, limits)
        return page_of_sorted(searcher, limited, query.sort, offset=query.offset, size=query.per_page)

    def _counts(self, query: Query, plan: Plan, searcher: tantivy.Searcher) -> dict[str, dict[str, int]]:
        matched = embedded_queries.matching(self._schema, plan.groups, plan.required)
        counts: dict[str, dict[str, int]] = {}
        for turn in facets.rounds(query.chosen, query.facets):
            limited = embedded_queries.restricted(self._schema, matched, facets.restrictions(turn.filters))
            request = {count.key: _terms(count.key) for count in turn.counts}
            answer = searcher.aggregate(limited, request)
            for count in turn.counts:
                stored = [(bucket["key"], bucket["doc_count"]) for bucket in answer[count.key]["buckets"]]
                counts[count.facet] = facets.tally(stored, count)
        return {facet: counts[facet] for facet in query.facets}

    def _begun(self, prefix: str, field: str, searcher: tantivy.Searcher) -> list[suggesting.Found]:
        """The stored keys that begin with what was typed, the commonest when there are many."""
        live = tantivy.Query.all_query() if _deleted(searcher) else None
        most = settings.load().pages["suggestions_read"]
        return [
            suggesting.Found(term, number)
            for start in suggesting.prefixes(prefix, self._analysis)
            for term, number in searcher.terms_with_prefix(field, start, filter_query=live, limit=most)
        ]

    def _hits(self, page: Sequence[tantivy.DocAddress], plan: Plan, searcher: tantivy.Searcher) -> tuple[Hit, ...]:
        if not plan.groups:
            return tuple(Hit(embedded_schema.stored_id(searcher.doc(address))) for address in page)
        highlighter = highlights.Highlighter(plan, self._analysis)
        found: list[Hit] = []
        for address in page:
            stored = searcher.doc(address)
            shown = embedded_schema.stored_text(stored, embedded_schema.SHOWN)
            found.append(Hit(embedded_schema.stored_id(stored), highlighter.mark(shown)))
        return tuple(found)

    def _sources(self) -> list[tuple[str, str]]:
        searcher = self._searcher()
        hits = searcher.search(tantivy.Query.all_query(), limit=max(1, searcher.num_docs), count=False).hits
        stored = (searcher.doc(address) for _, address in hits)
        return [(embedded_schema.stored_id(doc), embedded_schema.stored_text(doc, _SOURCE)) for doc in stored]


def _each_once(contents: Iterable[Document]) -> list[Document]:
    """All documents, read before anything is written; ValueError when an id occurs twice."""
    listed = list(contents)
    if len({document.id for document in listed}) != len(listed):
        raise ValueError("a document occurs twice")
    return listed


def _terms(column: str) -> dict[str, dict[str, object]]:
    return {"terms": {"field": embedded_schema.column_field(column), "size": _SETS_READ, "segment_size": _SETS_READ}}


def _deleted(searcher: tantivy.Searcher) -> int:
    """Documents that the files still hold and nobody may see: while there are any, term counts are too high."""
    return searcher.doc_freq(embedded_schema.LIVE, embedded_schema.LIVE_TOKEN) - searcher.num_docs


def _is_written(group: Group, searcher: tantivy.Searcher) -> bool:
    """The typed word stands in some document: the term dictionary knows, as long as nothing was deleted."""
    atoms = group.alternatives[0].atoms
    if len(atoms) != 1 or atoms[0].match != planning.Match.EXACT:
        return False
    return searcher.doc_freq(embedded_schema.space_field(atoms[0].space, fields.ALL), atoms[0].value) > 0
