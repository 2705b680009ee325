"""Who stands first among equals: a published seed of the day decides, so that equals share exposure over the days.

The seed decides among equal scores alone. Each (seed, demand, item) is hashed, so every order of equals is as likely as
any other, on every day and for every demand anew, and anybody who knows the seed can work it out again.
"""

import hashlib

_DIGEST = 8  # bytes


def place(seed: str | None, *, demand: str, item: str) -> bytes:
    """What equals are sorted by before their ids; the same for all without a seed, so that ids alone decide."""
    if seed is None:
        return b""
    parts = (part.encode() for part in (seed, demand, item))
    framed = b"".join(len(part).to_bytes(4, "big") + part for part in parts)
    return hashlib.blake2b(framed, digest_size=_DIGEST).digest()
