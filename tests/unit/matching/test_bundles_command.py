"""`python -m matching bundle`: JSON on standard output, status 2 and one line for bad input."""

import ctypes
import json
from pathlib import Path
from typing import Any

import pytest

from benchmarks import catalogue
from matching import commands, standard
from matching.bundles import command as bundle_command
from tests.unit.matching import rows

FIVE = dict.fromkeys(["product_design", "marketing", "quality", "equipment", "safety"], 2)
KEYS = {"status", "bundles", "uncovered"}
BUNDLE_KEYS = {"solutions", "price", "subsidy", "own_cost", "scenes", "level_reached", "providers"}


@pytest.fixture
def files(tmp_path: Path) -> list[str]:
    demand, solutions = tmp_path / "demand.json", tmp_path / "solutions.json"
    demand.write_text(json.dumps(rows.demand(scene_levels=FIVE, assessment_score=50)), encoding="utf-8")
    solutions.write_text(json.dumps([*catalogue.generate(15, seed=4), rows.solution()]), encoding="utf-8")
    return ["--demand", str(demand), "--solutions", str(solutions)]


def bundle(capfdbinary: pytest.CaptureFixture[bytes], *arguments: str) -> tuple[int, Any, str]:
    status = commands.run(["bundle", *arguments])
    out, err = capfdbinary.readouterr()
    return status, json.loads(out) if out else None, err.decode()


def test_prints_the_best_bundle(files: list[str], capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    arguments = ["--target-level", "2", "--subsidy-rate", "0.5", "--subsidy-cap", "3000"]
    status, found, err = bundle(capfdbinary, *files, *arguments)
    assert (status, err) == (0, "")
    assert found.keys() >= KEYS
    assert (found["status"], found["uncovered"], found["gap"]) == ("optimal", [], 0)
    (best,) = found["bundles"]
    assert best.keys() >= BUNDLE_KEYS
    assert best["scenes"].keys() == standard.SCENES.keys()
    assert best["scenes"]["warehousing"] == 2
    assert (best["solutions"], best["providers"], best["level_reached"]) == (["S1"], ["P1"], 2)
    assert (best["price"], best["subsidy"], best["own_cost"]) == (12_000, 3000, 9000)


def test_prints_alternatives_with_what_they_give_up(
    tmp_path: Path, files: list[str], capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    dearer = rows.solution(id="S2", provider_id="P2", price={"model": "annual", "amount": 13_000})
    path = tmp_path / "two.json"
    path.write_text(json.dumps([rows.solution(), dearer]), encoding="utf-8")
    arguments = [*files[:2], "--solutions", str(path), "--target-level", "2", "--alternatives", "3"]
    _, found, _ = bundle(capfdbinary, *arguments)
    assert [one["solutions"] for one in found["bundles"]] == [["S1"], ["S2"]]
    assert found["bundles"][1]["kind"] == "cheapest_other"
    assert found["bundles"][1]["gives_up"] == [
        {"kind": "own_cost", "amount": 1000, "lines": [], "text": "企业多付 0.10 万元"}
    ]


def test_what_the_solver_prints_stays_out_of_the_json(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    library = ctypes.CDLL(None)
    with bundle_command.silenced():
        library.puts(b"HighsMipSolverData")
    library.puts(b"{}")
    library.fflush(None)
    assert capfdbinary.readouterr().out == b"{}\n"


def test_budget_goes_before_the_demand(files: list[str], capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    status, found, _ = bundle(capfdbinary, *files, "--target-level", "2", "--budget", "11000")
    assert status == 0
    assert (found["status"], found["bundles"], found["conflict"]) == ("infeasible", [], ["budget", "scenes"])
    assert found["reasons"] == ["下列条件不能同时满足：企业自付不超过 1.10 万元；6 个场景到二级"]
    assert found["smallest_change"] == [
        {
            "changes": [{"condition": "budget", "amount": 1000, "text": "预算增加 0.10 万元"}],
            "text": "预算增加 0.10 万元，就能配成",
        }
    ]


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["--target-level", "5"],
        ["--target-level", "0"],
        ["--target-level", "二"],
        ["--target-level", "2", "--budget", "-1"],
        ["--target-level", "2", "--budget", "1.5"],
        ["--target-level", "2", "--subsidy-rate", "1.2"],
        ["--target-level", "2", "--subsidy-rate", "40%"],
        ["--target-level", "2", "--subsidy-rate", "nan"],
        ["--target-level", "2", "--subsidy-cap", "1000"],
        ["--target-level", "2", "--max-providers", "0"],
        ["--target-level", "2", "--alternatives", "x"],
        ["--target-level", "2", "--time-limit", "soon"],
        ["--target-level", "2", "--time-limit", "0"],
    ],
)
def test_bad_arguments_end_with_one_line(
    files: list[str], arguments: list[str], capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    status, found, err = bundle(capfdbinary, *files, *arguments)
    assert (status, found) == (2, None)
    assert err.count("\n") == 1
    assert "invalid" not in err


def test_bad_files_end_with_one_line(
    tmp_path: Path, files: list[str], capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    path = tmp_path / "bad.json"
    path.write_text(json.dumps([rows.solution(price={"model": "annual"})]), encoding="utf-8")
    status, _, err = bundle(capfdbinary, *files[:2], "--solutions", str(path), "--target-level", "2")
    assert (status, err) == (2, 'bad.json[0].price: 缺少键 "amount"\n')
