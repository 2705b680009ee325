"""Numbers of machines that a demand's own words tell."""

import re

_DIGITS = {"零": 0, "一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9}
_UNITS = {"十": 10, "百": 100, "千": 1000}
_COUNTED = re.compile(
    r"(?<![几数哪每这那第0-9.零一二两三四五六七八九十百千])"
    r"([0-9]{1,5}|[零一二两三四五六七八九十百千]{1,7})(?:来|多|余)?(?:个工位|台|工位)"
)


def _value(text: str) -> int:
    """The value of Arabic or Chinese digits up to the thousands."""
    if text.isdecimal() and text.isascii():
        return int(text)
    total, digit = 0, 0
    for letter in text:
        if letter in _UNITS:
            total += (digit or 1) * _UNITS[letter]
            digit = 0
        else:
            digit = _DIGITS[letter]
    return total + digit


def machines(text: str) -> int | None:
    """How many machines or stations the text names; None when it names none, one, or several numbers.

    二十五台 is 25, 一百五十来台 about 150; 十几台, 几台 and 这台 tell no number, and 一台 is mostly a way of speaking.
    """
    counts = {_value(found) for found in _COUNTED.findall(text)} - {0, 1}
    return counts.pop() if len(counts) == 1 else None
