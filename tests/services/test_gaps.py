"""From an assessment to a checklist: drawing up, ticking measures, and following a newer assessment."""

from datetime import date
from decimal import Decimal

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select
from sqlalchemy.orm import selectinload

from marketplace.domain import suggestions
from marketplace.domain.actors import Actor
from marketplace.domain.demands import Line
from marketplace.domain.errors import AlreadyDone, Conflict, Forbidden, Invalid, NotFound
from marketplace.domain.gap_changes import Kind
from marketplace.extensions import db
from marketplace.models.accounts import Role, User
from marketplace.models.assessments import Assessment, AssessmentStatus, MeasureTick
from marketplace.models.audit import AuditEntry
from marketplace.models.demands import Demand, DemandStatus
from marketplace.services import demands, gap_refresh, gaps
from matching import standard
from tests.factories import Factory

OWN_WORDS = "三号库每月盘点都差几箱，先管住这个库"


@pytest.fixture
def user(app: Flask, make: Factory) -> User:
    return make.user(Role.ENTERPRISE)


@pytest.fixture
def owner(user: User, make: Factory) -> Actor:
    return make.actor(user)


def _demand(key: int) -> Demand:
    db.session.rollback()
    return db.session.scalars(select(Demand).where(Demand.id == key).options(selectinload(Demand.lines))).one()


def _rewrite(owner: Actor, key: int, **texts: str) -> None:
    """The owner's own text for some scenes, as he types it on the page."""
    row = _demand(key)
    lines = [
        Line(one.scene, one.current_level, one.target_level, texts.get(one.scene, one.text), one.weight, True)
        for one in row.lines
    ]
    demands.save_lines(owner, demand_id=key, version=row.version, lines=lines)


def test_chosen_scenes_become_a_draft_that_knows_its_assessment(owner: Actor, user: User, make: Factory) -> None:
    assessment = make.assessment(user=user, levels={"quality": 2})
    key = gaps.draw_up(owner, assessment_id=assessment.id, target=2, scenes={"warehousing", "finance", "quality"})
    demand = _demand(key)
    assert (demand.assessment_id, demand.aimed_level, demand.status) == (assessment.id, 2, DemandStatus.DRAFT)
    assert demand.assessment_score == assessment.points
    assert [line.scene for line in demand.lines] == ["warehousing", "finance"]  # quality is at the target
    assert sum(line.weight for line in demand.lines) == 100
    for line in demand.lines:
        assert line.text == line.suggestion == suggestions.text(line.scene, 1, 2)
    assert db.session.scalars(select(AuditEntry.action)).all() == ["demands.drawn_up"]


def test_a_form_sent_twice_makes_one_checklist(owner: Actor, user: User, make: Factory) -> None:
    assessment = make.assessment(user=user)
    gaps.draw_up(owner, assessment_id=assessment.id, target=2, scenes={"quality"}, once="token")
    with pytest.raises(AlreadyDone):
        gaps.draw_up(owner, assessment_id=assessment.id, target=2, scenes={"quality"}, once="token")
    assert db.session.scalar(select(func.count(Demand.id))) == 1


@pytest.mark.parametrize(
    ("target", "scenes", "field"), [(2, set(), "scenes"), (2, {"nonsense"}, "scenes"), (9, {"quality"}, "target")]
)
def test_nothing_chosen_or_an_unknown_level_is_refused(
    owner: Actor, user: User, make: Factory, target: int, scenes: set[str], field: str
) -> None:
    assessment = make.assessment(user=user)
    with pytest.raises(Invalid) as refusal:
        gaps.draw_up(owner, assessment_id=assessment.id, target=target, scenes=scenes)
    assert field in refusal.value.messages


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"status": AssessmentStatus.DRAFT}, "还没有填完"),
        ({"status": AssessmentStatus.VOIDED}, "已作废"),
        ({"standard": "2022"}, "2022年版"),
    ],
)
def test_only_a_completed_record_of_this_edition_has_a_gap(
    owner: Actor, user: User, make: Factory, facts: dict[str, str], words: str
) -> None:
    assessment = make.assessment(user=user, **facts)
    sheet = gaps.get(owner, assessment.id)
    assert sheet.gap is None
    assert words in sheet.blocked
    with pytest.raises(Invalid):
        gaps.draw_up(owner, assessment_id=assessment.id, target=2, scenes={"quality"})
    with pytest.raises(Invalid):
        gaps.tick(owner, assessment_id=assessment.id, item="Q9", option="B", is_done=True)


def test_nobody_elses_assessment_is_drawn_up_or_ticked(app: Flask, make: Factory) -> None:
    assessment = make.assessment()
    for role in (Role.ENTERPRISE, Role.PROVIDER, Role.BUREAU_LEADER):
        stranger = make.actor(role)
        with pytest.raises(Forbidden):
            gaps.draw_up(stranger, assessment_id=assessment.id, target=2, scenes={"quality"})
        with pytest.raises(Forbidden):
            gaps.tick(stranger, assessment_id=assessment.id, item="Q9", option="B", is_done=True)
    with pytest.raises(NotFound):
        gaps.get(make.actor(Role.BUREAU_LEADER), assessment.id + 99)


def test_a_tick_counts_once_and_can_be_taken_back(owner: Actor, user: User, make: Factory) -> None:
    assessment = make.assessment(user=user, points=Decimal(35))
    for _ in range(2):
        gaps.tick(owner, assessment_id=assessment.id, item="Q9", option="B", is_done=True)
    assert _points(owner, assessment) == Decimal("36.875")
    gaps.tick(owner, assessment_id=assessment.id, item="Q9", option="B", is_done=False)
    assert _points(owner, assessment) == Decimal(35)
    assert db.session.scalar(select(func.count(MeasureTick.id))) == 0
    assert db.session.scalar(select(func.count(AuditEntry.id))) == 2
    with pytest.raises(Invalid):
        gaps.tick(owner, assessment_id=assessment.id, item="Q5", option="C", is_done=True)


def _points(owner: Actor, assessment: Assessment) -> Decimal:
    db.session.rollback()
    found = gaps.get(owner, assessment.id).gap
    assert found
    return found.points.now


def test_the_plan_carried_out_reaches_the_level(owner: Actor, user: User, make: Factory) -> None:
    found = gaps.get(owner, make.assessment(user=user, points=Decimal(35)).id).gap
    assert found
    assert (found.now.level, found.lifted.level, found.target) == (1, 2, 2)
    assert not found.is_reached


@pytest.mark.parametrize("scene", list(standard.SCENES))
def test_a_newer_assessment_with_one_scene_changed_changes_that_line_alone(
    owner: Actor, user: User, make: Factory, scene: str
) -> None:
    first = make.assessment(user=user)
    key = gaps.draw_up(owner, assessment_id=first.id, target=3, scenes=set(standard.SCENES))
    for level, kind in ((0, Kind.CHANGED), (2, Kind.CHANGED), (3, Kind.REMOVED)):
        newer = make.assessment(user=user, levels={scene: level})
        changes = {one.scene: one for one in gap_refresh.look(owner, assessment_id=newer.id, demand_id=key).changes}
        assert changes[scene].kind == kind
        moved = [one for one in changes.values() if one.scene != scene and one.kind != Kind.SAME]
        assert len(moved) <= 1  # the path may take another scene instead
        for one in moved:
            assert one.before
            assert one.after
            assert one.before.is_essential != one.after.is_essential
            assert one.before.text == one.after.text


def test_the_owners_words_stay_and_the_new_suggestion_stands_beside_them(
    owner: Actor, user: User, make: Factory
) -> None:
    first = make.assessment(user=user)
    key = gaps.draw_up(owner, assessment_id=first.id, target=3, scenes={"warehousing", "quality", "finance"})
    _rewrite(owner, key, warehousing=OWN_WORDS, finance=OWN_WORDS)
    newer = make.assessment(user=user, levels={"warehousing": 2, "quality": 2, "finance": 3}, points=Decimal(50))
    view = gap_refresh.look(owner, assessment_id=newer.id, demand_id=key)
    assert {one.scene: one.kind for one in view.changes if one.before} == {
        "warehousing": Kind.CHANGED, "quality": Kind.CHANGED, "finance": Kind.REACHED,
    }  # fmt: skip
    gap_refresh.apply(owner, assessment_id=newer.id, demand_id=key, version=view.demand.version, added=())
    demand = _demand(key)
    lines = {line.scene: line for line in demand.lines}
    assert (lines["warehousing"].text, lines["finance"].text) == (OWN_WORDS, OWN_WORDS)
    assert lines["warehousing"].suggestion == suggestions.text("warehousing", 2, 3)
    assert lines["quality"].text == suggestions.text("quality", 2, 3)
    assert (lines["finance"].current_level, lines["finance"].is_essential) == (3, False)
    assert (demand.assessment_id, demand.assessment_score) == (newer.id, Decimal(50))
    assert gap_refresh.look(owner, assessment_id=newer.id, demand_id=key).is_empty


def test_added_scenes_come_in_when_chosen_and_untouched_reached_ones_go(
    owner: Actor, user: User, make: Factory
) -> None:
    first = make.assessment(user=user, levels={"energy": 2})
    key = gaps.draw_up(owner, assessment_id=first.id, target=2, scenes={"warehousing", "quality"})
    newer = make.assessment(user=user, levels={"warehousing": 2})
    version = _demand(key).version
    gap_refresh.apply(owner, assessment_id=newer.id, demand_id=key, version=version, added={"energy", "nonsense"})
    demand = _demand(key)
    assert [line.scene for line in demand.lines] == ["quality", "energy"]
    assert sum(line.weight for line in demand.lines) == 100


def test_a_line_of_the_owner_is_left_alone_and_covers_its_scene(owner: Actor, user: User, make: Factory) -> None:
    first = make.assessment(user=user)
    key = gaps.draw_up(owner, assessment_id=first.id, target=2, scenes={"quality"})
    mine = Line("energy", None, 2, OWN_WORDS, 40, False)
    kept = demands.line_of(_demand(key).lines[0])
    demands.save_lines(owner, demand_id=key, version=_demand(key).version, lines=[kept, mine])
    changes = gap_refresh.look(owner, assessment_id=first.id, demand_id=key).changes
    assert [one.kind for one in changes if one.scene == "energy"] == [Kind.OWN]


def test_a_published_checklist_is_copied_with_its_suggestions_and_only_a_draft_is_refreshed(
    owner: Actor, user: User, make: Factory
) -> None:
    first = make.assessment(user=user)
    key = gaps.draw_up(owner, assessment_id=first.id, target=2, scenes={"quality"})
    demands.save_conditions(
        owner, demand_id=key, version=_demand(key).version, conditions=demands.Conditions(None, None, None)
    )
    demands.publish(owner, demand_id=key, version=_demand(key).version)
    newer = make.assessment(user=user, levels={"quality": 0})
    assert not gap_refresh.look(owner, assessment_id=newer.id, demand_id=key).is_draft
    with pytest.raises(Conflict):
        gap_refresh.apply(owner, assessment_id=newer.id, demand_id=key, version=_demand(key).version, added=())
    twin = _demand(demands.copy(owner, demand_id=key))
    assert (twin.assessment_id, twin.aimed_level) == (first.id, 2)
    assert twin.lines[0].suggestion == suggestions.text("quality", 1, 2)
    gap_refresh.apply(owner, assessment_id=newer.id, demand_id=twin.id, version=twin.version, added=())
    assert _demand(twin.id).lines[0].current_level == 0


def test_going_back_to_an_earlier_assessment_is_told(owner: Actor, user: User, make: Factory) -> None:
    earlier = make.assessment(user=user, assessed_on=date(2026, 3, 2))
    later = make.assessment(user=user, assessed_on=date(2026, 9, 2))
    key = gaps.draw_up(owner, assessment_id=later.id, target=2, scenes={"quality"})
    assert gap_refresh.look(owner, assessment_id=earlier.id, demand_id=key).is_older
    assert not gap_refresh.look(owner, assessment_id=later.id, demand_id=key).is_older


def test_a_stale_tab_is_told_so_and_another_firms_assessment_is_refused(
    owner: Actor, user: User, make: Factory
) -> None:
    first = make.assessment(user=user)
    key = gaps.draw_up(owner, assessment_id=first.id, target=2, scenes={"quality"})
    seen = _demand(key).version
    _rewrite(owner, key, quality=OWN_WORDS)
    with pytest.raises(Conflict):
        gap_refresh.apply(owner, assessment_id=first.id, demand_id=key, version=seen, added=())
    foreign = make.assessment()
    with pytest.raises(Forbidden):
        gap_refresh.look(owner, assessment_id=foreign.id, demand_id=key)
    plain = make.demand(user=user)
    with pytest.raises(NotFound):
        gap_refresh.look(owner, assessment_id=first.id, demand_id=plain.id)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    before=st.dictionaries(st.sampled_from(sorted(standard.SCENES)), st.integers(0, 4)),
    after=st.dictionaries(st.sampled_from(sorted(standard.SCENES)), st.integers(0, 4)),
    edited=st.sets(st.sampled_from(sorted(standard.SCENES))),
    added=st.sets(st.sampled_from(sorted(standard.SCENES))),
)
def test_no_refresh_ever_loses_the_owners_words_and_the_weights_stay_whole(
    owner: Actor,
    user: User,
    make: Factory,
    before: dict[str, int],
    after: dict[str, int],
    edited: set[str],
    added: set[str],
) -> None:
    first = make.assessment(user=user, levels=before)
    try:
        key = gaps.draw_up(owner, assessment_id=first.id, target=2, scenes=set(standard.SCENES))
    except Invalid:
        return  # every scene has reached the target
    _rewrite(owner, key, **dict.fromkeys(edited, OWN_WORDS))
    kept = {line.scene for line in _demand(key).lines if line.text == OWN_WORDS}
    newer = make.assessment(user=user, levels=after)
    version = _demand(key).version
    gap_refresh.apply(owner, assessment_id=newer.id, demand_id=key, version=version, added=added)
    lines = _demand(key).lines
    assert {line.scene for line in lines if line.text == OWN_WORDS} == kept
    assert sum(line.weight for line in lines) == (100 if lines else 0)
