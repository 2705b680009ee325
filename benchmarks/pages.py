"""List and detail page under load, beside a bare Flask page that renders the same template with constant data.

Both are served by gunicorn with two workers in the same run, in turns, and loaded by wrk. The catalogue is the demo
city. Run: python -m benchmarks.pages

Each request comes on a connection of its own: a kept one stays with the worker that took it, and eight of them often
all stayed with the same one, so that one core worked where two were measured.
"""

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median

ROOT = Path(__file__).parents[1]
ROUNDS = 3
SECONDS = 8
CONNECTIONS = 8
PAGES = {"list": "/solutions?scene=quality", "detail": "/solutions/1"}
SERVERS = {"market": ("wsgi:app", 8321), "bare": ("benchmarks.bare_pages:app", 8322)}


@dataclass(frozen=True, slots=True)
class Load:
    requests: float
    p50: float
    p95: float
    p99: float


@contextmanager
def served(module: str, port: int, instance: str) -> Iterator[None]:
    environment = {**os.environ, "MARKET_INSTANCE": instance, "DELIVERY": "courier", "WEB_THREADS": "4"}
    command = [sys.executable, "-m", "gunicorn", "--config", "gunicorn.conf.py", "--bind", f"127.0.0.1:{port}", module]
    with subprocess.Popen(command, cwd=ROOT, env=environment, stderr=subprocess.DEVNULL) as process:
        try:
            _wait(f"http://127.0.0.1:{port}{PAGES['list']}")
            yield
        finally:
            process.send_signal(signal.SIGTERM)


def _wait(url: str) -> None:
    for _ in range(120):
        try:
            with urllib.request.urlopen(url, timeout=30) as answer:
                answer.read()
            return
        except OSError:
            time.sleep(0.5)
    raise RuntimeError(f"{url} does not answer")


def load(url: str) -> Load:
    """wrk prints its latency distribution; p95 is asked for through a script of its own."""
    script = "done = function(s, l, r) io.write(string.format('P95 %f\\n', l:percentile(95) / 1000)) end"
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as file:
        file.write(script)
        file.flush()
        fresh = ["-H", "Connection: close"]
        command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{SECONDS}s", "--latency", *fresh, "-s", file.name, url]
        text = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    if "Non-2xx" in text or "Socket errors" in text:
        raise RuntimeError(text)
    found = {key: _milliseconds(text, rf"{key}%\s+([\d.]+)(us|ms|s)") for key in ("50", "99")}
    rate = float(re.search(r"Requests/sec:\s+([\d.]+)", text)[1])  # type: ignore[index]
    p95 = float(re.search(r"P95 ([\d.]+)", text)[1])  # type: ignore[index]
    return Load(rate, found["50"], p95, found["99"])


def _milliseconds(text: str, pattern: str) -> float:
    value, unit = re.search(pattern, text).groups()  # type: ignore[union-attr]
    return float(value) * {"us": 0.001, "ms": 1.0, "s": 1000.0}[unit]


def main() -> None:
    if not shutil.which("wrk"):
        print("skipped: pages (wrk is not installed: apt-get install wrk)")
        return
    with tempfile.TemporaryDirectory() as instance:
        prepare(instance)
        with served(*SERVERS["market"], instance), served(*SERVERS["bare"], instance):
            for page, path in PAGES.items():
                _report(page, path)


def prepare(instance: str) -> None:
    environment = {**os.environ, "MARKET_INSTANCE": instance, "FLASK_APP": "wsgi"}
    for words in (["db", "upgrade"], ["demo", "load"], ["search", "ensure"]):
        subprocess.run(
            [sys.executable, "-m", "flask", *words], cwd=ROOT, env=environment, check=True, stdout=subprocess.DEVNULL
        )


def _report(page: str, path: str) -> None:
    urls = {name: f"http://127.0.0.1:{port}{path}" for name, (_, port) in SERVERS.items()}
    for url in urls.values():
        load(url)  # warm both
    rounds = [{name: load(url) for name, url in urls.items()} for _ in range(ROUNDS)]
    for name in urls:
        runs = [one[name] for one in rounds]
        print(
            f"{page:7} {name:7} {median(r.requests for r in runs):8.0f} requests/s"
            f"  p50 {median(r.p50 for r in runs):6.1f} ms  p95 {median(r.p95 for r in runs):6.1f} ms"
            f"  p99 {median(r.p99 for r in runs):6.1f} ms"
        )
    share = median(one["market"].requests / one["bare"].requests for one in rounds)
    tail = median(one["market"].p99 / one["market"].p50 for one in rounds)
    print(f"{page:7} market/bare throughput {share:.2f}   p99/p50 {tail:.2f}")


if __name__ == "__main__":
    main()
