"""What would be sent to a Meilisearch server, checked without one."""

import json

import pytest

from search_index import facets, meilisearch_requests, queries, settings
from search_index.analysis import fold
from search_index.queries import Query
from tests.contract import search_fixture

_ANALYSIS = search_fixture.analysis()
_CATALOGUE = search_fixture.catalogue()


def _search(**asked: object) -> list[dict[str, object]]:
    query = Query(**asked)  # type: ignore[arg-type]
    reading = meilisearch_requests.readings(query.text, _ANALYSIS)[0]
    return meilisearch_requests.search(query, reading, index="solutions")


def test_every_attribute_that_is_filtered_counted_or_sorted_by_is_declared_and_stored() -> None:
    declared = meilisearch_requests.index_settings(_ANALYSIS)
    stored = meilisearch_requests.stored(_CATALOGUE[0], _ANALYSIS)
    chosen = {"scene": frozenset({"quality", "safety"}), "level": frozenset({"2", "3"}), "size": frozenset({"small"})}
    for request in _search(filters=chosen):
        for attribute in request.get("facets", ()):  # type: ignore[attr-defined]
            assert attribute in declared["filterableAttributes"]
        for expression in request["filter"]:  # type: ignore[attr-defined]
            assert expression.split(" ")[0] in declared["filterableAttributes"]
    assert {f"sort_{sort}" for sort in queries.SORTS} == set(declared["sortableAttributes"])
    everything = {*declared["filterableAttributes"], *declared["sortableAttributes"], *declared["displayedAttributes"]}
    assert everything | set(declared["searchableAttributes"]) <= stored.keys()


def test_settings_are_data_that_a_server_accepts() -> None:
    declared = meilisearch_requests.index_settings(_ANALYSIS)
    assert json.loads(json.dumps(declared)) == declared
    assert declared["synonyms"]["mes"] == ["制造执行"]
    assert declared["localizedAttributes"][0]["locales"] == ["zho"]
    typos = declared["typoTolerance"]["minWordSizeForTypos"]
    assert typos == {"oneTypo": settings.load().typing["typo_from"], "twoTypos": 255}
    assert declared["rankingRules"][0] == "sort"
    assert declared["rankingRules"][-1] == "sort_relevance:asc"
    assert declared["searchableAttributes"].index("name") < declared["searchableAttributes"].index("description")


def test_filters_widen_within_and_narrow_between() -> None:
    chosen = {"size": frozenset({"small", "micro"}), "has_case": frozenset({"yes"})}
    assert meilisearch_requests.filters(chosen.items()) == ['has_case IN ["yes"]', 'sizes IN ["micro", "small"]']


def test_values_cannot_break_out_of_a_filter() -> None:
    (expression,) = meilisearch_requests.filters({"size": frozenset({'a"] OR id EXISTS OR sizes IN ["\\'})}.items())
    assert expression == 'sizes IN ["a\\"] OR id EXISTS OR sizes IN [\\"\\\\"]'


def test_paired_facets_are_filtered_together_and_counted_apart() -> None:
    page, *rounds = _search(filters={"scene": frozenset({"quality"}), "level": frozenset({"2", "3"})})
    assert page["filter"] == ['scene_levels IN ["quality:2", "quality:3"]']
    (paired,) = [each for each in rounds if "pair_sets" in each["facets"]]  # type: ignore[operator]
    assert paired["filter"] == []
    assert set(paired["facets"]) == {"pair_sets", "scene_levels"}  # type: ignore[call-overload]


def test_pages_have_exact_totals_and_counts_bring_no_documents() -> None:
    page, *rounds = _search(page=3, per_page=7)
    assert (page["page"], page["hitsPerPage"]) == (3, 7)
    assert "limit" not in page
    assert all(each["page"] == 0 for each in rounds)


@pytest.mark.parametrize(("sort", "text", "sent"), [
    ("price", "", ["sort_price:asc"]), ("price", "报工", ["sort_price:asc"]),
    ("relevance", "", ["sort_relevance:asc"]), ("relevance", "报工", None)])  # fmt: skip
def test_an_order_is_sent_unless_the_text_gives_one(sort: str, text: str, sent: list[str] | None) -> None:
    assert _search(sort=sort, text=text)[0].get("sort") == sent


def test_a_text_is_read_as_written_then_by_sound_then_loosely() -> None:
    written, heard, loose = meilisearch_requests.readings("苍储 mes", _ANALYSIS)
    assert (written["matchingStrategy"], loose["matchingStrategy"]) == ("all", "frequency")
    assert heard["q"] == f"{fold('cangchu')} {fold('mes')}"
    assert heard["attributesToSearchOn"] == ["sounds", "initials"]
    assert "sounds" not in written["attributesToSearchOn"]


def test_a_probe_asks_how_many_whatever_the_filters() -> None:
    probes = meilisearch_requests.probes("报工", _ANALYSIS, index="solutions")
    assert len(probes) == 3
    assert all(probe["page"] == 0 and "filter" not in probe for probe in probes)


def test_sort_keys_are_texts_of_one_length_so_that_no_number_loses_digits() -> None:
    stored = [meilisearch_requests.stored(document, _ANALYSIS) for document in _CATALOGUE]
    assert {len(each[f"sort_{sort}"]) for each in stored for sort in queries.SORTS} == {20}
    by_price = sorted(stored, key=lambda each: str(each["sort_price"]))
    assert [each["id"] for each in by_price][:2] == ["134", "109"]


def test_marks_are_taken_out_of_what_is_stored() -> None:
    assert queries.START not in str(meilisearch_requests._unmarked(f"a{queries.START}b"))
    assert meilisearch_requests._unmarked((f"a{queries.END}",)) == ["a"]


def test_the_set_of_pairs_stays_short_enough_to_be_counted() -> None:
    longest = [f"production_planning_{number:02d}:{level}" for number in range(16) for level in range(1, 5)]
    assert len(facets.pair_set_value(longest).encode()) < 512
    real = [f"{scene}:{level}" for scene in _ANALYSIS.scene_names for level in range(1, 5)]
    assert len(facets.pair_set_value(real).encode()) < 468
