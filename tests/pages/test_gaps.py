"""The gap page and what follows from it, walked through without JavaScript."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from decimal import Decimal

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import selectinload

from marketplace.domain import suggestions
from marketplace.extensions import db
from marketplace.models.accounts import Role, User
from marketplace.models.assessments import AssessmentStatus
from marketplace.models.demands import Demand
from matching import standard
from tests.factories import Factory
from tests.harness import Browser, Page

QUERIES = 15
MINE = "三号库每月盘点都差几箱，先管住这个库"


@pytest.fixture
def user(app: Flask, make: Factory) -> User:
    return make.user(Role.ENTERPRISE)


@pytest.fixture
def owner(client: Browser, user: User) -> Browser:
    return client.log_in(user)


def _form(page: Page, action: str, **wanted: str) -> dict[str, str]:
    """The hidden fields of the first form to this address that carries the wanted ones."""
    for form in page.all("form"):
        if form.get("action") == action:
            fields = {
                one.get("name", ""): one.get("value", "") for one in form.iter("input") if one.get("type") == "hidden"
            }
            if wanted.items() <= fields.items():
                return fields
    raise AssertionError(f"no form to {action} with {wanted}")


def _checked(page: Page) -> set[str]:
    return {
        box.get("value", "")
        for box in page.all("input")
        if box.get("name") == "scene" and box.get("checked") is not None
    }


def _demand() -> Demand:
    db.session.rollback()
    query = select(Demand).options(selectinload(Demand.lines)).order_by(Demand.id.desc()).limit(1)
    return db.session.scalars(query).one()


def test_from_the_gap_to_an_edited_checklist_that_remembers_what_was_suggested(
    owner: Browser, user: User, make: Factory
) -> None:
    levels = {"quality": 2, "marketing": 2, "finance": 2, "procurement": 2, "collaboration": 2}
    assessment = make.assessment(user=user, points=Decimal(38), levels=levels)
    address = f"/assessments/{assessment.id}/gap"
    page = owner.get(address)
    assert page.h1 == "离二级还差什么"
    assert _checked(page) == {"product_design"}
    assert "把产品设计1个场景提到二级，再做1项不花钱买产品的补分措施" in page.body
    made = owner.post(address, {**_form(page, address), "scene": ["product_design", "warehousing"]})
    page = owner.follow(made)
    assert "由评测生成" in page.body
    lines_page = owner.get(f"{made.headers['Location']}/lines")
    assert lines_page.html.count("评测建议写法") == 0  # nothing has been rewritten yet
    fields = {"once": lines_page.hidden("once"), "version": lines_page.hidden("version")}
    for place, (scene, text) in enumerate((("product_design", "图纸版本乱，老是拿错"), ("warehousing", MINE))):
        row = {"scene": scene, "current_level": "1", "target_level": "2", "text": text, "weight": "50"}
        fields |= {f"lines-{place}-{name}": value for name, value in row.items()}
    owner.post(f"{made.headers['Location']}/lines", fields)
    page = owner.get(f"{made.headers['Location']}/lines")
    assert page.html.count("评测建议写法") == 2
    assert MINE in page.html
    assert suggestions.text("warehousing", 1, 2) in page.html
    restored = owner.submit(
        f"{made.headers['Location']}/lines",
        {**fields, "once": page.hidden("once"), "version": page.hidden("version"), "restore_line": "lines-1"},
    )
    assert MINE not in restored.html
    assert "图纸版本乱，老是拿错" in restored.html
    assert {line.text for line in _demand().lines} == {"图纸版本乱，老是拿错", MINE}  # nothing is kept before 保存
    assert "评测建议写法" in owner.get(f"{made.headers['Location']}/check").html


def test_nothing_ticked_says_so_and_keeps_the_page(owner: Browser, user: User, make: Factory) -> None:
    assessment = make.assessment(user=user)
    address = f"/assessments/{assessment.id}/gap"
    page = owner.submit(address, {"once": "x", "target": "2"}, status=422)
    assert "请至少勾选一个场景" in page.body


def test_a_measure_is_ticked_and_untied_and_the_points_follow(owner: Browser, user: User, make: Factory) -> None:
    assessment = make.assessment(user=user, points=Decimal(35))
    address = f"/assessments/{assessment.id}/gap"
    page = owner.get(address)
    action = f"{address}/measures"
    form = _form(page, action, item="Q9", option="B")
    done = owner.post(action, {**form, "is_done": "1"})
    assert done.headers["Location"].endswith("#measures")
    page = owner.get(address)
    assert "现在36.875分" in page.body
    form = _form(page, action, item="Q9", option="B")
    owner.post(action, {**form, "is_done": "0"})
    assert "现在36.875分" not in owner.get(address).body
    refused = owner.post(action, {**form, "once": "", "item": "Q5", "option": "C", "is_done": "1"})
    assert "没有这项措施" in owner.follow(refused).body


def test_a_newer_assessment_shows_its_changes_before_it_makes_them(owner: Browser, user: User, make: Factory) -> None:
    first = make.assessment(user=user)
    address = f"/assessments/{first.id}/gap"
    page = owner.get(address)
    owner.post(address, {**_form(page, address), "scene": ["quality", "warehousing"]})
    key = _demand().id
    newer = make.assessment(user=user, levels={"quality": 2, "warehousing": 0})
    page = owner.get(f"/assessments/{newer.id}/gap")
    assert "按这次评测更新" in page.body
    changes = f"/assessments/{newer.id}/gap/demands/{key}"
    page = owner.get(changes)
    assert "确认之前什么都不会改" in page.body
    assert "删去" in page.body
    assert [line.scene for line in _demand().lines] == ["quality", "warehousing"]
    owner.post(changes, {**_form(page, changes), "scene": ["energy"]})
    lines = _demand().lines
    assert [(line.scene, line.current_level) for line in lines] == [("warehousing", 0), ("energy", 1)]
    assert sum(line.weight for line in lines) == 100
    assert "没有要改的" in owner.get(changes).body
    stale = owner.post(changes, {**_form(page, changes), "once": "other"}, status=409)
    assert stale.status_code == 409


def test_a_record_without_a_gap_says_why(owner: Browser, user: User, make: Factory) -> None:
    for facts, words in (
        ({"status": AssessmentStatus.DRAFT}, "还没有填完"),
        ({"status": AssessmentStatus.VOIDED}, "已作废"),
        ({"standard": "2022"}, "2022年版"),
    ):
        assessment = make.assessment(user=user, **facts)
        page = owner.get(f"/assessments/{assessment.id}/gap")
        assert words in page.body
        owner.submit(f"/assessments/{assessment.id}/gap", {"once": "", "target": "2", "scene": "quality"}, status=422)


def test_with_everything_at_the_target_the_page_still_makes_sense(owner: Browser, user: User, make: Factory) -> None:
    top = dict.fromkeys(standard.SCENES, 4)
    page = owner.get(f"/assessments/{make.assessment(user=user, points=Decimal(95), levels=top).id}/gap")
    assert "16个场景都已达到四级" in page.body
    points_only = make.assessment(user=user, points=Decimal(10), levels=top)
    page = owner.get(f"/assessments/{points_only.id}/gap")
    assert "场景已经够了" in page.body
    assert "措施全做完还差4.5分" in page.body


def test_staff_read_the_gap_and_cannot_change_anything(client: Browser, make: Factory) -> None:
    assessment = make.assessment()
    make.user(Role.BUREAU_REVIEWER)
    page = client.log_in(Role.BUREAU_REVIEWER).get(f"/assessments/{assessment.id}/gap")
    assert not [form for form in page.all("form") if "/gap" in form.get("action", "")]


def test_the_gap_page_asks_the_database_as_often_for_one_checklist_as_for_many(
    app: Flask,
    owner: Browser,
    user: User,
    make: Factory,
    count_queries: Callable[[Flask], AbstractContextManager[list[str]]],
) -> None:
    assessment = make.assessment(user=user)
    address = f"/assessments/{assessment.id}/gap"
    counts = []
    for times in (1, 8):
        for _ in range(times):
            page = owner.get(address)
            owner.post(address, {**_form(page, address), "scene": list(standard.SCENES)})
        with count_queries(app) as statements:
            owner.get(address)
        counts.append(len(statements))
    assert counts[0] == counts[1] <= QUERIES
