"""Two real processes do the same thing to the same rows in the same moment."""

import multiprocessing
import os
from collections.abc import Callable, Sequence
from multiprocessing.context import ForkServerProcess
from multiprocessing.synchronize import Barrier
from pathlib import Path
from typing import Any

from marketplace.domain.errors import MarketError
from tests.conftest import dispose, make_app

Act = Callable[[int, int], None]  # (number of the racer, key of the row)
CONTEXT = multiprocessing.get_context("forkserver")
CONTEXT.set_forkserver_preload(["marketplace.app", "tests.conftest"])  # imported once, not by every racer
PATIENCE = 120


def forked(target: Callable[..., None], *args: Any) -> ForkServerProcess:
    """A process with the environment of this moment: the server that forks it knows only that of its own start."""
    return CONTEXT.Process(target=_with, args=(dict(os.environ), target, args))


def _with(environment: dict[str, str], target: Callable[..., None], args: tuple[Any, ...]) -> None:
    os.environ.update(environment)
    target(*args)


def race(url: str, folder: Path, act: Act, *, keys: Sequence[int], racers: int = 2) -> list[list[str]]:
    """For each key, what happened to each racer: "done", or the name of the error."""
    barrier = CONTEXT.Barrier(racers)
    queue: Any = CONTEXT.Queue()
    processes = [
        forked(_run, url, folder / f"racer{number}", act, number, list(keys), barrier, queue)
        for number in range(racers)
    ]
    for process in processes:
        process.start()
    outcomes = dict(queue.get(timeout=PATIENCE) for _ in processes)
    for process in processes:
        process.join(PATIENCE)
    return [[outcomes[number][place] for number in range(racers)] for place in range(len(keys))]


def _run(url: str, folder: Path, act: Act, number: int, keys: list[int], barrier: Barrier, queue: Any) -> None:
    app = make_app(url, folder, DELIVERY="none")
    happened = []
    with app.app_context():
        for key in keys:
            barrier.wait(PATIENCE)
            try:
                act(number, key)
                happened.append("done")
            except MarketError as error:
                happened.append(type(error).__name__)
    dispose(app)
    queue.put((number, happened))
