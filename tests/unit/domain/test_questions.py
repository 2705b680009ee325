"""The questions of a listing: what may be answered, what an edit means, where an answer is shown."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.domain import questions
from marketplace.domain.facets import SOLUTIONS
from marketplace.domain.question_types import Question
from tests import listing_answers

BY_ID = questions.BY_ID
COMPLETE = listing_answers.complete()
TODAY = date(2026, 11, 20)


def column(question: str, name: str) -> Question:
    return BY_ID[question].column[name]


def test_every_question_says_where_its_answer_goes() -> None:
    known = {facet.name for facet in SOLUTIONS} | {"family", "text", "scene_level"}
    for question in questions.QUESTIONS:
        assert question.wording
        assert question.label
        assert question.feeds.facet in known | {""}
        assert question.feeds.detail or question.feeds.facet or not question.is_public, question.id
        assert (question.type == "rows") == bool(question.columns and question.row)
        assert set(question.rule.unique) <= set(question.column)


def test_a_complete_listing_has_nothing_to_mend() -> None:
    assert questions.check(COMPLETE, today=TODAY) == {}


@pytest.mark.parametrize("key", [one.id for one in questions.QUESTIONS if one.rule.required])
def test_what_is_required_is_missed_at_submission_and_not_in_a_draft(key: str) -> None:
    content = {name: value for name, value in COMPLETE.items() if name != key}
    assert list(questions.check(content)) == [key]
    assert questions.check(content, is_draft=True) == {}


@pytest.mark.parametrize(
    ("key", "raw", "value"),
    [
        ("name", "  来料   检验通 ", "来料 检验通"),
        ("description", "第一行\r\n第二行  \r\n", "第一行\n第二行"),
        ("product_type", "云服务", "saas"),
        ("product_type", "saas", "saas"),
        ("industries", ["modern_food", "advanced_metals"], ["advanced_metals", "modern_food"]),
        ("industries", "不限行业", ["any"]),
        ("sizes", "小型、中型", ["small", "medium"]),
        ("keywords", "质检，来料；质检", ["质检", "来料"]),
        ("gbt4754", "382、397 电子器件制造", ["382", "397"]),
        ("days_to_deploy", "30天", 30),
        ("days_to_deploy", "30.0", 30),
        ("days_to_deploy", "３０", 30),
        ("name", "来料\x00检验通", "来料检验通"),
        ("name", "   ", None),
        ("sizes", [], None),
    ],
)
def test_what_is_typed_becomes_the_canonical_answer(key: str, raw: Any, value: Any) -> None:
    assert questions.read(BY_ID[key], raw) == questions.Reading(value)


@pytest.mark.parametrize(
    ("name", "raw", "value"),
    [
        ("amount", "24,000元", 24000),
        ("maintenance_rate", "15%", "15"),
        ("maintenance_rate", "12.50", "12.5"),
        ("model", "按年", "annual"),
    ],
)
def test_the_cells_of_a_price_are_read(name: str, raw: str, value: Any) -> None:
    assert questions.read(column("price_plans", name), raw).value == value


@pytest.mark.parametrize("raw", ["2026-05-06", "2026/5/6", "2026年5月6日", "2026.5.6"])
def test_a_date_is_read_however_it_is_written(raw: str) -> None:
    assert questions.read(column("cases", "accepted_on"), raw).value == "2026-05-06"


@pytest.mark.parametrize(
    ("key", "raw"),
    [
        ("product_type", "火箭"), ("sizes", ["small", "huge"]), ("industries", ["any", "modern_food"]),
        ("gbt4754", "999"), ("days_to_deploy", "三十"), ("days_to_deploy", "3.5"), ("days_to_deploy", "NaN"),
        ("days_to_deploy", "1e9999999"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_said_and_not_kept(key: str, raw: Any) -> None:
    reading = questions.read(BY_ID[key], raw)
    assert reading.value is None
    assert list(reading.messages) == [""]


def test_blank_rows_are_no_rows_and_an_unreadable_cell_is_named_by_its_row() -> None:
    rows = [{"scene": "", "level": " "}, {"scene": "质量管理", "level": "二级"}, {"scene": "空想", "level": "2"}]
    reading = questions.read(BY_ID["coverage"], rows)
    assert reading.value == [{"scene": "quality", "level": "2"}, {"level": "2"}]
    assert list(reading.messages) == ["1.scene"]


@pytest.mark.parametrize(
    ("changes", "places"),
    [
        ({"summary": "长" * 61}, ["summary"]),
        ({"summary": "短"}, ["summary"]),
        ({"days_to_deploy": 0}, ["days_to_deploy"]),
        ({"days_to_deploy": 731}, ["days_to_deploy"]),
        ({"keywords": ["词"] * 11}, ["keywords"]),
        ({"keywords": ["长" * 21]}, ["keywords"]),
        ({"contact_phone": "12345"}, ["contact_phone"]),
        ({"product_type": "rocket"}, ["product_type"]),
        ({"coverage": [COMPLETE["coverage"][0]] * 2}, ["coverage.1.scene"]),
        ({"coverage": [{"scene": "quality"}]}, ["coverage.0.level", "coverage.0.function", "coverage.0.evidence"]),
        ({"price_plans": [COMPLETE["price_plans"][0] | {"amount": 0}]}, ["price_plans.0.amount"]),
    ],
)
def test_what_is_out_of_bounds_is_named(changes: dict[str, Any], places: list[str]) -> None:
    assert list(questions.check(COMPLETE | changes)) == places


def case(**changes: Any) -> dict[str, Any]:
    return {
        "industry": "modern_food", "scene": "quality", "level_before": "0", "level_after": "2",
        "accepted_on": "2026-05-06", "story": "检验记录由纸改为扫码，月底不再补单。",
    } | changes  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "places"),
    [
        ({}, []),
        ({"level_before": "2"}, ["cases.0.level_after"]),
        ({"accepted_on": "2026-11-21"}, ["cases.0.accepted_on"]),
        ({"credit_code": "91519900MA000001XX"}, ["cases.0.credit_code"]),
    ],
)
def test_a_case_has_risen_is_past_and_names_a_real_code(changes: dict[str, Any], places: list[str]) -> None:
    assert list(questions.check(COMPLETE | {"cases": [case(**changes)]}, today=TODAY)) == places


def plans(**changes: Any) -> dict[str, Any]:
    return {"price_plans": [COMPLETE["price_plans"][0] | changes, COMPLETE["price_plans"][1]]}


@pytest.mark.parametrize(
    ("after", "is_material"),
    [
        ({"contact_phone": "13911111111"}, False),
        ({"description": COMPLETE["description"] + "可以先试用。"}, False),
        ({"service": "工作日一小时内答复"}, False),
        (plans(amount=25000), True),
        (plans(amount=23000), False),
        (plans(maintenance_rate="18"), True),
        (plans(maintenance_rate="10"), False),
        (plans(pilot_discount="5"), True),
        (plans(pilot_discount="20"), False),
        (plans(includes="八个账号"), True),
        (plans(subsidy_category="software"), True),
        ({"price_plans": COMPLETE["price_plans"][:1]}, True),
        ({"coverage": [COMPLETE["coverage"][0] | {"level": "3"}, COMPLETE["coverage"][1]]}, True),
        ({"coverage": COMPLETE["coverage"][:1]}, True),
        ({"deployments": ["saas", "private"]}, True),
        ({"cases": [case()]}, True),
    ],
)
def test_what_an_edit_means_depends_on_what_it_changes_and_in_which_direction(
    after: dict[str, Any], is_material: bool
) -> None:
    changes = questions.changed(COMPLETE, COMPLETE | after)
    assert [change.is_material for change in changes] == [is_material]
    assert {change.question for change in changes} == set(after)


def test_a_case_taken_away_is_minor() -> None:
    assert not questions.changed(COMPLETE | {"cases": [case()]}, COMPLETE)[0].is_material


def test_the_order_of_rows_changes_nothing() -> None:
    turned = COMPLETE | {"coverage": COMPLETE["coverage"][::-1], "price_plans": COMPLETE["price_plans"][::-1]}
    assert questions.changed(COMPLETE, turned) == ()


def test_equal_answers_have_one_digest_however_they_are_written() -> None:
    other = {key: COMPLETE[key] for key in reversed(COMPLETE)} | {"cases": [], "domestic": COMPLETE["domestic"]}
    assert questions.digest(COMPLETE) == questions.digest(other)
    assert questions.digest(COMPLETE) != questions.digest(COMPLETE | {"name": "别的"})


@given(st.dictionaries(st.sampled_from(sorted(BY_ID)), st.text(max_size=40)))
def test_whatever_is_typed_is_read_or_refused_and_reading_again_changes_nothing(typed: dict[str, str]) -> None:
    for key, raw in typed.items():
        question = BY_ID[key]
        if question.type == "rows":
            continue
        value = questions.read(question, raw).value
        if value is not None:
            again = questions.read(question, value if isinstance(value, list) else str(value))
            assert again.value == value
            assert questions.answer_text(question, value)
