"""Run as a process of its own: writes to an embedded index, or hangs in the middle of it."""

import sys
import time
from pathlib import Path

from search_index.embedded import EmbeddedEngine
from search_index.generations import Generations
from tests.contract import search_fixture


def main() -> None:
    work, folder = sys.argv[1], Path(sys.argv[2])
    engine = EmbeddedEngine(folder, analysis=search_fixture.analysis())
    by_id = {document.id: document for document in search_fixture.catalogue()}
    if work == "apply":
        engine.apply([by_id[sys.argv[3]]], [])
        print("done", flush=True)
    elif work == "hang":
        _hang(engine, folder, sys.argv[3])


def _hang(engine: EmbeddedEngine, folder: Path, where: str) -> None:
    if where == "lock":
        with Generations(folder).writing():
            _wait_to_be_killed()
    contents = iter(search_fixture.catalogue())
    analysis = search_fixture.analysis()
    cut = analysis.cut

    def stuck(text: str) -> list[str]:
        if next(contents, None) is None:
            _wait_to_be_killed()
        return list(cut(text))

    object.__setattr__(analysis, "cut", stuck)
    if where == "rebuild":
        engine.rebuild(search_fixture.catalogue())
    else:
        engine.apply(search_fixture.catalogue(), [])


def _wait_to_be_killed() -> None:
    print("stuck", flush=True)
    time.sleep(600)


if __name__ == "__main__":
    main()
