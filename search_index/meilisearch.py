"""The Meilisearch engine: the same documents, queries and counts, on a server."""

import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from urllib.parse import quote

from search_index import documents, meilisearch_answers, meilisearch_requests, settings, suggesting
from search_index.analysis import Analysis
from search_index.documents import Document
from search_index.engine import EngineUnavailable, Health
from search_index.meilisearch_http import Client, Json
from search_index.queries import Query, Results, Suggestion
from search_index.suggesting import Found

_RELAXED = 2
_MISSING = "index_not_found"
_PRESENT = "index_already_exists"


class MeilisearchEngine:
    """Search on the server at `url` with a key that may use the indexes `index` and `index`_next.

    One process at a time may call apply or rebuild: changes applied while a rebuild runs are not part of it.
    """

    def __init__(
        self,
        url: str,
        key: str,
        *,
        analysis: Analysis,
        index: str = "solutions",
        timeout: float | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        seconds = settings.load().meilisearch["timeout_seconds"] if timeout is None else timeout
        self._client = Client(url, key, timeout=seconds, clock=clock)
        self._analysis = analysis
        self._index = index
        self._next = f"{index}_next"
        self._clock = clock

    def search(self, query: Query) -> Results:
        started = self._clock()
        readings = meilisearch_requests.readings(query.text, self._analysis)
        probes = meilisearch_requests.probes(query.text, self._analysis, index=self._index) if readings[0]["q"] else []
        wanted = meilisearch_requests.search(query, readings[0], index=self._index)
        found = self._multi([*wanted, *probes])
        chosen = _first_found(found[len(wanted) :])
        if chosen:
            wanted = meilisearch_requests.search(query, readings[chosen], index=self._index)
            found = self._multi(wanted)
        page, rounds = found[0], found[1 : len(wanted)]
        counts = meilisearch_answers.counts(meilisearch_requests.rounds(query), rounds)
        total = meilisearch_answers.part(page, "totalHits", int)
        return Results(
            total=total,
            hits=meilisearch_answers.hits(page),
            facets={facet: counts[facet] for facet in query.facets},
            took_ms=(self._clock() - started) * 1000,
            relaxed=chosen == _RELAXED and total > 0,
        )

    def suggest(self, prefix: str, *, limit: int = 8) -> tuple[Suggestion, ...]:
        prefixes = suggesting.prefixes(prefix, self._analysis)
        if not prefixes:
            return ()
        found = self._multi(meilisearch_requests.suggestions(prefixes, index=self._index))
        sources = {
            meilisearch_answers.part(hit, meilisearch_requests.SOURCE, str)
            for result in found
            for hit in meilisearch_answers.objects(result, "hits")
        }
        names = (name for source in sources for name in suggesting.names(_document(source), self._analysis))
        most = settings.load().pages["suggestions_max"]
        return suggesting.ranked(*self._begun(names, prefixes), limit=min(limit, most))

    def apply(self, upserts: Sequence[Document], deletes: Sequence[str]) -> None:
        self._created_at()  # documents sent to an index that is not there would create one without settings
        latest = {document.id: document for document in upserts}
        gone = sorted(set(deletes) - latest.keys())
        if gone:
            self._client.run("POST", f"/indexes/{self._index}/documents/delete-batch", gone)
        self._send(self._index, latest.values())

    def rebuild(self, documents: Iterable[Document]) -> None:
        body = {"uid": self._next, "primaryKey": meilisearch_requests.PRIMARY_KEY}
        self._client.run("DELETE", f"/indexes/{self._next}", forgiven=(_MISSING,))
        self._client.run("POST", "/indexes", body)
        rules = meilisearch_requests.index_settings(self._analysis)
        self._client.run("PATCH", f"/indexes/{self._next}/settings", rules)
        self._send(self._next, documents)
        self._client.run("POST", "/indexes", {**body, "uid": self._index}, forgiven=(_PRESENT,))
        self._client.run("POST", "/swap-indexes", [{"indexes": [self._index, self._next]}])
        self._client.run("DELETE", f"/indexes/{self._next}", forgiven=(_MISSING,))

    def fingerprint(self) -> str:
        part, key = meilisearch_answers.part, meilisearch_requests.PRIMARY_KEY
        return documents.fingerprint(
            (part(entry, key, str), part(entry, meilisearch_requests.SOURCE, str)) for entry in self._stored()
        )

    def document_ids(self) -> frozenset[str]:
        key = meilisearch_requests.PRIMARY_KEY
        return frozenset(meilisearch_answers.part(entry, key, str) for entry in self._stored())

    def health(self) -> Health:
        if self._client.call("GET", "/health").get("status") != "available":
            raise EngineUnavailable("search server: not available")
        stats = self._client.call("GET", f"/indexes/{self._index}/stats")
        number = meilisearch_answers.part(stats, "numberOfDocuments", int)
        return Health("meilisearch", number, self._created_at())

    def _multi(self, wanted: Sequence[Json]) -> list[Json]:
        answer = self._client.call("POST", "/multi-search", {"queries": list(wanted)})
        return meilisearch_answers.results(answer, len(wanted))

    def _send(self, index: str, contents: Iterable[Document]) -> None:
        path = f"/indexes/{index}/documents?primaryKey={quote(meilisearch_requests.PRIMARY_KEY)}"
        for batch in _batches(contents):
            self._client.run("POST", path, [meilisearch_requests.stored(each, self._analysis) for each in batch])

    def _created_at(self) -> str:
        return meilisearch_answers.part(self._client.call("GET", f"/indexes/{self._index}"), "createdAt", str)

    def _stored(self) -> Iterator[Json]:
        size = int(settings.load().meilisearch["batch_documents"])
        wanted = {"fields": [meilisearch_requests.PRIMARY_KEY, meilisearch_requests.SOURCE], "limit": size}
        offset = 0
        while True:
            answer = self._client.call("POST", f"/indexes/{self._index}/documents/fetch", {**wanted, "offset": offset})
            entries = meilisearch_answers.objects(answer, "results")
            yield from entries
            offset += size
            if len(entries) < size:
                return

    def _begun(self, names: Iterable[Suggestion], prefixes: tuple[str, ...]) -> tuple[Iterable[Found], Iterable[Found]]:
        """The keys of the names found that begin with what was typed: leading ones, and those from inside."""
        places: tuple[Counter[str], Counter[str]] = Counter(), Counter()
        for name in names:
            for counter, terms in zip(places, suggesting.terms(name, self._analysis), strict=True):
                counter.update(term for term in terms if term.startswith(prefixes))
        leading, inside = (map(Found, counter, counter.values()) for counter in places)
        return leading, inside


def issue_key(url: str, master_key: str, *, index: str = "solutions", timeout: float = 5.0) -> str:
    """A new key for the application, limited to its indexes; `master_key` is used for this one request."""
    answer = Client(url, master_key, timeout=timeout).call("POST", "/keys", meilisearch_requests.key(index))
    return meilisearch_answers.part(answer, "key", str)


def _document(source: str) -> Document:
    try:
        return documents.from_source(source)
    except (ValueError, TypeError) as error:
        raise EngineUnavailable("search server: a stored document is damaged") from error


def _first_found(probes: Sequence[Json]) -> int:
    """The first reading that finds anything; the first of all when none does."""
    totals = [meilisearch_answers.part(probe, "totalHits", int) for probe in probes]
    return next((number for number, total in enumerate(totals) if total), 0)


def _batches(contents: Iterable[Document]) -> Iterator[list[Document]]:
    size = int(settings.load().meilisearch["batch_documents"])
    batch: list[Document] = []
    for document in contents:
        batch.append(document)
        if len(batch) == size:
            yield batch
            batch = []
    if batch:
        yield batch
