"""Which counts need which filters."""

from search_index import facets, queries
from search_index.facets import Column, Count

_A, _B = frozenset({"a"}), frozenset({"b", "c"})


def _filters_of(chosen: dict[str, frozenset[str]], facet: str) -> dict[str, frozenset[str]]:
    (turn,) = [t for t in facets.rounds(chosen, queries.FACETS) if facet in {count.facet for count in t.counts}]
    return dict(turn.filters)


def test_without_a_choice_one_round_counts_everything() -> None:
    (turn,) = facets.rounds({}, queries.FACETS)
    assert [count.facet for count in turn.counts] == list(queries.FACETS)


def test_a_chosen_facet_is_counted_without_its_own_choice() -> None:
    chosen = {"industry": _A, "size": _B}
    assert _filters_of(chosen, "industry") == {"size": _B}
    assert _filters_of(chosen, "size") == {"industry": _A}
    assert _filters_of(chosen, "deployment") == chosen
    assert len(facets.rounds(chosen, queries.FACETS)) == 3


def test_paired_facets_are_counted_from_pairs_without_either_choice() -> None:
    chosen = {"scene": _A, "level": _B, "size": _A}
    assert _filters_of(chosen, "scene") == _filters_of(chosen, "level") == {"size": _A}
    counts = {count.facet: count for turn in facets.rounds(chosen, queries.FACETS) for count in turn.counts}
    assert counts["scene"] == Count("scene", Column.PAIR_SETS, _B)
    assert counts["level"] == Count("level", Column.PAIRS, _A)


def test_a_level_alone_already_pairs_the_scenes() -> None:
    chosen = {"level": _A}
    assert _filters_of(chosen, "scene") == {}
    assert _filters_of(chosen, "level") == {}
    assert _filters_of(chosen, "size") == chosen


def test_two_paired_choices_become_one_restriction_on_pairs() -> None:
    restrictions = facets.restrictions({"scene": _A, "level": _B, "size": _A}.items())
    assert restrictions == {"scene_levels": frozenset({"a:b", "a:c"}), "sizes": _A}
    assert facets.restrictions({"scene": _A}.items()) == {"scenes": _A}


def test_sets_are_added_up_value_by_value() -> None:
    stored = [(facets.set_value(["a", "b"]), 3), (facets.set_value(["b"]), 2)]
    assert facets.tally(stored, Count("size", Column.SETS)) == {"a": 3, "b": 5}


def test_a_document_with_several_fitting_levels_counts_once() -> None:
    stored = [
        (facets.pair_set_value(["quality:1", "quality:2", "safety:1"]), 4),
        (facets.pair_set_value(["safety:2"]), 1),
    ]
    scenes = facets.tally(stored, Count("scene", Column.PAIR_SETS, frozenset({"1", "2"})))
    levels = facets.tally(stored, Count("level", Column.PAIR_SETS, frozenset({"quality", "safety"})))
    assert scenes == {"quality": 4, "safety": 5}
    assert levels == {"1": 4, "2": 5}


def test_pairs_with_one_other_value_are_read_directly() -> None:
    stored = [("quality:2", 4), ("quality:1", 6), ("safety:2", 1)]
    assert facets.tally(stored, Count("scene", Column.PAIRS, frozenset({"2"}))) == {"quality": 4, "safety": 1}
    assert facets.tally(stored, Count("level", Column.PAIRS, frozenset({"quality"}))) == {"1": 6, "2": 4}
