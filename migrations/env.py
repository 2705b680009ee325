"""Alembic's environment: the application's engine and its tables."""

from alembic import context
from flask import current_app
from sqlalchemy import Connection

from marketplace.extensions import db
from marketplace.models import Base


def run(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_as_batch=connection.dialect.name == "sqlite",
        compare_type=True,
        transaction_per_migration=True,
    )
    with context.begin_transaction():
        context.run_migrations()


with current_app.app_context():
    given = context.config.attributes.get("connection")
    if given is not None:
        run(given)
    else:
        with db.engine.connect() as opened:
            run(opened)
