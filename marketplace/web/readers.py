"""What the shelf offers to this very reader: favourites in his list or his browser, and writing a demand."""

from flask import session

from marketplace.domain import permissions
from marketplace.domain.permissions import Permission
from marketplace.services import solutions
from marketplace.web.access import find_actor


def offers() -> dict[str, object]:
    """`favourites` is None for seats that keep none; who is not logged in is asked to when he writes a demand."""
    person = find_actor()
    if person is None:
        kept = frozenset(one for one in session.get("favourites", []) if isinstance(one, int))
        return {"favourites": kept, "may_demand": True}
    return {"favourites": solutions.favourites(person), "may_demand": may_demand()}


def may_demand() -> bool:
    person = find_actor()
    return person is None or permissions.permits(person, Permission.WRITE_DEMAND)
