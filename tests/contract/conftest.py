"""The engines under contract: the embedded one always, Meilisearch when a server is named."""

import os
import uuid
from pathlib import Path

import pytest

from search_index.embedded import EmbeddedEngine
from search_index.engine import Engine
from search_index.meilisearch import MeilisearchEngine
from tests.contract import search_fixture

_ENGINES = ["embedded", pytest.param("meilisearch", marks=pytest.mark.meilisearch)]


def _make(name: str, folder: Path) -> Engine:
    analysis = search_fixture.analysis()
    if name == "embedded":
        return EmbeddedEngine(folder, analysis=analysis)
    url = os.environ.get("MEILISEARCH_URL")
    if not url:
        pytest.skip("MEILISEARCH_URL names no server")
    key = os.environ.get("MEILISEARCH_KEY", "")
    return MeilisearchEngine(url, key, analysis=analysis, index=f"contract_{uuid.uuid4().hex[:8]}", timeout=10)


@pytest.fixture(scope="session", params=_ENGINES)
def engine_name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="session")
def engine(engine_name: str, tmp_path_factory: pytest.TempPathFactory) -> Engine:
    """An engine with the hand-made catalogue, to be read only."""
    made = _make(engine_name, tmp_path_factory.mktemp("index"))
    made.rebuild(search_fixture.catalogue())
    return made


@pytest.fixture
def own_engine(engine_name: str, tmp_path: Path) -> Engine:
    """An engine of the test's own, with nothing built yet."""
    return _make(engine_name, tmp_path / "index")
