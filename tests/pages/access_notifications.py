"""What test_access.py asks for on the pages of messages and mail; plain values, for the table imports them."""

from sqlalchemy import func, select

from marketplace.domain.actors import Actor
from marketplace.models.accounts import Role
from marketplace.models.notifications import MailState, Notification
from marketplace.services import mails, notifications
from marketplace.services.unit_of_work import writing

PEOPLE, NOBODY = frozenset(Role), frozenset[Role]()
ADMINISTRATOR, STUCK = frozenset({Role.ADMINISTRATOR}), {"mail_id": "mail"}
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
    ("GET", "mails.index", "manage_mail", ADMINISTRATOR),
    *(
        ("POST", "mails.decide", "manage_mail", ADMINISTRATOR, ADMINISTRATOR, {**STUCK, "decision": f"={decision}"})
        for decision in ("resend", "confirm", "drop")
    ),
)


def notification_things(person: Actor) -> dict[str, int]:
    """A to-do of the person himself, and a mail that nobody knows the fate of."""
    words = {"name": f"清单{person.user_id}", "until": "月底"}
    with writing() as session:
        notifications.tell(
            session, "lead.offered", subject_kind="challenge", subject_id=1, to=[person.user_id or 0], words=words
        )
        own = select(func.max(Notification.id)).where(Notification.user_id == person.user_id)
        mail = mails.put(session, login="lost@example.test", purpose="notice", subject="题", lines=["文"])
        assert mail is not None
        mail.state = MailState.UNCLEAR
        session.flush()
        return {"notification": session.scalar(own) or 0, "mail": mail.id}
