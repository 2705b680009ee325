"""统一社会信用代码: eighteen signs, the last one a check digit.

Source: GB 32100-2015 (check digit modulo 31); GB 11714-1997 (the organisation code inside, modulo 11).
"""

import re

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
SHAPE = re.compile(rf"[{ALPHABET}]{{2}}\d{{6}}[{ALPHABET}]{{9}}[{ALPHABET}]")
ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)


def check_digit(first_seventeen: str) -> str:
    """GB 32100: weights are the powers of 3 modulo 31."""
    total = sum(ALPHABET.index(sign) * pow(3, place, 31) for place, sign in enumerate(first_seventeen))
    return ALPHABET[-total % 31]


def organisation_code(first_eight: str) -> str:
    """GB 11714: eight signs and their check digit, X for ten."""
    values = (int(sign, 36) for sign in first_eight)
    total = sum(weight * value for weight, value in zip(ORGANISATION_WEIGHTS, values, strict=True))
    return first_eight + {10: "X", 11: "0"}.get(11 - total % 11, str(11 - total % 11))


def make(*, category: str, region: str, first_eight: str) -> str:
    """A valid code, for demo data: `category` is the registration department and kind, as 91 for companies."""
    first_seventeen = category + region + organisation_code(first_eight)
    return first_seventeen + check_digit(first_seventeen)


def normalise(text: str) -> str:
    return re.sub(r"\s", "", text).upper()


def is_valid(code: str) -> bool:
    return bool(SHAPE.fullmatch(code)) and check_digit(code[:-1]) == code[-1]
