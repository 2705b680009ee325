"""What a password must be; the numbers are policy/accounts.toml [password]."""

import unicodedata

from marketplace.policy import reader

RULE = reader.load("accounts")["password"]
FORBIDDEN = frozenset(word.lower() for word in RULE["forbidden"])
OWN_NAME_LENGTH = 3  # a shorter account name is found in any password by chance


def normalise(text: str) -> str:
    """The same signs typed on another keyboard are the same password (NFKC, as SP 800-63B asks)."""
    return unicodedata.normalize("NFKC", text)


def kinds(password: str) -> int:
    """How many of the three kinds there are: letters, digits, other signs."""
    return len({"letter" if sign.isalpha() else "digit" if sign.isdigit() else "other" for sign in password})


def problems(password: str, *, login: str = "") -> list[str]:
    """Why the password is refused, in the words that the form shows; empty when it is good."""
    found = []
    if len(password) < RULE["min_length"]:
        found.append(f"口令至少{RULE['min_length']}位，现在是{len(password)}位")
    if len(password) > RULE["max_length"]:
        found.append(f"口令最多{RULE['max_length']}位，现在是{len(password)}位")
    if kinds(password) < RULE["min_kinds"]:
        found.append(f"口令要包含字母、数字、符号中的至少{RULE['min_kinds']}种")
    lowered = password.lower()
    if any(word in lowered for word in FORBIDDEN) or len(set(password)) == 1:
        found.append("口令太常见，容易被猜中，请换一个")
    own = login.split("@", maxsplit=1)[0].lower()
    if len(own) >= OWN_NAME_LENGTH and own in lowered:
        found.append("口令里不能包含账号，请换一个")
    return found


def rule_in_words() -> str:
    """The hint beside the box, from the same numbers."""
    length = f"{RULE['min_length']}至{RULE['max_length']}位"
    return f"{length}，包含字母、数字、符号中的至少{RULE['min_kinds']}种，不能包含账号。"
