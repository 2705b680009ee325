"""Calls in each state for tests, made through the real services."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from sqlalchemy import select

from marketplace.domain import calls as rules
from marketplace.domain.actors import Actor
from marketplace.domain.calls import Criterion, Draft, Objector
from marketplace.domain.declarations import TEXTS
from marketplace.extensions import db
from marketplace.models.accounts import Role, User
from marketplace.models.calls import Call, CallCriterion, CallResponse, CallStatus
from marketplace.services import call_experts, call_objections, call_responses, call_results, call_scores, calls, clock
from marketplace.services.unit_of_work import writing
from tests.factories import Factory

HALVES = (Criterion("行业经验", "做过多少家", 60), Criterion("统筹能力", "怎样分工", 40))


@dataclass
class Stage:
    """A call with the people around it."""

    call_id: int
    officer: Actor
    leader: Actor
    firms: list[Actor] = field(default_factory=list)
    experts: list[Actor] = field(default_factory=list)

    @property
    def call(self) -> Call:
        db.session.rollback()
        return db.session.get_one(Call, self.call_id)

    @property
    def version(self) -> int:
        return self.call.version

    def criteria(self) -> list[int]:
        query = select(CallCriterion.id).where(CallCriterion.call_id == self.call_id)
        return list(db.session.scalars(query.order_by(CallCriterion.position)))

    def responses(self) -> list[int]:
        query = select(CallResponse.id).where(CallResponse.call_id == self.call_id)
        return list(db.session.scalars(query.order_by(CallResponse.id)))


def draft(**facts: Any) -> Draft:
    today = clock.today()
    values: dict[str, Any] = {
        "title": "现代食品行业牵头服务商遴选", "industry": "modern_food", "places": 1,
        "text": "为食品行业试点企业做诊断、统筹和托底服务，组织产品服务商按期交付。", "opens_on": today,
        "closes_on": today + timedelta(days=14), "objection_days": rules.POLICY["objection_days_min"],
        "criteria": HALVES,
    }  # fmt: skip
    return Draft(**(values | facts))


def opened(make: Factory, **facts: Any) -> Stage:
    officer, leader = make.actor(Role.BUREAU_REVIEWER), make.actor(Role.BUREAU_LEADER)
    key = calls.draw_up(officer, draft=draft(**facts))
    stage = Stage(key, officer, leader)
    calls.publish(officer, call_id=key, version=stage.version)
    return stage


def respond(make: Factory, stage: Stage, person: Actor | None = None) -> Actor:
    person = person or make.actor(Role.PROVIDER)
    texts = {str(key): f"做过十二家，驻点六人，第{key}项按公告要求办。" for key in stage.criteria()}
    call_responses.answer(person, call_id=stage.call_id, texts=texts, files={}, declared=tuple(TEXTS))
    stage.firms.append(person)
    return person


def move(stage: Stage, **facts: Any) -> None:
    """Let time go by: the dates of the call are moved instead of the clock."""
    with writing() as session:
        row = session.get_one(Call, stage.call_id)
        for name, value in facts.items():
            setattr(row, name, value)


def scoring(make: Factory, *, firms: int = 2, experts: int = 3, **facts: Any) -> Stage:
    stage = opened(make, **facts)
    for _ in range(firms):
        respond(make, stage)
    today = clock.today()
    move(stage, opens_on=today - timedelta(days=20), closes_on=today - timedelta(days=1))
    calls.close(stage.officer, call_id=stage.call_id, version=stage.version)
    for _ in range(experts):
        expert = make.actor(Role.EXPERT)
        call_experts.assign(stage.officer, call_id=stage.call_id, user_id=expert.user_id or 0)
        stage.experts.append(expert)
    return stage


def score(stage: Stage, expert: Actor, points: Sequence[Sequence[int]]) -> None:
    """`points`: for each response, for each criterion."""
    for response, row in zip(stage.responses(), points, strict=True):
        typed = {key: (str(one), "有据可查") for key, one in zip(stage.criteria(), row, strict=True)}
        call_scores.save(expert, call_id=stage.call_id, response_id=response, typed=typed)


def gathered(make: Factory, points: Sequence[Sequence[Sequence[int]]] | None = None, **facts: Any) -> Stage:
    """`points`: for each expert, response, criterion."""
    points = points or [[[80, 70], [70, 60]], [[82, 72], [71, 62]], [[84, 74], [72, 64]]]
    stage = scoring(make, firms=len(points[0]), experts=len(points), **facts)
    for expert, given in zip(stage.experts, points, strict=True):
        score(stage, expert, given)
        call_scores.submit(expert, call_id=stage.call_id)
    assert stage.call.status == CallStatus.CONSENSUS
    return stage


def announced(make: Factory, **facts: Any) -> Stage:
    stage = gathered(make, **facts)
    call_results.announce(stage.officer, call_id=stage.call_id, version=stage.version)
    return stage


def past_period(stage: Stage) -> None:
    move(stage, objections_until=clock.today() - timedelta(days=1))


def objection(stage: Stage, person: Actor | None = None) -> int:
    objector = Objector(person.name, "13900000002", person.user_id) if person else Objector("路人", "13900000003")
    text = "第一名的案例合同日期与公告要求不符，请核实。"
    return call_objections.object_to(person, call_id=stage.call_id, objector=objector, text=text)


def login_of(person: Actor) -> User:
    return db.session.get_one(User, person.user_id)
