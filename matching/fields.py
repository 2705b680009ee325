"""Strict reading of JSON: every refusal names the file, the place in it and what is wrong, in one line."""

import json
import math
from collections.abc import Callable, Collection, Iterator
from pathlib import Path
from typing import Any, NoReturn, TypeVar

T = TypeVar("T")

_SHOWN = 60
_KINDS = {dict: "对象", list: "列表", str: "文字", bool: "真假值", int: "整数", float: "小数", type(None): "null"}


class InputError(ValueError):
    """Input that the format does not allow; the message is one line and says where and what."""


def quote(value: object) -> str:
    """A value as it may stand in a one-line message: escaped and cut short."""
    if isinstance(value, dict | list):
        return _KINDS[type(value)]
    if isinstance(value, int) and not isinstance(value, bool) and value.bit_length() > 200:
        return "位数过多的整数"
    shown = json.dumps(value, ensure_ascii=False)
    shown = "".join(letter if letter.isprintable() else f"\\u{ord(letter):04x}" for letter in shown)
    return shown if len(shown) <= _SHOWN else shown[:_SHOWN] + "…"


def refuse(place: str, what: str) -> NoReturn:
    """Raise the error for a place."""
    raise InputError(f"{place}: {what}")


def load_json(path: Path) -> Any:
    """Read a UTF-8 JSON file (a byte order mark is allowed); NaN, Infinity and repeated keys are refused."""
    return parse_json(read_text(path), place=path.name)


def read_text(path: Path) -> str:
    """The UTF-8 text of a file."""
    try:
        return path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        refuse(path.name, f"不是 UTF-8 编码（第 {error.start} 个字节）")
    except OSError as error:
        refuse(str(path), f"打不开文件（{error.strerror}）")


def parse_json(text: str, *, place: str) -> Any:
    """Parse JSON text; `place` names it in messages."""

    def constant(name: str) -> NoReturn:
        refuse(place, f"不允许 {name}")

    try:
        return json.loads(text, object_pairs_hook=lambda pairs: _object(pairs, place), parse_constant=constant)
    except json.JSONDecodeError as error:
        refuse(place, f"第 {error.lineno} 行第 {error.colno} 列不是合法的 JSON")
    except RecursionError:
        refuse(place, "嵌套过深")
    except InputError:
        raise
    except ValueError:
        refuse(place, "有位数过多的整数")


def _object(pairs: list[tuple[str, Any]], place: str) -> dict[str, Any]:
    seen: dict[str, Any] = {}
    for key, value in pairs:
        if key in seen:
            refuse(place, f"键 {quote(key)} 重复")
        seen[key] = value
    return seen


class Record:
    """A JSON object whose keys are checked at once and whose values are checked as they are read."""

    def __init__(self, value: object, place: str, *, required: Collection[str], optional: Collection[str] = ()) -> None:
        if not isinstance(value, dict):
            refuse(place, f"应为对象，不是{_KINDS[type(value)]}")
        for key in value:
            if key not in required and key not in optional:
                refuse(place, f"不认识的键 {quote(key)}")
        for key in required:
            if key not in value:
                refuse(place, f"缺少键 {quote(key)}")
        self.value = value
        self.place = place

    def at(self, key: str) -> str:
        """The place of a key."""
        return f"{self.place}.{key}"

    def optional(self, key: str, read: Callable[[str], T]) -> T | None:
        """None when the key is missing, which means unknown."""
        return read(key) if key in self.value else None

    def text(self, key: str, *, may_be_blank: bool = False) -> str:
        """A text; lone surrogates are refused because they cannot be written as UTF-8."""
        return checked_text(self.value[key], self.at(key), may_be_blank=may_be_blank)

    def boolean(self, key: str) -> bool:
        """true or false."""
        value = self.value[key]
        if not isinstance(value, bool):
            refuse(self.at(key), f"应为 true 或 false，不是 {quote(value)}")
        return value

    def integer(self, key: str, *, low: int = 0, high: int = 10**12) -> int:
        """A whole number within bounds."""
        value = self.value[key]
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            refuse(self.at(key), f"应为 {low} 到 {high} 的整数，不是 {quote(value)}")
        return value

    def number(self, key: str, *, low: float = 0, high: float = 10**12) -> float:
        """A finite number within bounds."""
        value = self.value[key]
        if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
            refuse(self.at(key), f"应为 {low:g} 到 {high:g} 的数，不是 {quote(value)}")
        return float(value) if math.isfinite(value) else refuse(self.at(key), "不是有限的数")

    def choice(self, key: str, among: Collection[str]) -> str:
        """One of the known ids."""
        return checked_choice(self.value[key], self.at(key), among)

    def choices(self, key: str, among: Collection[str]) -> tuple[str, ...]:
        """A list of known ids."""
        return tuple(checked_choice(value, place, among) for value, place in self.items(key))

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of texts."""
        return tuple(checked_text(value, place) for value, place in self.items(key))

    def items(self, key: str) -> Iterator[tuple[object, str]]:
        """The members of a list with their places."""
        return numbered(self.value[key], self.at(key))


def numbered(value: object, place: str) -> Iterator[tuple[object, str]]:
    """The members of a list with their places, counted from 0 as in JSON paths."""
    if not isinstance(value, list):
        refuse(place, f"应为列表，不是{_KINDS[type(value)]}")
    for index, member in enumerate(value):
        yield member, f"{place}[{index}]"


def checked_text(value: object, place: str, *, may_be_blank: bool = False) -> str:
    """A text that can be written again as UTF-8, not blank unless allowed."""
    if not isinstance(value, str):
        refuse(place, f"应为文字，不是{_KINDS[type(value)]}")
    if any("\ud800" <= letter <= "\udfff" for letter in value):
        refuse(place, "含有不成对的代理字符")
    if not may_be_blank and not value.strip():
        refuse(place, "不能为空")
    return value


def checked_choice(value: object, place: str, among: Collection[str]) -> str:
    """One of the known ids."""
    if not isinstance(value, str) or value not in among:
        refuse(place, f"应为 {'、'.join(among)} 之一，不是 {quote(value)}")
    return value
