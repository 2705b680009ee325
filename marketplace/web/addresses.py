"""Numbers in addresses: what cannot be the id of a row is no such page, before any database is asked."""

from typing import Any

from flask import Flask
from werkzeug.routing import IntegerConverter, Map

LARGEST_ID = 2**31 - 1  # what an integer primary key of PostgreSQL holds


class RowIdConverter(IntegerConverter):
    def __init__(self, map: Map, **given: Any) -> None:
        super().__init__(map, **{"max": LARGEST_ID, **given})


def init_app(app: Flask) -> None:
    app.url_map.converters["int"] = RowIdConverter
