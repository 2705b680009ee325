"""What the shelf can be asked: its facets and orders, and the search query that a choice amounts to."""

from collections.abc import Iterable

from marketplace.domain import choices, facets, shelf
from marketplace.domain.choices import Choice, Schema
from search_index import queries
from search_index.queries import Query

SORTS = {
    "relevance": "综合",
    "rating": "评分从高到低",
    "price": "价格从低到高",
    "days": "上线从快到慢",
    "contracts": "签约从多到少",
    "newest": "最新上架",
}
FREE = {"provider": "服务商", "family": "产品类别"}
SCHEMA = Schema(facets.SOLUTIONS, SORTS, FREE)
PER_PAGE: int = shelf.SHELF["per_page"]
ID_DIGITS = 9  # longer than any id, shorter than what an id column would refuse


def parse(items: Iterable[tuple[str, str]], *, path: str) -> Choice:
    return choices.parse(items, schema=SCHEMA, path=path)


def to_query(choice: Choice) -> Query:
    """One page of the choice with the counts of all facets."""
    return Query(
        text=choice.text,
        filters={name: frozenset(values) for name, values in choice.filters.items()},
        sort=choice.sort,
        page=choice.page,
        per_page=PER_PAGE,
        facets=queries.FACETS,
    )


def to_count(choice: Choice) -> Query:
    """Only how many there are."""
    filters = {name: frozenset(values) for name, values in choice.filters.items()}
    return Query(text=choice.text, filters=filters, per_page=1, facets=())


def row_ids(values: Iterable[str]) -> list[int]:
    """Those of the texts that can be the id of a row."""
    return [int(value) for value in values if value.isascii() and value.isdecimal() and len(value) <= ID_DIGITS]
