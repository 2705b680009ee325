"""A second installation beside the first."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from tests.conftest import Databases, dispose, make_app


@pytest.fixture
def other_app(databases: Databases, empty_template: str, tmp_path: Path) -> Iterator[Flask]:
    """Another installation: an empty database and an empty store of its own."""
    url = databases.new(empty_template)
    app = make_app(url, tmp_path / "other", DELIVERY="none")
    yield app
    dispose(app)
    databases.drop(url)
