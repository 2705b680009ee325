"""`python -m matching schedule`: its arguments, its tables and its JSON."""

import argparse
import csv
import dataclasses
import io
import json
import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Final

from matching import fields
from matching.meetings import solver
from matching.meetings.timetables import Day, FloorError, Limits, Pair, Timetable, UndecidedError

_MOST: Final = 100_000
_SECONDS: Final = 45.0  # of the search; then the best found is given with its bound


class ImpossibleError(fields.InputError):
    """The input is sound, and nothing can satisfy it."""


def declare(parser: argparse.ArgumentParser) -> None:
    """The arguments."""
    parser.add_argument("--scores", type=Path, required=True, help="分数表，列名 left,right,score；表里没有的不能会面")
    parser.add_argument("--slots", type=_positive, required=True, help="时段数")
    parser.add_argument("--tables", type=_positive, required=True, help="每个时段的桌数")
    for side, name in (("left", "左方"), ("right", "右方")):
        parser.add_argument(f"--min-{side}", type=_whole, required=True, help=f"{name}每人最少几场")
        parser.add_argument(f"--max-{side}", type=_whole, required=True, help=f"{name}每人最多几场")
    parser.add_argument("--unavailable", type=Path, help="不在场的时段，列名 participant,slot；时段从1数起")
    parser.add_argument("--floor", type=_number, help="左方每人各场分数之和至少多少")
    parser.add_argument("--loss", type=_share, default=0.0, help="为照顾最差的一家，总分最多可让出的比例，0 到 1")
    parser.add_argument("--time-limit", type=_number, default=_SECONDS, help="最多算几秒")


def run(options: argparse.Namespace) -> Iterable[str]:
    """The timetable as one JSON object."""
    if options.time_limit <= 0:
        fields.refuse("--time-limit", "应大于 0")
    day = _day(options)
    try:
        found = solver.solve(day, floor=options.floor, loss=options.loss, time_limit=options.time_limit)
    except FloorError as error:
        raise ImpossibleError(
            f"--floor: 没有一种安排能让左方每人的分数之和都达到 {options.floor:g}，请调低下限、增加时段或桌数"
        ) from error
    except UndecidedError as error:
        raise ImpossibleError("--floor: 限定时间内没有找到达到下限的安排，请调低下限或放宽 --time-limit") from error
    yield json.dumps(_shown(found), ensure_ascii=False, allow_nan=False)


def _shown(found: Timetable) -> dict[str, object]:
    return {
        "objective": found.objective,
        "bound": found.bound,
        "meetings": [dataclasses.asdict(meeting) for meeting in found.meetings],
        "fairness": {"left_min": found.left_min, "right_min": found.right_min},
        "unmet": [dataclasses.asdict(one) for one in found.unmet],
    }


def _day(options: argparse.Namespace) -> Day:
    limits = {}
    for side in ("left", "right"):
        least, most = getattr(options, f"min_{side}"), getattr(options, f"max_{side}")
        if least > most:
            fields.refuse(f"--min-{side}", f"不能大于 --max-{side}（{least} > {most}）")
        limits[side] = Limits(least, most)
    pairs = _pairs(options.scores)
    away = _away(options.unavailable, options.slots) if options.unavailable else {}
    return Day(pairs, options.slots, options.tables, limits["left"], limits["right"], away)


def _pairs(path: Path) -> tuple[Pair, ...]:
    found: dict[tuple[str, str], Pair] = {}
    for place, row in _rows(path, ("left", "right", "score")):
        left, right = (_name(row[side], f"{place} {side}") for side in ("left", "right"))
        if (left, right) in found:
            fields.refuse(place, f"{fields.quote(left)} 和 {fields.quote(right)} 重复")
        try:
            score = float(row["score"])
        except ValueError:
            score = math.nan
        if not math.isfinite(score):
            fields.refuse(f"{place} score", f"应为数字，不是 {fields.quote(row['score'])}")
        found[left, right] = Pair(left, right, score)
    both = {left for left, _ in found} & {right for _, right in found}
    if both:
        fields.refuse(path.name, f"{fields.quote(min(both))} 同时出现在 left 和 right")
    return tuple(found[key] for key in sorted(found))


def _away(path: Path, slots: int) -> dict[str, frozenset[int]]:
    """Names that are not in the scores are let pass: they may have nobody to meet."""
    away: dict[str, set[int]] = defaultdict(set)
    for place, row in _rows(path, ("participant", "slot")):
        name, text = _name(row["participant"], f"{place} participant"), row["slot"].strip()
        if not (text.isascii() and text.isdecimal() and len(text) < 7 and 1 <= int(text) <= slots):
            fields.refuse(f"{place} slot", f"应为 1 到 {slots} 的整数，不是 {fields.quote(text)}")
        away[name].add(int(text))
    return {name: frozenset(taken) for name, taken in away.items()}


def _rows(path: Path, columns: tuple[str, ...]) -> Iterator[tuple[str, dict[str, str]]]:
    """Rows of a CSV file with exactly these columns, in any order, each with its place."""
    reader = csv.reader(io.StringIO(fields.read_text(path), newline=""), strict=True)
    try:
        heading = [cell.strip() for cell in next(reader, [])]
        if sorted(heading) != sorted(columns):
            fields.refuse(f"{path.name} 第 1 行", f"列名应为 {','.join(columns)}")
        for cells in reader:
            if not any(cell.strip() for cell in cells):
                continue
            place = f"{path.name} 第 {reader.line_num} 行"
            if len(cells) != len(columns):
                fields.refuse(place, f"应有 {len(columns)} 列，实有 {len(cells)} 列")
            yield place, dict(zip(heading, cells, strict=True))
    except csv.Error:
        fields.refuse(f"{path.name} 第 {reader.line_num} 行", "不是合法的 CSV")


def _name(text: str, place: str) -> str:
    return text.strip() or fields.refuse(place, "不能为空")


def _typed(what: str, convert: Callable[[str], float], holds: Callable[[float], bool]) -> Callable[[str], float]:
    def read(text: str) -> float:
        try:
            value = convert(text)
        except ValueError:
            value = math.nan
        if not holds(value):
            raise argparse.ArgumentTypeError(f"应为{what}，不是 {fields.quote(text)}")
        return value

    return read


def _integer(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) < 10):
        raise ValueError(text)
    return int(text)


_whole = _typed(f"0 到 {_MOST} 的整数", _integer, lambda value: 0 <= value <= _MOST)
_positive = _typed(f"1 到 {_MOST} 的整数", _integer, lambda value: 1 <= value <= _MOST)
_number = _typed("数字", float, math.isfinite)
_share = _typed("0 到 1 的数", float, lambda value: 0 <= value <= 1)
