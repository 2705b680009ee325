"""Mail as the administrator sees it: by state, without its text; what is left to a person to decide."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from marketplace.domain import permissions
from marketplace.domain.actors import Actor
from marketplace.domain.errors import Conflict, Forbidden
from marketplace.domain.permissions import Permission
from marketplace.extensions import db
from marketplace.models.notifications import Mail, MailState
from marketplace.policy import reader
from marketplace.services import audit, clock, status_changes, unit_of_work
from marketplace.services.pages import Page

KIND = "mail"
PER_PAGE: int = reader.load("notifications")["mail"]["per_page"]
STUCK = (MailState.FAILED, MailState.UNCLEAR)


@dataclass(frozen=True, slots=True)
class Line:
    id: int
    address: str
    person: str
    subject: str
    purpose: str
    state: MailState
    attempts: int
    created_at: datetime
    sent_at: datetime | None
    problem: str
    needs_decision: bool


@dataclass(frozen=True, slots=True)
class View:
    page: Page[Line]
    counts: dict[MailState, int]


def page(*, state: MailState | None, number: int) -> View:
    """Newest first; subjects and never texts, for a text may hold the key to an account."""
    counted = db.session.execute(select(Mail.state, func.count()).group_by(Mail.state))
    counts = dict.fromkeys(MailState, 0) | {row[0]: row[1] for row in counted}
    total = counts[state] if state else sum(counts.values())
    number = Page.clamp(number, total=total, per_page=PER_PAGE)
    query = select(Mail).order_by(Mail.id.desc()).limit(PER_PAGE).offset((number - 1) * PER_PAGE)
    if state:
        query = query.where(Mail.state == state)
    rows = db.session.scalars(query.options(joinedload(Mail.user)))
    return View(Page(tuple(_line(row) for row in rows), number=number, per_page=PER_PAGE, total=total), counts)


def _line(row: Mail) -> Line:
    return Line(
        id=row.id,
        address=row.address,
        person=row.user.name if row.user else "",
        subject=row.subject,
        purpose=row.purpose,
        state=row.state,
        attempts=row.attempts,
        created_at=row.created_at,
        sent_at=row.sent_at,
        problem=row.problem or "",
        needs_decision=row.state in STUCK,
    )


def resend(actor: Actor, *, mail_id: int) -> None:
    """On purpose, by a person who takes it upon him that it may arrive twice."""
    with unit_of_work.writing(actor) as session:
        mail = _stuck(session, actor, mail_id, wanted="重新发送")
        mail.state, mail.attempts, mail.not_before, mail.problem = MailState.WAITING, 0, clock.now(), None
        _note(session, actor, mail, "mails.resent")


def confirm(actor: Actor, *, mail_id: int) -> None:
    """The person has found out that it arrived."""
    with unit_of_work.writing(actor) as session:
        mail = _stuck(session, actor, mail_id, wanted="确认已送达")
        mail.state, mail.sent_at, mail.problem = MailState.SENT, clock.now(), None
        if mail.is_secret:
            mail.body = ""
        _note(session, actor, mail, "mails.confirmed")


def drop(actor: Actor, *, mail_id: int) -> None:
    """Nobody needs it any more; its text goes, for it may hold a link."""
    with unit_of_work.writing(actor) as session:
        mail = _stuck(session, actor, mail_id, wanted="不再发送")
        mail.state, mail.body = MailState.DROPPED, ""
        _note(session, actor, mail, "mails.dropped")


def _stuck(session: Session, actor: Actor, mail_id: int, *, wanted: str) -> Mail:
    mail: Mail = status_changes.locked(session, Mail, kind=KIND, key=mail_id)
    if not permissions.permits(actor, Permission.MANAGE_MAIL, mail):
        raise Forbidden(Permission.MANAGE_MAIL)
    if mail.state not in STUCK:
        raise Conflict(KIND, mail_id, str(mail.state), wanted=wanted)
    return mail


def _note(session: Session, actor: Actor, mail: Mail, action: str) -> None:
    audit.record(session, actor, action, kind=KIND, key=mail.id, details={"purpose": mail.purpose})
