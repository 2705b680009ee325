"""What test_access.py asks for on the pages of messages and mail; plain values, for the table imports them."""

from sqlalchemy import func, select

from marketplace.domain.permissions import Actor
from marketplace.models.accounts import Role
from marketplace.models.notifications import Notification
from marketplace.services import notifications
from marketplace.services.unit_of_work import writing

PEOPLE, NOBODY = frozenset(Role), frozenset[Role]()
OWN, ONE = "manage_own_account", {"notification_id": "notification"}
ROWS = (
    ("GET", "notifications.index", OWN, PEOPLE),
    ("GET", "notifications.follow", OWN, PEOPLE, NOBODY, ONE),
    ("POST", "notifications.open_one", OWN, PEOPLE, NOBODY, ONE),
    ("POST", "notifications.mark", OWN, PEOPLE, NOBODY, {**ONE, "act": "=read"}),
    ("POST", "notifications.mark", OWN, PEOPLE, NOBODY, {**ONE, "act": "=done"}),
    ("POST", "notifications.mark_all", OWN, PEOPLE, None, {}, {"up_to": "=999999"}),
    ("GET", "notifications.switches", OWN, PEOPLE),
    ("POST", "notifications.save_switches", OWN, PEOPLE),
)


def notification_things(person: Actor) -> dict[str, int]:
    """A to-do of the person himself, about nothing that anybody would have to open."""
    words = {"name": f"清单{person.user_id}", "until": "月底"}
    with writing() as session:
        notifications.tell(
            session, "lead.offered", subject_kind="challenge", subject_id=1, to=[person.user_id or 0], words=words
        )
        own = select(func.max(Notification.id)).where(Notification.user_id == person.user_id)
        return {"notification": session.scalar(own) or 0}
