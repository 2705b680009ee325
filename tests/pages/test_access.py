"""Every route × method × (nobody and nine roles) × {own, other's}: who the table names gets through, nobody else."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from marketplace.extensions import db
from marketplace.models.accounts import Role
from marketplace.models.base import Base
from marketplace.services import search
from marketplace.web import access
from tests.conftest import Databases, dispose, make_app
from tests.factories import Factory
from tests.pages import access_world
from tests.pages.access_table import EVERYBODY, TABLE, Row
from tests.pages.access_world import OTHERS, OWN, Things, World


@pytest.fixture(scope="module")
def world(databases: Databases, empty_template: str, tmp_path_factory: pytest.TempPathFactory) -> World:
    made = World(url=databases.new(empty_template))
    app = make_app(made.url, tmp_path_factory.mktemp("world"), DELIVERY="none")
    with app.app_context():
        search.rebuild()
        access_world.fill(made, Factory())
        made.evidence_folder = app.config["EVIDENCE_FOLDER"]
    dispose(app)
    return made


@contextmanager
def copy_of(world: World, databases: Databases, folder: Path, **settings: object) -> Iterator[Flask]:
    url = databases.new(world.url)
    app = make_app(url, folder, DELIVERY="none", EVIDENCE_FOLDER=world.evidence_folder, **settings)
    try:
        yield app
    finally:
        dispose(app)
        databases.drop(url)


def ask(app: Flask, world: World, row: Row, *, role: Role | None, whose: str) -> TestResponse:
    client = app.test_client()
    things = (world.own if whose == OWN else world.others)[role]
    if role is not None:
        with client.session_transaction() as session:
            session["_user_id"], session["_fresh"] = world.tokens[role, whose], True
    with app.test_request_context():
        address = app.url_for(row.endpoint, **{name: _value(value, things) for name, value in row.values.items()})
    data = {name: _value(value, things) for name, value in row.data.items()}
    return client.open(address, method=row.method, data=data or None, buffered=True)


def _value(text: str, things: Things) -> Any:
    return text[1:] if text.startswith("=") else things[text]


def is_refused(response: TestResponse) -> bool:
    """403, 404, or sent to log in: by the guard with 302, which no page uses."""
    assert response.status_code < 500
    to_login = response.status_code == 302 and response.headers["Location"].split("?")[0] == "/login"
    return response.status_code in (403, 404) or to_login


def dump(app: Flask) -> dict[str, list[str]]:
    """All rows of all tables, but for the time of last use."""
    with app.app_context():
        return {
            table.name: sorted(
                repr(tuple(row))
                for row in db.session.execute(select(*(one for one in table.columns if one.name != "seen_at")))
            )
            for table in Base.metadata.sorted_tables
        }


def cases(row: Row) -> Iterator[tuple[Role | None, str, bool]]:
    """(who, whose object, does he get through), the refused first, while the objects are still there."""
    everybody = sorted(EVERYBODY, key=str)
    found = [(role, OWN, role in row.own) for role in everybody]
    if row.others is not None:
        found += [(role, OTHERS, role in row.others) for role in everybody]
    return iter(sorted(found, key=lambda case: (case[2], case[1] == OWN)))  # own last: some end the own session


def check(app: Flask, world: World, row: Row, wanted: tuple[Role | None, str, bool]) -> None:
    role, whose, gets_through = wanted
    response = ask(app, world, row, role=role, whose=whose)
    where = f"{row} {whose} by {role or 'nobody'}: {response.status_code}"
    assert is_refused(response) != gets_through, where
    if role is None and row.access != access.PUBLIC:
        assert response.status_code == 302, where


def declared(app: Flask) -> dict[tuple[str, str], str | None]:
    return {
        (method, rule.endpoint): access.declared(app, rule.endpoint)
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }


def test_the_table_has_every_route_with_what_it_declares_and_no_other(app: Flask) -> None:
    assert declared(app) == {(row.method, row.endpoint): row.access for row in TABLE}


def test_a_route_that_declares_nothing_stops_the_start_and_is_refused(app: Flask) -> None:
    app.view_functions["pages.how"] = lambda: "open to all"
    with pytest.raises(access.UndeclaredRoute, match=r"pages\.how"):
        access.check_all_declared(app)
    with pytest.raises(access.UndeclaredRoute):
        app.test_client().get("/how-it-works")


def test_no_get_changes_anything_and_each_lets_the_right_people_through(
    world: World, databases: Databases, tmp_path: Path
) -> None:
    with copy_of(world, databases, tmp_path) as app:
        before = dump(app)
        for row in TABLE:
            if row.method == "GET":
                for wanted in cases(row):
                    check(app, world, row, wanted)
        assert dump(app) == before


@pytest.mark.parametrize("row", [row for row in TABLE if row.method == "POST"], ids=str)
def test_a_post_lets_the_right_people_through_and_a_refused_one_changes_nothing(
    row: Row, world: World, databases: Databases, tmp_path: Path
) -> None:
    with copy_of(world, databases, tmp_path, WTF_CSRF_ENABLED=False) as app:
        before = dump(app)
        is_untouched = True
        for wanted in cases(row):
            if wanted[2] and is_untouched:
                assert dump(app) == before, "a refused request changed something"
                is_untouched = False
            check(app, world, row, wanted)


def test_no_post_is_taken_without_its_token(world: World, databases: Databases, tmp_path: Path) -> None:
    with copy_of(world, databases, tmp_path) as app:
        before = dump(app)
        for row in TABLE:
            if row.method == "POST":
                response = ask(app, world, row, role=Role.ENTERPRISE, whose=OWN)
                assert response.status_code == 400, str(row)
        assert dump(app) == before
