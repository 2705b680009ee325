"""What every search engine does, whichever it is."""

import dataclasses
import random
from typing import Any

import pytest

from benchmarks.search_oracle import Oracle
from search_index import documents
from search_index.documents import Document
from search_index.engine import Engine, EngineUnavailable
from search_index.queries import END, FACETS, SORTS, START, Query
from tests.contract import search_fixture

_GOLDEN = search_fixture.load("search_queries")["queries"]
_CATALOGUE = search_fixture.catalogue()
_BY_ID = {document.id: document for document in _CATALOGUE}
_ALL = len(_CATALOGUE)


@pytest.fixture(scope="session")
def oracle() -> Oracle:
    return Oracle(_CATALOGUE, search_fixture.analysis())


def _ids(engine: Engine, **asked: Any) -> list[str]:
    return [hit.id for hit in engine.search(Query(**{"per_page": 100, **asked})).hits]


@pytest.mark.parametrize("golden", _GOLDEN, ids=[golden["text"] for golden in _GOLDEN])
def test_a_typed_text_finds_what_its_writer_meant(engine: Engine, golden: dict[str, Any]) -> None:
    results = engine.search(Query(golden["text"], per_page=100))
    found = [hit.id for hit in results.hits]
    first = golden.get("first", [])
    assert set(found[: len(first)]) == set(first)
    assert set(golden.get("has", [])) <= set(found)
    assert not set(golden.get("lacks", [])) & set(found)
    assert not (golden.get("none") and found)
    assert results.relaxed or not golden.get("relaxed")


def test_an_empty_query_finds_everything(engine: Engine) -> None:
    results = engine.search(Query(per_page=100))
    assert results.total == len(results.hits) == _ALL
    assert {hit.id for hit in results.hits} == set(_BY_ID)
    assert not results.relaxed


def test_results_that_have_every_word_are_not_called_relaxed(engine: Engine) -> None:
    assert not engine.search(Query("扫码 报工")).relaxed


def _choice(rng: random.Random) -> dict[str, frozenset[str]]:
    chosen: dict[str, frozenset[str]] = {}
    for facet in rng.sample(FACETS, rng.choice((1, 1, 2, 2, 3, 4))):
        values = sorted(_values(facet))
        chosen[facet] = frozenset(rng.sample(values, min(len(values), rng.choice((1, 1, 2, 3)))))
    if rng.random() < 0.3:
        chosen["scene"] = frozenset(rng.sample(sorted(_values("scene")), rng.choice((1, 2))))
        chosen["level"] = frozenset(rng.sample(sorted(_values("level")), rng.choice((1, 2))))
    return chosen


def _values(facet: str) -> set[str]:
    attribute = documents.settings_module.load().facets[facet]
    return {value for document in _CATALOGUE for value in documents.values(document, attribute)}


@pytest.mark.parametrize("seed", range(25))
def test_total_page_and_every_count_under_random_filters_equal_brute_force(
    engine: Engine, oracle: Oracle, seed: int
) -> None:
    rng = random.Random(seed)
    for _ in range(20):
        size, page = rng.choice((5, 20)), rng.choice((1, 2))
        query = Query(filters=_choice(rng), sort=rng.choice(SORTS), per_page=size, page=page)
        results = engine.search(query)
        found = (results.total, [hit.id for hit in results.hits], dict(results.facets), results.relaxed)
        assert found == oracle.answer(query)


def test_several_values_of_a_facet_widen_and_facets_narrow(engine: Engine) -> None:
    saas = set(_ids(engine, filters={"deployment": frozenset({"saas"})}))
    private = set(_ids(engine, filters={"deployment": frozenset({"private"})}))
    either = set(_ids(engine, filters={"deployment": frozenset({"saas", "private"})}))
    narrowed = set(_ids(engine, filters={"deployment": frozenset({"saas"}), "size": frozenset({"medium"})}))
    assert either == saas | private
    assert narrowed < saas


def test_scene_and_level_must_hold_on_one_coverage_row(engine: Engine) -> None:
    # 151 brings quality to 3; 102 brings warehousing to 4 but equipment to 2 only.
    found = _ids(engine, filters={"scene": frozenset({"equipment"}), "level": frozenset({"4"})})
    assert "102" not in found
    assert set(found) == {d.id for d in _CATALOGUE if "equipment:4" in d.scene_levels}


def test_a_scene_is_counted_by_those_that_reach_the_chosen_level_in_it(engine: Engine) -> None:
    counts = engine.search(Query(filters={"level": frozenset({"4"})})).facets["scene"]
    assert counts["equipment"] == sum("equipment:4" in document.scene_levels for document in _CATALOGUE)
    assert counts["equipment"] < sum("equipment" in d.scenes and "4" in d.levels for d in _CATALOGUE)


def test_counts_are_those_of_the_text_as_well(engine: Engine) -> None:
    results = engine.search(Query("报工", per_page=100))
    assert sum(results.facets["provider_kind"].values()) == results.total
    assert results.facets["has_case"]["yes"] == sum(_BY_ID[hit.id].has_case for hit in results.hits)


def test_only_the_facets_asked_for_are_counted(engine: Engine) -> None:
    assert set(engine.search(Query(facets=("scene",))).facets) == {"scene"}
    assert engine.search(Query(facets=())).facets == {}


@pytest.mark.parametrize(("filters", "expected"), [("provider", "P-禾仓软件"), ("family", "手机扫码报工")])
def test_filters_without_counts_restrict(engine: Engine, filters: str, expected: str) -> None:
    found = _ids(engine, filters={filters: frozenset({expected})})
    assert set(found) == {d.id for d in _CATALOGUE if expected in (d.provider_id, *d.families)}


@pytest.mark.parametrize(
    ("sort", "attribute", "sign"),
    [("rating", "rating", -1), ("price", "price", 1), ("days", "days", 1), ("contracts", "contracts", -1),
     ("newest", "listed_at", -1)],
)  # fmt: skip
def test_sorts_put_the_unknown_last_and_break_ties_by_id(engine: Engine, sort: str, attribute: str, sign: int) -> None:
    def place(document: Document) -> tuple[bool, float, int]:
        value = getattr(document, attribute)
        return value is None, 0 if value is None else sign * value, int(document.id)

    assert _ids(engine, sort=sort) == [document.id for document in sorted(_CATALOGUE, key=place)]


@pytest.mark.parametrize("sort", SORTS)
@pytest.mark.parametrize("text", ["", "检"])
def test_pages_joined_are_the_whole_list_in_its_order(engine: Engine, sort: str, text: str) -> None:
    whole = _ids(engine, sort=sort, text=text)
    pages = [_ids(engine, sort=sort, text=text, page=page, per_page=7) for page in range(1, 11)]
    assert [found for page in pages for found in page] == whole


def test_a_page_far_past_the_end_is_empty_and_keeps_the_total(engine: Engine) -> None:
    results = engine.search(Query("报工", page=1_000_000, per_page=100))
    assert results.hits == ()
    assert results.total == len(_ids(engine, text="报工"))


def test_hits_are_marked_where_they_match(engine: Engine) -> None:
    hit = next(hit for hit in engine.search(Query("报工")).hits if hit.id == "106")
    assert f"{START}报工{END}" in hit.highlights["name"]
    assert "provider_name" not in hit.highlights


def test_marks_in_a_stored_text_are_not_taken_for_ours(own_engine: Engine) -> None:
    forged = dataclasses.replace(_BY_ID["106"], name=f"小{START}假{END}报工")
    own_engine.rebuild([forged])
    (hit,) = own_engine.search(Query("报工")).hits
    assert hit.highlights["name"].count(START) == hit.highlights["name"].count(END) == 1
    assert "假" not in hit.highlights["name"].split(START)[1].split(END)[0]


@pytest.mark.parametrize(
    ("typed", "text", "kind"),
    [
        ("小铃", "小铃报工", "solution"),
        ("报工", "小铃报工", "solution"),
        ("xiaoling", "小铃报工", "solution"),
        ("xlbg", "小铃报工", "solution"),
        ("小零", "小铃软件", "provider"),
        ("衡川", "衡川自控", "provider"),
        ("仓储物", "仓储物流", "scene"),
        ("ccwl", "仓储物流", "scene"),
        ("预测性", "预测性维护", "family"),
        ("AGV", "AGV搬运小车", "solution"),
        ("agv", "AGV搬运小车", "solution"),
    ],
)
def test_suggestions_complete_names_of_every_kind(engine: Engine, typed: str, text: str, kind: str) -> None:
    assert (text, kind) in {(found.text, found.kind) for found in engine.suggest(typed, limit=20)}


def test_suggestions_are_distinct_few_and_name_what_they_stand_for(engine: Engine) -> None:
    found = engine.suggest("管理", limit=3)
    assert len(found) == len(set(found)) == 3
    (provider,) = [each for each in engine.suggest("衡川自控", limit=20) if each.kind == "provider"]
    assert provider.id == "P-衡川自控"
    assert engine.suggest("", limit=5) == engine.suggest("  ", limit=5) == ()


@pytest.mark.parametrize(
    "typed", ["\x00", "'\"\\", "*", "(", "报工 AND", "a" * 5000, "\u200b", "😀", ":", "[", "_", "\x1f"]
)
def test_odd_texts_are_answered(engine: Engine, typed: str) -> None:
    assert engine.search(Query(typed)).total >= 0
    assert isinstance(engine.suggest(typed), tuple)


def test_changes_are_seen_at_once_by_the_one_who_made_them(own_engine: Engine) -> None:
    own_engine.rebuild(_CATALOGUE[:3])
    fresh = dataclasses.replace(_BY_ID["106"], price=1)
    own_engine.apply([_BY_ID["105"], _BY_ID["106"], fresh], ["101", "no such id"])
    assert own_engine.document_ids() == {"102", "103", "105", "106"}
    assert _ids(own_engine, sort="price")[0] == "106"
    assert own_engine.health().documents == 4


def test_a_rebuilt_index_equals_the_one_that_was_kept_up_to_date(own_engine: Engine) -> None:
    own_engine.rebuild(_CATALOGUE[:20])
    for document in _CATALOGUE[20:40]:
        own_engine.apply([dataclasses.replace(document, name="旧名")], [])
    own_engine.apply(_CATALOGUE[20:], [document.id for document in _CATALOGUE[:5]])
    live, fed = own_engine.fingerprint(), [own_engine.search(Query(g["text"])).hits for g in _GOLDEN]
    own_engine.rebuild(reversed(_CATALOGUE[5:]))
    assert own_engine.fingerprint() == live
    assert [own_engine.search(Query(golden["text"])).hits for golden in _GOLDEN] == fed


def test_fingerprints_of_different_contents_differ(own_engine: Engine) -> None:
    own_engine.rebuild(_CATALOGUE[:3])
    before = own_engine.fingerprint()
    own_engine.apply([dataclasses.replace(_CATALOGUE[0], contracts=99)], [])
    assert own_engine.fingerprint() != before


def test_an_engine_that_was_never_built_is_unavailable(own_engine: Engine) -> None:
    for ask in (
        lambda: own_engine.search(Query("报工")),
        lambda: own_engine.suggest("报"),
        lambda: own_engine.apply([_CATALOGUE[0]], []),
        own_engine.fingerprint,
        own_engine.document_ids,
        own_engine.health,
    ):
        with pytest.raises(EngineUnavailable):
            ask()


def test_an_empty_catalogue_is_an_answer(own_engine: Engine) -> None:
    own_engine.rebuild([])
    results = own_engine.search(Query("报工"))
    assert (results.total, results.hits) == (0, ())
    assert all(counts == {} for counts in results.facets.values())
    assert own_engine.suggest("报") == ()
    own_engine.apply([_CATALOGUE[0]], [])
    assert own_engine.document_ids() == {_CATALOGUE[0].id}
