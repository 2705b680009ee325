"""Industry classes of GB/T 4754-2017 as the shelf names them: divisions of two digits, groups of three."""

import json
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Final

_ROWS: Final[list[dict[str, str]]] = json.loads(
    (Path(__file__).parents[1] / "taxonomy" / "gbt4754.json").read_text(encoding="utf-8")
)

NAMES: Final[Mapping[str, str]] = MappingProxyType({row["code"]: row["name"] for row in _ROWS})
PARENTS: Final[Mapping[str, str]] = MappingProxyType({row["code"]: row["parent"] for row in _ROWS})
LABELS: Final[Mapping[str, str]] = MappingProxyType({code: f"{code} {name}" for code, name in sorted(NAMES.items())})


def label(code: str | None) -> str:
    """Code and name; a code that the excerpt does not hold stands alone."""
    return LABELS.get(code or "", code or "未知")
