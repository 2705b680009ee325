"""A demand checklist from draft to withdrawal, with what may go wrong on the way."""

from collections.abc import Callable

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select
from sqlalchemy.orm import selectinload

from marketplace.domain.actors import Actor
from marketplace.domain.demands import POLICY, WEIGHTS_TOTAL, Conditions, Line
from marketplace.domain.errors import AlreadyDone, Conflict, Forbidden, Invalid, MarketError, NotFound
from marketplace.extensions import db
from marketplace.models.accounts import Role
from marketplace.models.approvals import StatusChange
from marketplace.models.audit import AuditEntry
from marketplace.models.demands import Demand, DemandLine, DemandStatus
from marketplace.services import demand_views, demands
from tests.factories import Factory

LINE = Line("quality", 0, 2, "检验记录都在纸上", 100, True)
OPEN = Conditions(None, None, None)


@pytest.fixture
def owner(app: Flask, make: Factory) -> Actor:
    return make.actor(Role.ENTERPRISE)


def _row(key: int) -> Demand:
    db.session.rollback()
    return db.session.scalars(select(Demand).where(Demand.id == key).options(selectinload(Demand.lines))).one()


def _complete(owner: Actor) -> int:
    key = demands.create(owner, title="质量追溯", first_line=LINE)
    demands.save_conditions(owner, demand_id=key, version=_row(key).version, conditions=OPEN)
    return key


def test_a_complete_draft_is_published_and_withdrawn_with_a_trace(owner: Actor) -> None:
    key = _complete(owner)
    demands.publish(owner, demand_id=key, version=_row(key).version)
    demands.withdraw(owner, demand_id=key, version=_row(key).version)
    assert _row(key).status == DemandStatus.WITHDRAWN
    assert db.session.scalars(select(StatusChange.action).order_by(StatusChange.id)).all() == ["publish", "withdraw"]
    trail = db.session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)).all()
    assert trail == ["demands.created", "demands.changed", "demand.publish", "demand.withdraw"]


def test_an_incomplete_draft_is_not_published_and_says_what_is_missing(owner: Actor) -> None:
    key = demands.create(owner, title="质量追溯")
    with pytest.raises(Invalid) as refusal:
        demands.publish(owner, demand_id=key, version=_row(key).version)
    assert len(refusal.value.messages["publish"]) == 2
    assert _row(key).status == DemandStatus.DRAFT


def test_a_draft_keeps_incomplete_lines_in_their_order(owner: Actor) -> None:
    key = demands.create(owner, title="质量追溯")
    lines = [Line("quality", None, 3, "", 0, False), Line("energy", 1, 2, "电费看不懂", 30, True)]
    demands.save_lines(owner, demand_id=key, version=_row(key).version, lines=lines)
    assert [demands.line_of(row) for row in _row(key).lines] == lines
    demands.save_lines(owner, demand_id=key, version=_row(key).version, lines=lines[::-1])
    assert [demands.line_of(row) for row in _row(key).lines] == lines[::-1]


def test_every_change_makes_the_other_tab_s_form_stale(owner: Actor) -> None:
    key = _complete(owner)
    seen = _row(key).version
    changes: list[Callable[[int], None]] = [
        lambda version: demands.save_basics(owner, demand_id=key, version=version, title="新名字", score=None),
        lambda version: demands.save_lines(owner, demand_id=key, version=version, lines=[LINE, LINE]),
        lambda version: demands.save_conditions(
            owner, demand_id=key, version=version, conditions=Conditions(50_000, 30, ("saas",))
        ),
    ]
    for change in changes:
        version = _row(key).version
        change(version)
        assert _row(key).version > version
        for late in changes:
            with pytest.raises(Conflict):
                late(version)
    demands.save_lines(owner, demand_id=key, version=_row(key).version, lines=[LINE])
    with pytest.raises(Conflict):
        demands.publish(owner, demand_id=key, version=seen)


def test_saving_what_is_there_already_changes_nothing(owner: Actor) -> None:
    key = _complete(owner)
    before = _row(key).version
    entries = db.session.scalar(select(func.count()).select_from(AuditEntry))
    demands.save_basics(owner, demand_id=key, version=before, title="质量追溯", score=None)
    demands.save_lines(owner, demand_id=key, version=before, lines=[LINE])
    assert _row(key).version == before
    assert db.session.scalar(select(func.count()).select_from(AuditEntry)) == entries


def test_a_published_checklist_never_changes(owner: Actor) -> None:
    key = _complete(owner)
    demands.publish(owner, demand_id=key, version=_row(key).version)
    version = _row(key).version
    for change in (
        lambda: demands.save_basics(owner, demand_id=key, version=version, title="别的", score=None),
        lambda: demands.save_lines(owner, demand_id=key, version=version, lines=[]),
        lambda: demands.save_conditions(owner, demand_id=key, version=version, conditions=OPEN),
        lambda: demands.delete(owner, demand_id=key, version=version),
        lambda: demands.publish(owner, demand_id=key, version=version),
    ):
        with pytest.raises(Conflict):
            change()


def test_the_same_form_sent_twice_makes_one_checklist(owner: Actor) -> None:
    key = demands.create(owner, title="质量追溯", once="token")
    with pytest.raises(AlreadyDone) as repeated:
        demands.create(owner, title="质量追溯", once="token")
    assert (repeated.value.kind, repeated.value.key) == ("demand", key)
    assert db.session.scalar(select(func.count()).select_from(Demand)) == 1


def test_a_copy_is_a_draft_with_the_same_content_and_conditions_to_confirm(owner: Actor) -> None:
    key = _complete(owner)
    demands.publish(owner, demand_id=key, version=_row(key).version)
    copy = _row(demands.copy(owner, demand_id=key))
    assert copy.status == DemandStatus.DRAFT
    assert copy.copied_from_id == key
    assert not copy.is_conditions_done
    assert [demands.line_of(row) for row in copy.lines] == [LINE]


def test_a_long_title_still_fits_when_copied(owner: Actor) -> None:
    key = demands.create(owner, title="长" * POLICY["title_max"])
    copy = _row(demands.copy(owner, demand_id=key))
    assert len(copy.title) == POLICY["title_max"]
    assert copy.title.endswith("（副本）")


def test_deleting_a_draft_leaves_its_copies(owner: Actor) -> None:
    key = _complete(owner)
    copy = demands.copy(owner, demand_id=key)
    demands.delete(owner, demand_id=key, version=_row(key).version)
    assert _row(copy).copied_from_id is None
    assert db.session.get(Demand, key) is None
    assert db.session.scalar(select(func.count()).where(DemandLine.demand_id == key)) == 0
    with pytest.raises(NotFound):
        demands.delete(owner, demand_id=key, version=1)


@pytest.mark.parametrize("role", [role for role in Role if role != Role.ENTERPRISE])
def test_nobody_but_an_enterprise_writes_a_checklist(app: Flask, make: Factory, role: Role) -> None:
    with pytest.raises(Forbidden):
        demands.create(make.actor(role), title="质量追溯")


def test_another_enterprise_may_neither_read_nor_change_it(owner: Actor, make: Factory) -> None:
    key = _complete(owner)
    stranger = make.actor(Role.ENTERPRISE)
    version = _row(key).version
    for act in (
        lambda: demand_views.get(stranger, key),
        lambda: demands.save_lines(stranger, demand_id=key, version=version, lines=[]),
        lambda: demands.publish(stranger, demand_id=key, version=version),
        lambda: demands.copy(stranger, demand_id=key),
        lambda: demands.delete(stranger, demand_id=key, version=version),
    ):
        with pytest.raises(Forbidden):
            act()


def test_staff_sees_what_is_published_and_a_county_its_own_alone(app: Flask, make: Factory) -> None:
    here = make.user(Role.ENTERPRISE, organisation_id=make.enterprise(county="fucheng").organisation_id)
    there = make.user(Role.ENTERPRISE, organisation_id=make.enterprise(county="youlan").organisation_id)
    near, far = make.demand(user=here), make.demand(user=there)
    make.demand(user=here, status=DemandStatus.DRAFT)
    chosen = demand_views.clean({})
    reviewer, officer = make.actor(Role.BUREAU_REVIEWER), make.actor(Role.COUNTY_OFFICER)
    assert {row.id for row in demand_views.page(reviewer, chosen=chosen, number=1).rows} == {near.id, far.id}
    assert [row.id for row in demand_views.page(officer, chosen=chosen, number=1).rows] == [near.id]
    with pytest.raises(Forbidden):
        demand_views.get(officer, far.id)


def test_filters_narrow_and_nonsense_is_dropped(app: Flask, make: Factory) -> None:
    quality, energy = make.demand(lines=[("quality", 100)]), make.demand(lines=[("energy", 100)])
    reviewer = make.actor(Role.BUREAU_REVIEWER)

    def found(**given: str) -> set[int]:
        return {row.id for row in demand_views.page(reviewer, chosen=demand_views.clean(given), number=1).rows}

    assert found(scene="energy") == {energy.id}
    assert found(q=quality.title) == {quality.id}
    assert found(q="%") == set()
    assert found(scene="nonsense", industry="x", county="y", status="draft") == {quality.id, energy.id}
    assert found(status="withdrawn") == set()


ACTS = ("create", "lines", "clear", "conditions", "publish", "withdraw", "copy", "delete")


@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(st.lists(st.tuples(st.sampled_from(ACTS), st.integers(0, 1), st.integers(0, 3), st.booleans()), max_size=14))
def test_no_sequence_of_acts_of_two_people_breaks_the_rules(
    app: Flask, make: Factory, acts: list[tuple[str, int, int, bool]]
) -> None:
    """Two enterprises act at random, with fresh and with stale versions, on any checklist that there is."""
    people = [make.actor(Role.ENTERPRISE), make.actor(Role.ENTERPRISE)]
    for act, who, which, is_stale in acts:
        keys = db.session.scalars(select(Demand.id).order_by(Demand.id)).all()
        try:
            _do(act, people[who], keys[which % len(keys)] if keys else 0, is_stale=is_stale)
        except MarketError:
            continue
        _check_rules()


def _do(act: str, person: Actor, key: int, *, is_stale: bool) -> None:
    if act == "create" or not key:
        demands.create(person, title="随机", first_line=LINE if is_stale else None)
        return
    version = _row(key).version - is_stale
    halves = [Line("quality", 0, 2, "检验记录都在纸上", 50, True), Line("energy", 0, 2, "电费看不懂的", 50, False)]
    {
        "lines": lambda: demands.save_lines(person, demand_id=key, version=version, lines=halves),
        "clear": lambda: demands.save_lines(person, demand_id=key, version=version, lines=halves[:1]),
        "conditions": lambda: demands.save_conditions(person, demand_id=key, version=version, conditions=OPEN),
        "publish": lambda: demands.publish(person, demand_id=key, version=version),
        "withdraw": lambda: demands.withdraw(person, demand_id=key, version=version),
        "copy": lambda: demands.copy(person, demand_id=key),
        "delete": lambda: demands.delete(person, demand_id=key, version=version),
    }[act]()


def _check_rules() -> None:
    db.session.rollback()
    for row in db.session.scalars(select(Demand).options(selectinload(Demand.lines))):
        is_open = row.status == DemandStatus.DRAFT
        assert is_open == (row.decided_at is None) == (row.decided_by is None)
        assert is_open or (row.lines and sum(line.weight for line in row.lines) == WEIGHTS_TOTAL)
        assert is_open or row.is_conditions_done
        history = db.session.scalars(
            select(StatusChange.to_status).where(StatusChange.subject_id == row.id).order_by(StatusChange.id)
        ).all()
        assert (
            list(history)
            == {"draft": [], "published": ["published"], "withdrawn": ["published", "withdrawn"]}[row.status]
        )
