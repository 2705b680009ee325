"""Addresses of lists are read leniently, and written the same way every time."""

from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.domain import choices
from marketplace.domain.choices import Choice, Schema
from marketplace.domain.facets import Facet

COLOURS = Facet("colour", "颜色", {"red": "红", "green": "绿", "blue": "蓝"})
SHAPES = Facet("shape", "形状", {"round": "圆", "square": "方"})
SCHEMA = Schema((COLOURS, SHAPES), {"relevance": "综合", "price": "价格"}, {"maker": "厂家"})


def parse(*items: tuple[str, str]) -> Choice:
    return choices.parse(items, schema=SCHEMA, path="/things")


def test_an_empty_address_chooses_nothing_and_complains_of_nothing() -> None:
    choice = parse()
    assert (choice.text, choice.filters, choice.sort, choice.page, choice.notices) == ("", {}, "relevance", 1, ())
    assert choice.url == "/things"


def test_everything_chosen_is_in_the_address_in_the_order_of_the_page() -> None:
    choice = parse(
        ("page", "2"), ("shape", "round"), ("colour", "blue"), ("colour", "red"), ("q", "x"), ("sort", "price")
    )
    assert choice.url == "/things?q=x&colour=red&colour=blue&shape=round&sort=price&page=2"


@pytest.mark.parametrize(
    ("items", "word"),
    [
        ([("nonsense", "1")], "nonsense"),
        ([("colour", "purple")], "purple"),
        ([("sort", "beauty")], "beauty"),
        ([("page", "0")], "页码不对"),
        ([("page", "-3")], "页码不对"),
        ([("page", "two")], "页码不对"),
        ([("page", "1e3")], "页码不对"),
        ([("page", "²")], "页码不对"),
        ([("q", "a"), ("q", "b")], "只用了第一个"),
        ([("q", "长" * 200)], "搜索词太长"),
        ([("\ufffd\x00", "\ufffd")], "已忽略"),
    ],
)
def test_what_makes_no_sense_is_ignored_with_a_notice(items: list[tuple[str, str]], word: str) -> None:
    choice = parse(*items)
    assert any(word in notice for notice in choice.notices)
    assert choice.page == 1
    assert choice.filters == {}


def test_the_good_part_of_a_filter_survives_the_bad_part() -> None:
    choice = parse(("colour", "purple"), ("colour", "green"))
    assert choice.filters == {"colour": ("green",)}
    assert len(choice.notices) == 1


def test_repeating_the_same_value_is_no_mistake() -> None:
    choice = parse(("q", "x"), ("q", "x"), ("colour", "red"), ("colour", "red"))
    assert choice.filters == {"colour": ("red",)}
    assert choice.notices == ()


@pytest.mark.parametrize("page", ["9" * 30, "9" * 5000])
def test_a_huge_page_number_stays_within_what_engines_can_skip(page: str) -> None:
    assert parse(("page", page)).page == choices.PAGE_MAX


def test_notices_quote_little_of_what_came_from_outside() -> None:
    notices = parse(*((f"strange{number}" * 50, "x") for number in range(50))).notices
    assert len(notices) == 1
    assert len(notices[0]) < 120
    assert "等50个" in notices[0]


def test_the_marks_of_the_highlighter_and_control_characters_never_get_in() -> None:
    assert parse(("q", "质量\ue000\x00\x1b\u202e追溯\ue001")).text == "质量 追溯"


def test_without_takes_away_one_value_or_the_whole_filter_and_goes_to_the_first_page() -> None:
    choice = parse(("colour", "red"), ("colour", "blue"), ("q", "x"), ("page", "4"), ("maker", "m"))
    assert choice.without("colour", "red").url == "/things?q=x&colour=blue&maker=m"
    assert choice.without("colour").url == "/things?q=x&maker=m"
    assert choice.without("q").url == "/things?colour=red&colour=blue&maker=m"
    assert choice.cleared().url == "/things?q=x"


def test_forms_carry_along_what_they_do_not_show() -> None:
    choice = parse(("q", "x"), ("colour", "red"), ("maker", "m"), ("sort", "price"))
    assert choice.kept_fields() == [("q", "x"), ("maker", "m"), ("sort", "price")]
    assert choice.fields_without_text() == [("colour", "red"), ("maker", "m"), ("sort", "price")]


@given(st.lists(st.tuples(st.sampled_from(["q", "page", "sort", "colour", "shape", "maker", "no"]), st.text())))
def test_any_address_is_read_without_error_and_its_own_address_reads_back_as_itself(
    items: list[tuple[str, str]],
) -> None:
    choice = parse(*items)
    again = parse(*parse_qsl(urlsplit(choice.url).query, keep_blank_values=True))
    assert again.notices == ()
    assert (again.text, again.filters, again.sort, again.page) == (
        choice.text, choice.filters, choice.sort, choice.page,
    )  # fmt: skip
