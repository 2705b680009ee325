"""Argon2 hashes: made, checked, renewed when the policy's cost has changed."""

import secrets

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from marketplace.domain import passwords
from marketplace.policy import reader

COST = reader.load("accounts")["hashing"]
HASHER = PasswordHasher(time_cost=COST["passes"], memory_cost=COST["memory_kib"], parallelism=COST["lanes"])
# Checked where there is no such account, so that an unknown name takes as long as a wrong password.
NOBODY = HASHER.hash(secrets.token_urlsafe())


def hash_of(password: str) -> str:
    return HASHER.hash(passwords.normalise(password))


def matches(stored: str | None, password: str) -> bool:
    """Whether the password is the one; a missing hash costs the same time and never matches."""
    try:
        is_right = HASHER.verify(stored or NOBODY, passwords.normalise(password))
    except (VerificationError, InvalidHashError):
        return False
    return is_right and stored is not None


def is_outdated(stored: str) -> bool:
    return HASHER.check_needs_rehash(stored)
