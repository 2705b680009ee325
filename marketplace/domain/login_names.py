"""The name that somebody logs in with (账号): a mobile number or an e-mail address, one way of writing each."""

import re
import unicodedata

MAX_LENGTH = 80  # the column's
MOBILE = re.compile(r"1[3-9]\d{9}")
E_MAIL = re.compile(r"[a-z0-9][a-z0-9._+-]*@[a-z0-9-]+(\.[a-z0-9-]+)+")


def normalise(text: str) -> str:
    """Full-width signs, capitals, blanks and +86 make no other account."""
    plain = re.sub(r"\s", "", unicodedata.normalize("NFKC", text)).lower()
    return plain.removeprefix("+86") if MOBILE.fullmatch(plain.removeprefix("+86")) else plain


def is_valid(login: str) -> bool:
    if len(login) > MAX_LENGTH or not login.isascii():
        return False
    return bool(MOBILE.fullmatch(login) or E_MAIL.fullmatch(login))


def masked(login: str) -> str:
    """Enough to know one's own colleague by, not enough to write to him."""
    name, at, host = login.partition("@")
    if at:
        return f"{name[:2]}***@{host}"
    return f"{login[:3]}****{login[-4:]}"
