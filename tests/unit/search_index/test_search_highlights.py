"""What is marked in a hit."""

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search_index import highlights, planning
from search_index.highlights import Highlighter
from search_index.queries import END, START
from tests.contract import search_fixture

_ANALYSIS = search_fixture.analysis()
_DOCUMENT = dataclasses.replace(search_fixture.catalogue()[0], summary="", provider_name="", description="")


def _marked(typed: str, *, known: bool = True, **texts: str) -> dict[str, str]:
    plan = planning.plan(typed, analysis=_ANALYSIS, is_found=lambda groups, required: known)
    joined = highlights.join(dataclasses.replace(_DOCUMENT, **texts))
    found = Highlighter(plan, _ANALYSIS).mark(joined)
    return {name: text.replace(START, "[").replace(END, "]") for name, text in found.items()}


@pytest.mark.parametrize(
    ("typed", "name", "marked"),
    [
        ("报工", "小铃报工", "小铃[报工]"),
        ("扫码报工", "扫码报工机", "[扫码报工]机"),
        ("mes", "轻量ＭＥＳ版", "轻量[ＭＥＳ]版"),
        ("MES", "锋线mes", "锋线[mes]"),
        ("仓储", "WMS仓储仓储", "WMS[仓储仓储]"),
        ("wms", "禾仓仓储管理", "禾仓[仓储管理]"),
        ("me", "用MES", "用[MES]"),
    ],
)
def test_typed_words_and_synonyms_are_marked(typed: str, name: str, marked: str) -> None:
    assert _marked(typed, name=name) == {"name": marked}


@pytest.mark.parametrize(
    ("typed", "name", "marked"),
    [("baogong", "小铃报工", "小铃[报工]"), ("bg", "小铃报工", "小铃[报工]"), ("bagong", "小铃报工", "小铃[报工]"),
     ("limz", "实验室LIMS", "实验室[LIMS]"), ("lmis", "LIMS", "[LIMS]"), ("lim", "LIMS", "[LIMS]")],
)  # fmt: skip
def test_what_only_sounds_or_looks_alike_is_marked(typed: str, name: str, marked: str) -> None:
    assert _marked(typed, known=False, name=name) == {"name": marked}


def test_a_latin_word_is_not_marked_inside_another() -> None:
    assert _marked("erp", name="SuperERPX和ERP") == {"name": "SuperERPX和[ERP]"}


def test_fields_without_a_match_are_left_out() -> None:
    assert set(_marked("报工", name="看板", summary="手机报工", provider_name="小铃")) == {"summary"}


def test_a_long_description_is_cut_to_the_piece_around_the_match() -> None:
    text = _marked("报工", name="甲", description="前" * 200 + "报工" + "后" * 200)["description"]
    assert text.startswith("…前")
    assert text.endswith("后…")
    assert "[报工]" in text
    assert len(text) < 120


@given(st.text(alphabet="报工扫码MESmes 一\ue000\ue001\x1f"), st.text(alphabet="报工扫码MES 一", max_size=20))
def test_marks_are_paired_and_the_text_between_is_unchanged(text: str, typed: str) -> None:
    plain = text.translate(str.maketrans({START: None, END: None, "\x1f": None}))
    plan = planning.plan(typed, analysis=_ANALYSIS, is_found=lambda groups, required: True)
    joined = highlights.join(dataclasses.replace(_DOCUMENT, name="", summary=text))
    marked = Highlighter(plan, _ANALYSIS).mark(joined).get("summary", plain)
    assert marked.replace(START, "").replace(END, "") == plain
    pieces = [character for character in marked if character in (START, END)]
    assert pieces == [START, END] * (len(pieces) // 2)
