"""Consortia of before 0008 count as active, with the shares spread; going back keeps who sat with whom."""

from decimal import Decimal
from pathlib import Path

import flask_migrate
from sqlalchemy import select, text

from marketplace.extensions import db
from marketplace.models.consortia import Consortium, ConsortiumStatus
from marketplace.services import consortium_seats
from tests import consortium_world as world
from tests.conftest import Databases, dispose, make_app

ORGANISATION = (
    "INSERT INTO organisations (id, kind, name, is_demo, created_at) VALUES (:id, 'provider', :name, false, :at)"
)
PROVIDER = (
    "INSERT INTO providers (id, organisation_id, short_name, kind, standing, standing_since, summary, description,"
    " industries, rating_sum, rating_count, created_at, version)"
    " VALUES (:id, :id, :name, 'lead', 'listed', '2026-01-05', '', '', '[]', 0, 0, :at, 1)"
)
SEATS = "INSERT INTO consortium_members (consortium_id, provider_id, scenes) VALUES (7, :id, '[\"quality\"]')"
OLD = "SELECT provider_id FROM consortium_members ORDER BY provider_id"


def test_rows_of_before_are_active_and_come_back(databases: Databases, tmp_path: Path) -> None:
    url = databases.new()
    app = make_app(url, tmp_path)
    with app.app_context():
        flask_migrate.upgrade(revision="0007_provider_pool")
        with db.engine.begin() as connection:
            for number in (1, 2, 3):
                facts = {"id": number, "name": f"商{number}", "at": "2026-01-05 00:00:00+00:00"}
                connection.execute(text(ORGANISATION), facts)
                connection.execute(text(PROVIDER), facts)
            connection.execute(
                text("INSERT INTO consortia (id, name, lead_id, industry) VALUES (7, '老联合体', 1, 'modern_food')")
            )
            for number in (2, 3):
                connection.execute(text(SEATS), {"id": number})
        flask_migrate.upgrade()
        key = db.session.scalar(select(Consortium.id)) or 0
        row = world.row(key)
        assert (row.status, row.name, row.lead_id) == (ConsortiumStatus.ACTIVE, "老联合体", 1)
        seats = {one.provider_id: one.share for one in consortium_seats.composition(row)}
        assert seats == {1: Decimal("33.34"), 2: Decimal("33.33"), 3: Decimal("33.33")}
        db.session.rollback()
        flask_migrate.downgrade(revision="0007_provider_pool")
        with db.engine.begin() as connection:
            assert list(connection.scalars(text(OLD))) == [2, 3]
            connection.execute(text(SEATS.replace("7", str(key))), {"id": 1})  # ids go on after those that came back
    dispose(app)
    databases.drop(url)
