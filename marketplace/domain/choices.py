"""What the address of a list says: text, chosen values, order, page.

Whatever makes no sense in an address is left out and named in a notice; it is never an error, for addresses are sent
around, cut short and typed by hand.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from urllib.parse import urlencode

from marketplace.domain.facets import Facet

TEXT_MAX = 80
PAGE_MAX = 100_000  # beyond any list; keeps offsets small for every engine
QUOTED_MAX = 20
NAMED_MAX = 3
MARKS = {0xE000: None, 0xE001: None}  # the highlighter's own


@dataclass(frozen=True, slots=True)
class Schema:
    """`sorts`: the first is the default; `free`: filters that take any value and are shown as chips alone."""

    facets: tuple[Facet, ...]
    sorts: Mapping[str, str]
    free: Mapping[str, str] = field(default_factory=dict)

    @property
    def default_sort(self) -> str:
        return next(iter(self.sorts))


@dataclass(frozen=True, slots=True)
class Choice:
    path: str
    schema: Schema
    text: str = ""
    filters: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    sort: str = ""
    page: int = 1
    notices: tuple[str, ...] = ()

    @property
    def url(self) -> str:
        """The address of exactly this choice, its parameters always in the same order."""
        pairs = [("q", self.text)] if self.text else []
        for name in (*(facet.name for facet in self.schema.facets), *self.schema.free):
            pairs.extend((name, value) for value in self.filters.get(name, ()))
        if self.sort != self.schema.default_sort:
            pairs.append(("sort", self.sort))
        if self.page > 1:
            pairs.append(("page", str(self.page)))
        return f"{self.path}?{urlencode(pairs)}" if pairs else self.path

    @property
    def is_empty(self) -> bool:
        return not self.text and not self.filters

    @property
    def chosen_count(self) -> int:
        return sum(len(values) for values in self.filters.values())

    def without(self, name: str, value: str | None = None) -> "Choice":
        """The choice without one value, or without the whole filter; `q` names the text."""
        if name == "q":
            return replace(self, text="", page=1)
        kept = tuple(one for one in self.filters.get(name, ()) if value is not None and one != value)
        filters = {key: values for key, values in self.filters.items() if key != name}
        return replace(self, filters=filters | ({name: kept} if kept else {}), page=1)

    def cleared(self) -> "Choice":
        """The same text and order without any filter."""
        return replace(self, filters={}, page=1)

    def at(self, page: int) -> "Choice":
        return replace(self, page=page)

    def sorted_by(self, sort: str) -> "Choice":
        return replace(self, sort=sort, page=1)

    def kept_fields(self) -> list[tuple[str, str]]:
        """What the facet form carries along unseen."""
        fields = [("q", self.text)] if self.text else []
        fields.extend((name, value) for name in self.schema.free for value in self.filters.get(name, ()))
        return fields + ([("sort", self.sort)] if self.sort != self.schema.default_sort else [])

    def fields_without_text(self) -> list[tuple[str, str]]:
        """What a box that searches within the list carries along unseen."""
        fields = [(name, value) for name, values in self.filters.items() for value in values]
        return fields + ([("sort", self.sort)] if self.sort != self.schema.default_sort else [])


def parse(items: Iterable[tuple[str, str]], *, schema: Schema, path: str) -> Choice:
    given: dict[str, list[str]] = {}
    for name, value in items:
        given.setdefault(name, []).append(value)
    notices: list[str] = []
    single = {name: _single(given.pop(name, []), name, notices) for name in ("q", "sort", "page")}
    filters = _facet_values(given, schema, notices) | _free_values(given, schema)
    known = {facet.name for facet in schema.facets} | set(schema.free)
    unknown = [name for name in given if name not in known]
    if unknown:
        notices.append(f"地址里有不认识的条件，已忽略：{_quoted(unknown)}。")
    return Choice(
        path=path,
        schema=schema,
        text=_text(single["q"], notices),
        filters=filters,
        sort=_sort(single["sort"], schema, notices),
        page=_page(single["page"], notices),
        notices=tuple(notices),
    )


def clean(text: str) -> str:
    """One line of printable characters without the highlighter's marks."""
    text = "".join(sign if sign.isprintable() else " " for sign in text.translate(MARKS))
    return " ".join(text.split())


def _single(values: list[str], name: str, notices: list[str]) -> str:
    if len(set(values)) > 1:
        notices.append(f"地址里的“{name}”写了多次，只用了第一个。")
    return values[0] if values else ""


def _facet_values(given: Mapping[str, list[str]], schema: Schema, notices: list[str]) -> dict[str, tuple[str, ...]]:
    filters = {}
    for facet in schema.facets:
        wanted = {value.strip() for value in given.get(facet.name, [])} - {""}
        chosen = tuple(value for value in facet.values if value in wanted)
        strange = sorted(wanted - set(chosen))
        if strange:
            notices.append(f"“{facet.label}”没有这些选项，已忽略：{_quoted(strange)}。")
        if chosen:
            filters[facet.name] = chosen
    return filters


def _free_values(given: Mapping[str, list[str]], schema: Schema) -> dict[str, tuple[str, ...]]:
    cleaned = {name: [clean(value)[:TEXT_MAX] for value in given.get(name, [])] for name in schema.free}
    return {name: kept for name, values in cleaned.items() if (kept := tuple(dict.fromkeys(filter(None, values))))}


def _text(value: str, notices: list[str]) -> str:
    text = clean(value)
    if len(text) > TEXT_MAX:
        notices.append(f"搜索词太长，只用了前{TEXT_MAX}个字。")
    return text[:TEXT_MAX].strip()


def _sort(value: str, schema: Schema, notices: list[str]) -> str:
    if value and value not in schema.sorts:
        notices.append(f"没有这种排序，已忽略：{_quoted([value])}。")
    return value if value in schema.sorts else schema.default_sort


def _page(value: str, notices: list[str]) -> int:
    digits = value.strip()
    if not digits:
        return 1
    if not (digits.isascii() and digits.isdecimal()) or int(digits[:QUOTED_MAX]) < 1:
        notices.append(f"页码不对，已显示第1页：{_quoted([value])}。")
        return 1
    return min(int(digits[:QUOTED_MAX]), PAGE_MAX)


def _quoted(values: list[str]) -> str:
    """A few of the values, cut short: what came from outside never fills the page."""
    shown = [clean(value)[:QUOTED_MAX] or "空白" for value in values[:NAMED_MAX]]
    return "、".join(shown) + (f"等{len(values)}个" if len(values) > NAMED_MAX else "")
