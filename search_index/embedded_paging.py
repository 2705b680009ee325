"""Pages in a stable order: the engine leaves ties to the place in its files, a page must not."""

import itertools

import tantivy

from search_index import embedded_schema

_SPARE = 16
_GROWTH = 4
# Equal score and quality: this key then orders by id.
_BY_QUALITY = embedded_schema.sort_field("relevance")


def page_of_sorted(
    searcher: tantivy.Searcher, query: tantivy.Query, sort: str, *, offset: int, size: int
) -> tuple[int, list[tantivy.DocAddress]]:
    """(total, page) in a stored sort order; its keys end with the id, so there are no ties."""
    past_end = offset >= searcher.num_docs
    found = searcher.search(
        query,
        limit=1 if past_end else size,
        offset=0 if past_end else offset,
        order_by_field=embedded_schema.sort_field(sort),
        order=tantivy.Order.Asc,
    )
    return _total(found), [] if past_end else [address for _, address in found.hits]


def page_of_best(
    searcher: tantivy.Searcher, query: tantivy.Query, *, offset: int, size: int
) -> tuple[int, list[tantivy.DocAddress]]:
    """(total, page) by score and quality, ties by id: reads on until the last tie on the page is complete."""
    whole = searcher.num_docs
    wanted = min(offset + size, whole)
    limit = max(1, min(wanted + _SPARE, whole)) if offset < whole else 1
    while True:
        found = searcher.search(query, limit=limit, weight_by_field=embedded_schema.QUALITY)
        hits = found.hits
        if offset >= len(hits) or limit >= whole or len(hits) < limit or hits[-1][0] < hits[wanted - 1][0]:
            break
        limit = min(limit * _GROWTH, whole)
    return _total(found), _ordered(searcher, hits, offset, wanted) if offset < len(hits) else []


def _ordered(
    searcher: tantivy.Searcher, hits: list[tuple[float, tantivy.DocAddress]], offset: int, end: int
) -> list[tantivy.DocAddress]:
    ordered: list[tantivy.DocAddress] = []
    at = 0
    for _, ties in itertools.groupby(hits, key=lambda hit: hit[0]):
        group = [address for _, address in ties]
        if len(group) > 1 and at < end and at + len(group) > offset:
            keys = searcher.fast_field_values(_BY_QUALITY, group)
            group = [address for _, address in sorted(zip(keys, group, strict=True), key=lambda each: each[0] or 0)]
        ordered.extend(group)
        at += len(group)
    return ordered[offset:end]


def _total(found: tantivy.SearchResult) -> int:
    return int(found.count)  # type: ignore[attr-defined]  # missing from the library's stub
