"""The format of an exported enterprise file: its parts, and rows as plain JSON and back, driven by the columns."""

from collections.abc import Collection, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, Boolean, Column, Date, Enum, Integer, Numeric, String, inspect

from marketplace.domain.errors import Invalid
from marketplace.models.base import Base, UtcDateTime

FORMAT, VERSION = "enterprise-file", 1
MANIFEST = "manifest.json"
EVIDENCE_FOLDER = "evidence/"
# In the order of writing: each speaks only of what stands before it.
PARTS = ("enterprise", "grants", "assessments", "demands", "shortlists", "baskets", "evidence", "timeline")
LABELS = {
    "enterprise": "基本情况", "grants": "查看授权", "assessments": "评测", "demands": "需求清单",
    "shortlists": "候选名单", "baskets": "组合方案和报价单", "evidence": "佐证材料", "timeline": "办理记录",
}  # fmt: skip
# Keys of this database mean nothing elsewhere; people are named in the timeline, not carried over as accounts.
LOCAL = frozenset({"id", "version"})
Row = dict[str, Any]


def broken(what: str) -> Invalid:
    return Invalid({"file": [f"{what}。没有导入任何内容"]})


def columns(model: type[Base]) -> dict[str, Column[Any]]:
    """What travels: no keys of this database, no people."""
    return {
        column.key: column
        for column in inspect(model).columns
        if column.key not in LOCAL and not column.foreign_keys
    }  # fmt: skip


def plain(row: Base, *, leave: Collection[str] = ()) -> Row:
    return {name: _out(getattr(row, name)) for name in columns(type(row)) if name not in leave}


def _out(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    return str(value) if isinstance(value, StrEnum) else value


def typed(model: type[Base], given: Any, *, part: str, leave: Collection[str] = ()) -> Row:
    """The values of the model's columns; Invalid when one is missing, is not what it should be, or does not fit."""
    if not isinstance(given, Mapping):
        raise broken(f"{LABELS[part]}的格式不对")
    found = {}
    for name, column in columns(model).items():
        if name in leave:
            continue
        try:
            found[name] = _in(column, given[name])
        except (KeyError, TypeError, ValueError, InvalidOperation) as error:
            raise broken(f"{LABELS[part]}里的{name}缺失或不合规") from error
    return found


def _in(column: Column[Any], value: Any) -> Any:
    if value is None:
        if not column.nullable:
            raise ValueError(column.key)
        return None
    for kind, read in READERS:
        if isinstance(column.type, kind):
            return read(column, value)
    raise TypeError(column.key)


def _text(column: Column[Any], value: Any) -> str:
    length = getattr(column.type, "length", None)
    if not isinstance(value, str) or "\x00" in value or (length and len(value) > length):
        raise ValueError(column.key)
    return value


def _whole(column: Column[Any], value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or abs(value) >= 2**31:
        raise ValueError(column.key)
    return value


def _flag(column: Column[Any], value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError(column.key)
    return value


def _moment(column: Column[Any], value: Any) -> datetime:
    found = datetime.fromisoformat(_words(value))
    if found.tzinfo is None:
        raise ValueError(column.key)
    return found


def _number(column: Column[Any], value: Any) -> Decimal:
    found = Decimal(_words(value))
    if not found.is_finite():
        raise ValueError(column.key)
    return found


def _words(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(type(value).__name__)
    return value


def _choice(column: Column[Any], value: Any) -> Any:
    chosen: Any = column.type
    return chosen.enum_class(_words(value))


# The first that fits: an Enum is a String as well.
READERS: tuple[tuple[type[Any], Any], ...] = (
    (Enum, _choice),
    (UtcDateTime, _moment),
    (Date, lambda column, value: date.fromisoformat(_words(value))),
    (Numeric, _number),
    (Boolean, _flag),
    (Integer, _whole),
    (JSON, lambda column, value: value),
    (String, _text),
)
