"""The hand-written texts of the demo city, and the dice that never fall differently."""

import random
import tomllib
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parents[2] / "demo"
DEMO_DAY = date(2026, 11, 20)


@cache
def read(name: str) -> dict[str, Any]:
    return tomllib.loads((FOLDER / f"{name}.toml").read_text(encoding="utf-8"))


@cache
def listings() -> tuple[dict[str, Any], ...]:
    """All listings, by key."""
    rows = [
        row
        for path in sorted((FOLDER / "listings").glob("*.toml"))
        for row in tomllib.loads(path.read_text(encoding="utf-8"))["solutions"]
    ]
    return tuple(sorted(rows, key=lambda row: str(row["key"])))


def dice(subject: str) -> random.Random:
    """A generator of its own for each subject, so that one more enterprise moves no provider."""
    return random.Random(f"安澜市演示数据 {subject}")  # noqa: S311 - demo data, not secrets


def days_ago(days: int) -> date:
    return DEMO_DAY - timedelta(days=days)


def moment(day: date, *, hour: int = 10) -> datetime:
    """Office hours in the city, as an aware time."""
    return datetime.combine(day, time(hour - 8), tzinfo=UTC)
