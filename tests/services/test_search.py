"""The index is a projection of the database: fed by the outbox, rebuilt to the same, not missed while it is away."""

import shutil
import time
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from marketplace.domain.actors import SYSTEM
from marketplace.extensions import db
from marketplace.models.accounts import Role
from marketplace.models.providers import Provider
from marketplace.models.solutions import Solution
from marketplace.services import outbox, search, search_documents, status_changes
from marketplace.services.unit_of_work import writing
from search_index.engine import EngineUnavailable
from search_index.queries import Query
from tests.factories import Factory


def _ids(text: str = "") -> list[int]:
    results = search.query(Query(text=text))
    assert results is not None
    return sorted(int(hit.id) for hit in results.hits)


def _suspend(make: Factory, solution: Solution) -> None:
    leader = make.actor(Role.BUREAU_LEADER)
    with writing(leader) as session:
        row = status_changes.locked(session, Solution, kind="solution", key=solution.id)
        status_changes.change(session, leader, row, kind="solution", action="suspend", reason="投诉核实")
        outbox.put(session, topic=outbox.SOLUTION, subject_id=solution.id)


def test_a_listing_is_found_as_soon_as_it_is_committed_and_gone_when_suspended(app: Flask, make: Factory) -> None:
    solution = make.solution(name="炉号追溯簿")
    assert _ids("炉号追溯") == [solution.id]
    _suspend(make, solution)
    assert _ids("炉号追溯") == []
    assert outbox.waiting(topic=outbox.SOLUTION) == 0


def _change_and_fail() -> None:
    with writing(SYSTEM) as session:
        outbox.put(session, topic=outbox.SOLUTION, subject_id=1)
        raise RuntimeError("changed my mind")


def test_a_change_that_is_rolled_back_leaves_no_message(app: Flask, make: Factory) -> None:
    before = outbox.newest(topic=outbox.SOLUTION)
    with pytest.raises(RuntimeError, match="changed my mind"):
        _change_and_fail()
    assert outbox.newest(topic=outbox.SOLUTION) == before


def test_a_rebuilt_index_is_identical_to_the_one_that_was_fed(app: Flask, make: Factory) -> None:
    solutions = [make.solution() for _ in range(6)]
    _suspend(make, solutions[2])
    fed = search.fingerprint()
    assert search.rebuild() == 5
    assert search.fingerprint() == fed


class Broken:
    """An engine that is away, at a seam of ours: `search_index.engine.Engine`."""

    def __init__(self, engine: object) -> None:
        self.engine, self.calls, self.is_away = engine, 0, True

    def __getattr__(self, name: str) -> object:
        def call(*arguments: object, **options: object) -> object:
            self.calls += 1
            if self.is_away:
                raise EngineUnavailable("away")
            return getattr(self.engine, name)(*arguments, **options)

        return call


def test_an_engine_that_is_away_is_left_alone_for_a_while_and_catches_up_by_itself(app: Flask, make: Factory) -> None:
    there = app.extensions["search"]
    now = [0.0]
    broken = Broken(there.engine)
    app.extensions["search"] = search.Search(broken, clock=lambda: now[0])
    assert search.query(Query()) is None
    solution = make.solution(name="停机时上架的产品")
    assert outbox.waiting(topic=outbox.SOLUTION) == 1
    calls = broken.calls
    assert search.query(Query()) is None
    assert broken.calls == calls  # resting: nobody waits for it
    broken.is_away = False
    now[0] += search.REST_SECONDS + 1
    assert search.deliver() == 1
    assert _ids("停机时上架") == [solution.id]


def test_a_deleted_index_is_told_as_away_and_built_again(app: Flask, make: Factory) -> None:
    make.solution()
    shutil.rmtree(Path(app.config["SEARCH_FOLDER"]) / "embedded")
    deadline = time.monotonic() + 5
    while search.is_available() and time.monotonic() < deadline:
        time.sleep(0.1)
    search.rebuild()
    assert len(_ids()) == 1


def test_a_product_of_a_suspended_provider_is_not_in_the_index(app: Flask, make: Factory) -> None:
    provider = make.provider()
    solution = make.solution(provider=provider)
    with writing(SYSTEM) as session:
        row = session.get_one(type(provider), provider.id)
        row.standing = type(row.standing)("suspended")
        outbox.put(session, topic=outbox.SOLUTION, subject_id=solution.id)
    assert _ids() == []


def test_the_index_holds_exactly_the_shelf(demo_app: Flask) -> None:
    with demo_app.app_context():
        shelf = {document.id for document in search_documents.every()}
        hidden = db.session.scalars(
            select(Solution.id).join(Provider).where(Provider.standing.in_(["suspended", "removed"]))
        ).all()
        assert hidden
        assert demo_app.extensions["search"].engine.document_ids() == shelf
        assert not shelf & {str(key) for key in hidden}
