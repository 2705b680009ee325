"""A document as the embedded engine stores it: words to match, columns to count by, keys to sort by."""

from collections.abc import Iterator

import tantivy

from search_index import documents, facets, fields, highlights, planning, queries, settings, suggesting
from search_index.analysis import Analysis
from search_index.documents import Document
from search_index.facets import Column

ID, SOURCE, SHOWN, NAME_KEY, QUALITY, LIVE = "id", "source", "shown", "name_key", "quality", "live"
SUGGEST_LEADING, SUGGEST_INSIDE = "suggest_leading", "suggest_inside"
LIVE_TOKEN = "1"  # noqa: S105 - on every document: its frequency less the number of documents are the deleted ones

_SUGGEST = (SUGGEST_LEADING, SUGGEST_INSIDE)

# The engine multiplies a score by log2(2 + weight). This weight makes that 1 + quality / 2**20: too little to cross
# a step between two whole scores, enough to survive the rounding of a 32-bit float.
_QUALITY_UNIT = 2**20


def space_field(space: str, name: str) -> str:
    return f"{space}_{name}"


def filter_field(attribute: str) -> str:
    return f"filter_{attribute}"


def column_field(column: str) -> str:
    return f"column_{column}"


def sort_field(sort: str) -> str:
    return f"sort_{sort}"


def build() -> tantivy.Schema:
    """The schema that `settings.toml` describes."""
    rule = settings.load()
    builder = tantivy.SchemaBuilder()
    builder.add_text_field(ID, stored=True, tokenizer_name="raw", index_option="basic")
    builder.add_bytes_field(SOURCE, stored=True)
    builder.add_bytes_field(SHOWN, stored=True)
    builder.add_float_field(QUALITY, fast=True)
    for space, entry in rule.spaces.items():
        for name in (fields.ALL, *entry):
            builder.add_text_field(space_field(space, name), tokenizer_name="whitespace", index_option="basic")
    for name in (NAME_KEY, *_SUGGEST, LIVE, *map(filter_field, _filtered())):
        builder.add_text_field(name, tokenizer_name="raw", index_option="basic")
    for column in columns():
        builder.add_text_field(column_field(column), fast=True, tokenizer_name="raw", index_option="basic")
    for sort in queries.SORTS:
        builder.add_unsigned_field(sort_field(sort), fast=True)
    return builder.build()


def columns() -> dict[str, tuple[Column, str]]:
    """Column -> how it holds the values of which attribute."""
    rule = settings.load()
    own = {facet: (facets.column(facet), attribute) for facet, attribute in rule.facets.items()}
    return {**own, **{column: (column, rule.pair.attribute) for column in (Column.PAIRS, Column.PAIR_SETS)}}


def to_stored(document: Document, analysis: Analysis) -> tantivy.Document:
    """The document with everything that it can be found, counted and sorted by."""
    stored = tantivy.Document()
    stored.add_text(ID, document.id)
    stored.add_bytes(SOURCE, documents.to_source(document).encode())
    stored.add_bytes(SHOWN, highlights.join(document).encode())
    stored.add_float(QUALITY, 2 ** (1 + documents.quality(document) / _QUALITY_UNIT) - 2)
    stored.add_text(NAME_KEY, planning.name_key(document.name))
    stored.add_text(LIVE, LIVE_TOKEN)
    for (space, name), found in fields.tokens(document, analysis).items():
        stored.add_text(space_field(space, name), " ".join(sorted(found)))
    for name, value in _exact_values(document):
        stored.add_text(name, value)
    for sort in queries.SORTS:
        stored.add_unsigned(sort_field(sort), documents.sort_key(document, sort))
    for suggestion in suggesting.names(document, analysis):
        for name, terms in zip(_SUGGEST, suggesting.terms(suggestion, analysis), strict=True):
            for term in terms:
                stored.add_text(name, term)
    return stored


def stored_id(stored: tantivy.Document) -> str:
    return str(stored.get_first(ID))


def stored_text(stored: tantivy.Document, name: str) -> str:
    """The document's SOURCE or SHOWN. ValueError when the store has none."""
    content = stored.get_first(name)
    if content is None:
        raise ValueError("a stored document has lost its text")
    return bytes(content).decode()


def _exact_values(document: Document) -> Iterator[tuple[str, str]]:
    """What to filter and count by."""
    for attribute in _filtered():
        for value in documents.values(document, attribute):
            yield filter_field(attribute), value
    for name, (column, attribute) in columns().items():
        for value in _column_values(column, documents.values(document, attribute)):
            yield column_field(name), value


def _column_values(column: Column, values: tuple[str, ...]) -> tuple[str, ...]:
    if column in (Column.VALUES, Column.PAIRS) or not values:
        return values
    return (facets.set_value(values) if column == Column.SETS else facets.pair_set_value(values),)


def _filtered() -> tuple[str, ...]:
    rule = settings.load()
    return (*rule.filters.values(), rule.pair.attribute)
