"""What the frame of a list shows: facets with counts, chips of what is chosen, order, pages, notices."""

from collections.abc import Mapping
from dataclasses import dataclass

from marketplace.domain.choices import Choice
from marketplace.domain.facets import Facet


@dataclass(frozen=True, slots=True)
class FacetValue:
    value: str
    label: str
    count: int
    url: str
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class FacetView:
    name: str
    label: str
    values: tuple[FacetValue, ...]
    is_open: bool


@dataclass(frozen=True, slots=True)
class Chip:
    """A chosen value, and the address of the list without it."""

    label: str
    url: str


@dataclass(frozen=True, slots=True)
class SortView:
    value: str
    label: str
    url: str
    is_current: bool


@dataclass(frozen=True, slots=True)
class ListPage:
    """Where the reader stands in the list; `url` keeps everything that is chosen."""

    number: int
    pages: int
    total: int
    choice: Choice

    def url(self, number: int) -> str:
        return self.choice.at(number).url


@dataclass(frozen=True, slots=True)
class Frame:
    choice: Choice
    facets: tuple[FacetView, ...]
    chips: tuple[Chip, ...]
    sorts: tuple[SortView, ...]
    page: ListPage
    notices: tuple[str, ...]

    @property
    def total(self) -> int:
        return self.page.total


def page_count(total: int, *, per_page: int) -> int:
    return max(1, -(-total // per_page))


def frame(
    choice: Choice,
    *,
    counts: Mapping[str, Mapping[str, int]],
    total: int,
    per_page: int,
    names: Mapping[tuple[str, str], str] | None = None,
) -> Frame:
    """`names`: what the values of free filters are called, by (filter, value). A page too far becomes the last one."""
    pages = page_count(total, per_page=per_page)
    notices = choice.notices
    if choice.page > pages:
        notices = (*notices, f"没有第{choice.page}页，已显示最后一页。")
    shown = choice.at(min(choice.page, pages))
    return Frame(
        choice=shown,
        facets=tuple(
            view for facet in choice.schema.facets if (view := _facet(facet, shown, counts.get(facet.name, {}))).values
        ),
        chips=tuple(_chips(shown, names or {})),
        sorts=tuple(
            SortView(sort, label, shown.sorted_by(sort).url, sort == shown.sort)
            for sort, label in choice.schema.sorts.items()
        ),
        page=ListPage(shown.page, pages, total, shown),
        notices=notices,
    )


def _facet(facet: Facet, choice: Choice, counts: Mapping[str, int]) -> FacetView:
    chosen = choice.filters.get(facet.name, ())
    values = tuple(
        FacetValue(value, label, counts.get(value, 0), "", value in chosen)
        for value, label in facet.values.items()
        if not facet.is_long or counts.get(value) or value in chosen
    )
    return FacetView(facet.name, facet.label, values, facet.is_open or bool(chosen))


def _chips(choice: Choice, names: Mapping[tuple[str, str], str]) -> list[Chip]:
    chips = [Chip(f"搜索：{choice.text}", choice.without("q").url)] if choice.text else []
    for facet in choice.schema.facets:
        chips.extend(
            Chip(f"{facet.label}：{facet.values[value]}", choice.without(facet.name, value).url)
            for value in choice.filters.get(facet.name, ())
        )
    for name, label in choice.schema.free.items():
        chips.extend(
            Chip(f"{label}：{names.get((name, value), value)}", choice.without(name, value).url)
            for value in choice.filters.get(name, ())
        )
    return chips
