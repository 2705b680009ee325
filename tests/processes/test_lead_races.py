"""Two real processes decide on leads and weights in the same moment."""

from datetime import timedelta
from pathlib import Path

from flask import Flask
from sqlalchemy import func, select

from marketplace.domain import leads as rules
from marketplace.domain.actors import Actor
from marketplace.extensions import db
from marketplace.models.accounts import Membership, Role
from marketplace.models.demands import Demand
from marketplace.models.leads import Lead, LeadStatus
from marketplace.models.matches import WeightSet, WeightSetStatus
from marketplace.models.providers import Provider
from marketplace.services import accounts, clock, lead_waves, leads, ranking_weights, weight_sets
from marketplace.services.unit_of_work import writing
from tests.factories import Factory
from tests.processes.racing import race

ROUNDS = 8


def _actor(role: Role) -> Actor:
    query = select(Membership).where(Membership.role == role).options(*accounts.SEAT).order_by(Membership.id).limit(1)
    return accounts.actor_in(db.session.scalars(query).one())


def open_the_wave(_number: int, key: int) -> None:
    lead_waves.start(_actor(Role.ENTERPRISE), demand_id=key, version=1)


def decline_or_stop(number: int, key: int) -> None:
    """The provider declines the lead that its owner takes back."""
    lead = db.session.get_one(Lead, key)
    if number == 0:
        leads.decline(_actor(Role.PROVIDER), lead_id=key, version=1, reason="too_far")
    else:
        lead_waves.stop(_actor(Role.ENTERPRISE), demand_id=lead.demand_id)


def adopt_one_each(number: int, key: int) -> None:
    """Both have seen what the round before left in force."""
    query = select(WeightSet.id).where(WeightSet.name == f"第{key - 1}轮", WeightSet.status == WeightSetStatus.ADOPTED)
    seen = db.session.scalar(query) or 0
    keys = db.session.scalars(select(WeightSet.id).where(WeightSet.name == f"第{key}轮").order_by(WeightSet.id)).all()
    weight_sets.adopt(_actor(Role.BUREAU_LEADER), weight_set_id=keys[number], version=1, seen=seen, reason="试一试")


def _url(app: Flask) -> str:
    return str(app.config["SQLALCHEMY_ENGINES"]["default"]["url"])


def test_two_tabs_opening_the_wave_make_one_wave(app: Flask, make: Factory, tmp_path: Path) -> None:
    user = make.user(Role.ENTERPRISE)
    for _ in range(rules.WAVE + 2):
        make.solution()
    keys = [make.demand(user=user).id for _ in range(ROUNDS)]
    outcomes = race(_url(app), tmp_path, open_the_wave, keys=keys)
    assert [sorted(pair) for pair in outcomes] == [["Conflict", "done"]] * ROUNDS
    db.session.rollback()
    counts = db.session.execute(select(Lead.demand_id, func.count()).group_by(Lead.demand_id))
    assert {row[0]: row[1] for row in counts} == dict.fromkeys(keys, rules.WAVE)


def test_a_lead_is_declined_or_taken_back_and_never_both(app: Flask, make: Factory, tmp_path: Path) -> None:
    owner, seat, now = make.user(Role.ENTERPRISE), make.actor(Role.PROVIDER), clock.now()
    provider = db.session.get_one(Provider, seat.provider_id)
    keys = []
    for _ in range(ROUNDS):
        demand: Demand = make.demand(user=owner, is_open_to_leads=True)
        lead = Lead(
            demand_id=demand.id, provider_id=provider.id, wave=1, score=50, reasons={}, status=LeadStatus.OFFERED,
            offered_at=now, expires_at=now + timedelta(days=1),
        )  # fmt: skip
        with writing() as session:
            session.add(lead)
        keys.append(lead.id)
    outcomes = race(_url(app), tmp_path, decline_or_stop, keys=keys)
    db.session.rollback()
    for key, (declined, stopped) in zip(keys, outcomes, strict=True):
        lead = db.session.get_one(Lead, key)
        assert stopped == "done"
        assert declined in ("done", "Conflict")
        assert lead.status == (LeadStatus.DECLINED if declined == "done" else LeadStatus.CANCELLED)
        assert (lead.decline_reason is not None) == (declined == "done")
    assert not db.session.scalar(select(func.count()).where(Demand.is_open_to_leads))


def test_two_officers_adopting_two_sets_put_one_in_force(app: Flask, make: Factory, tmp_path: Path) -> None:
    leader = make.actor(Role.BUREAU_LEADER)
    points = dict(ranking_weights.configured().points)
    for round_ in range(ROUNDS):
        with writing() as session:
            session.add_all(
                WeightSet(
                    name=f"第{round_}轮", points=points, report={}, created_by=leader.user_id, created_at=clock.now()
                )
                for _ in range(2)
            )
    outcomes = race(_url(app), tmp_path, adopt_one_each, keys=list(range(ROUNDS)))
    assert [sorted(pair) for pair in outcomes] == [["Conflict", "done"]] * ROUNDS
    db.session.rollback()
    adopted = db.session.scalar(select(func.count()).where(WeightSet.status == WeightSetStatus.ADOPTED))
    assert adopted == 1
