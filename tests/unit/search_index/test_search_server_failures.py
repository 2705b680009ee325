"""Whatever the search server does, the answer is prompt: results, or EngineUnavailable."""

import json
import socket
import time
from typing import Any

import pytest

from search_index.engine import EngineUnavailable
from search_index.meilisearch import MeilisearchEngine, issue_key
from search_index.queries import Query
from tests.contract import search_fixture
from tests.unit.search_index import scripted_server
from tests.unit.search_index.scripted_server import Answer, json_answer, raw_answer, serving

_CATALOGUE = search_fixture.catalogue()
_TIMEOUT = 0.5
_GOOD_RESULT = {
    "hits": [{"id": "106", "_formatted": {"name": "小铃\ue000报工\ue001", "summary": "无"}}],
    "totalHits": 1,
    "facetDistribution": {"scenes": {"production_control": 1}},
}

_BAD_ANSWERS: dict[str, Answer] = {
    "hangs": scripted_server.hang,
    "trickles its answer": scripted_server.trickle,
    "trickles its headers": scripted_server.trickle_headers,
    "hangs up": scripted_server.hang_up,
    "speaks no http": b"SSH-2.0-something\r\n\r\n",
    "no status": b"HTTP/1.1 abc\r\n\r\n",
    "empty": raw_answer(b""),
    "no json": raw_answer(b"<html>proxy</html>"),
    "broken utf-8": raw_answer(b'{"results": "\xff\xfe"}'),
    "cut short": b'HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{"results": [',
    "deeply nested": raw_answer(b"[" * 200_000),
    "a list": json_answer([1, 2]),
    "a number": json_answer(7),
    "null": json_answer(None),
    "no results": json_answer({"hits": []}),
    "results of another kind": json_answer({"results": "many"}),
    "results that are no objects": json_answer({"results": [1, 2, 3, 4]}),
    "too few results": json_answer({"results": [_GOOD_RESULT]}),
    "a redirect": raw_answer(b"", "302 Found"),
    "not found": json_answer({"code": "index_not_found"}, "404 Not Found"),
    "not allowed": json_answer({"code": "invalid_api_key"}, "403 Forbidden"),
    "an error": json_answer({"message": "oops"}, "500 Internal Server Error"),
    "an error page": raw_answer(b"<h1>Bad Gateway</h1>", "502 Bad Gateway"),
}


def _engine(url: str, key: str = "secret-key") -> MeilisearchEngine:
    return MeilisearchEngine(url, key, analysis=search_fixture.analysis(), timeout=_TIMEOUT)


@pytest.mark.parametrize("bad", _BAD_ANSWERS)
def test_a_bad_answer_is_unavailable_within_the_deadline(bad: str) -> None:
    with serving(lambda method, path, body: _BAD_ANSWERS[bad]) as server:
        engine = _engine(server.url)
        for ask in (lambda: engine.search(Query("报工")), lambda: engine.suggest("报"), engine.health):
            started = time.monotonic()
            with pytest.raises(EngineUnavailable) as raised:
                ask()
            assert time.monotonic() - started < _TIMEOUT + 2
            assert "secret-key" not in str(raised.value)


@pytest.mark.parametrize("bad", ["no json", "a list", "not found", "an error"])
def test_writing_to_a_server_in_trouble_is_unavailable(bad: str) -> None:
    with serving(lambda method, path, body: _BAD_ANSWERS[bad]) as server:
        engine = _engine(server.url)
        for ask in (
            lambda: engine.apply(_CATALOGUE[:1], []),
            lambda: engine.rebuild(_CATALOGUE[:1]),
            engine.fingerprint,
            engine.document_ids,
        ):
            with pytest.raises(EngineUnavailable):
                ask()


def test_a_stopped_server_is_unavailable_at_once() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    started = time.monotonic()
    with pytest.raises(EngineUnavailable):
        _engine(f"http://127.0.0.1:{port}").search(Query())
    assert time.monotonic() - started < _TIMEOUT


def _spoiled(**changes: object) -> dict[str, object]:
    return {name: value for name, value in {**_GOOD_RESULT, **changes}.items() if value != "absent"}


@pytest.mark.parametrize(
    "result",
    [
        _spoiled(totalHits="absent"),
        _spoiled(totalHits="1"),
        _spoiled(totalHits=True),
        _spoiled(hits="absent"),
        _spoiled(hits=[{"name": "no id"}]),
        _spoiled(hits=[{"id": 106}]),
        _spoiled(hits=["106"]),
        _spoiled(facetDistribution="absent"),
        _spoiled(facetDistribution={}),
        _spoiled(facetDistribution={"scenes": {"quality": "4"}}),
        _spoiled(facetDistribution={"scenes": ["quality"]}),
    ],
    ids=json.dumps,
)
def test_a_result_with_an_odd_part_is_unavailable(result: dict[str, object]) -> None:
    with (
        serving(lambda method, path, body: json_answer({"results": [result] * len(body["queries"])})) as server,
        pytest.raises(EngineUnavailable),
    ):
        _engine(server.url).search(Query("报工", facets=("scene",)))


def test_the_engine_recovers_with_the_server() -> None:
    is_well = False

    def answer(method: str, path: str, body: Any) -> Answer:
        return json_answer({"results": [_GOOD_RESULT] * len(body["queries"])}) if is_well else _BAD_ANSWERS["an error"]

    with serving(answer) as server:
        engine = _engine(server.url)
        with pytest.raises(EngineUnavailable):
            engine.search(Query("报工", facets=("scene",)))
        is_well = True
        results = engine.search(Query("报工", facets=("scene",)))
    assert (results.total, results.hits[0].id) == (1, "106")
    assert results.hits[0].highlights == {"name": "小铃\ue000报工\ue001"}
    assert results.facets == {"scene": {"production_control": 1}}
    assert "Authorization: Bearer secret-key" in server.headers


def _serve_tasks(failing: dict[str, str]) -> Any:
    """Every request starts a task; those whose path contains a key of `failing` fail with its code."""
    started: list[str] = []

    def answer(method: str, path: str, body: Any) -> Answer:
        if path.startswith("/tasks/"):
            number = int(path.rsplit("/", 1)[1])
            code = next((code for part, code in failing.items() if part in started[number]), None)
            if code:
                return json_answer({"status": "failed", "error": {"code": code}})
            return json_answer({"status": "succeeded", "error": None})
        if method == "GET":
            return json_answer({"createdAt": "2026-01-01T00:00:00Z"})
        started.append(f"{method} {path} {json.dumps(body)[:60]}")
        return json_answer({"taskUid": len(started) - 1}, "202 Accepted")

    return answer


def test_a_rebuild_builds_aside_awaits_every_task_and_swaps() -> None:
    with serving(_serve_tasks({"DELETE": "index_not_found", '"uid": "solutions"': "index_already_exists"})) as server:
        _engine(server.url).rebuild(_CATALOGUE[:2])
    done = [(method, path) for method, path, _ in server.asked]
    writes = [each for each in done if not each[1].startswith("/tasks/")]
    assert writes == [
        ("DELETE", "/indexes/solutions_next"),
        ("POST", "/indexes"),
        ("PATCH", "/indexes/solutions_next/settings"),
        ("POST", "/indexes/solutions_next/documents?primaryKey=id"),
        ("POST", "/indexes"),
        ("POST", "/swap-indexes"),
        ("DELETE", "/indexes/solutions_next"),
    ]
    assert all(done[at + 1] == ("GET", f"/tasks/{number}") for number, at in enumerate(range(0, len(done), 2)))
    (swapped,) = [body for _, path, body in server.asked if path == "/swap-indexes"]
    assert swapped == [{"indexes": ["solutions", "solutions_next"]}]


@pytest.mark.parametrize("step", ["settings", "documents", "swap-indexes"])
def test_a_rebuild_that_fails_on_the_way_never_swaps_and_says_so(step: str) -> None:
    with serving(_serve_tasks({step: "internal"})) as server, pytest.raises(EngineUnavailable, match="internal"):
        _engine(server.url).rebuild(_CATALOGUE[:2])
    paths = [path for _, path, _ in server.asked]
    assert ("/swap-indexes" in paths) == (step == "swap-indexes")


def test_changes_are_two_awaited_tasks_the_latest_version_of_each_document() -> None:
    with serving(_serve_tasks({})) as server:
        _engine(server.url).apply([_CATALOGUE[0], _CATALOGUE[1], _CATALOGUE[0]], ["x", _CATALOGUE[1].id])
    writes = [(path, body) for method, path, body in server.asked if method == "POST"]
    assert writes[0] == ("/indexes/solutions/documents/delete-batch", ["x"])
    assert [document["id"] for document in writes[1][1]] == ["101", "102"]


def test_no_documents_are_sent_to_an_index_that_is_not_there() -> None:
    def answer(method: str, path: str, body: Any) -> Answer:
        return json_answer({"code": "index_not_found"}, "404 Not Found")

    with serving(answer) as server, pytest.raises(EngineUnavailable):
        _engine(server.url).apply(_CATALOGUE[:1], [])
    assert [method for method, _, _ in server.asked] == ["GET"]


def test_a_task_that_never_ends_is_given_up() -> None:
    now = [0.0]

    def clock() -> float:
        now[0] += 30
        return now[0]

    def answer(method: str, path: str, body: Any) -> Answer:
        return json_answer({"status": "processing"} if path.startswith("/tasks/") else {"taskUid": 1, "createdAt": ""})

    with serving(answer) as server:
        engine = MeilisearchEngine(server.url, "", analysis=search_fixture.analysis(), timeout=2, clock=clock)
        with pytest.raises(EngineUnavailable, match="too long"):
            engine.apply(_CATALOGUE[:1], [])


def test_a_key_is_asked_for_with_the_master_key_and_only_the_own_indexes() -> None:
    with serving(lambda method, path, body: json_answer({"key": "scoped"}, "201 Created")) as server:
        assert issue_key(server.url, "master") == "scoped"
    ((method, path, body),) = server.asked
    assert (method, path) == ("POST", "/keys")
    assert body["indexes"] == ["solutions", "solutions_next"]
    assert "*" not in body["actions"]
    assert not any(action.startswith("keys") for action in body["actions"])


@pytest.mark.parametrize("url", ["", "localhost:7700", "ftp://host", "http://"])
def test_an_address_that_is_none_is_refused_at_once(url: str) -> None:
    with pytest.raises(ValueError, match="http"):
        _engine(url)
