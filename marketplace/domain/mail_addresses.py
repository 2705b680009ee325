"""Which account names are e-mail addresses, and which of those lead to nobody."""

from marketplace.domain import login_names
from marketplace.policy import reader

RESERVED = frozenset(reader.load("notifications")["mail"]["reserved"])


def is_address(login: str) -> bool:
    return bool(login_names.E_MAIL.fullmatch(login))


def is_reserved(address: str) -> bool:
    """The domain, or one above it, is reserved for examples and tests: no mail server would take it."""
    parts = address.rpartition("@")[2].lower().split(".")
    return any(".".join(parts[start:]) in RESERVED for start in range(len(parts)))
