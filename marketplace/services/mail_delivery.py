"""Sending what waits: claim it by a commit, let it leave, settle it by another commit.

Between the two commits the process may die. Then the mail stays `sending`; once its claim is too old for any sender to
be alive it is `unclear`. The file backend can tell by the file whether it left; of a mail that was given to a server
only a person decides, so no machine ever sends anything twice.
"""

import uuid
from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import joinedload

from marketplace.extensions import db
from marketplace.models.notifications import Mail, MailState
from marketplace.policy import reader
from marketplace.services import clock, mail_backends
from marketplace.services.mail_backends import Letter
from marketplace.services.unit_of_work import writing

POLICY: dict[str, Any] = reader.load("notifications")["mail"]
ABANDONED = timedelta(minutes=POLICY["unclear_after_minutes"])
LOST = "发送过程中断，不知道对方是否收到"


@dataclass(frozen=True, slots=True)
class Claim:
    mail_id: int
    mark: str
    attempts: int
    is_secret: bool
    letter: Letter


def deliver(*, limit: int | None = None) -> Counter[str]:
    """Send what is due, oldest first; how many ended in which state."""
    settle_abandoned()
    happened: Counter[str] = Counter()
    while limit is None or happened.total() < limit:
        claim = _claim()
        if claim is None:
            break
        happened[_send(claim)] += 1
    return happened


def is_due() -> bool:
    """Cheap, for somebody who asks every few seconds: something to send, or a claim that has grown old."""
    now = clock.now()
    due = (Mail.state == MailState.WAITING) & (Mail.not_before <= now)
    lost = (Mail.state == MailState.SENDING) & (Mail.claimed_at < now - ABANDONED)
    return db.session.scalar(select(Mail.id).where(due | lost).limit(1)) is not None


def _claim() -> Claim | None:
    """The oldest that is due, marked as this sender's for everybody to see before the first byte leaves."""
    now = clock.now()
    due = select(Mail).where(Mail.state == MailState.WAITING, Mail.not_before <= now).order_by(Mail.id).limit(1)
    loaded = due.options(joinedload(Mail.user)).with_for_update(of=Mail, skip_locked=True)
    with writing() as session:
        mail = session.scalars(loaded.execution_options(populate_existing=True)).one_or_none()
        if mail is None:
            return None
        mark = uuid.uuid4().hex
        mail.state, mail.claimed_at, mail.claim = MailState.SENDING, now, mark
        mail.attempts += 1
        is_for_demo = mail.user is not None and mail.user.is_demo
        letter = Letter(mail.address, mail.subject, mail.body, mail.message_id, mail.created_at, is_for_demo)
        return Claim(mail.id, mark, mail.attempts, mail.is_secret, letter)


def _send(claim: Claim) -> str:
    try:
        mail_backends.current().send(claim.letter)
    except mail_backends.Later as error:
        is_over = claim.attempts >= POLICY["attempts"]
        return _settle(claim, MailState.FAILED if is_over else MailState.WAITING, problem=str(error))
    except mail_backends.Refused as error:
        return _settle(claim, MailState.FAILED, problem=str(error))
    except mail_backends.Unclear as error:
        return _settle(claim, MailState.UNCLEAR, problem=str(error))
    return _settle(claim, MailState.SENT)


def _settle(claim: Claim, state: MailState, *, problem: str | None = None) -> str:
    """Only the claim's own sender settles it, even where he was so slow that he was thought dead."""
    now = clock.now()
    values: dict[str, Any] = {"state": state, "problem": problem}
    if state == MailState.WAITING:
        values["not_before"] = now + _pause(claim.attempts)
    if state == MailState.SENT:
        values |= {"sent_at": now} | ({"body": ""} if claim.is_secret else {})
    own = (Mail.id == claim.mail_id, Mail.claim == claim.mark, Mail.state.in_((MailState.SENDING, MailState.UNCLEAR)))
    with writing() as session:
        session.execute(update(Mail).where(*own).values(**values))
    return str(state)


def _pause(attempts: int) -> timedelta:
    minutes = POLICY["retry_minutes"]
    return timedelta(minutes=minutes[min(attempts, len(minutes)) - 1])


def settle_abandoned(*, before: datetime | None = None) -> int:
    """Claims older than any living sender's: found out by the file, else left to a person as unclear."""
    limit = before or clock.now() - ABANDONED
    lost = (Mail.state == MailState.SENDING) & (Mail.claimed_at < limit)
    if db.session.scalar(select(Mail.id).where(lost).limit(1)) is None:
        return 0
    with writing() as session:
        mails = session.scalars(select(Mail).where(lost).order_by(Mail.id).with_for_update(skip_locked=True)).all()
        for mail in mails:
            find_out(mail)
    return len(mails)


def find_out(mail: Mail) -> None:
    """Inside the caller's transaction: sent, waiting again, or unclear, as far as the backend knows."""
    was_sent = mail_backends.current().was_sent(mail.message_id)
    if was_sent is None:
        mail.state, mail.problem = MailState.UNCLEAR, LOST
    elif was_sent:
        mail.state, mail.sent_at, mail.problem = MailState.SENT, clock.now(), None
        if mail.is_secret:
            mail.body = ""
    else:
        mail.state, mail.problem, mail.not_before = MailState.WAITING, None, clock.now()
