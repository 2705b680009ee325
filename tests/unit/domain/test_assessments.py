"""Answers, figures and levels: what leads to which option, what is said about it, and where the bounds lie."""

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.domain import assessment_figures as figures_of
from marketplace.domain import assessment_words as words
from marketplace.domain import assessments
from marketplace.domain.assessments import Answer
from marketplace.domain.errors import Invalid
from marketplace.models.assessments import AssessmentKind
from matching import standard

Q2, Q3, Q11, Q12, Q13, Q14, Q15 = (standard.ITEMS[key] for key in ("Q2", "Q3", "Q11", "Q12", "Q13", "Q14", "Q15"))
MANDATORY = [scene.id for scene in standard.SCENES.values() if scene.is_mandatory]
ADVISORY = [scene.id for scene in standard.SCENES.values() if not scene.is_mandatory]


def machines(part: str, whole: str = "100") -> dict[str, str]:
    return {"machines": whole, "digital_machines": part}


def option(item: standard.Item, figures: dict[str, str]) -> str | None:
    derived = figures_of.derive(item, figures)
    return derived.option if derived else None


@pytest.mark.parametrize(
    ("part", "whole", "expected"),
    [
        ("0", "100", "A"),
        ("10", "100", "A"),
        ("1001", "10000", "B"),  # 10.01 %
        ("20", "100", "B"),
        ("2001", "10000", "C"),
        ("40", "100", "C"),
        ("41", "100", "D"),
        ("60", "100", "D"),
        ("6001", "10000", "E"),
        ("100", "100", "E"),
        ("1", "3", "C"),
        ("1", "10", "A"),
        ("3", "30", "A"),  # 0.1 has no exact binary: the bound must hold all the same
        ("1", "1", "E"),
    ],
)
def test_a_share_falls_into_the_band_whose_upper_bound_it_does_not_pass(part: str, whole: str, expected: str) -> None:
    assert option(Q2, machines(part, whole)) == expected
    assert option(Q3, {"machines": whole, "networked_machines": part}) == expected
    assert option(Q11, {"turnover": whole, "spending": part}) == expected


@given(whole=st.integers(1, 5000), share=st.fractions(0, 1))
def test_a_share_agrees_with_reading_the_bands_by_whole_numbers(whole: int, share: Fraction) -> None:
    part = int(share * whole)
    per_ten_thousand = -(-part * 10_000 // whole)  # rounded up: above a bound is above it
    expected = next(
        key for key, bound in zip("ABCDE", (1000, 2000, 4000, 6000, 10_000), strict=True) if per_ten_thousand <= bound
    )
    assert option(Q2, machines(str(part), str(whole))) == expected


@pytest.mark.parametrize(
    ("item", "part", "whole", "options"),
    [(Q12, "energy", "revenue", "CBA"), (Q15, "cost", "revenue", "CBA"), (Q14, "revenue", "staff", "ABC")],
)
@pytest.mark.parametrize(
    ("last", "before", "place"),
    [(("99", "100"), ("100", "100"), 0), (("50", "200"), ("25", "100"), 1), (("100", "99"), ("100", "100"), 2)],
)
def test_a_change_is_down_same_or_up_by_the_ratio(
    item: standard.Item, part: str, whole: str, options: str, last: tuple[str, str], before: tuple[str, str], place: int
) -> None:
    figures = {
        f"{part}_last": last[0],
        f"{whole}_last": last[1],
        f"{part}_before": before[0],
        f"{whole}_before": before[1],
    }
    assert option(item, figures) == options[place]


@pytest.mark.parametrize(
    ("last", "before", "expected"), [("98", "98.0", "B"), ("98.1", "98", "C"), ("97.99", "98", "A"), ("100", "0", "C")]
)
def test_the_pass_rate_is_compared_by_itself(last: str, before: str, expected: str) -> None:
    assert option(Q13, {"pass_rate_last": last, "pass_rate_before": before}) == expected


@given(st.tuples(*[st.integers(1, 10**6)] * 4))
def test_exchanging_the_years_turns_down_into_up(numbers: tuple[int, int, int, int]) -> None:
    energy_last, revenue_last, energy_before, revenue_before = map(str, numbers)
    forth = {
        "energy_last": energy_last,
        "revenue_last": revenue_last,
        "energy_before": energy_before,
        "revenue_before": revenue_before,
    }
    back = {
        "energy_last": energy_before,
        "revenue_last": revenue_before,
        "energy_before": energy_last,
        "revenue_before": revenue_last,
    }
    assert option(Q12, back) == {"A": "C", "B": "B", "C": "A"}[option(Q12, forth) or ""]


@pytest.mark.parametrize(
    ("figures", "field", "said"),
    [
        (machines("12", "10"), "digital_machines", "还大"),
        (machines("-1"), "digital_machines", "负数"),
        (machines("0", "0"), "machines", "不能是0"),
        (machines("十"), "digital_machines", "不是数字"),
        (machines("12台"), "digital_machines", "不是数字"),
        (machines("１２"), "digital_machines", "全角"),
        (machines("1.5"), "digital_machines", "整数"),
        (machines("1e3"), "digital_machines", "不是数字"),
        (machines("NaN"), "digital_machines", "不是数字"),
        (machines("9" * 13), "digital_machines", "不是数字"),
        (machines("٣"), "digital_machines", "不是数字"),
    ],
)
def test_a_bad_figure_is_named_with_the_remedy(figures: dict[str, str], field: str, said: str) -> None:
    found = figures_of.problems(Q2, figures)
    assert list(found) == [field]
    assert said in found[field]
    assert figures_of.derive(Q2, figures) is None


def test_rates_stay_within_a_hundred_and_years_without_revenue_are_refused() -> None:
    assert "100%" in figures_of.problems(Q13, {"pass_rate_last": "100.1"})["pass_rate_last"]
    assert list(figures_of.problems(Q12, {"energy_last": "1", "revenue_before": "0"})) == ["revenue_before"]
    assert figures_of.problems(Q12, {"energy_last": "0", "energy_before": "5"}) == {}


def test_missing_figures_lead_to_no_option() -> None:
    assert option(Q2, {"machines": "10"}) is None
    assert option(Q2, {"machines": "10", "digital_machines": " "}) is None
    assert option(standard.ITEMS["Q1"], {}) is None


@given(st.decimals(0, 10**9, places=3))
def test_a_number_reads_the_same_however_it_is_typed(number: Decimal) -> None:
    typed = f"{number:,.3f}"
    assert Decimal(figures_of.plain(typed)) == number
    assert figures_of.plain(figures_of.plain(typed)) == figures_of.plain(typed)


def test_the_option_follows_the_figures_until_somebody_chooses_another() -> None:
    first = assessments.settle(Q2, Answer((), machines("30")), Answer())
    assert first.options == ("C",)
    corrected = assessments.settle(Q2, Answer(("C",), machines("50")), first)
    assert corrected.options == ("D",)
    chosen = assessments.settle(Q2, Answer(("E",), machines("50")), corrected)
    assert chosen.options == ("E",)
    assert assessments.item_warnings(Q2, {"Q2": chosen}) == ("按填的数字应选D，您选了E，请核对",)
    kept = assessments.settle(Q2, Answer(("E",), machines("55")), chosen)
    assert kept.options == ("E",)


def test_nothing_stands_alone() -> None:
    item = standard.ITEMS["Q6"]
    assert assessments.problems(item, Answer(("A",))) == {}
    assert "都没有" in assessments.problems(item, Answer(("A", "B")))["Q6"]
    assert "Q6" in assessments.problems(item, Answer(("Z",)))
    assert "Q5" in assessments.problems(standard.ITEMS["Q5"], Answer(("A", "B")))


@pytest.mark.parametrize(
    ("item", "options", "points"),
    [
        ("Q4", "", "0"),
        ("Q4", "A", "0"),
        ("Q4", "BCD", "2.1"),
        ("Q4", "BCDEFGHIJKLMN", "9.1"),
        ("Q4", "O", "0.9"),
        ("Q4", "BCDEFGHIJKLMNO", "10"),
        ("Q6", "BCDE", "5"),
        ("Q9", "BC", "3.75"),
        ("Q10", "BCDEF", "7.5"),
        ("Q11", "B", "1.875"),
        ("Q8", "F", "7.5"),
    ],
)
def test_points_add_up_exactly(item: str, options: str, points: str) -> None:
    assert standard.item_points(standard.ITEMS[item], tuple(options)) == Decimal(points)


@given(st.sets(st.sampled_from("BCDEFGHIJKLMN")), st.booleans())
def test_collection_earns_seven_tenths_a_scene(ticked: set[str], has_people: bool) -> None:
    answers = {"Q4": Answer(tuple(sorted(ticked | ({"O"} if has_people else set()))))}
    expected = Decimal("0.7") * len(ticked) + (Decimal("0.9") if has_people else 0)
    assert assessments.score(answers, {}).points == expected


@given(st.data())
def test_dimensions_sum_to_the_whole_and_one_more_tick_never_lowers_it(data: st.DataObject) -> None:
    answers = {}
    for item in standard.ITEMS.values():
        free = [key for key, one in item.options.items() if not one.excludes_others]
        size = 1 if item.rule == "one" else len(free)
        answers[item.id] = Answer(tuple(sorted(data.draw(st.sets(st.sampled_from(free), max_size=size)))))
    result = assessments.score(answers, {})
    assert sum(result.by_dimension.values()) == result.points == sum(result.by_item.values())
    grown = data.draw(st.sampled_from([item for item in standard.ITEMS.values() if item.rule == "sum"]))
    extra = data.draw(st.sampled_from([key for key, one in grown.options.items() if not one.excludes_others]))
    more = answers | {grown.id: Answer(tuple(sorted({*answers[grown.id].options, extra})))}
    assert assessments.score(more, {}).points >= result.points


def test_what_is_missing_is_listed_in_the_order_of_the_standard() -> None:
    assert len(assessments.missing({}, {})) == 31
    answers = {key: Answer(("A",)) for key in standard.ITEMS if key != "Q7"}
    levels = {key: 0 for key in standard.SCENES if key != "energy"}
    assert assessments.missing(answers, levels) == ("Q7", "energy")
    assert assessments.missing(answers | {"Q7": Answer((), {"x": "1"})}, levels | {"energy": 0}) == ("Q7",)


def test_every_question_and_scene_is_on_exactly_one_page() -> None:
    topics = [topic for part in assessments.PARTS.values() for topic in part.topics]
    assert sorted(topics) == sorted(assessments.TOPICS)


def test_answers_that_contradict_each_other_are_pointed_out() -> None:
    answers = {
        "Q2": Answer(("C",), machines("30")),
        "Q3": Answer(("A",), {"machines": "90", "networked_machines": "1"}),
        "Q4": Answer(("H",)),
        "Q5": Answer(("A",)),
        "Q11": Answer(("A",)),
    }
    found = {(one.topic, one.message) for one in assessments.warnings(answers, {"quality": 0, "finance": 2})}
    told = {topic for topic, _ in found}
    assert told == {"Q2", "Q3", "Q4", "Q5", "Q11"}
    assert ("Q4", "质量管理选了自动采集，场景里却还没到一级，请核对") in found
    assert any("别的题里填的是" in message for _, message in found)


def test_a_number_that_is_known_is_offered_to_the_other_items() -> None:
    others = {"Q14": {"revenue_last": "900", "staff_last": "20"}, "Q15": {"cost_last": "500"}}
    assert figures_of.shared(Q12, others) == {"revenue_last": "900"}
    assert figures_of.shared(Q14, {"Q14": {"revenue_last": "900"}}) == {}


def levels(level: int, *, mandatory: int, advisory: int, rest: int = 0) -> dict[str, int]:
    raised = MANDATORY[:mandatory] + ADVISORY[:advisory]
    return {scene: level if scene in raised else rest for scene in standard.SCENES}


@pytest.mark.parametrize(
    ("points", "scene_levels", "reason", "distance"),
    [
        ("63", levels(3, mandatory=5, advisory=2), "卡在场景部分", ("还要把1个场景提到三级",)),
        ("38.9", levels(2, mandatory=6, advisory=3), "卡在打分部分", ("打分部分还差1.1分",)),
        ("39.999", levels(2, mandatory=2, advisory=6, rest=1), "两部分都只到一级",
         ("打分部分还差0.001分", "还要把1个场景提到二级，其中约束性场景至少1个")),
        ("0", {}, "两部分都还没到一级", ("打分部分还差20分", "还要把6个场景提到一级，其中约束性场景至少3个")),
        ("85", levels(4, mandatory=5, advisory=6), "卡在场景部分", ("还要把1个场景提到四级，其中约束性场景至少1个",)),
        ("80", levels(4, mandatory=6, advisory=4), "最高等级", ()),
    ],
)  # fmt: skip
def test_a_level_is_explained_and_the_way_to_the_next_is_told(
    points: str, scene_levels: dict[str, int], reason: str, distance: tuple[str, ...]
) -> None:
    verdict = standard.overall_level(Decimal(points), scene_levels)
    assert reason in words.reason(Decimal(points), scene_levels, verdict)
    assert words.distance(verdict) == distance


@given(st.decimals(0, 100, places=3), st.fixed_dictionaries({scene: st.integers(0, 4) for scene in standard.SCENES}))
def test_doing_what_the_distance_says_reaches_the_next_level(points: Decimal, scene_levels: dict[str, int]) -> None:
    verdict = standard.overall_level(points, scene_levels)
    if verdict.level == standard.TOP_LEVEL:
        assert words.distance(verdict) == ()
        return
    target, lifted = verdict.level + 1, dict(scene_levels)
    below = sorted(
        (scene for scene in standard.SCENES if lifted[scene] < target), key=lambda scene: scene not in MANDATORY
    )
    for scene in below[: max(verdict.missing_scenes, verdict.missing_mandatory)]:
        lifted[scene] = target
    assert standard.overall_level(points + verdict.missing_points, lifted).level >= target
    assert words.distance(verdict)
    assert words.reason(points, scene_levels, verdict)


def test_the_weightiest_kind_speaks_and_of_a_kind_the_latest() -> None:
    old, new = date(2026, 1, 1), date(2026, 6, 1)
    rows = [(AssessmentKind.ON_SITE, old, 1), (AssessmentKind.DIAGNOSIS, new, 2), (AssessmentKind.SELF, new, 3)]
    assert assessments.leading(rows) == 0
    assert assessments.leading(rows[1:]) == 0
    assert assessments.leading([(AssessmentKind.SELF, new, 1), (AssessmentKind.SELF, old, 2)]) == 0
    assert assessments.leading([(AssessmentKind.SELF, new, 1), (AssessmentKind.SELF, new, 2)]) == 1
    assert assessments.leading([]) is None


def test_an_old_record_is_checked_as_it_was_typed() -> None:
    today = date(2026, 11, 20)
    assessments.check_record(assessed_on=date(2024, 5, 1), today=today, points=Decimal("46.5"), level=2)
    with pytest.raises(Invalid) as refusal:
        assessments.check_record(assessed_on=date(2027, 1, 1), today=today, points=Decimal("100.1"), level=5)
    assert set(refusal.value.messages) == {"assessed_on", "points", "level"}


def test_where_sources_disagree_is_said() -> None:
    assert words.notes(1)
    assert words.notes(2)
    assert not words.notes(4)
    assert "来源不一" in standard.ITEMS["Q8"].note
    assert words.level_name(2) == "二级（规范级）"
    assert words.level_name(0) == "无等级"
    assert words.points(Decimal("41.350")) == "41.35"
    assert words.points(Decimal("0.000")) == "0"


def test_each_level_of_each_scene_says_what_shows_it() -> None:
    for scene, evidence in standard.SCENE_EVIDENCE.items():
        assert len(evidence) == standard.TOP_LEVEL + 1, scene
        assert evidence[0] == ()
        assert all(len(lines) > 0 and "{" not in "".join(lines) for lines in evidence[1:])
