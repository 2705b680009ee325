"""The readers refuse what the format does not allow, and say where and what in one line."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks import catalogue
from matching import fields, reading
from matching.documents import PriceModel, Standing
from tests.unit.matching import rows


def refusal(row: object, *, of: str) -> str:
    read = {"solution": reading.solution, "demand": reading.demand}[of]
    with pytest.raises(fields.InputError) as caught:
        read(row)
    message = str(caught.value)
    assert "\n" not in message
    return message


def test_a_full_solution_is_read_as_it_stands() -> None:
    solution = reading.solution(rows.solution())
    assert solution.coverage == {"warehousing": 2}
    assert solution.price is not None
    assert solution.price.model is PriceModel.ANNUAL
    assert solution.provider is not None
    assert solution.provider.standing is Standing.LISTED


@pytest.mark.parametrize(
    "key",
    [
        "industries",
        "gbt4754",
        "sizes",
        "deployment",
        "days_to_deploy",
        "price",
        "maintenance_rate",
        "cases",
        "provider",
    ],
)
def test_a_missing_optional_key_is_unknown(key: str) -> None:
    assert getattr(reading.solution(rows.solution(**{key: None})), key) is None


def test_no_industries_means_general_purpose_not_unknown() -> None:
    assert reading.solution(rows.solution(industries=[])).industries == ()


@pytest.mark.parametrize("key", ["id", "name", "provider_id", "summary", "description", "coverage"])
def test_a_missing_required_key_is_named(key: str) -> None:
    assert key in refusal(rows.solution(**{key: None}), of="solution")


NESTED: list[tuple[str, Any, str]] = [
    ("solution", rows.solution(amout=1), 'solution: 不认识的键 "amout"'),
    ("solution", rows.solution(price={"model": "annual", "amount": 1, "tax": 0}), 'solution.price: 不认识的键 "tax"'),
    ("solution", rows.solution(coverage=[{"scene": "quality", "level": 2, "x": 1}]), "solution.coverage[0]"),
    ("solution", rows.solution(provider={"standing": "listed", "stars": 5}), '"stars"'),
    ("demand", rows.demand(lines=[rows.line(), rows.line(id="L2", prio=1)]), 'demand.lines[1]: 不认识的键 "prio"'),
    ("demand", rows.demand(enterprise={"industry": "modern_food", "name": "x"}), "demand.enterprise"),
    ("demand", rows.demand(scene_levels={"cooking": 1}), 'demand.scene_levels: 不认识的键 "cooking"'),
]


@pytest.mark.parametrize(("of", "row", "said"), NESTED)
def test_an_unknown_key_is_named_with_its_place(of: str, row: object, said: str) -> None:
    assert said in refusal(row, of=of)


@given(st.text(min_size=1).filter(lambda key: key not in rows.solution()))
def test_whatever_the_unknown_key_it_is_refused_in_one_line(key: str) -> None:
    assert refusal(rows.solution(**{key: 1}), of="solution").startswith("solution: 不认识的键")


WRONG: list[tuple[str, Any, str]] = [
    ("solution", [], "solution"),
    ("solution", rows.solution(id=7), "solution.id"),
    ("solution", rows.solution(id=" "), "solution.id"),
    ("solution", rows.solution(name="坏\ud800"), "solution.name"),
    ("solution", rows.solution(coverage=[{"scene": "cooking", "level": 1}]), "solution.coverage[0].scene"),
    ("solution", rows.solution(coverage=[{"scene": "quality", "level": 5}]), "solution.coverage[0].level"),
    ("solution", rows.solution(coverage=[{"scene": "quality", "level": True}]), "solution.coverage[0].level"),
    ("solution", rows.solution(coverage={"quality": 2}), "solution.coverage"),
    ("solution", rows.solution(industries=["mining"]), "solution.industries[0]"),
    ("solution", rows.solution(gbt4754=["14"]), "solution.gbt4754[0]"),
    ("solution", rows.solution(gbt4754=[143]), "solution.gbt4754[0]"),
    ("solution", rows.solution(days_to_deploy=-1), "solution.days_to_deploy"),
    ("solution", rows.solution(days_to_deploy=4.5), "solution.days_to_deploy"),
    ("solution", rows.solution(days_to_deploy="30"), "solution.days_to_deploy"),
    ("solution", rows.solution(price={"model": "annual", "amount": 10**30}), "solution.price.amount"),
    ("solution", rows.solution(price={"model": "rent", "amount": 1}), "solution.price.model"),
    ("solution", rows.solution(price={"model": "annual"}), "solution.price"),
    ("solution", rows.solution(maintenance_rate=1.5), "solution.maintenance_rate"),
    ("solution", rows.solution(maintenance_rate=float("inf")), "solution.maintenance_rate"),
    ("solution", rows.solution(provider={"standing": "famous"}), "solution.provider.standing"),
    ("solution", rows.solution(provider={"standing": "listed", "rating_sum": 60, "rating_count": 10}), "rating_sum"),
    ("demand", rows.demand(lines=[]), "demand.lines"),
    ("demand", rows.demand(lines=[rows.line(weight=99)]), "demand.lines"),
    ("demand", rows.demand(lines=[rows.line(weight=50), rows.line(weight=50)]), '"L1" 重复'),
    ("demand", rows.demand(lines=[rows.line(essential=1)]), "demand.lines[0].essential"),
    ("demand", rows.demand(lines=[rows.line(weight=float("nan"))]), "demand.lines[0].weight"),
    ("demand", rows.demand(enterprise={}), '"industry"'),
    ("demand", rows.demand(assessment_score=101), "demand.assessment_score"),
    ("demand", rows.demand(budget=1.5), "demand.budget"),
]


@pytest.mark.parametrize(("of", "row", "place"), WRONG)
def test_a_wrong_value_is_refused_with_its_place(of: str, row: object, place: str) -> None:
    assert place in refusal(row, of=of)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


def said_of(read: Callable[[object], object], row: object) -> str:
    """The message when the row is refused, else nothing."""
    try:
        read(row)
    except fields.InputError as error:
        return str(error)
    return ""


@given(st.sampled_from(sorted(rows.solution())), JSON)
def test_any_value_in_any_place_is_read_or_refused_never_worse(key: str, value: object) -> None:
    message = said_of(reading.solution, rows.solution() | {key: value})
    assert not message or (message.startswith("solution.") and message.isprintable())


@given(st.sampled_from(sorted(rows.demand())), JSON)
def test_the_same_for_demands(key: str, value: object) -> None:
    message = said_of(reading.demand, rows.demand() | {key: value})
    assert not message or (message.startswith("demand.") and message.isprintable())


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"{", "第 1 行第 2 列"),
        ("[]".encode("utf-16"), "UTF-8"),
        ("质量".encode("gbk"), "UTF-8"),
        (b'[{"a": NaN}]', "NaN"),
        (b"[-Infinity]", "-Infinity"),
        (b"[" * 100_000, "嵌套过深"),
        (b"[1" + b"0" * 5000 + b"]", "位数过多"),
        (b'[{"a": 1, "a": 2}]', '键 "a" 重复'),
        (b"", "不是合法的 JSON"),
        (b"{}", "应为列表"),
        (b"[null]", "solutions.json[0]"),
    ],
)
def test_a_broken_file_is_refused_in_one_line(tmp_path: Path, content: bytes, said: str) -> None:
    path = tmp_path / "solutions.json"
    path.write_bytes(content)
    with pytest.raises(fields.InputError) as caught:
        reading.load_solutions(path)
    assert said in str(caught.value)
    assert str(caught.value).startswith("solutions.json")
    assert "\n" not in str(caught.value)


def test_a_missing_file_and_a_folder_are_refused(tmp_path: Path) -> None:
    for path in (tmp_path / "none.json", tmp_path):
        with pytest.raises(fields.InputError, match="打不开文件"):
            reading.load_demand(path)


def test_a_byte_order_mark_is_no_obstacle(tmp_path: Path) -> None:
    path = tmp_path / "demand.json"
    path.write_text(json.dumps(rows.demand()), encoding="utf-8-sig")
    assert reading.load_demand(path).id == "D1"


def test_repeated_solution_ids_are_refused() -> None:
    with pytest.raises(fields.InputError, match="S1"):
        reading.solutions([rows.solution(), rows.solution()])


def test_grades_for_unknown_solutions_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "judgements.json"
    path.write_text(json.dumps([{"demand": rows.demand(), "grades": {"S1": 3, "S9": 1}}]), encoding="utf-8")
    with pytest.raises(fields.InputError, match="S9"):
        reading.load_judgements(path, reading.solutions([rows.solution()]))


def test_generated_rows_keep_to_the_format() -> None:
    assert len(reading.solutions(catalogue.generate(60, seed=3))) == 60
    assert [reading.demand(row).id for row in catalogue.demands(2, seed=3)] == ["N00000", "N00001"]
    assert catalogue.generate(5, seed=3) == catalogue.generate(5, seed=3)
