"""The canonical form of a row of the trail, and its code: HMAC-SHA256 over the code before it and the row itself.

A row is its fields in this order, each as text, joined by the unit separator; nothing is the empty text; times are UTC
with microseconds; the details are the stored text. No written field holds the separator (JSON escapes it, names lose
it), so that no two rows are the same bytes.
"""

import hashlib
import hmac
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

SEPARATOR = "\x1f"
FIELDS = (
    "previous", "id", "key_id", "at", "user_id", "actor_name", "organisation_id", "role", "action", "subject_kind",
    "subject_id", "details",
)  # fmt: skip
TIME = "%Y-%m-%d %H:%M:%S.%f"
Keys = Mapping[str, bytes]


def message(fields: Mapping[str, object]) -> bytes:
    """What the code is made from."""
    return SEPARATOR.join(_text(fields[name]) for name in FIELDS).encode()


def _text(value: object) -> str:
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime(TIME)
    return "" if value is None else str(value)


def code(key: bytes, content: bytes) -> str:
    return hmac.digest(key, content, "sha256").hex()


def key_id(key: bytes) -> str:
    """Names the key without telling it: rows of before a rotation are checked with the key of then."""
    return hmac.digest(key, b"key id", hashlib.sha256).hex()[:8]


def keys(current: str, old: Iterable[str] = ()) -> dict[str, bytes]:
    """By id, the current one first."""
    return {key_id(key.encode()): key.encode() for key in (current, *old)}


def plain(name: str) -> str:
    """A name without control characters."""
    return "".join(letter if letter.isprintable() else " " for letter in name)
