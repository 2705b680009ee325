"""Two gunicorn workers: what another process commits is soon in the search of both; a kill -9 loses nothing."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from marketplace.domain.actors import SYSTEM
from marketplace.models.solutions import Solution
from marketplace.services import outbox, search
from marketplace.services.unit_of_work import writing
from tests.factories import Factory

ROOT = Path(__file__).parents[2]
PATIENCE = 15.0  # seconds on a busy machine; how fast it is at rest is a figure, not a test
ASKED = 12  # requests in a row, so that both workers are asked


@pytest.fixture
def address(app: Flask, tmp_path: Path) -> Iterator[str]:
    """The server over the test's own database and index."""
    environment = {
        **os.environ,
        "DATABASE_URL": app.config["SQLALCHEMY_ENGINES"]["default"]["url"],
        "SEARCH_FOLDER": app.config["SEARCH_FOLDER"],
        "MARKET_INSTANCE": str(tmp_path / "instance"),
        "DELIVERY": "courier",
    }
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "gunicorn", "--config", "gunicorn.conf.py", "-b", f"127.0.0.1:{port}", "wsgi:app"]
    process = subprocess.Popen(command, cwd=ROOT, env=environment, stderr=subprocess.DEVNULL, start_new_session=True)
    try:
        _wait(f"http://127.0.0.1:{port}/healthz")
        yield f"http://127.0.0.1:{port}"
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait(30)


def _wait(url: str) -> None:
    for _ in range(240):
        try:
            urllib.request.urlopen(url, timeout=30).close()
            return
        except OSError:
            time.sleep(0.25)
    raise AssertionError(f"{url} does not answer")


def _shown(address: str, word: str) -> bool:
    with urllib.request.urlopen(f"{address}/solutions?q={word}", timeout=30) as answer:
        return "共 1 个产品" in answer.read().decode()


def _rename(app: Flask, solution: Solution, name: str) -> None:
    """A change that some other process makes: only the outbox row tells the workers of it."""
    app.extensions.pop("after_commit", None)
    with writing(SYSTEM) as session:
        session.get_one(Solution, solution.id).name = name
        outbox.put(session, topic=outbox.SOLUTION, subject_id=solution.id)


def test_both_workers_see_a_change_of_another_process(app: Flask, make: Factory, address: str) -> None:
    solution = make.solution(name="original")
    for _ in range(ASKED):
        _shown(address, "original")
    for number in range(3):
        _rename(app, solution, f"renamed{number}x")
        deadline = time.monotonic() + PATIENCE
        while not all(_shown(address, f"renamed{number}x") for _ in range(ASKED)):
            assert time.monotonic() < deadline


def test_messages_of_a_killed_server_are_delivered_by_the_next(app: Flask, make: Factory) -> None:
    solutions = [make.solution() for _ in range(5)]
    app.extensions.pop("after_commit", None)
    url, folder = app.config["SQLALCHEMY_ENGINES"]["default"]["url"], app.config["SEARCH_FOLDER"]
    for moment in (0.0, 0.05, 0.15, 0.3, 0.6):
        with writing(SYSTEM) as session:
            for solution in solutions:
                outbox.put(session, topic=outbox.SOLUTION, subject_id=solution.id)
        process = subprocess.Popen(
            [sys.executable, "-c", DELIVER, url, folder], cwd=ROOT, stdout=subprocess.PIPE, text=True
        )
        assert process.stdout
        assert process.stdout.readline() == "ready\n"
        time.sleep(moment)
        process.kill()
        process.communicate()
    search.deliver()
    assert outbox.waiting(topic=outbox.SOLUTION) == 0
    fed = search.fingerprint()
    assert search.rebuild() == len(solutions)
    assert search.fingerprint() == fed


DELIVER = """
import sys
from pathlib import Path
from marketplace import config
from marketplace.app import create_app
from marketplace.services import search
app = create_app({
    "SQLALCHEMY_ENGINES": {"default": config.engine_settings(sys.argv[1])},
    "SEARCH_FOLDER": sys.argv[2], "DELIVERY": "none", "TESTING": True,
})
print("ready", flush=True)
with app.app_context():
    while True:
        search.deliver()
"""
