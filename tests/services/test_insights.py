"""What the published checklists of an industry add up to, and what the shelf leaves open."""

import io
from collections import Counter

import numpy as np
import pytest
from flask import Flask
from hypothesis import given, settings
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook
from sqlalchemy import func, select

from marketplace.domain import wording
from marketplace.domain.actors import Actor
from marketplace.domain.errors import Forbidden
from marketplace.extensions import db
from marketplace.models.accounts import Role, User
from marketplace.models.demands import Demand, DemandLine, DemandStatus
from marketplace.models.enterprises import Enterprise
from marketplace.services import insight_export, insight_groups, insight_lines, insights, unmet_demand
from marketplace.services.unit_of_work import writing
from tests.factories import Factory

PAPER = "检验记录都在纸上，客户一查要翻半天"
PAPER_TOO = "检验记录写在纸上，客户查一回翻半天"
PRESS = "气缸慢半拍全线等，总在坏了之后才换"


@pytest.fixture
def reviewer(app: Flask, make: Factory) -> Actor:
    return make.actor(Role.BUREAU_REVIEWER)


def publish(
    make: Factory, text: str, *, scene: str = "quality", target: int = 2, county: str = "fucheng", **facts: object
) -> Demand:
    """A published checklist of a new enterprise with one line of these words."""
    trade = {"industry": facts.pop("industry")} if "industry" in facts else {}
    enterprise = make.enterprise(county=county, **trade)
    user = make.user(Role.ENTERPRISE, organisation_id=enterprise.organisation_id)
    demand: Demand = make.demand(user=user, lines=((scene, 100),), **facts)
    with writing() as session:
        line = session.scalars(select(DemandLine).where(DemandLine.demand_id == demand.id)).one()
        line.text, line.target_level = text, target
    return demand


def test_lines_that_say_alike_are_one_need_with_the_money_behind_them(reviewer: Actor, make: Factory) -> None:
    publish(make, PAPER, budget=100_000)
    publish(make, PAPER_TOO, budget=50_000)
    publish(make, "金属检测机剔出来的去向没人管", budget=None)
    insight = insights.get(reviewer, industry="modern_food")
    assert [(one.tally.lines, one.tally.enterprises, one.tally.budget) for one in insight.needs] == [
        (2, 2, 150_000), (1, 1, 0),
    ]  # fmt: skip
    assert insight.repeated[0].text in (PAPER, PAPER_TOO)
    assert insight.single[0].tally.budget_words == "没填"
    assert insight.total.budget_words == "15.00万元（另有1条没填）"


def test_a_budget_is_shared_by_weight(reviewer: Actor, make: Factory) -> None:
    make.demand(lines=(("quality", 30), ("energy", 70)), budget=100_001)
    found = {line.scene: line.budget for line in insight_lines.load(reviewer)}
    assert found["quality"] is not None
    assert found["energy"] is not None
    assert found["quality"] + found["energy"] == 100_001
    assert insight_lines.tally(insight_lines.load(reviewer)).budget == 100_001


def test_only_published_checklists_of_the_industry_count(reviewer: Actor, make: Factory) -> None:
    publish(make, PAPER)
    publish(make, PAPER, industry="advanced_metals")
    make.demand(status=DemandStatus.DRAFT)
    make.demand(status=DemandStatus.WITHDRAWN)
    assert insights.get(reviewer, industry="modern_food").total.lines == 1
    assert insights.get(reviewer, industry="nonsense").industry == "electronic_components"


def test_a_county_officer_sees_his_own_countys_figures(app: Flask, make: Factory) -> None:
    publish(make, PAPER)
    publish(make, PAPER, county="youlan")
    officer = make.actor(Role.COUNTY_OFFICER)
    insight = insights.get(officer, industry="modern_food")
    assert (insight.total.lines, insight.scope) == (1, wording.COUNTIES["fucheng"])
    assert unmet_demand.get(officer).of == 1


@pytest.mark.parametrize("role", [Role.ENTERPRISE, Role.PROVIDER, Role.ADMINISTRATOR])
def test_others_do_not_see_them(app: Flask, make: Factory, role: Role) -> None:
    with pytest.raises(Forbidden):
        insights.get(make.actor(role), industry="modern_food")
    with pytest.raises(Forbidden):
        unmet_demand.get(make.actor(role))


def test_a_line_hurts_in_every_way_that_its_words_tell(reviewer: Actor, make: Factory) -> None:
    publish(make, "点检表写在纸上，设备一停就是半天")
    publish(make, "想把这件事做好")
    insight = insights.get(reviewer, industry="modern_food")
    labels = {one.label for one in insight.pains}
    assert len(labels) == 3  # paper, downtime, slow
    assert insight.untold == 1
    assert all(one.samples[0].text in "点检表写在纸上，设备一停就是半天" for one in insight.pains)


def test_a_scene_row_counts_steps_and_what_stands_on_the_shelf(reviewer: Actor, make: Factory) -> None:
    provider = make.provider()
    make.solution(provider=provider, coverage=(("quality", 2),))
    make.solution(provider=provider, coverage=(("quality", 1),))
    make.solution(coverage=(("quality", 4),), industries=["advanced_metals"])
    make.solution(coverage=(("quality", 3),), industries=None)  # says nothing of industries: fits none for sure
    publish(make, PAPER)
    publish(make, PAPER, target=3)
    publish(make, PAPER)
    row = insights.get(reviewer, industry="modern_food").scenes[0]
    assert [(step.present, step.target, step.lines) for step in row.steps] == [(0, 2, 2), (0, 3, 1)]
    assert (row.cover.solutions, row.cover.providers) == (2, 1)
    assert row.reach.solutions == 1  # to level 2, which most ask for


def test_a_line_is_unmet_until_something_covers_its_scene_at_the_level_for_its_industry(
    reviewer: Actor, make: Factory
) -> None:
    publish(make, PRESS, scene="equipment", target=4, budget=80_000)
    assert [(row.scene, row.target, row.tally.budget) for row in unmet_demand.get(reviewer).rows] == [
        ("equipment", 4, 80_000)
    ]
    make.solution(coverage=(("equipment", 3),))
    make.solution(coverage=(("equipment", 4),), industries=["advanced_metals"])
    row = unmet_demand.get(reviewer, industry="modern_food").rows[0]
    assert row.below.solutions == 1
    make.solution(coverage=(("equipment", 4),), industries=["modern_food"])
    assert unmet_demand.get(reviewer).rows == ()


def test_a_product_of_the_level_that_speaks_of_the_very_thing_meets_it_under_another_scene(
    reviewer: Actor, make: Factory
) -> None:
    publish(make, PRESS, scene="equipment", target=4)
    for number in range(12):
        make.solution(coverage=(("finance", 4),), description=f"总账和报表第{number}版，往来核对")
    assert len(unmet_demand.get(reviewer).rows) == 1
    make.solution(coverage=(("production_control", 4),), summary=PRESS, description=f"{PRESS}。{PRESS}")
    assert unmet_demand.get(reviewer).rows == ()


def test_each_published_line_is_in_exactly_one_need_of_the_demo_city(demo_app: Flask) -> None:
    with demo_app.app_context():
        person = _somebody(Role.BUREAU_LEADER)
        total = 0
        for industry in wording.INDUSTRIES:
            insight = insights.get(person, industry=industry)
            keys = Counter(line.id for need in insight.needs for line in need.lines)
            assert set(keys.values()) == {1}
            assert len(keys) == insight.total.lines == sum(row.tally.lines for row in insight.scenes)
            assert insight.repeated
            assert insight.untold < insight.total.lines / 2
            total += len(keys)
        published = select(func.count(DemandLine.id)).join(Demand).where(Demand.status == DemandStatus.PUBLISHED)
        assert total == db.session.scalar(published)
        found = unmet_demand.get(person)
        assert found.rows
        assert found.of == total


def _somebody(role: Role) -> Actor:
    user = db.session.scalars(select(User).order_by(User.id)).first()
    assert user
    return Actor(user.id, user.name, role, 1, None)  # type: ignore[arg-type]


def test_the_workbooks_carry_filter_time_and_rows_and_nobodys_name(demo_app: Flask) -> None:
    with demo_app.app_context():
        person = _somebody(Role.BUREAU_LEADER)
        insight = insights.get(person, industry="modern_food")
        book = CalamineWorkbook.from_filelike(io.BytesIO(insight_export.insight_workbook(insight)))
        assert book.sheet_names == ["需求清单", "问题清单", "场景清单"]
        sheets = {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}
        assert "现代食品制造" in str(sheets["需求清单"][1][0])
        assert str(sheets["需求清单"][2][0]).startswith("生成时间")
        assert len(sheets["需求清单"]) - 5 == len(insight.needs)
        assert len(sheets["场景清单"]) - 5 == len(insight.scenes)
        unmet = unmet_demand.get(person)
        found = CalamineWorkbook.from_filelike(io.BytesIO(insight_export.unmet_workbook(unmet)))
        rows = found.get_sheet_by_index(0).to_python()
        assert len(rows) - 5 == len(unmet.rows)
        text = str(sheets) + str(rows)
        names = db.session.scalars(select(Enterprise).join(Enterprise.organisation)).all()
        assert names
        assert "有限公司" not in text


def test_no_text_of_a_workbook_runs_as_a_formula(reviewer: Actor, make: Factory) -> None:
    publish(make, "=1+1我们的检验记录都在纸上")
    book = insight_export.insight_workbook(insights.get(reviewer, industry="modern_food"))
    rows = CalamineWorkbook.from_filelike(io.BytesIO(book)).get_sheet_by_index(0).to_python()
    assert rows[5][1] == "=1+1我们的检验记录都在纸上"


TEXTS = st.lists(st.sampled_from([PAPER, PAPER_TOO, PRESS, "账对不上", "电费高", "图纸版本乱"]), max_size=9)


@settings(max_examples=40, deadline=None)
@given(texts=TEXTS)
def test_groups_part_the_texts_and_equal_texts_stay_together(texts: list[str]) -> None:
    groups = insight_groups.alike(texts, at_least=0.3)
    assert sorted(place for group in groups for place in group) == list(range(len(texts)))
    home = {place: number for number, group in enumerate(groups) for place in group}
    for place, text in enumerate(texts):
        assert home[place] == home[texts.index(text)]
    assert groups == insight_groups.alike(texts, at_least=0.3)


def test_the_first_of_a_group_is_the_one_nearest_to_all_others() -> None:
    texts = ["检验记录在纸上", "检验记录在纸上，翻半天", "客户来查，检验记录翻半天"]
    close = insight_groups.similarities(texts)
    group = insight_groups.alike(texts, at_least=0.01)
    assert len(group) == 1
    assert group[0][0] == int(np.argmax(np.round(close.sum(axis=1), 9)))
