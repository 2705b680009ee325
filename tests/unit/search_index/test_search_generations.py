"""The embedded index among processes: one writer, prompt readers, no harm from a killed or damaged one."""

import json
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from search_index import generations, settings
from search_index.embedded import EmbeddedEngine
from search_index.engine import EngineUnavailable
from search_index.queries import Query
from tests.contract import search_fixture

_CATALOGUE = search_fixture.catalogue()
_ROOT = Path(__file__).parents[3]
_SOON = 2.0  # seconds in which every worker must see a change


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "index"


@pytest.fixture
def engine(folder: Path) -> EmbeddedEngine:
    made = EmbeddedEngine(folder, analysis=search_fixture.analysis())
    made.rebuild(_CATALOGUE[:10])
    return made


@pytest.fixture
def processes() -> Iterator[list[subprocess.Popen[str]]]:
    started: list[subprocess.Popen[str]] = []
    yield started
    for process in started:
        process.kill()
        process.communicate()


def _start(processes: list[subprocess.Popen[str]], *arguments: object) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tests.unit.search_index.index_writer", *map(str, arguments)]
    process = subprocess.Popen(command, cwd=_ROOT, text=True, stdout=subprocess.PIPE)
    processes.append(process)
    return process


def _says(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def _total(engine: EmbeddedEngine) -> int:
    return engine.search(Query(facets=())).total


def test_another_process_change_is_seen_at_once(
    engine: EmbeddedEngine, folder: Path, processes: list[subprocess.Popen[str]]
) -> None:
    assert _total(engine) == 10
    writer = _start(processes, "apply", folder, "160")
    assert _says(writer) == "done"
    committed = time.monotonic()
    while _total(engine) != 11:
        assert time.monotonic() - committed < _SOON
    assert "160" in engine.document_ids()


def test_a_rebuild_by_another_engine_is_seen_at_once(engine: EmbeddedEngine, folder: Path) -> None:
    assert _total(engine) == 10
    EmbeddedEngine(folder, analysis=search_fixture.analysis()).rebuild(_CATALOGUE[:3])
    assert _total(engine) == 3


@pytest.mark.parametrize("where", ["lock", "rebuild", "apply"])
def test_a_killed_writer_leaves_a_usable_index_and_no_lock(
    engine: EmbeddedEngine, folder: Path, processes: list[subprocess.Popen[str]], where: str
) -> None:
    before = engine.fingerprint()
    writer = _start(processes, "hang", folder, where)
    assert _says(writer) == "stuck"
    writer.kill()
    writer.wait()
    assert engine.fingerprint() == before
    engine.apply([_CATALOGUE[20]], [])
    assert _total(engine) == 11
    engine.rebuild(_CATALOGUE[:4])
    assert _total(engine) == 4
    assert len(list(folder.glob("g-*"))) <= 2


def test_a_second_writer_waits_and_then_says_that_he_cannot(
    engine: EmbeddedEngine, folder: Path, processes: list[subprocess.Popen[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    writer = _start(processes, "hang", folder, "lock")
    assert _says(writer) == "stuck"
    monkeypatch.setitem(settings.load().locks, "wait_seconds", 0.2)  # type: ignore[arg-type]
    started = time.monotonic()
    with pytest.raises(EngineUnavailable, match="another writer"):
        engine.apply([_CATALOGUE[20]], [])
    assert 0.2 <= time.monotonic() - started < _SOON
    assert _total(engine) == 10


def test_writers_of_many_threads_take_turns(engine: EmbeddedEngine) -> None:
    writers = [threading.Thread(target=engine.apply, args=([document], [])) for document in _CATALOGUE[10:18]]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert _total(engine) == 18


def test_readers_are_never_disturbed_by_rebuilds(engine: EmbeddedEngine, folder: Path) -> None:
    wrong: list[object] = []
    stop = threading.Event()

    def read() -> None:
        reader = EmbeddedEngine(folder, analysis=search_fixture.analysis())
        while not stop.is_set():
            try:
                found = reader.search(Query("报工", facets=())).total, _total(reader)
            except EngineUnavailable as error:
                wrong.append(error)
                return
            if found[0] not in {3, 4} or found[1] not in {10, 60}:
                wrong.append(found)

    readers = [threading.Thread(target=read) for _ in range(2)]
    for reader in readers:
        reader.start()
    for number in range(6):
        engine.rebuild(_CATALOGUE[: 10 if number % 2 else 60])
    stop.set()
    for reader in readers:
        reader.join()
    assert wrong == []


def test_old_generations_are_cleared(engine: EmbeddedEngine, folder: Path) -> None:
    for _ in range(4):
        engine.rebuild(_CATALOGUE[:2])
    assert len(list(folder.glob("g-*"))) == 2


def test_a_rebuild_that_fails_leaves_the_live_index_and_no_rubbish(engine: EmbeddedEngine, folder: Path) -> None:
    before, folders = engine.fingerprint(), sorted(folder.glob("g-*"))
    with pytest.raises(ValueError, match="twice"):
        engine.rebuild([_CATALOGUE[0], _CATALOGUE[0]])

    def broken() -> Iterator[object]:
        yield _CATALOGUE[0]
        raise LookupError("the caller's own trouble")

    with pytest.raises(LookupError):
        engine.rebuild(broken())  # type: ignore[arg-type]
    assert engine.fingerprint() == before
    assert sorted(folder.glob("g-*")) == folders


def _put(file: Path, content: bytes) -> None:
    """Put another file in its place, as a bad copy or a bad restore does; cutting a mapped file would end this very
    process when a merging thread of the engine reads it."""
    other = file.with_name(f"{file.name}.other")
    other.write_bytes(content)
    other.replace(file)


def _damage_everything(path: Path) -> None:
    for file in list(path.rglob("*")):
        if file.is_file() and file.suffix not in {".lock"}:
            _put(file, b"\x00garbage" * 50)


def _cut_short(path: Path) -> None:
    for file in list(path.glob("g-*/*")):
        if file.suffix in {".store", ".term", ".fast", ".idx"}:
            _put(file, file.read_bytes()[: file.stat().st_size // 2])


def _flip(path: Path) -> None:
    for file in list(path.glob("g-*/*")):
        if file.suffix in {".store", ".term", ".fast", ".idx", ".pos"}:
            content = bytearray(file.read_bytes())
            content[: len(content) // 2] = bytes(byte ^ 0xFF for byte in content[: len(content) // 2])
            _put(file, bytes(content))


def _remove_folders(path: Path) -> None:
    for entry in path.glob("g-*"):
        shutil.rmtree(entry)


def _write_pointer(content: str) -> object:
    return lambda path: (path / "current").write_text(content)


_DAMAGES = {
    "garbage": _damage_everything,
    "cut short": _cut_short,
    "flipped bytes": _flip,
    "no generation": _remove_folders,
    "no folder": shutil.rmtree,
    "empty pointer": _write_pointer(""),
    "pointer of another kind": _write_pointer("[1]"),
    "pointer out of the folder": _write_pointer(
        json.dumps({"generation": "../../etc", "settings": settings.load().fingerprint})
    ),
    "other settings": _write_pointer(json.dumps({"generation": "g-00000001", "settings": "older"})),
}


@pytest.mark.parametrize("damage", _DAMAGES)
@pytest.mark.parametrize("is_open", [True, False], ids=["open", "not yet open"])
def test_a_damaged_index_is_unavailable_and_a_rebuild_cures_it(
    engine: EmbeddedEngine, folder: Path, damage: str, is_open: bool
) -> None:
    reader = EmbeddedEngine(folder, analysis=search_fixture.analysis())
    if is_open:
        assert _total(reader) == 10
    _DAMAGES[damage](folder)  # type: ignore[operator]
    for ask in (lambda: reader.search(Query("报工")), lambda: reader.search(Query()), reader.fingerprint):
        try:
            ask()
        except EngineUnavailable:
            continue
        assert damage == "flipped bytes", "only bytes that a search does not read may go unnoticed"
    with pytest.raises(EngineUnavailable):
        [reader.search(Query("报工")), reader.fingerprint(), reader.apply([_CATALOGUE[11]], [])]
    reader.rebuild(_CATALOGUE[:5])
    assert _total(reader) == 5
    assert _total(EmbeddedEngine(folder, analysis=search_fixture.analysis())) == 5


def test_a_full_disk_is_unavailable_not_a_traceback(folder: Path) -> None:
    folder.parent.mkdir(exist_ok=True)
    folder.write_text("a file where the folder should be")
    with pytest.raises(EngineUnavailable):
        EmbeddedEngine(folder, analysis=search_fixture.analysis()).rebuild(_CATALOGUE[:1])


def test_other_errors_are_not_swallowed() -> None:
    with pytest.raises(KeyError), generations.guarded():
        raise KeyError("a mistake of ours")
    with pytest.raises(KeyboardInterrupt), generations.guarded():
        raise KeyboardInterrupt
