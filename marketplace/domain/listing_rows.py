"""Reading many listings from sheets of text: whose row is whose, what is wrong and at which cell."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from marketplace.domain import listing_sheets
from marketplace.domain.listing_sheets import NUMBER, POLICY, PROBLEMS, PRODUCTS, SHEETS, Sheet

Line = Sequence[str]
Grids = Mapping[str, Sequence[Line]]  # by sheet, the heading first
TEMPLATE_AGAIN = "请下载最新模板，把内容粘贴过去"
SHOWN = 60  # characters of what was typed, in a finding


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing wrong. `line` and `column` as the spreadsheet counts, from 1; 0 means all of them."""

    sheet: str
    line: int
    column: int
    label: str
    typed: str
    message: str


@dataclass(frozen=True, slots=True)
class Entry:
    """A filled line of a sheet: its cells by heading."""

    line: int
    number: str
    cells: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Product:
    entry: Entry
    children: Mapping[str, tuple[Entry, ...]]  # by sheet


@dataclass(frozen=True, slots=True)
class Book:
    """`places`: the column of each heading, by sheet; with `is_broken` there are findings and no products.

    `spoilt` are the products whose number is missing, too long or not their own.
    """

    products: tuple[Product, ...] = ()
    spoilt: tuple[Entry, ...] = ()
    findings: tuple[Finding, ...] = ()
    is_broken: bool = False
    places: Mapping[str, Mapping[str, int]] = field(default_factory=dict)


def gather(grids: Grids) -> Book:
    """Put the lines of all sheets together by the product's number. A file of another shape is not read any further."""
    places = {name: places_of(grids[name]) for name in SHEETS if name in grids}
    broken = [finding for sheet in SHEETS.values() for finding in _shape(sheet, grids, places)]
    if broken:
        return Book(findings=tuple(broken), is_broken=True, places=places)
    entries = {name: list(_entries(sheet, grids[name], places[name])) for name, sheet in SHEETS.items()}
    products = entries.pop(PRODUCTS.name)
    if not products or len(products) > POLICY["products_max"]:
        return Book(findings=(_count(len(products)),), is_broken=True, places=places)
    owned, strays = _assign(entries, {one.number for one in products if one.number})
    findings = [*_numbers(products, places[PRODUCTS.name]), *strays]
    lines = {finding.line for finding in findings if finding.sheet == PRODUCTS.name}
    return Book(
        products=tuple(Product(one, owned.get(one.number, {})) for one in products if one.line not in lines),
        spoilt=tuple(one for one in products if one.line in lines),
        findings=tuple(at(finding, places) for finding in findings),
        places=places,
    )


def places_of(grid: Sequence[Line]) -> dict[str, int]:
    """The first column of each heading, counted from 1."""
    places: dict[str, int] = {}
    for column, text in enumerate(grid[0] if grid else (), start=1):
        label = listing_sheets.plain_heading(text)
        if label:
            places.setdefault(label, column)
    return places


def _shape(sheet: Sheet, grids: Grids, places: Mapping[str, Mapping[str, int]]) -> Iterator[Finding]:
    if sheet.name not in grids:
        yield _of_sheet(sheet.name, "", f"文件里没有“{sheet.name}”这个工作表，没有内容也要保留。{TEMPLATE_AGAIN}")
        return
    found, known = places[sheet.name], sheet.by_label
    strange = [label for label in found if label not in known and label != PROBLEMS]
    hint = f"；多出“{'”“'.join(strange)}”，可能改了列名" if strange else ""
    for label in known:
        if label not in found:
            yield _of_sheet(sheet.name, label, f"缺少“{label}”这一列{hint}。请改回模板的列名")
    if all(label in found for label in known):
        for label in strange:
            message = f"模板里没有“{label}”这一列，请删去，或把内容并到别的列"
            yield Finding(sheet.name, 1, found[label], label, label, message)
    yield from _nameless(sheet.name, grids[sheet.name])


def _nameless(name: str, grid: Sequence[Line]) -> Iterator[Finding]:
    """Content in a column that has no heading would be lost without a word."""
    heading = grid[0] if grid else ()
    labels = [listing_sheets.plain_heading(text) for text in heading]
    for line, cells in enumerate(grid[1:], start=2):
        for column, text in enumerate(cells):
            if text and (column >= len(labels) or not labels[column]):
                message = "这一列没有列名，内容不会导入。请移到对应的列，或删去"
                yield Finding(name, line, column + 1, "", text[:SHOWN], message)
                return


def _of_sheet(name: str, label: str, message: str) -> Finding:
    return Finding(name, 0, 0, label, "", message)


def _count(count: int) -> Finding:
    if not count:
        return _of_sheet(PRODUCTS.name, "", "“产品”表里没有要导入的产品，示例行不算。请从第3行起填写")
    most = POLICY["products_max"]
    return _of_sheet(PRODUCTS.name, "", f"一次最多导入{most}个产品，现在{count}个，请分成几个文件")


def _entries(sheet: Sheet, grid: Sequence[Line], places: Mapping[str, int]) -> Iterator[Entry]:
    """Filled lines. Samples are not, nor what an earlier check wrote, nor a part's line with nothing but a number."""
    for line, texts in enumerate(grid[1:], start=2):
        cells = {label: texts[column - 1] for label, column in places.items() if column <= len(texts)}
        number = " ".join(cells.pop(NUMBER, "").split())
        cells.pop(PROBLEMS, None)
        is_filled = any(cells.values()) or (number and sheet is PRODUCTS)
        if is_filled and not listing_sheets.is_sample(number):
            yield Entry(line, number, cells)


def _assign(
    entries: Mapping[str, Iterable[Entry]], known: set[str]
) -> tuple[dict[str, dict[str, tuple[Entry, ...]]], list[Finding]]:
    owned: dict[str, dict[str, tuple[Entry, ...]]] = {}
    strays = []
    for name, rows in entries.items():
        for one in rows:
            if one.number in known:
                own = owned.setdefault(one.number, {})
                own[name] = (*own.get(name, ()), one)
            else:
                strays.append(_stray(name, one))
    return owned, strays


def _stray(name: str, one: Entry) -> Finding:
    message = (
        f"“产品”表里没有编号“{one.number[:SHOWN]}”，请核对编号，或先在“产品”表里填这个产品"
        if one.number
        else "没有产品编号，请填这一行属于哪个产品"
    )
    return Finding(name, one.line, 0, NUMBER, one.number[:SHOWN], message)


def _numbers(products: Sequence[Entry], places: Mapping[str, int]) -> Iterator[Finding]:
    lines: dict[str, list[int]] = {}
    for one in products:
        lines.setdefault(one.number, []).append(one.line)
    for one in products:
        message = _number_problem(one, lines[one.number])
        if message:
            yield Finding(PRODUCTS.name, one.line, places[NUMBER], NUMBER, one.number[:SHOWN], message)


def _number_problem(one: Entry, lines: Sequence[int]) -> str:
    if not one.number:
        return "没有产品编号，请填本单位自己的编号，例如P001"
    if len(one.number) > POLICY["number_max"]:
        return f"产品编号不超过{POLICY['number_max']}个字，现在{len(one.number)}个，请缩短"
    others = [str(line) for line in lines if line != one.line]
    return f"产品编号和第{'、'.join(others)}行重复，一个产品一个编号，请改成不同的" if others else ""


def at(finding: Finding, places: Mapping[str, Mapping[str, int]]) -> Finding:
    """With the column in which its heading stands."""
    return replace(finding, column=places[finding.sheet].get(finding.label, 0))
