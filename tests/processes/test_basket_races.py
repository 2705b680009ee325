"""Two real processes change the same basket, put the same product in, quote and withdraw in the same moment."""

from pathlib import Path

from flask import Flask
from sqlalchemy import func, select

from marketplace.domain.actors import Actor
from marketplace.extensions import db
from marketplace.models.accounts import Membership, Role
from marketplace.models.bundles import Basket, BasketItem, QuotationSheet
from marketplace.models.solutions import Solution
from marketplace.services import accounts, basket_views, baskets, quotation_sheets
from marketplace.services.basket_views import Draft, Row
from tests.factories import Factory
from tests.processes.racing import race

ROUNDS = 8


def _owner() -> Actor:
    query = select(Membership).where(Membership.role == Role.ENTERPRISE).options(*accounts.SEAT).limit(1)
    return accounts.actor_in(db.session.scalars(query).one())


def rename(number: int, key: int) -> None:
    """Both tabs were opened on version 2, the one that making the basket has left."""
    item = db.session.scalars(select(BasketItem).where(BasketItem.basket_id == key)).one()
    rows = {item.id: Row(item.price_plan_id, 1, number)}
    draft = Draft(f"第{number}页", 2, None, None, rows)
    baskets.change(_owner(), basket_id=key, version=2, draft=draft)


def put_the_same(_number: int, key: int) -> None:
    solution_id = db.session.scalars(select(Solution.id)).one()
    baskets.put(_owner(), where=f"demand-{key}", solution_id=solution_id)


def issue(_number: int, key: int) -> None:
    quotation_sheets.issue(_owner(), basket_id=key, version=2)


def withdraw(_number: int, key: int) -> None:
    quotation_sheets.withdraw(_owner(), sheet_id=key, version=2)


def delete_or_quote(number: int, key: int) -> None:
    if number:
        baskets.delete(_owner(), basket_id=key, version=2)
    else:
        quotation_sheets.issue(_owner(), basket_id=key, version=2)


def _baskets(make: Factory) -> list[int]:
    user = make.user(Role.ENTERPRISE)
    actor, demand, solution = make.actor(user), make.demand(user=user), make.solution()
    keys = [baskets.create(actor, demand_id=demand.id, solution_ids=[solution.id]) for _ in range(ROUNDS)]
    assert {basket_views.get(actor, key).version for key in keys} == {2}
    return keys


def _url(app: Flask) -> str:
    return str(app.config["SQLALCHEMY_ENGINES"]["default"]["url"])


def test_of_two_tabs_one_saves_and_the_other_is_told(app: Flask, make: Factory, tmp_path: Path) -> None:
    keys = _baskets(make)
    outcomes = race(_url(app), tmp_path, rename, keys=keys)
    assert [sorted(pair) for pair in outcomes] == [["Conflict", "done"]] * ROUNDS
    db.session.rollback()
    for key, pair in zip(keys, outcomes, strict=True):
        winner = pair.index("done")
        assert db.session.get_one(Basket, key).title == f"第{winner}页"
        item = db.session.scalars(select(BasketItem).where(BasketItem.basket_id == key)).one()
        assert item.discount == winner


def test_two_tabs_putting_the_same_make_one_basket_with_one_item(app: Flask, make: Factory, tmp_path: Path) -> None:
    user = make.user(Role.ENTERPRISE)
    keys = [make.demand(user=user).id for _ in range(ROUNDS)]
    make.solution()
    assert race(_url(app), tmp_path, put_the_same, keys=keys) == [["done", "done"]] * ROUNDS
    db.session.rollback()
    assert sorted(db.session.scalars(select(Basket.demand_id))) == sorted(keys)
    assert db.session.scalar(select(func.count()).select_from(BasketItem)) == ROUNDS


def test_sheets_issued_at_once_have_numbers_of_their_own(app: Flask, make: Factory, tmp_path: Path) -> None:
    keys = _baskets(make)
    assert race(_url(app), tmp_path, issue, keys=keys) == [["done", "done"]] * ROUNDS
    db.session.rollback()
    numbers = db.session.scalars(select(QuotationSheet.number)).all()
    assert len(set(numbers)) == len(numbers) == 2 * ROUNDS


def test_a_sheet_is_withdrawn_once(app: Flask, make: Factory, tmp_path: Path) -> None:
    keys = [quotation_sheets.issue(_owner(), basket_id=key, version=2) for key in _baskets(make)]
    outcomes = race(_url(app), tmp_path, withdraw, keys=keys)
    assert [sorted(pair) for pair in outcomes] == [["Conflict", "done"]] * ROUNDS


def test_a_basket_is_either_quoted_or_deleted(app: Flask, make: Factory, tmp_path: Path) -> None:
    keys = _baskets(make)
    for key, pair in zip(keys, race(_url(app), tmp_path, delete_or_quote, keys=keys), strict=True):
        assert sorted(pair) in (["Invalid", "done"], ["NotFound", "done"])
        db.session.rollback()
        sheets = db.session.scalar(select(func.count()).where(QuotationSheet.basket_id == key))
        assert (db.session.get(Basket, key) is None) == (sheets == 0)
