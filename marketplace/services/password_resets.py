"""A forgotten password: the administrator checks who asks, makes a link, the person sets a new one.

The link is signed, names the person and carries a mark of the password that it replaces: it works once and for a day.
"""

from dataclasses import dataclass
from datetime import timedelta

from flask import current_app
from itsdangerous import BadData, URLSafeTimedSerializer
from sqlalchemy.orm import Session

from marketplace.domain import passwords as rules
from marketplace.domain import permissions
from marketplace.domain.actors import Actor
from marketplace.domain.errors import Forbidden, Invalid, NotFound
from marketplace.domain.permissions import Permission
from marketplace.extensions import db
from marketplace.models.accounts import User
from marketplace.policy import reader
from marketplace.services import accounts, audit, mails, passwords, sessions, status_changes
from marketplace.services.unit_of_work import writing

HOURS: int = reader.load("accounts")["reset"]["hours"]


@dataclass(frozen=True, slots=True)
class Owner:
    user_id: int
    name: str
    login: str


def issue(actor: Actor, *, user_id: int) -> str:
    """The token of the link; the password stays as it is until the link is used."""
    with writing(actor) as session:
        user: User = status_changes.locked(session, User, kind="user", key=user_id)
        if not permissions.permits(actor, Permission.MANAGE_USERS, user):
            raise Forbidden(Permission.MANAGE_USERS)
        details = {"login": user.login}
        audit.record(session, actor, "accounts.reset_issued", kind="user", key=user_id, details=details)
        token = str(_serializer().dumps([user.id, _mark(user)]))
        _mail(session, user, token)
        return token


def _mail(session: Session, user: User, token: str) -> None:
    """By mail as well where the account name is an address; the administrator still sees the link once."""
    lines = [
        "平台管理员应申请生成了口令重置链接。",
        "",
        f"打开下面的链接设置新口令，{HOURS}小时内有效，用过即失效，原口令在此之前仍然可用：",
        mails.link("password_resets.show", token=token),
        "",
        "如果你没有申请过，请不要打开链接，并告知平台管理员。",
    ]
    mails.put(
        session,
        login=user.login,
        purpose="password_reset",
        subject="重置口令",
        lines=lines,
        user_id=user.id,
        is_secret=True,
    )


def find(token: str) -> Owner:
    """NotFound when the link is forged, too old or used."""
    user = _owner(db.session, token)
    return Owner(user.id, user.name, user.login)


def use(token: str, *, password: str) -> None:
    """Set the password; the lock is lifted and every session of the person ends."""
    owner = find(token)
    if found := rules.problems(rules.normalise(password), login=owner.login):
        raise Invalid({"password": found})
    fresh = passwords.hash_of(password)
    with writing() as session:
        status_changes.locked(session, User, kind="user", key=owner.user_id)
        user = _owner(session, token)  # of two uses at once the second finds another mark
        user.password_hash, user.failed_logins, user.locked_until = fresh, 0, None
        ended = sessions.revoke_all(session, user_id=user.id)
        details = {"sessions": ended}
        audit.record(session, accounts.VISITOR, "accounts.password_reset", kind="user", key=user.id, details=details)


def _owner(session: Session, token: str) -> User:
    try:
        user_id, mark = _serializer().loads(token, max_age=int(timedelta(hours=HOURS).total_seconds()))
    except (BadData, ValueError, TypeError):
        raise NotFound("invitation", None) from None
    user = session.get(User, user_id)
    if user is None or _mark(user) != mark:
        raise NotFound("invitation", None)
    return user


def _serializer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(str(current_app.secret_key), salt="password-reset")


def _mark(user: User) -> str:
    return accounts.hash_token(user.password_hash or "")[:16]
