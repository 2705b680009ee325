"""Two people, one row, one moment: one effect, and the loser is told who was faster."""

from pathlib import Path

from flask import Flask
from sqlalchemy import func, select

from marketplace.domain.actors import Actor
from marketplace.extensions import db
from marketplace.models.accounts import Membership, OrganisationKind, Role
from marketplace.models.approvals import StatusChange
from marketplace.models.demands import Demand, DemandStatus
from marketplace.models.outbox import Submission
from marketplace.services import accounts, audit, status_changes, unit_of_work
from tests.factories import Factory
from tests.processes.racing import race

ROUNDS = 25


def _owner(demand: Demand) -> Actor:
    query = select(Membership).where(Membership.user_id == demand.created_by).options(*accounts.SEAT)
    return accounts.actor_in(db.session.scalars(query).one())


def publish(_number: int, key: int) -> None:
    owner = _owner(db.session.get_one(Demand, key))
    with unit_of_work.writing(owner) as session:
        demand = status_changes.locked(session, Demand, kind="demand", key=key)
        status_changes.change(session, owner, demand, kind="demand", action="publish")


def publish_or_rename(number: int, key: int) -> None:
    """One publishes the version that he saw, the other has changed it by then."""
    owner = _owner(db.session.get_one(Demand, key))
    with unit_of_work.writing(owner) as session:
        demand = status_changes.locked(session, Demand, kind="demand", key=key)
        if number == 0:
            status_changes.change(session, owner, demand, kind="demand", action="publish", version=1)
        elif demand.version == 1 and demand.status == DemandStatus.DRAFT:
            demand.title = "改过的标题"
        else:
            raise status_changes.conflict(session, demand, kind="demand")


def send_form(_number: int, key: int) -> None:
    with unit_of_work.writing(once=f"form-{key}") as session:
        audit.record(session, SYSTEM, "demands.created", kind="demand", key=key, details={"title": "一次"})
        unit_of_work.remember(session, f"form-{key}", kind="demand", key=key)


SYSTEM = Actor(None, "系统", Role.ADMINISTRATOR, None, OrganisationKind.OPERATOR)


def _drafts(make: Factory) -> list[int]:
    user = make.user(Role.ENTERPRISE)
    return [make.demand(user=user, status=DemandStatus.DRAFT).id for _ in range(ROUNDS)]


def test_publishing_twice_at_once_has_one_effect(app: Flask, make: Factory, tmp_path: Path) -> None:
    keys = _drafts(make)
    outcomes = race(app.config["SQLALCHEMY_ENGINES"]["default"]["url"], tmp_path, publish, keys=keys)
    assert [sorted(pair) for pair in outcomes] == [["Conflict", "done"]] * ROUNDS
    db.session.rollback()  # the snapshot of before the race
    assert db.session.scalar(select(func.count()).select_from(StatusChange)) == ROUNDS


def test_a_version_is_published_as_seen_or_not_at_all(app: Flask, make: Factory, tmp_path: Path) -> None:
    keys = _drafts(make)
    outcomes = race(app.config["SQLALCHEMY_ENGINES"]["default"]["url"], tmp_path, publish_or_rename, keys=keys)
    assert [sorted(pair) for pair in outcomes] == [["Conflict", "done"]] * ROUNDS
    db.session.rollback()
    for demand in db.session.scalars(select(Demand)):
        assert (demand.status == DemandStatus.PUBLISHED) == (demand.title != "改过的标题")


def test_a_form_sent_twice_at_once_has_one_effect(app: Flask, tmp_path: Path) -> None:
    keys = list(range(ROUNDS))
    outcomes = race(app.config["SQLALCHEMY_ENGINES"]["default"]["url"], tmp_path, send_form, keys=keys)
    assert [sorted(pair) for pair in outcomes] == [["AlreadyDone", "done"]] * ROUNDS
    db.session.rollback()
    assert db.session.scalar(select(func.count()).select_from(Submission)) == ROUNDS
