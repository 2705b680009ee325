"""Which solutions the reader has put among his favourites: in his organisation's list, or in his browser's session."""

from flask import session

from marketplace.services import solutions
from marketplace.web.access import find_actor


def favourite_ids() -> frozenset[int]:
    person = find_actor()
    if person is not None:
        return solutions.favourites(person)
    return frozenset(one for one in session.get("favourites", []) if isinstance(one, int))
