"""An assessment from its start to its effect on the enterprise, and who may write which."""

import base64
import re
import zlib
from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import selectinload

from marketplace.domain.actors import Actor
from marketplace.domain.assessments import Answer
from marketplace.domain.errors import AlreadyDone, Conflict, Forbidden, Invalid, MarketError, NotFound
from marketplace.extensions import db
from marketplace.models.accounts import Role
from marketplace.models.approvals import StatusChange
from marketplace.models.assessments import (
    Assessment,
    AssessmentAnswer,
    AssessmentKind,
    AssessmentStatus,
    SceneLevel,
)
from marketplace.models.audit import AuditEntry
from marketplace.models.enterprises import Enterprise, Progress
from marketplace.models.evidence import AccessGrant, GrantPurpose, GrantStatus
from marketplace.services import (
    assessment_answers,
    assessment_pdf,
    assessment_results,
    assessment_views,
    assessments,
    clock,
)
from marketplace.services.unit_of_work import writing
from matching import standard
from tests.factories import Factory

MANDATORY = [scene.id for scene in standard.SCENES.values() if scene.is_mandatory]
ADVISORY = [scene.id for scene in standard.SCENES.values() if not scene.is_mandatory]
# The worked example: 18.6 for the foundation, 11.25 for management, 11.5 for the outcome.
EXAMPLE = {
    "Q1": "B", "Q2": "C", "Q3": "B", "Q4": "GHM", "Q5": "C", "Q6": "BC", "Q7": "BC", "Q8": "D", "Q9": "BC",
    "Q10": "BD", "Q11": "A", "Q12": "B", "Q13": "B", "Q14": "C", "Q15": "B",
}  # fmt: skip
POINTS_38_9 = EXAMPLE | {"Q4": "O", "Q6": "B"}
POINTS_63 = EXAMPLE | {"Q1": "BCDE", "Q4": "GHMO", "Q5": "E", "Q6": "BCD", "Q12": "C", "Q13": "C", "Q15": "C"}
POINTS_85 = {
    "Q1": "BCDE", "Q2": "E", "Q3": "D", "Q4": "BCDEFGHIJK", "Q5": "D", "Q6": "BCD", "Q7": "BCDE", "Q8": "E",
    "Q9": "BCD", "Q10": "BCDEF", "Q11": "D", "Q12": "C", "Q13": "C", "Q14": "C", "Q15": "B",
}  # fmt: skip
SIX_AT_TWO = dict.fromkeys(("production_control", "quality", "warehousing", "procurement", "marketing", "finance"), 2)


@pytest.fixture
def owner(app: Flask, make: Factory) -> Actor:
    return make.actor(Role.ENTERPRISE)


def answers(chosen: Mapping[str, str]) -> dict[str, Answer]:
    return {item: Answer(tuple(options)) for item, options in chosen.items()}


def scenes(level: int, *, mandatory: int, advisory: int, rest: int = 0) -> dict[str, int]:
    raised = MANDATORY[:mandatory] + ADVISORY[:advisory]
    return {scene: level if scene in raised else rest for scene in standard.SCENES}


def row(key: int) -> Assessment:
    db.session.rollback()
    loading = (selectinload(Assessment.answers), selectinload(Assessment.scenes))
    return db.session.scalars(select(Assessment).where(Assessment.id == key).options(*loading)).one()


def enterprise(key: int | None) -> Enterprise:
    db.session.rollback()
    return db.session.get_one(Enterprise, key)


def draft(actor: Actor, *, enterprise_id: int | None = None) -> int:
    return assessments.start(actor, enterprise_id=enterprise_id)


def completed(
    actor: Actor,
    chosen: Mapping[str, str] = EXAMPLE,
    levels: Mapping[str, int] = SIX_AT_TWO,
    *,
    enterprise_id: int | None = None,
) -> int:
    key = draft(actor, enterprise_id=enterprise_id)
    all_levels = dict.fromkeys(standard.SCENES, 0) | dict(levels)
    assessment_answers.save(actor, assessment_id=key, answers=answers(chosen), scene_levels=all_levels)
    assessments.complete(actor, assessment_id=key, version=row(key).version)
    return key


def grant(
    owner: Actor, assessor: Actor, *, purpose: GrantPurpose = GrantPurpose.DIAGNOSIS, first: int = 0, last: int = 30
) -> int:
    """Consent from `first` to `last` days from today."""
    given = AccessGrant(
        enterprise_id=owner.enterprise_id, organisation_id=assessor.organisation_id, purpose=purpose, note="诊断",
        starts_on=clock.today() + timedelta(days=first), expires_on=clock.today() + timedelta(days=last),
        created_by=owner.user_id, created_at=clock.now(),
    )  # fmt: skip
    with writing() as session:
        session.add(given)
        session.flush()
        return given.id


def withdraw(grant_id: int, owner: Actor) -> None:
    with writing() as session:
        one = session.get_one(AccessGrant, grant_id)
        one.status, one.decided_at, one.decided_by = GrantStatus.WITHDRAWN, clock.now(), owner.user_id


@pytest.mark.parametrize(
    ("chosen", "levels", "points", "level"),
    [
        pytest.param(EXAMPLE, SIX_AT_TWO, "41.35", 2, id="41.35 points, six mandatory scenes at two"),
        pytest.param(POINTS_63, scenes(3, mandatory=5, advisory=2), "63", 2, id="seven scenes at three"),
        pytest.param(POINTS_38_9, scenes(2, mandatory=6, advisory=3), "38.9", 1, id="not forty points"),
        pytest.param(POINTS_85, scenes(4, mandatory=5, advisory=5), "85", 3, id="five mandatory at four"),
    ],
)
def test_the_worked_examples_come_out(
    owner: Actor, chosen: Mapping[str, str], levels: Mapping[str, int], points: str, level: int
) -> None:
    done = row(completed(owner, chosen, levels))
    assert (done.points, done.level, done.status) == (Decimal(points), level, AssessmentStatus.COMPLETED)
    firm = enterprise(owner.enterprise_id)
    assert (firm.assessment_score, firm.overall_level, firm.progress) == (Decimal(points), level, Progress.REGISTERED)


def test_the_first_worked_example_sums_up_as_it_is_written(owner: Actor) -> None:
    outcome = assessment_results.outcome(owner, assessment_views.get(owner, completed(owner)))
    assert [block.points for block in outcome.dimensions] == [Decimal("18.6"), Decimal("11.25"), Decimal("11.5")]
    assert "够二级" in outcome.reason or "只到二级" in outcome.reason
    assert outcome.distance == ("打分部分还差18.65分", "还要把8个场景提到三级，其中约束性场景至少5个")


def test_an_assessment_leaves_a_trace_from_start_to_end(owner: Actor) -> None:
    key = completed(owner)
    assessments.void(owner, assessment_id=key, version=row(key).version, reason="填错了")
    actions = db.session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)).all()
    assert actions == ["assessments.started", *["assessments.answered"] * 31, "assessment.complete", "assessment.void"]
    assert db.session.scalars(select(StatusChange.action).order_by(StatusChange.id)).all() == ["complete", "void"]
    told = assessment_results.timeline(key)
    assert [entry.what for entry in told] == ["作废", "完成", "填写评测", "开始评测"]
    assert told[2].note == "共31处"


def test_what_is_missing_is_refused_and_listed(owner: Actor) -> None:
    key = draft(owner)
    most = {item: options for item, options in EXAMPLE.items() if item != "Q7"}
    levels = {scene: 0 for scene in standard.SCENES if scene != "energy"}
    assessment_answers.save(owner, assessment_id=key, answers=answers(most), scene_levels=levels)
    with pytest.raises(Invalid) as refusal:
        assessments.complete(owner, assessment_id=key, version=row(key).version)
    assert list(refusal.value.messages) == ["Q7", "energy"]
    assert row(key).status == AssessmentStatus.DRAFT
    assert row(key).points is None


def test_an_open_draft_is_taken_up_again(owner: Actor) -> None:
    assert draft(owner) == draft(owner)
    assert db.session.scalar(select(func.count()).select_from(Assessment)) == 1


def test_a_form_sent_twice_starts_one(owner: Actor) -> None:
    key = assessments.start(owner, enterprise_id=None, once="a")
    with pytest.raises(AlreadyDone) as done:
        assessments.start(owner, enterprise_id=None, once="a")
    assert (done.value.kind, done.value.key) == ("assessment", key)


def test_the_same_answer_again_changes_nothing_and_a_later_one_wins(owner: Actor) -> None:
    key = draft(owner)
    for options in ("B", "B", "BC"):
        assessment_answers.save(owner, assessment_id=key, answers={"Q1": Answer(tuple(options))}, scene_levels={})
    for level in (1, 1, 2):
        assessment_answers.save(owner, assessment_id=key, answers={}, scene_levels={"quality": level})
    kept = row(key)
    assert [(one.item, one.options) for one in kept.answers] == [("Q1", ["B", "C"])]
    assert [(one.scene, one.level) for one in kept.scenes] == [("quality", 2)]
    counted = select(func.count()).where(AuditEntry.action == "assessments.answered")
    assert db.session.scalar(counted) == 4


def test_nothing_of_a_page_is_kept_when_one_answer_cannot_stand(owner: Actor) -> None:
    key = draft(owner)
    typed = {"Q1": Answer(("B",)), "Q2": Answer((), {"machines": "10", "digital_machines": "１"})}
    with pytest.raises(Invalid) as refusal:
        assessment_answers.save(owner, assessment_id=key, answers=typed, scene_levels={"quality": 9})
    assert set(refusal.value.messages) == {"Q2-digital_machines", "quality"}
    assert row(key).answers == []
    assert row(key).scenes == []


def test_figures_choose_the_option_and_are_shared(owner: Actor) -> None:
    key = draft(owner)
    first = {"Q2": Answer((), {"machines": "1,000", "digital_machines": "300"})}
    kept = assessment_answers.save(owner, assessment_id=key, answers=first, scene_levels={})
    assert kept["Q2"] == Answer(("C",), {"machines": "1000", "digital_machines": "300"})
    second = {"Q3": Answer((), {"networked_machines": "150"})}
    kept = assessment_answers.save(owner, assessment_id=key, answers=second, scene_levels={})
    assert kept["Q3"] == Answer(("B",), {"machines": "1000", "networked_machines": "150"})
    cleared = {"Q3": Answer(("B",), {"networked_machines": "150"})}
    kept = assessment_answers.save(owner, assessment_id=key, answers=cleared, scene_levels={})
    assert kept["Q3"] == Answer(("B",), {"networked_machines": "150"})
    emptied = {"Q3": Answer((), {})}
    kept = assessment_answers.save(owner, assessment_id=key, answers=emptied, scene_levels={})
    assert kept["Q3"] == Answer((), {})


def test_a_chosen_option_stays_and_is_warned_about(owner: Actor) -> None:
    key = draft(owner)
    typed = {"Q2": Answer(("E",), {"machines": "100", "digital_machines": "30"})}
    assessment_answers.save(owner, assessment_id=key, answers=typed, scene_levels={})
    sheet = assessment_views.sheet(owner, assessment_views.get(owner, key))
    assert ("Q2", "按填的数字应选C，您选了E，请核对") in {(one.topic, one.message) for one in sheet.warnings}
    assert sheet.done == 1


def test_a_completed_one_takes_no_more_answers_and_is_not_completed_again(owner: Actor) -> None:
    key = completed(owner)
    version = row(key).version
    with pytest.raises(Conflict):
        assessment_answers.save(owner, assessment_id=key, answers={"Q1": Answer(("A",))}, scene_levels={})
    with pytest.raises(Conflict):
        assessments.complete(owner, assessment_id=key, version=version)
    with pytest.raises(Conflict):
        assessments.delete(owner, assessment_id=key, version=version)


def test_a_draft_is_completed_as_it_was_seen_or_not_at_all(owner: Actor) -> None:
    key = draft(owner)
    all_levels = dict.fromkeys(standard.SCENES, 1)
    assessment_answers.save(owner, assessment_id=key, answers=answers(EXAMPLE), scene_levels=all_levels)
    seen = row(key).version
    assessment_answers.save(owner, assessment_id=key, answers={"Q1": Answer(("B", "C"))}, scene_levels={})
    with pytest.raises(Conflict):
        assessments.complete(owner, assessment_id=key, version=seen)
    assert row(key).status == AssessmentStatus.DRAFT


def test_a_draft_is_deleted_with_its_answers(owner: Actor) -> None:
    key = draft(owner)
    assessment_answers.save(owner, assessment_id=key, answers=answers(EXAMPLE), scene_levels={"quality": 1})
    assessments.delete(owner, assessment_id=key, version=row(key).version)
    for table in (Assessment, AssessmentAnswer, SceneLevel):
        assert db.session.scalar(select(func.count()).select_from(table)) == 0
    with pytest.raises(NotFound):
        assessment_views.get(owner, key)


def test_voiding_gives_the_word_back_to_the_record_before(owner: Actor) -> None:
    first = completed(owner, POINTS_38_9, scenes(2, mandatory=6, advisory=3))
    second = completed(owner)
    assert enterprise(owner.enterprise_id).overall_level == 2
    with pytest.raises(Invalid):
        assessments.void(owner, assessment_id=second, version=row(second).version, reason=" ")
    assessments.void(owner, assessment_id=second, version=row(second).version, reason="填错了")
    firm = enterprise(owner.enterprise_id)
    assert (firm.overall_level, firm.assessment_score) == (1, Decimal("38.9"))
    assessments.void(owner, assessment_id=first, version=row(first).version, reason="也错了")
    firm = enterprise(owner.enterprise_id)
    assert (firm.overall_level, firm.assessment_score) == (None, None)


def test_the_third_party_outweighs_a_diagnosis_and_that_a_self_assessment(owner: Actor, make: Factory) -> None:
    expert, supervisor = make.actor(Role.EXPERT), make.actor(Role.SUPERVISOR)
    grant(owner, expert)
    on_site = completed(supervisor, enterprise_id=owner.enterprise_id)
    assert enterprise(owner.enterprise_id).progress == Progress.DIAGNOSED
    diagnosis = completed(expert, POINTS_63, scenes(3, mandatory=5, advisory=3), enterprise_id=owner.enterprise_id)
    completed(owner, POINTS_85, scenes(4, mandatory=6, advisory=4))
    assert [row(key).kind for key in (on_site, diagnosis)] == [AssessmentKind.ON_SITE, AssessmentKind.DIAGNOSIS]
    assert enterprise(owner.enterprise_id).overall_level == 2
    assessments.void(supervisor, assessment_id=on_site, version=row(on_site).version, reason="抽查不符")
    assert enterprise(owner.enterprise_id).overall_level == 3
    assessments.void(expert, assessment_id=diagnosis, version=row(diagnosis).version, reason="抽查不符")
    firm = enterprise(owner.enterprise_id)
    assert (firm.overall_level, firm.progress) == (4, Progress.REGISTERED)


def test_a_self_assessment_moves_no_progress_and_none_goes_back(owner: Actor, make: Factory) -> None:
    completed(owner)
    assert enterprise(owner.enterprise_id).progress == Progress.REGISTERED
    with writing() as session:
        session.get_one(Enterprise, owner.enterprise_id).progress = Progress.TRANSFORMING
    supervisor = make.actor(Role.SUPERVISOR)
    key = completed(supervisor, enterprise_id=owner.enterprise_id)
    assert enterprise(owner.enterprise_id).progress == Progress.TRANSFORMING
    assessments.void(supervisor, assessment_id=key, version=row(key).version, reason="重做")
    assert enterprise(owner.enterprise_id).progress == Progress.TRANSFORMING


def test_a_diagnosis_needs_consent_for_that_purpose_today(owner: Actor, make: Factory) -> None:
    expert = make.actor(Role.EXPERT)
    for how in ({"purpose": GrantPurpose.PLANNING}, {"first": 1}, {"first": -9, "last": -1}):
        grant(owner, expert, **how)  # type: ignore[arg-type]
        with pytest.raises(Invalid):
            draft(expert, enterprise_id=owner.enterprise_id)
    grant(owner, make.actor(Role.EXPERT))  # somebody else's
    with pytest.raises(Invalid):
        draft(expert, enterprise_id=owner.enterprise_id)
    given = grant(owner, expert, last=0)
    assert row(draft(expert, enterprise_id=owner.enterprise_id)).grant_id == given


def test_a_withdrawn_consent_stops_the_diagnosis_at_once_and_keeps_what_was_written(
    owner: Actor, make: Factory
) -> None:
    expert = make.actor(Role.EXPERT)
    given = grant(owner, expert)
    key = draft(expert, enterprise_id=owner.enterprise_id)
    assessment_answers.save(
        expert, assessment_id=key, answers=answers(EXAMPLE), scene_levels=dict.fromkeys(standard.SCENES, 1)
    )
    withdraw(given, owner)
    with pytest.raises(Invalid):
        assessment_answers.save(expert, assessment_id=key, answers={"Q1": Answer(("A",))}, scene_levels={})
    with pytest.raises(Invalid):
        assessments.complete(expert, assessment_id=key, version=row(key).version)
    sheet = assessment_views.sheet(expert, assessment_views.get(expert, key))
    assert "授权" in sheet.obstacle
    assert sheet.done == 31


@pytest.mark.parametrize("role", list(Role))
def test_each_role_writes_its_own_kind_or_none(app: Flask, make: Factory, owner: Actor, role: Role) -> None:
    actor = make.actor(role)
    if role in (Role.PROVIDER, Role.EXPERT):
        grant(owner, actor)
    kinds = {Role.ENTERPRISE: "self", Role.PROVIDER: "diagnosis", Role.EXPERT: "diagnosis", Role.SUPERVISOR: "on_site"}
    if role not in kinds:
        with pytest.raises(Forbidden):
            draft(actor, enterprise_id=owner.enterprise_id)
        return
    made = row(draft(actor, enterprise_id=owner.enterprise_id))
    assert made.kind == kinds[role]
    assert made.enterprise_id == (actor.enterprise_id if role == Role.ENTERPRISE else owner.enterprise_id)


def test_nobody_writes_somebody_elses(owner: Actor, make: Factory) -> None:
    key = draft(owner)
    stranger = make.actor(Role.ENTERPRISE)
    acts: list[Any] = [
        lambda: assessment_answers.save(stranger, assessment_id=key, answers={}, scene_levels={}),
        lambda: assessments.complete(stranger, assessment_id=key, version=1),
        lambda: assessments.void(stranger, assessment_id=key, version=1, reason="x"),
        lambda: assessments.delete(stranger, assessment_id=key, version=1),
        lambda: assessment_views.get(stranger, key),
    ]
    for act in acts:
        with pytest.raises(Forbidden):
            act()
    with pytest.raises(MarketError):
        draft(make.actor(Role.SUPERVISOR), enterprise_id=10**6)


def test_a_record_of_the_edition_before_is_kept_and_changes_nothing(owner: Actor) -> None:
    completed(owner)
    key = assessments.record_before(
        owner, kind=AssessmentKind.ON_SITE, assessed_on=date(2024, 3, 1), points=Decimal("72.5"), level=3, note=" 证书 "
    )
    old = row(key)
    assert (old.standard, old.level, old.note, old.status) == ("2022", 3, "证书", AssessmentStatus.COMPLETED)
    firm = enterprise(owner.enterprise_id)
    assert (firm.overall_level, firm.progress) == (2, Progress.REGISTERED)
    outcome = assessment_results.outcome(owner, assessment_views.get(owner, key))
    assert not outcome.is_compared
    assert (outcome.distance, outcome.earlier, outcome.dimensions, outcome.groups) == ((), (), (), ())
    later = completed(owner)
    shown = assessment_results.outcome(owner, assessment_views.get(owner, later))
    assert key not in [one.id for one in shown.earlier]
    assessments.void(owner, assessment_id=key, version=row(key).version, reason="登记错了")
    assert enterprise(owner.enterprise_id).overall_level == 2


def test_only_an_enterprise_records_its_old_result(make: Factory, app: Flask) -> None:
    with pytest.raises(Forbidden):
        assessments.record_before(
            make.actor(Role.SUPERVISOR),
            kind=AssessmentKind.SELF,
            assessed_on=date(2024, 3, 1),
            points=Decimal(50),
            level=2,
        )


def test_the_change_since_the_record_before_is_told(owner: Actor, make: Factory) -> None:
    supervisor = make.actor(Role.SUPERVISOR)
    first = completed(supervisor, POINTS_38_9, scenes(2, mandatory=6, advisory=3), enterprise_id=owner.enterprise_id)
    second = completed(owner)
    shown = assessment_results.outcome(owner, assessment_views.get(owner, second))
    assert [(one.id, one.change) for one in shown.earlier] == [(first, "这次多2.45分，升1级")]
    assert assessment_results.outcome(owner, assessment_views.get(owner, first)).earlier == ()


def test_whom_one_may_assess(owner: Actor, make: Factory) -> None:
    expert, supervisor = make.actor(Role.EXPERT), make.actor(Role.SUPERVISOR)
    assert assessment_views.candidates(expert) == ()
    grant(owner, expert)
    assert [one.id for one in assessment_views.candidates(expert)] == [owner.enterprise_id]
    assert assessment_views.candidates(supervisor) == ()
    found = assessment_views.candidates(supervisor, text=owner.organisation_name)
    assert owner.enterprise_id in [one.id for one in found]


def test_the_list_shows_each_his_own(owner: Actor, make: Factory) -> None:
    supervisor = make.actor(Role.SUPERVISOR)
    own = completed(owner)
    open_one = draft(owner)
    on_site = completed(supervisor, enterprise_id=owner.enterprise_id)
    county = {name: make.actor(make.user(Role.COUNTY_OFFICER)) for name in ("here",)}["here"]

    def listed(actor: Actor) -> set[int]:
        return {one.id for one in assessment_views.page(actor, number=1).rows}

    assert listed(owner) == {own, open_one, on_site}
    assert listed(supervisor) == {on_site}
    assert listed(make.actor(Role.BUREAU_REVIEWER)) == {own, on_site}
    assert listed(county) == {own, on_site}
    assert listed(make.actor(Role.ENTERPRISE)) == set()


def pdf_text(content: bytes) -> str:
    """What its pages say: the strings of the content streams, which are UTF-16 for a Chinese font."""
    found = []
    for packed in re.findall(rb"stream\r?\n(.*?)~>\s*endstream", content, re.DOTALL):
        drawn = zlib.decompress(base64.a85decode(packed.strip()))
        for text in re.findall(rb"\((.*?)(?<!\\)\) Tj", drawn, re.DOTALL):
            octal = re.sub(rb"\\([0-7]{3})", lambda match: bytes([int(match[1], 8)]), text)
            found.append(re.sub(rb"\\(.)", rb"\1", octal, flags=re.DOTALL).decode("utf-16-be", "replace"))
    return "\n".join(found)


def test_the_pdf_says_what_the_page_says_on_numbered_pages(owner: Actor) -> None:
    levels = SIX_AT_TWO | {"quality": 0}
    key = completed(owner, EXAMPLE, levels)
    outcome = assessment_results.outcome(owner, assessment_views.get(owner, key))
    now = clock.now()
    first, second = (assessment_pdf.render(outcome, printed_at=now, is_demo=True) for _ in range(2))
    assert first == second
    told = pdf_text(first)
    for words in (
        "无等级",
        "自评",
        "（2024年版）",
        "41.35分",
        "第4题 数据采集",
        "不作为奖补依据",
        "第1页，共2页",
        "第2页，共2页",
        "演示数据",
    ):
        assert words in told, words
    for scene in standard.SCENES.values():
        assert scene.name in told
    assert "第4题数据采集：质量管理选了自动采集" in told
    assert "演示数据" not in pdf_text(assessment_pdf.render(outcome, printed_at=now, is_demo=False))
