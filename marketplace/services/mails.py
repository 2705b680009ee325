"""Putting mail on its way: short plain text with a link, in the transaction of its cause; mail_delivery sends it."""

import uuid
from collections.abc import Sequence
from email.headerregistry import Address
from typing import Any
from urllib.parse import urlsplit

from flask import current_app
from sqlalchemy.orm import Session

from marketplace.domain import mail_addresses
from marketplace.models.notifications import Mail, MailState
from marketplace.policy import reader
from marketplace.services import clock

SITE: str = reader.load("city")["site"]
SUBJECT_MAX = 160


def put(
    session: Session,
    *,
    login: str,
    purpose: str,
    subject: str,
    lines: Sequence[str],
    user_id: int | None = None,
    is_secret: bool = False,
) -> Mail | None:
    """None where the account name is no e-mail address: whoever logs in by phone reads his inbox."""
    if not mail_addresses.is_address(login):
        return None
    now = clock.now()
    mail = Mail(
        user_id=user_id,
        purpose=purpose,
        address=login,
        subject=f"【{SITE}】{' '.join(subject.split())}"[:SUBJECT_MAX],
        body="\n".join(lines) + "\n",
        is_secret=is_secret,
        message_id=f"<{uuid.uuid4().hex}@{_domain()}>",
        state=MailState.WAITING,
        attempts=0,
        created_at=now,
        not_before=now,
    )
    session.add(mail)
    return mail


def put_notice(session: Session, *, user_id: int, login: str, title: str, notification_id: int) -> None:
    """The title and the way there, nothing else: who reads the mailbox need not be who may read the page."""
    lines = [
        title,
        "",
        "登录后查看和办理：",
        link("notifications.follow", notification_id=notification_id),
        *signature(),
    ]
    put(session, login=login, purpose="notice", subject=title, lines=lines, user_id=user_id)


def link(endpoint: str, **values: Any) -> str:
    """The address of a page as people outside reach it, whoever asks and through whichever host name."""
    base = urlsplit(current_app.config["BASE_URL"])
    adapter = current_app.url_map.bind(base.netloc, script_name=base.path or "/", url_scheme=base.scheme)
    return adapter.build(endpoint, values, force_external=True)


def signature() -> tuple[str, ...]:
    return (
        "",
        f"{SITE}，系统自动发送，请勿回复。",
        f"不想收某类邮件，可在这里调整：{link('notifications.switches')}",
    )


def _domain() -> str:
    """Of the sender's address; of the site's own while none is set."""
    sender = str(current_app.config["MAIL_FROM"] or "")
    return (
        Address(addr_spec=sender).domain if sender else urlsplit(current_app.config["BASE_URL"]).hostname or "localhost"
    )
