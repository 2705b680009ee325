"""Facets: the shelf and the engine agree on their names; counting is right under all other facets."""

from hypothesis import given
from hypothesis import strategies as st

from marketplace.domain import facets, shelf, taxonomy
from marketplace.domain.facets import Facet, Row
from search_index import queries

COLOURS = Facet("colour", "颜色", {"red": "红", "green": "绿"})
SHAPES = Facet("shape", "形状", {"round": "圆", "square": "方"})
rows = st.lists(
    st.builds(
        lambda colours, shape, weight: Row({"colour": tuple(colours), "shape": (shape,)}, weight),
        st.sets(st.sampled_from(sorted(COLOURS.values))),
        st.sampled_from(sorted(SHAPES.values)),
        st.integers(1, 5),
    )
)
chosen = st.fixed_dictionaries(
    {},
    optional={
        "colour": st.sets(st.sampled_from(sorted(COLOURS.values)), min_size=1).map(lambda one: tuple(sorted(one))),
        "shape": st.sets(st.sampled_from(sorted(SHAPES.values)), min_size=1).map(lambda one: tuple(sorted(one))),
    },
)


def test_the_shelf_offers_exactly_the_facets_that_the_engines_count() -> None:
    assert {facet.name for facet in facets.SOLUTIONS} == set(queries.FACETS)


def test_hidden_standings_are_not_offered() -> None:
    for known in (facets.SOLUTIONS, facets.PROVIDERS):
        standing = next(facet for facet in known if facet.name == "standing")
        assert not set(standing.values) & set(shelf.HIDDEN_STANDINGS)


@given(rows, chosen)
def test_a_count_is_what_choosing_the_value_alone_in_its_facet_would_find(
    known: list[Row], filters: dict[str, tuple[str, ...]]
) -> None:
    counts = facets.count(known, (COLOURS, SHAPES), filters)
    for facet in (COLOURS, SHAPES):
        for value in facet.values:
            found = sum(row.weight for row in known if facets.fits(row, {**filters, facet.name: (value,)}))
            assert counts[facet.name].get(value, 0) == found


def test_industry_classes_have_code_and_name() -> None:
    assert taxonomy.label("143") == "143 方便食品制造"
    assert taxonomy.label("999") == "999"
    assert taxonomy.label(None) == "未知"
    assert all(parent == "C" or parent in taxonomy.NAMES for parent in taxonomy.PARENTS.values())
