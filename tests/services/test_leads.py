"""Leads: only after the owner's yes, a few providers at a time, without names until both sides said yes."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from marketplace.domain import leads as rules
from marketplace.domain.actors import Actor
from marketplace.domain.errors import Conflict, Forbidden, Invalid
from marketplace.extensions import db
from marketplace.models.accounts import Role, User
from marketplace.models.demands import Demand, DemandStatus
from marketplace.models.leads import DeclineReason, Lead, LeadStatus
from marketplace.models.providers import Provider, Standing
from marketplace.services import clock, demands, lead_views, lead_waves, leads, unit_of_work
from tests.factories import Factory

NOW = datetime(2026, 11, 22, 3, tzinfo=UTC)


@pytest.fixture
def user(app: Flask, make: Factory) -> User:
    return make.user(Role.ENTERPRISE)


@pytest.fixture
def owner(make: Factory, user: User) -> Actor:
    return make.actor(user)


@pytest.fixture
def shelf(make: Factory) -> list[Actor]:
    """Eight providers, one seat each, all of whom can do the line."""
    seats = [make.actor(Role.PROVIDER) for _ in range(8)]
    for seat in seats:
        make.solution(provider=db.session.get_one(Provider, seat.provider_id))
    return seats


@pytest.fixture
def demand(make: Factory, user: User, shelf: list[Actor]) -> Demand:
    return make.demand(user=user, budget=40_000, deadline_days=60, deployments=["saas"])


def _leads(demand: Demand) -> list[Lead]:
    db.session.rollback()
    return list(db.session.scalars(select(Lead).where(Lead.demand_id == demand.id).order_by(Lead.id)))


def _start(owner: Actor, demand: Demand) -> int:
    version = db.session.get_one(Demand, demand.id).version
    return lead_waves.start(owner, demand_id=demand.id, version=version)


def _seat(shelf: list[Actor], lead: Lead) -> Actor:
    return next(seat for seat in shelf if seat.provider_id == lead.provider_id)


def _answer(shelf: list[Actor], lead: Lead, *, reason: str = "") -> None:
    seat = _seat(shelf, lead)
    if reason:
        leads.decline(seat, lead_id=lead.id, version=lead.version, reason=reason)
    else:
        leads.interest(seat, lead_id=lead.id, version=lead.version)


def test_nobody_is_asked_before_the_owner_said_yes(owner: Actor, demand: Demand) -> None:
    assert _leads(demand) == []
    with pytest.raises(Invalid):
        lead_waves.next_wave(owner, demand_id=demand.id)
    assert _start(owner, demand) == rules.WAVE
    found = _leads(demand)
    assert [lead.wave for lead in found] == [1] * rules.WAVE
    assert len({lead.provider_id for lead in found}) == rules.WAVE
    assert all(lead.score >= rules.MIN_SCORE for lead in found)


def test_saying_yes_twice_is_a_conflict(owner: Actor, demand: Demand) -> None:
    _start(owner, demand)
    with pytest.raises(Conflict):
        lead_waves.start(owner, demand_id=demand.id, version=1)
    assert len(_leads(demand)) == rules.WAVE


def test_only_the_owner_and_only_of_what_is_published(owner: Actor, demand: Demand, user: User, make: Factory) -> None:
    for role in (Role.ENTERPRISE, Role.PROVIDER, Role.BUREAU_LEADER):
        with pytest.raises(Forbidden):
            lead_waves.start(make.actor(role), demand_id=demand.id, version=1)
    draft = make.demand(user=user, status=DemandStatus.DRAFT)
    with pytest.raises(Conflict):
        lead_waves.start(owner, demand_id=draft.id, version=1)


def test_at_most_five_are_open_and_a_provider_is_never_asked_twice(
    owner: Actor, demand: Demand, shelf: list[Actor]
) -> None:
    _start(owner, demand)
    with pytest.raises(Invalid, match="同时最多"):
        lead_waves.next_wave(owner, demand_id=demand.id)
    for lead in _leads(demand)[:2]:
        _answer(shelf, lead, reason=DeclineReason.NO_CAPACITY)
    assert lead_waves.next_wave(owner, demand_id=demand.id) == 2
    for lead in _leads(demand):
        if lead.status == LeadStatus.OFFERED:
            _answer(shelf, lead, reason=DeclineReason.TOO_FAR)
    assert lead_waves.next_wave(owner, demand_id=demand.id) == 1
    found = _leads(demand)
    assert len({lead.provider_id for lead in found}) == len(found) == len(shelf)
    assert [lead.wave for lead in found] == [1] * 5 + [2] * 2 + [3]
    with pytest.raises(Invalid, match="没有更多合适的服务商"):
        lead_waves.next_wave(owner, demand_id=demand.id)


def test_enough_interested_end_the_waves(owner: Actor, demand: Demand, shelf: list[Actor]) -> None:
    _start(owner, demand)
    found = _leads(demand)
    for lead in found[: rules.ENOUGH]:
        _answer(shelf, lead)
    for lead in found[rules.ENOUGH :]:
        _answer(shelf, lead, reason=DeclineReason.TOO_SMALL)
    with pytest.raises(Invalid, match="已有"):
        lead_waves.next_wave(owner, demand_id=demand.id)


def test_the_best_of_the_ranking_are_asked_first(owner: Actor, demand: Demand, make: Factory) -> None:
    best = make.provider(standing=Standing.RECOMMENDED)
    make.solution(provider=best, cases=3)
    _start(owner, demand)
    found = {lead.provider_id: lead.score for lead in _leads(demand)}
    assert max(found, key=lambda key: found[key]) == best.id


@pytest.mark.parametrize("standing", [Standing.SUSPENDED, Standing.REMOVED])
def test_a_suspended_or_removed_provider_is_never_asked(
    owner: Actor, demand: Demand, make: Factory, standing: Standing
) -> None:
    barred = make.provider(standing=standing)
    make.solution(provider=barred, cases=3)
    _start(owner, demand)
    assert barred.id not in {lead.provider_id for lead in _leads(demand)}


def test_who_is_suspended_after_the_offer_cannot_take_it(owner: Actor, demand: Demand, shelf: list[Actor]) -> None:
    _start(owner, demand)
    lead = _leads(demand)[0]
    with unit_of_work.writing() as session:
        session.get_one(Provider, lead.provider_id).standing = Standing.SUSPENDED
    with pytest.raises(Invalid, match="暂停"):
        _answer(shelf, lead)


def test_who_covers_no_line_is_not_asked(owner: Actor, user: User, make: Factory) -> None:
    make.solution(coverage=[("energy", 2)])
    demand = make.demand(user=user)
    with pytest.raises(Invalid, match="没有更多合适的服务商"):
        _start(owner, demand)
    assert not db.session.get_one(Demand, demand.id).is_open_to_leads


def test_the_provider_sees_no_name_no_contact_and_no_exact_budget(
    owner: Actor, user: User, make: Factory, shelf: list[Actor]
) -> None:
    demand = make.demand(user=user, budget=43_210, deadline_days=60)
    with unit_of_work.writing() as session:
        row = session.scalars(select(Demand).where(Demand.id == demand.id)).one()
        row.title = f"{owner.organisation_name}的质量追溯"
    _start(owner, demand)
    lead = _leads(demand)[0]
    page = lead_views.get(_seat(shelf, lead), lead.id)
    told = repr(page) + repr(lead.reasons)
    assert owner.organisation_name not in told
    assert user.name not in told
    assert user.login not in told
    assert "4.32" not in told
    assert "43210" not in told
    assert page.row.brief.budget == "5万元以下"
    assert page.row.brief.title == "本企业的质量追溯"
    assert page.contact is None
    assert page.groups


def test_both_sides_see_the_contact_after_both_said_yes(owner: Actor, demand: Demand, shelf: list[Actor]) -> None:
    _start(owner, demand)
    lead = _leads(demand)[0]
    seat = _seat(shelf, lead)
    with pytest.raises(Conflict):
        leads.introduce(owner, lead_id=lead.id, version=lead.version)
    _answer(shelf, lead)
    assert all(row.contact is None for row in lead_views.of_demand(owner, demand.id).rows)
    assert lead_views.get(seat, lead.id).contact is None
    lead = _leads(demand)[0]
    leads.introduce(owner, lead_id=lead.id, version=lead.version)
    theirs = lead_views.get(seat, lead.id).contact
    ours = next(row for row in lead_views.of_demand(owner, demand.id).rows if row.id == lead.id).contact
    assert theirs is not None
    assert ours is not None
    assert (theirs.organisation, theirs.person) == (owner.organisation_name, owner.name)
    assert (ours.organisation, ours.person) == (seat.organisation_name, seat.name)


def test_a_decline_needs_a_reason_and_other_needs_words(owner: Actor, demand: Demand, shelf: list[Actor]) -> None:
    _start(owner, demand)
    lead = _leads(demand)[0]
    seat = _seat(shelf, lead)
    for reason, note in (("", ""), ("no_time", ""), ("other", "  ")):
        with pytest.raises(Invalid):
            leads.decline(seat, lead_id=lead.id, version=lead.version, reason=reason, note=note)
    leads.decline(seat, lead_id=lead.id, version=lead.version, reason="other", note="年内排期已满")
    row = next(row for row in lead_views.of_demand(owner, demand.id).rows if row.id == lead.id)
    assert row.reason == "其他：年内排期已满"
    assert row.status == LeadStatus.DECLINED


def test_nobody_answers_for_another_provider_or_owner(
    owner: Actor, demand: Demand, shelf: list[Actor], make: Factory
) -> None:
    _start(owner, demand)
    lead = _leads(demand)[0]
    stranger = next(seat for seat in shelf if seat.provider_id != lead.provider_id)
    with pytest.raises(Forbidden):
        leads.interest(stranger, lead_id=lead.id, version=lead.version)
    with pytest.raises(Forbidden):
        lead_views.get(stranger, lead.id)
    _answer(shelf, lead)
    lead = _leads(demand)[0]
    for act in (leads.introduce, leads.refuse):
        with pytest.raises(Forbidden):
            act(make.actor(Role.ENTERPRISE), lead_id=lead.id, version=lead.version)


def test_an_unanswered_offer_lapses_by_the_clock_and_makes_room(
    owner: Actor, demand: Demand, shelf: list[Actor], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOW)
    _start(owner, demand)
    lead = _leads(demand)[0]
    monkeypatch.setattr(clock, "now", lambda: rules.expiry(NOW) - timedelta(seconds=1))
    assert lead_views.waiting(_seat(shelf, lead)) == 1
    monkeypatch.setattr(clock, "now", lambda: rules.expiry(NOW))
    assert lead_views.waiting(_seat(shelf, lead)) == 0
    with pytest.raises(Invalid, match="期限已过"):
        _answer(shelf, lead)
    with pytest.raises(Invalid, match="期限已过"):
        _answer(shelf, lead, reason=DeclineReason.TOO_FAR)
    assert lead_waves.next_wave(owner, demand_id=demand.id) == len(shelf) - rules.WAVE
    assert {row.status for row in lead_views.of_demand(owner, demand.id).rows} == {"lapsed", "offered"}
    own = lead_views.own(_seat(shelf, lead))
    assert [row.status_label for row in own.past.rows] == [lead_views.LAPSED]


def test_withdrawing_the_checklist_cancels_what_is_open(owner: Actor, demand: Demand, shelf: list[Actor]) -> None:
    _start(owner, demand)
    first, second, third, *_ = _leads(demand)
    _answer(shelf, first)
    _answer(shelf, second, reason=DeclineReason.NOT_OUR_FIELD)
    _answer(shelf, third)
    third = _leads(demand)[2]
    leads.introduce(owner, lead_id=third.id, version=third.version)
    version = db.session.get_one(Demand, demand.id).version
    demands.withdraw(owner, demand_id=demand.id, version=version)
    assert [lead.status for lead in _leads(demand)] == ["cancelled", "declined", "introduced", "cancelled", "cancelled"]
    page = lead_views.get(_seat(shelf, first), first.id)
    assert page.answer == "企业撤回了需求清单"
    with pytest.raises(Conflict):
        _answer(shelf, _leads(demand)[0])


def test_stopping_takes_back_what_is_unanswered_and_leaves_who_is_interested(
    owner: Actor, demand: Demand, shelf: list[Actor]
) -> None:
    _start(owner, demand)
    _answer(shelf, _leads(demand)[0])
    assert lead_waves.stop(owner, demand_id=demand.id) == rules.WAVE - 1
    found = _leads(demand)
    assert [lead.status for lead in found] == ["interested"] + ["cancelled"] * (rules.WAVE - 1)
    with pytest.raises(Invalid):
        lead_waves.next_wave(owner, demand_id=demand.id)
    leads.introduce(owner, lead_id=found[0].id, version=found[0].version)


def test_a_refusal_tells_the_provider_the_words_and_not_who_said_them(
    owner: Actor, demand: Demand, shelf: list[Actor]
) -> None:
    _start(owner, demand)
    _answer(shelf, _leads(demand)[0])
    lead = _leads(demand)[0]
    leads.refuse(owner, lead_id=lead.id, version=lead.version, reason="已选定别家")
    page = lead_views.get(_seat(shelf, lead), lead.id)
    assert (page.answer, page.contact) == ("已选定别家", None)
    assert owner.name not in repr(page)


@given(st.integers(1, 100_000_000))
def test_every_budget_has_one_band_that_holds_it(budget: int) -> None:
    bands = rules.POLICY["budget_bands"]
    place = [band["label"] for band in bands].index(rules.budget_band(budget))
    assert budget < bands[place].get("below", budget + 1)
    assert place == 0 or budget >= bands[place - 1]["below"]


def test_a_budget_that_is_open_says_so() -> None:
    assert rules.budget_band(None) == rules.NO_BUDGET


class Told:
    """A lead as the rules look at it."""

    def __init__(self, status: LeadStatus, *, is_lapsed: bool = False) -> None:
        self.status, self.expires_at = status, NOW - timedelta(days=1) if is_lapsed else NOW + timedelta(days=1)


@given(st.lists(st.tuples(st.sampled_from(list(LeadStatus)), st.booleans()), max_size=12))
def test_room_never_lets_more_than_five_be_open(rows: list[tuple[LeadStatus, bool]]) -> None:
    told: list[Any] = [Told(status, is_lapsed=lapsed) for status, lapsed in rows]
    room = rules.room(told, NOW)
    still_open = sum(rules.is_open(lead, NOW) for lead in told)
    assert room == 0 or still_open + room == rules.WAVE
    assert 0 <= room <= rules.WAVE
    if sum(status in (LeadStatus.INTERESTED, LeadStatus.INTRODUCED) for status, _ in rows) >= rules.ENOUGH:
        assert room == 0


def test_the_score_that_was_told_stays_as_it_was(owner: Actor, demand: Demand, shelf: list[Actor]) -> None:
    _start(owner, demand)
    lead = _leads(demand)[0]
    before = lead_views.get(_seat(shelf, lead), lead.id)
    with unit_of_work.writing() as session:
        session.get_one(Provider, lead.provider_id).standing = Standing.RECOMMENDED
    after = lead_views.get(_seat(shelf, lead), lead.id)
    assert (after.row.score, after.groups) == (before.row.score, before.groups)
    assert before.row.score > Decimal(0)
