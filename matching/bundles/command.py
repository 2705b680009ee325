"""`python -m matching bundle`: its arguments and its JSON."""

import argparse
import ctypes
import json
import os
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from matching import bundles, fields, reading, standard
from matching.bundles import requirements
from matching.bundles.results import Bundle, Composition, Remedy
from matching.subsidies import SubsidyRule

_RATE: Final = re.compile(r"0|1|1\.0{1,9}|0?\.[0-9]{1,9}", re.ASCII)
_SECONDS: Final = re.compile(r"[0-9]{1,5}(\.[0-9]{1,3})?", re.ASCII)
_STANDARD_OUTPUT: Final = 1
_MOST_DIGITS: Final = 12
_LEAST_SECONDS, _MOST_SECONDS = 0.1, 86_400.0


def declare(parser: argparse.ArgumentParser) -> None:
    """The arguments."""
    parser.add_argument("--demand", type=Path, required=True, help="需求文件 demand.json")
    parser.add_argument("--solutions", type=Path, required=True, help="产品文件 solutions.json")
    parser.add_argument("--target-level", type=_level, required=True, help="目标等级，1 到 4")
    parser.add_argument("--budget", type=_whole, help="企业自付上限（元），代替需求文件里的预算")
    parser.add_argument("--subsidy-rate", type=_rate, help="奖补比例，0 到 1，如 0.4")
    parser.add_argument("--subsidy-cap", type=_whole, help="奖补上限（元）")
    parser.add_argument("--max-providers", type=_positive, help="最多几家服务商")
    parser.add_argument("--alternatives", type=_whole, default=0, help="再列几个不同的组合")
    parser.add_argument("--time-limit", type=_seconds, default=requirements.DEFAULT_SECONDS, help="最多算几秒")


def run(options: argparse.Namespace) -> Iterable[str]:
    """The composition as one JSON object."""
    if options.subsidy_cap is not None and options.subsidy_rate is None:
        raise fields.InputError("--subsidy-cap: 要和 --subsidy-rate 一起给")
    subsidy = None if options.subsidy_rate is None else SubsidyRule(options.subsidy_rate, options.subsidy_cap)
    demand, solutions = reading.load_demand(options.demand), reading.load_solutions(options.solutions)
    with silenced():
        composition = bundles.compose(
            demand,
            solutions,
            target_level=options.target_level,
            budget=options.budget,
            subsidy=subsidy,
            max_providers=options.max_providers,
            alternatives=options.alternatives,
            time_limit=options.time_limit,
        )
    yield json.dumps(_composition(composition), ensure_ascii=False, allow_nan=False)


@contextmanager
def silenced() -> Iterator[None]:
    """Keep the solver's own lines, which it prints past Python now and then, out of the JSON on standard output."""
    kept, nowhere = os.dup(_STANDARD_OUTPUT), os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, _STANDARD_OUTPUT)
    try:
        yield
    finally:
        ctypes.CDLL(None).fflush(None)  # what the solver's side still holds back
        os.dup2(kept, _STANDARD_OUTPUT)
        os.close(kept)
        os.close(nowhere)


def _composition(composition: Composition) -> dict[str, Any]:
    return {
        "status": composition.status,
        "bundles": [_bundle(bundle) for bundle in composition.bundles],
        "uncovered": list(composition.uncovered),
        "gap": round(float(composition.gap), 6),
        "conflict": list(composition.conflict),
        "reasons": list(composition.reasons),
        "smallest_change": [_remedy(remedy) for remedy in composition.smallest_change],
        "notes": list(composition.notes),
    }


def _bundle(bundle: Bundle) -> dict[str, Any]:
    return {
        "solutions": list(bundle.solutions),
        "price": bundle.price,
        "subsidy": bundle.subsidy,
        "own_cost": bundle.own_cost,
        "scenes": dict(bundle.scenes),
        "level_reached": bundle.level_reached,
        "providers": list(bundle.providers),
        "covers": list(bundle.covers),
        "lowest_rating": _number(bundle.lowest_rating),
        "kind": bundle.kind,
        "gives_up": [
            {"kind": one.kind, "amount": _number(one.amount), "lines": list(one.lines), "text": one.text}
            for one in bundle.gives_up
        ],
    }


def _remedy(remedy: Remedy) -> dict[str, Any]:
    changes = [
        {"condition": change.condition, "amount": _number(change.amount), "text": change.text}
        for change in remedy.changes
    ]
    return {"changes": changes, "text": remedy.text}


def _number(value: Decimal | None) -> int | float | None:
    if value is None:
        return None
    return int(value) if value == value.to_integral_value() else float(value)


def _refuse(text: str, wanted: str) -> argparse.ArgumentTypeError:
    return argparse.ArgumentTypeError(f"应为{wanted}，不是 {fields.quote(text)}")


def _whole(text: str) -> int:
    if not text.isdecimal() or not text.isascii() or len(text) > _MOST_DIGITS:
        raise _refuse(text, "不小于 0 的整数")
    return int(text)


def _positive(text: str) -> int:
    value = _whole(text)
    if not value:
        raise _refuse(text, "不小于 1 的整数")
    return value


def _level(text: str) -> int:
    levels = [str(row.level) for row in reversed(standard.LEVEL_RULE)]
    if text not in levels:
        raise _refuse(text, f" {'、'.join(levels)} 之一")
    return int(text)


def _rate(text: str) -> Decimal:
    if not _RATE.fullmatch(text):
        raise _refuse(text, " 0 到 1 的小数，最多九位")
    return Decimal(text)


def _seconds(text: str) -> float:
    seconds = float(text) if _SECONDS.fullmatch(text) else 0.0
    if not _LEAST_SECONDS <= seconds <= _MOST_SECONDS:
        raise _refuse(text, f" {_LEAST_SECONDS:g} 到 {_MOST_SECONDS:g} 的秒数")
    return seconds
