"""Debian's chromium against the real server: gunicorn, two workers, the demo city."""

import os
import shutil
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
from playwright.sync_api import Browser, sync_playwright

from tests.browser.visitors import Visitors
from tests.conftest import dispose, make_app

ROOT = Path(__file__).parents[2]
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PATIENCE = 120


@pytest.fixture(scope="session")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A served demo city that tests may change; each test brings what it needs to be alone."""
    environment = {
        **{key: value for key, value in os.environ.items() if not key.startswith(("MEILISEARCH", "DATABASE"))},
        "MARKET_INSTANCE": str(tmp_path_factory.mktemp("served")),
        "DELIVERY": "courier",
        "FLASK_APP": "wsgi",
    }
    subprocess.run(
        [sys.executable, "-m", "flask", "prepare"], cwd=ROOT, env=environment, check=True, stdout=subprocess.DEVNULL
    )
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "gunicorn", "--config", "gunicorn.conf.py", "-b", f"127.0.0.1:{port}", "wsgi:app"]
    process = subprocess.Popen(command, cwd=ROOT, env=environment)
    try:
        _wait(f"http://127.0.0.1:{port}/")
        yield f"http://127.0.0.1:{port}"
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)


def _wait(url: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            with urllib.request.urlopen(url, timeout=PATIENCE) as answer:
                answer.read()
            return
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.3)


@pytest.fixture(scope="session")
def routes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """The application's routes and what they declare, to know what there is to visit."""
    app = make_app("sqlite://", tmp_path_factory.mktemp("routes"))
    yield app
    dispose(app)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None:
        pytest.skip("chromium is not installed")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def visitors(address: str, chromium: Browser) -> Iterator[Visitors]:
    everybody = Visitors(address, chromium)
    yield everybody
    everybody.leave()
