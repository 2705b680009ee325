"""The migrations make exactly what the models say, up and down, on the database under test."""

from pathlib import Path

import flask_migrate
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect

from marketplace.extensions import db
from marketplace.models import Base
from tests.conftest import Databases, dispose, make_app


def test_up_equals_the_models_and_down_leaves_nothing(databases: Databases, tmp_path: Path) -> None:
    url = databases.new()
    app = make_app(url, tmp_path)
    with app.app_context():
        flask_migrate.upgrade()
        with db.engine.connect() as connection:
            context = MigrationContext.configure(connection, opts={"compare_type": True})
            assert compare_metadata(context, Base.metadata) == []
        flask_migrate.downgrade(revision="base")
        assert set(inspect(db.engine).get_table_names()) <= {"alembic_version"}
    dispose(app)
    databases.drop(url)


def test_every_migration_is_named_after_its_revision() -> None:
    for path in Path("migrations/versions").glob("*.py"):
        assert f'revision = "{path.stem}"' in path.read_text(encoding="utf-8")
