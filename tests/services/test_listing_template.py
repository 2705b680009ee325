"""The workbook that is handed out: what a spreadsheet offers and refuses while it is being filled in."""

import io
import re
import zipfile

from marketplace.domain.listing_sheets import PRODUCTS, SHEETS
from marketplace.services import listing_import_files, listing_template
from tests import listing_files


def parts(content: bytes) -> dict[str, str]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name).decode() for name in archive.namelist() if name.endswith(".xml")}


def sheet_of(name: str) -> str:
    """The part of the sheet: the guide stands before them."""
    return parts(listing_template.template())[f"xl/worksheets/sheet{2 + list(SHEETS).index(name)}.xml"]


def test_every_column_tells_what_to_write_and_checks_what_it_can() -> None:
    for name, sheet in SHEETS.items():
        found = re.findall(r"<dataValidation [^>]*>", sheet_of(name))
        assert len(found) == len(sheet.columns)
        assert all('showInputMessage="1"' in one and 'prompt="' in one for one in found)
        lists = [one for one in found if 'type="list"' in one]
        chosen = [one for one in sheet.columns if one.question and one.question.type in {"choice", "choices"}]
        assert len(lists) == len(chosen) + (sheet is not PRODUCTS)  # parts offer the numbers of the products


def test_only_a_single_choice_refuses_other_words() -> None:
    strict = [one for one in re.findall(r"<dataValidation [^>]*>", sheet_of("产品")) if 'type="list"' in one]
    assert ["showErrorMessage" in one for one in strict] == [True, False, False, False, True, False]


def test_the_list_of_options_is_hidden() -> None:
    assert re.search(r'<sheet name="选项"[^>]*state="hidden"', parts(listing_template.template())["xl/workbook.xml"])


def test_what_was_typed_never_becomes_a_formula_or_a_link() -> None:
    sheets = listing_files.products(2)
    listing_files.put(sheets, "产品", 1, "产品名称", '=HYPERLINK("http://example.test","x")')
    listing_files.put(sheets, "产品", 2, "接口", "http://example.test/api")
    listing_files.put(sheets, "报价", 1, "价格（元）", "=1+1")
    content = listing_files.workbook(sheets)
    found = "".join(parts(content).values())
    assert "<f>" not in found.replace("<formula1>", "")
    assert "<hyperlink " not in found
    grids = listing_import_files.grids(content)
    assert grids["产品"][1][1] == '=HYPERLINK("http://example.test","x")'
    assert grids["报价"][1][3] == "=1+1"


def test_a_per_cent_and_a_number_with_zeros_in_front_stay_as_typed() -> None:
    sheets = listing_files.products(1)
    listing_files.put(sheets, "产品", 1, "产品编号", "007")
    listing_files.put(sheets, "报价", 1, "试点企业优惠（%）", "10%")
    grids = listing_import_files.grids(listing_files.workbook(sheets))
    assert grids["产品"][1][0] == "007"
    assert grids["报价"][1][6] == "10%"
