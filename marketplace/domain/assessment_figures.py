"""The figures beside a scored item: reading what was typed, and the option that they lead to."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from marketplace.policy import reader
from matching.standard import Derivation, Figure, Item

POLICY: dict[str, Any] = reader.load("assessments")
WHOLE_UNITS: tuple[str, ...] = tuple(POLICY["whole_units"])
PERCENT_MAX = Decimal(POLICY["percent_max"])
HUNDRED = Decimal(100)
WAYS = {"same": "前后一样", "down": "比以前低了", "up": "比以前高了"}
FULL_WIDTH = re.compile(r"[０-９．，－]")
NUMBER = re.compile(
    rf"(-?)([0-9]{{1,{POLICY['figure_digits']}}})(?:\.([0-9]{{1,{POLICY['figure_places']}}}))?", re.ASCII
)
Problems = dict[str, str]  # figure -> what is wrong and what to do


@dataclass(frozen=True, slots=True)
class Derived:
    """The option that complete figures lead to, with the sum in words."""

    option: str
    words: str


def plain(text: str) -> str:
    """As it is kept: without spaces and thousands separators, without zeros that say nothing."""
    cleaned = re.sub(r"[\s,]", "", text)
    found = NUMBER.fullmatch(cleaned)
    return f"{Decimal(cleaned).normalize():f}" if found else text.strip()


def problem(figure: Figure, text: str) -> str | None:
    """What is wrong with one typed number; None when it can be kept, and when nothing was typed."""
    if not text.strip():
        return None
    if FULL_WIDTH.search(text):
        return f"{figure.name}“{text.strip()}”里有全角字符，请切换到半角再填，例如120"
    found = NUMBER.fullmatch(re.sub(r"[\s,]", "", text))
    if found is None:
        return f"{figure.name}“{text.strip()}”不是数字，请只填数字，不带单位，小数最多{POLICY['figure_places']}位"
    return _out_of_range(figure, found)


def _out_of_range(figure: Figure, found: re.Match[str]) -> str | None:
    value = Decimal(found.group())
    if found.group(1):
        return f"{figure.name}不能是负数，请填0或更大的数"
    if figure.unit in WHOLE_UNITS and value != value.to_integral_value():
        return f"{figure.name}按{figure.unit}数填，请填整数"
    if figure.unit == "%" and value > PERCENT_MAX:
        return f"{figure.name}不能超过{PERCENT_MAX}%，请核对"
    return None


def problems(item: Item, figures: Mapping[str, str]) -> Problems:
    """Each figure by itself, then the figures together: a part no greater than its whole, a whole above nothing."""
    found = {figure.id: message for figure in item.figures if (message := problem(figure, figures.get(figure.id, "")))}
    if found or item.derivation is None:
        return found
    values = _values(item, figures)
    wholes = [key for key in _wholes(item.derivation) if values.get(key) == 0]
    if wholes:
        return {key: f"{_name(item, key)}不能是0，请填实际数字；没有数据就留空" for key in wholes}
    return _part_above_whole(item, item.derivation, values)


def _part_above_whole(item: Item, rule: Derivation, values: Mapping[str, Decimal]) -> Problems:
    part, whole = values.get(rule.part), values.get(rule.whole)
    if rule.kind != "share" or part is None or whole is None or part <= whole:
        return {}
    said = f"{_name(item, rule.part)}（{part:f}）比{_name(item, rule.whole)}（{whole:f}）还大，请核对两个数和单位"
    return {rule.part: said}


def derive(item: Item, figures: Mapping[str, str]) -> Derived | None:
    """The option that the figures lead to; None while one is missing or wrong, or where the item asks for none."""
    if item.derivation is None or problems(item, figures):
        return None
    values = _values(item, figures)
    if any(figure.id not in values for figure in item.figures):
        return None
    if item.derivation.kind == "share":
        return _by_share(item.derivation, values)
    return _by_change(item.derivation, POLICY["changes"][item.id], values)


def _by_share(rule: Derivation, values: Mapping[str, Decimal]) -> Derived:
    """Compared crosswise, for a share such as 1/3 has no exact decimal."""
    part, whole = values[rule.part], values[rule.whole]
    option = next(key for key, bound in rule.bands if part * HUNDRED <= bound * whole)
    return Derived(option, f"比例{_rounded(part * HUNDRED / whole)}%")


def _by_change(rule: Derivation, told: Mapping[str, Any], values: Mapping[str, Decimal]) -> Derived:
    last, before = values[f"{rule.part}_last"], values[f"{rule.part}_before"]
    whole_last = values.get(f"{rule.whole}_last", Decimal(1))
    whole_before = values.get(f"{rule.whole}_before", Decimal(1))
    left, right = last * whole_before, before * whole_last
    way = "same" if left == right else "down" if left < right else "up"
    scale = Decimal(told["scale"])
    numbers = {"before": _rounded(scale * before / whole_before), "last": _rounded(scale * last / whole_last)}
    return Derived(rule.outcomes[way], told["words"].format(**numbers) + f"，{WAYS[way]}")


def shared(item: Item, others: Mapping[str, Mapping[str, str]]) -> dict[str, str]:
    """Numbers that were given with another item already, by figure."""
    wanted = {figure.id for figure in item.figures}
    return {
        key: text
        for other, figures in others.items()
        if other != item.id
        for key, text in figures.items()
        if key in wanted and text
    }


def _values(item: Item, figures: Mapping[str, str]) -> dict[str, Decimal]:
    given = {figure.id: figures.get(figure.id, "").strip() for figure in item.figures}
    return {key: Decimal(plain(text)) for key, text in given.items() if text}


def _wholes(rule: Derivation) -> tuple[str, ...]:
    if not rule.whole:
        return ()
    return (rule.whole,) if rule.kind == "share" else (f"{rule.whole}_last", f"{rule.whole}_before")


def _name(item: Item, key: str) -> str:
    return next(figure.name for figure in item.figures if figure.id == key)


def _rounded(value: Decimal) -> str:
    """Two places, or four significant ones below that: 0.0031 must not read as 0.00."""
    text = f"{value:.2f}" if abs(value) >= 1 or value == 0 else f"{value:.4g}"
    return text.rstrip("0").rstrip(".") if "." in text else text
