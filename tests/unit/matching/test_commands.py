"""The command line: JSON on standard output, status 2 and one line for bad input, never a traceback."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from benchmarks import catalogue
from matching import commands
from tests.unit.matching import rows


def matching(*arguments: str | Path | int) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run([sys.executable, "-m", "matching", *map(str, arguments)], capture_output=True, check=False)


def written(path: Path, value: Any) -> Path:
    path.write_text(json.dumps(value, ensure_ascii=False), encoding="utf-8")
    return path


@pytest.fixture
def solutions(tmp_path: Path) -> Path:
    return written(tmp_path / "solutions.json", [*catalogue.generate(15, seed=4), rows.solution()])


@pytest.fixture
def demand(tmp_path: Path) -> Path:
    return written(tmp_path / "demand.json", rows.demand())


def test_rank_prints_ranking_and_providers(solutions: Path, demand: Path) -> None:
    run = matching("rank", "--demand", demand, "--solutions", solutions, "--top", 3)
    assert (run.returncode, run.stderr) == (0, b"")
    found = json.loads(run.stdout)
    assert set(found) == {"demand", "ranking", "providers"}
    assert len(found["ranking"]) == 3
    assert found["ranking"][0]["solution"] == "S1"
    assert set(found["ranking"][0]["criteria"][0]) == {"name", "state", "contribution", "reason"}
    assert set(found["providers"][0]) == {"provider", "score", "covers", "solutions"}


def test_rank_prints_a_line_a_demand(tmp_path: Path, solutions: Path) -> None:
    folder = tmp_path / "demands"
    folder.mkdir()
    for row in catalogue.demands(3, seed=4):
        written(folder / f"{row['id']}.json", row)
    run = matching("rank", "--demands", folder, "--solutions", solutions, "--top", 2)
    found = [json.loads(line) for line in run.stdout.splitlines()]
    assert [row["demand"] for row in found] == ["N00000", "N00001", "N00002"]
    assert all(len(row["ranking"]) == 2 for row in found)


def test_evaluate_prints_metrics_beside_baselines(tmp_path: Path, solutions: Path) -> None:
    judgements = written(tmp_path / "judgements.json", [{"demand": rows.demand(), "grades": {"S1": 3}}])
    run = matching("evaluate", "--judgements", judgements, "--solutions", solutions)
    found = json.loads(run.stdout)
    assert found["demands"] == 1
    assert found["metrics"]["ndcg@10"] == {"mean": 1.0, "low": 1.0, "high": 1.0}
    assert set(found["baselines"]["bm25"]) == {"ndcg@5", "ndcg@10", "recall@10", "mrr"}


def texts(path: Path, **by_id: str) -> Path:
    lines = (json.dumps({"id": key, "text": text}, ensure_ascii=False) for key, text in by_id.items())
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def test_textfit_scores_pairs_in_their_order(tmp_path: Path) -> None:
    documents = texts(tmp_path / "d.jsonl", a="耐高温涂层", b="视觉检测", c="余热发电")
    queries = texts(tmp_path / "q.jsonl", x="缺陷的视觉检测", y="涂层")
    pairs = tmp_path / "p.tsv"
    pairs.write_text("query\tdocument\tgrade\r\nx\ta\t0\r\ny\ta\t2\r\nx\tb\t3\r\n", encoding="utf-8")
    run = matching("textfit", "--documents", documents, "--queries", queries, "--pairs", pairs)
    assert run.returncode == 0, run.stderr.decode()
    found = [line.split("\t") for line in run.stdout.decode().splitlines()]
    assert [(query, document) for query, document, _ in found] == [("x", "a"), ("y", "a"), ("x", "b")]
    assert float(found[2][2]) > float(found[0][2])


@pytest.fixture
def bad(capfdbinary: pytest.CaptureFixture[bytes]) -> Callable[..., str]:
    """Runs a command that must fail; its one line. In this process, which is quicker than a new one each."""

    def run(*arguments: str | Path | int) -> str:
        assert commands.run([*map(str, arguments)]) == 2
        written = capfdbinary.readouterr()
        assert written.out == b""
        message = written.err.decode()
        assert message.count("\n") == 1
        assert message.endswith("\n")
        return message

    return run


def test_a_process_ends_with_status_2_and_one_line(tmp_path: Path, solutions: Path) -> None:
    broken = tmp_path / "broken.json"
    broken.write_bytes(b"[" * 100_000)
    run = matching("rank", "--demand", broken, "--solutions", solutions)
    assert (run.returncode, run.stdout) == (2, b"")
    assert run.stderr.decode() == "broken.json: 嵌套过深\n"


def test_bad_input_says_where_and_what(tmp_path: Path, solutions: Path, demand: Path, bad: Callable[..., str]) -> None:
    assert "none.json" in bad("rank", "--demand", tmp_path / "none.json", "--solutions", solutions)
    odd = written(tmp_path / "odd.json", rows.demand(lines=[rows.line(prio=1)]))
    assert 'odd.json.lines[0]: 不认识的键 "prio"' in bad("rank", "--demand", odd, "--solutions", solutions)
    assert "--top" in bad("rank", "--demand", demand, "--solutions", solutions, "--top", "many")
    assert "没有 .json 文件" in bad("rank", "--demands", _empty(tmp_path), "--solutions", solutions)


def _empty(tmp_path: Path) -> Path:
    folder = tmp_path / "empty"
    folder.mkdir()
    return folder


def test_unknown_commands_and_missing_arguments_are_bad_input(bad: Callable[..., str]) -> None:
    bad()
    bad("dance")
    bad("rank", "--top", "3")


@pytest.mark.parametrize(
    ("pairs", "said"),
    [
        ("x\ta\n", "第 1 行"),
        ("query\tdocument\nx\n", "第 2 行"),
        ("query\tdocument\nx\tb\n", '不认识的编号 "b"'),
        ("", "第 1 行"),
    ],
)
def test_broken_pairs_are_named_by_line(tmp_path: Path, pairs: str, said: str, bad: Callable[..., str]) -> None:
    documents, queries = texts(tmp_path / "d.jsonl", a="涂层"), texts(tmp_path / "q.jsonl", x="涂层")
    path = tmp_path / "p.tsv"
    path.write_text(pairs, encoding="utf-8")
    assert said in bad("textfit", "--documents", documents, "--queries", queries, "--pairs", path)


def test_broken_texts_are_named_by_line(tmp_path: Path, bad: Callable[..., str]) -> None:
    path = tmp_path / "d.jsonl"
    path.write_text('{"id": "a", "text": "x"}\n{"id": "a", "text": "y"}\n', encoding="utf-8")
    pairs = tmp_path / "p.tsv"
    pairs.write_text("query\tdocument\n", encoding="utf-8")
    message = bad("textfit", "--documents", path, "--queries", path, "--pairs", pairs)
    assert "第 2 行" in message
    assert '"a" 重复' in message
