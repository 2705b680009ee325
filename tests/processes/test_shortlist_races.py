"""Two tabs of one enterprise put the same solutions on the same list in the same moment."""

from pathlib import Path

from flask import Flask
from sqlalchemy import func, select

from marketplace.domain.actors import Actor
from marketplace.extensions import db
from marketplace.models.accounts import Membership, Role
from marketplace.models.demands import Demand
from marketplace.models.matches import Shortlist, ShortlistEntry
from marketplace.models.solutions import Solution
from marketplace.services import accounts, shortlists
from tests.factories import Factory
from tests.processes.racing import race

ROUNDS = 10


def _owner() -> Actor:
    query = select(Membership).where(Membership.role == Role.ENTERPRISE).options(*accounts.SEAT).limit(1)
    return accounts.actor_in(db.session.scalars(query).one())


def add_to_the_list(_number: int, key: int) -> None:
    chosen = db.session.scalars(select(Solution.id)).all()
    shortlists.add(_owner(), demand_id=key, solution_ids=chosen)


def adopt_favourites(_number: int, key: int) -> None:
    shortlists.adopt(_owner(), [key])


def test_two_tabs_adding_the_same_make_one_list_with_one_entry_each(app: Flask, make: Factory, tmp_path: Path) -> None:
    user = make.user(Role.ENTERPRISE)
    keys = [make.demand(user=user).id for _ in range(ROUNDS)]
    for _ in range(2):
        make.solution()
    outcomes = race(app.config["SQLALCHEMY_ENGINES"]["default"]["url"], tmp_path, add_to_the_list, keys=keys)
    assert outcomes == [["done", "done"]] * ROUNDS
    db.session.rollback()
    assert sorted(db.session.scalars(select(Shortlist.demand_id))) == sorted(keys)
    assert db.session.scalar(select(func.count()).select_from(ShortlistEntry)) == 2 * ROUNDS
    assert db.session.scalar(select(func.count()).select_from(Demand)) == ROUNDS


def test_two_logins_adopting_favourites_make_one_list_of_them(app: Flask, make: Factory, tmp_path: Path) -> None:
    make.user(Role.ENTERPRISE)
    keys = [make.solution().id for _ in range(ROUNDS)]
    outcomes = race(app.config["SQLALCHEMY_ENGINES"]["default"]["url"], tmp_path, adopt_favourites, keys=keys)
    assert outcomes == [["done", "done"]] * ROUNDS
    db.session.rollback()
    assert db.session.scalar(select(func.count()).select_from(Shortlist)) == 1
    assert sorted(db.session.scalars(select(ShortlistEntry.solution_id))) == sorted(keys)
