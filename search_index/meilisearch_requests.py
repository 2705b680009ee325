"""What is sent to a Meilisearch server (1.10 or later), built without talking to it."""

import json
from collections.abc import Iterable, Sequence
from typing import Any

from search_index import documents, facets, fields, highlights, planning, queries, settings
from search_index.analysis import Analysis, Word, fold
from search_index.documents import Document
from search_index.facets import Column, Count, Round
from search_index.queries import Query

Json = dict[str, Any]

PRIMARY_KEY = "id"
SOURCE = "source"
_SOUNDS, _INITIALS, _SCENE_LABELS, _PAIR_SETS = "sounds", "initials", "scene_labels", "pair_sets"
# As many words as no Chinese text has: two slips are never forgiven.
_NEVER = 255
_CROP_WORDS = 40
_MARKS = str.maketrans({queries.START: None, queries.END: None})


def sort_attribute(sort: str) -> str:
    return f"sort_{sort}"


def column_attribute(count: Count) -> str:
    """Where the server counts: sets only where pairs need them, everything else value by value."""
    rule = settings.load()
    if count.column == Column.PAIR_SETS:
        return _PAIR_SETS
    return rule.pair.attribute if count.column == Column.PAIRS else rule.facets[count.facet]


def index_settings(analysis: Analysis) -> Json:
    """The body of PATCH /indexes/{uid}/settings."""
    rule = settings.load()
    texts = _text_attributes()
    sorts = [sort_attribute(sort) for sort in queries.SORTS]
    return {
        "searchableAttributes": [*texts, _SCENE_LABELS, _SOUNDS, _INITIALS],
        "displayedAttributes": [PRIMARY_KEY, *[*highlights.SHOWN], SOURCE],
        "filterableAttributes": sorted({*rule.filters.values(), rule.pair.attribute, _PAIR_SETS}),
        "sortableAttributes": sorts,
        "rankingRules": ["sort", "words", "attribute", "typo", "proximity", "exactness", f"{sorts[0]}:asc"],
        "stopWords": sorted(settings.stop_words()),
        "synonyms": {word: list(others) for word, others in sorted(analysis.synonyms_by_word.items())},
        "dictionary": sorted(word for word in analysis.synonyms_by_word if not word.isascii()),
        "localizedAttributes": [{"locales": ["zho"], "attributePatterns": [*texts, _SCENE_LABELS]}],
        "typoTolerance": {
            "enabled": True,
            "minWordSizeForTypos": {"oneTypo": rule.typing["typo_from"], "twoTypos": _NEVER},
            "disableOnAttributes": [_INITIALS],
        },
        "faceting": {"maxValuesPerFacet": int(rule.meilisearch["max_values_per_facet"])},
        "pagination": {"maxTotalHits": int(rule.meilisearch["max_total_hits"])},
    }


def stored(document: Document, analysis: Analysis) -> Json:
    """The document as it is sent: its texts, its facet values, its sort keys, and its canonical form."""
    rule = settings.load()
    found = fields.tokens(document, analysis)
    attributes = {*rule.filters.values(), rule.pair.attribute}
    return {
        PRIMARY_KEY: document.id,
        SOURCE: documents.to_source(document),
        **{name: _unmarked(getattr(document, name)) for name in _text_attributes()},
        **{name: list(documents.values(document, name)) for name in sorted(attributes)},
        **{sort_attribute(sort): f"{documents.sort_key(document, sort):020d}" for sort in queries.SORTS},
        _PAIR_SETS: facets.pair_set_value(documents.values(document, rule.pair.attribute)),
        _SCENE_LABELS: [analysis.scene_names[scene] for scene in document.scenes if scene in analysis.scene_names],
        _SOUNDS: sorted(found["sounds", fields.ALL]),
        _INITIALS: sorted(found["initials", fields.ALL]),
    }


def readings(text: str, analysis: Analysis) -> list[Json]:
    """The ways to read a typed text, to be tried in this order: as written, by its sound, most of its words."""
    rule = settings.load().relevance
    words = analysis.words(text[: int(rule["max_characters"])])[: int(rule["max_words"])]
    if not words:
        return [{"q": ""}]
    written = {"q": " ".join(word.text for word in words), "attributesToSearchOn": _text_attributes()}
    heard = {
        "q": " ".join(_heard(words, analysis)),
        "matchingStrategy": "all",
        "attributesToSearchOn": [_SOUNDS, _INITIALS],
    }
    return [{**written, "matchingStrategy": "all"}, heard, {**written, "matchingStrategy": "frequency"}]


def probes(text: str, analysis: Analysis, *, index: str) -> list[Json]:
    """Does a reading find anything at all, whatever the filters? No documents, an exact total."""
    return [{"indexUid": index, **reading, "page": 0} for reading in readings(text, analysis)]


def search(query: Query, reading: Json, *, index: str) -> list[Json]:
    """The queries of one multi-search: the page, then one for each round of counting."""
    page = {
        "indexUid": index,
        **reading,
        "filter": filters(query.chosen.items()),
        "page": query.page,
        "hitsPerPage": query.per_page,
        "attributesToRetrieve": [PRIMARY_KEY],
        "attributesToHighlight": [*highlights.SHOWN],
        "attributesToCrop": ["description"],
        "cropLength": _CROP_WORDS,
        "highlightPreTag": queries.START,
        "highlightPostTag": queries.END,
    }
    if query.sort != "relevance" or not reading["q"]:
        page["sort"] = [f"{sort_attribute(query.sort)}:asc"]
    return [page, *(_round(turn, reading, index) for turn in rounds(query))]


def rounds(query: Query) -> tuple[Round, ...]:
    return facets.rounds(query.chosen, query.facets)


def filters(chosen: Iterable[tuple[str, frozenset[str]]]) -> list[str]:
    """Filter expressions that must all hold."""
    restrictions = facets.restrictions(chosen)
    return [
        f"{attribute} IN [{', '.join(_quoted(value) for value in sorted(values))}]"
        for attribute, values in sorted(restrictions.items())
    ]


def suggestions(prefixes: Sequence[str], *, index: str) -> list[Json]:
    """Documents whose names begin a word with what was typed; the names are picked out of them afterwards."""
    where = ["name", "provider_name", "families", _SCENE_LABELS, _SOUNDS, _INITIALS]
    limit = settings.load().pages["suggestions_read"]
    return [
        {
            "indexUid": index,
            "q": prefix,
            "matchingStrategy": "all",
            "attributesToSearchOn": where,
            "attributesToRetrieve": [SOURCE],
            "limit": limit,
        }
        for prefix in prefixes
    ]


def key(index: str) -> Json:
    """The body of POST /keys: all that the application needs, on its own indexes only."""
    return {
        "name": f"{index}: application",
        "description": "Search, feed and rebuild the catalogue; nothing else on this server",
        "actions": [
            "search",
            "documents.add",
            "documents.get",
            "documents.delete",
            "indexes.create",
            "indexes.get",
            "indexes.delete",
            "indexes.swap",
            "settings.update",
            "stats.get",
            "tasks.get",
        ],
        "indexes": [index, f"{index}_next"],
        "expiresAt": None,
    }


def _round(turn: Round, reading: Json, index: str) -> Json:
    return {
        "indexUid": index,
        **reading,
        "filter": filters(turn.filters),
        "page": 0,
        "facets": sorted({column_attribute(count) for count in turn.counts}),
    }


def _heard(words: Sequence[Word], analysis: Analysis) -> list[str]:
    """Every stretch of Chinese as folded syllables written together; Latin words folded as if they were pinyin."""
    longest = settings.load().typing["sound_syllables"]
    runs: dict[int, list[str]] = {}
    for word in words:
        runs.setdefault(word.run, []).extend(analysis.syllables(word.text) if word.is_han else (word.text,))
    return [fold("".join(syllables[:longest])) for syllables in runs.values()]


def _text_attributes() -> list[str]:
    entry = settings.load().spaces[planning.Space.WORDS]
    return [attribute for attributes in entry.values() for attribute in attributes]


def _unmarked(value: str | tuple[str, ...]) -> str | list[str]:
    return value.translate(_MARKS) if isinstance(value, str) else [text.translate(_MARKS) for text in value]


def _quoted(value: str) -> str:
    return json.dumps(value, ensure_ascii=False)
