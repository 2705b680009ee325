"""`python -m matching schedule`: its JSON, its statuses, and what it says of bad input."""

import json
from pathlib import Path

import pytest

from matching import commands

SCORES = "left,right,score\ne1,p1,9\ne1,p2,5\ne2,p1,8\ne2,p2,1\n"
LIMITS = ["--min-left", "0", "--max-left", "2", "--min-right", "0", "--max-right", "2"]


def schedule(tmp_path: Path, *more: str, scores: str = SCORES, away: str | None = None) -> int:
    (tmp_path / "scores.csv").write_text(scores, encoding="utf-8")
    arguments = ["schedule", "--scores", str(tmp_path / "scores.csv"), "--slots", "2", "--tables", "1", *LIMITS, *more]
    if away is not None:
        (tmp_path / "away.csv").write_text(away, encoding="utf-8")
        arguments += ["--unavailable", str(tmp_path / "away.csv")]
    return commands.run(arguments)


def test_it_prints_the_timetable_as_json(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert schedule(tmp_path) == 0
    found = json.loads(capfd.readouterr().out)
    assert found["objective"] == found["bound"] == 17
    assert {(one["left"], one["right"], one["score"]) for one in found["meetings"]} == {
        ("e1", "p1", 9),
        ("e2", "p1", 8),
    }
    assert {one["slot"] for one in found["meetings"]} == {1, 2}
    assert found["fairness"] == {"left_min": 8, "right_min": 0}
    assert found["unmet"] == []


def test_who_is_away_meets_nobody_then(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert schedule(tmp_path, away="slot,participant\n1,p1\n2,nobody\n") == 0
    found = json.loads(capfd.readouterr().out)
    assert found["objective"] == 14
    meets_p1 = [one["slot"] for one in found["meetings"] if one["right"] == "p1"]
    assert meets_p1 == [2]


def test_a_floor_that_nothing_reaches_ends_with_status_3(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert schedule(tmp_path, "--floor", "8") == 0
    assert schedule(tmp_path, "--floor", "9") == 3
    message = capfd.readouterr().err
    assert message.count("\n") == 1
    assert "--floor" in message


@pytest.mark.parametrize(
    ("scores", "away", "more", "place"),
    [
        ("left,right\ne,p\n", None, (), "scores.csv 第 1 行"),
        ("left,right,score\ne,p,much\n", None, (), "第 2 行 score"),
        ("left,right,score\ne,p,nan\n", None, (), "第 2 行 score"),
        ("left,right,score\n,p,1\n", None, (), "第 2 行 left"),
        ("left,right,score\ne,p,1\ne,p,2\n", None, (), "第 3 行"),
        ("left,right,score\ne,p,1\np,q,2\n", None, (), "同时出现"),
        ("left,right,score\ne,p,1,2\n", None, (), "第 2 行"),
        ('left,right,score\n"e,p,1\n', None, (), "CSV"),
        (SCORES, "participant,slot\ne1,3\n", (), "away.csv 第 2 行 slot"),
        (SCORES, "participant,slot\ne1,0\n", (), "away.csv 第 2 行 slot"),
        (SCORES, None, ("--min-left", "3"), "--min-left"),
        (SCORES, None, ("--slots", "0"), "--slots"),
        (SCORES, None, ("--floor", "inf"), "--floor"),
        (SCORES, None, ("--loss", "2"), "--loss"),
        (SCORES, None, ("--scores", "missing.csv"), "missing.csv"),
    ],
)
def test_bad_input_ends_with_status_2_and_one_line(
    tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
    scores: str,
    away: str | None,
    more: tuple[str, ...],
    place: str,
) -> None:
    assert schedule(tmp_path, *more, scores=scores, away=away) == 2
    captured = capfd.readouterr()
    assert captured.out == ""
    assert captured.err.count("\n") == 1
    assert place in captured.err
