"""The document schema, its canonical form and its orders."""

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search_index import documents, queries, settings
from search_index.queries import Query
from tests.contract import search_fixture

_DOCUMENT = search_fixture.catalogue()[0]


def test_a_document_comes_back_from_its_canonical_form() -> None:
    for document in search_fixture.catalogue():
        assert documents.from_source(documents.to_source(document)) == document


@pytest.mark.parametrize("source", ["", "[]", "{}", '{"id": "1"}', "null"])
def test_a_damaged_source_is_refused(source: str) -> None:
    with pytest.raises((ValueError, TypeError, AttributeError)):
        documents.from_source(source)


def test_the_fingerprint_forgets_the_order_and_nothing_else() -> None:
    pairs = [(document.id, documents.to_source(document)) for document in search_fixture.catalogue()]
    whole = documents.fingerprint(pairs)
    assert documents.fingerprint(reversed(pairs)) == whole
    assert documents.fingerprint(pairs[1:]) != whole
    assert documents.fingerprint([("x", pairs[0][1]), *pairs[1:]]) != whole


@given(st.lists(st.integers(0, 2**31 - 1), min_size=2, unique=True))
def test_ids_that_are_numbers_are_ordered_as_numbers(numbers: list[int]) -> None:
    assert sorted(numbers) == sorted(numbers, key=lambda number: documents.tie_key(str(number)))


@given(st.text(min_size=1), st.integers(0, 2**31 - 1))
def test_other_ids_come_after_numbers_and_stay_in_range(text: str, number: int) -> None:
    if text.isdecimal():
        return
    assert documents.tie_key(str(number)) < documents.tie_key(text) < 2**32


@given(st.one_of(st.none(), st.integers(0, 10**9)), st.one_of(st.none(), st.integers(0, 10**9)))
def test_prices_ascend_and_the_unknown_is_last(one: int | None, other: int | None) -> None:
    low = documents.sort_key(dataclasses.replace(_DOCUMENT, price=one), "price")
    high = documents.sort_key(dataclasses.replace(_DOCUMENT, price=other), "price")
    assert (low < high) == ((one is None, one or 0) < (other is None, other or 0))
    assert max(low, high) < 2**64


def test_an_unknown_rating_adds_nothing_to_the_quality() -> None:
    unknown = documents.quality(dataclasses.replace(_DOCUMENT, rating=None, contracts=0))
    poor = documents.quality(dataclasses.replace(_DOCUMENT, rating=1.0, contracts=0))
    best = documents.quality(dataclasses.replace(_DOCUMENT, rating=5.0, contracts=10_000))
    assert unknown == 0 < poor < best == 255


def test_a_word_in_a_field_outweighs_all_lesser_fields_together() -> None:
    weights = list(settings.load().fields.values())
    assert all(weight > sum(weights[at + 1 :]) for at, weight in enumerate(weights))


@pytest.mark.parametrize(
    "wrong",
    [{"filters": {"colour": frozenset({"red"})}}, {"facets": ("family",)}, {"facets": ("colour",)}, {"sort": "luck"},
     {"page": 0}, {"per_page": 0}, {"per_page": 10_000}],
)  # fmt: skip
def test_a_query_for_what_does_not_exist_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"unknown|out of range"):
        Query(**wrong)  # type: ignore[arg-type]


def test_an_empty_choice_restricts_nothing() -> None:
    assert Query(filters={"scene": frozenset(), "level": frozenset({"2"})}).chosen == {"level": frozenset({"2"})}


def test_every_facet_names_an_attribute_of_the_document() -> None:
    names = {field.name for field in dataclasses.fields(_DOCUMENT)}
    assert set(settings.load().filters.values()) <= names
    assert {sort.attribute for sort in settings.load().sorts.values()} <= names
    assert "relevance" in queries.SORTS
