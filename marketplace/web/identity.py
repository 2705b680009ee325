"""Flask-Login over sessions in the database: the cookie holds a token, the row decides."""

from dataclasses import dataclass

from flask import Flask, request, session
from flask_login import UserMixin, login_user, logout_user

from marketplace.domain import permissions
from marketplace.domain.actors import Actor
from marketplace.domain.permissions import Permission
from marketplace.extensions import login_manager
from marketplace.services import accounts, sessions, shortlists
from marketplace.services.accounts import Entry
from marketplace.web import access


@dataclass
class LoggedIn(UserMixin):
    token: str
    actor: Actor
    unread: int = 0
    todos: int = 0

    def get_id(self) -> str:
        return self.token


def init_app(app: Flask) -> None:
    login_manager.init_app(app)
    login_manager.session_protection = None  # the database row is the protection: it can be revoked

    @login_manager.user_loader
    def _load(token: str) -> LoggedIn | None:
        found = accounts.find_presence(token)
        return LoggedIn(token, found.actor, found.unread, found.todos) if found else None


def enter(entry: Entry) -> None:
    """The browser becomes this person: nothing of its former session stays but the favourites, which he adopts."""
    former, favourites = access.find_actor(), session.get("favourites")
    if former is not None:
        sessions.log_out(former)
    session.clear()
    login_user(LoggedIn(entry.token, entry.actor))
    if favourites and permissions.permits(entry.actor, Permission.KEEP_SHORTLIST):
        shortlists.adopt(entry.actor, [one for one in favourites if isinstance(one, int)])


def leave() -> None:
    """The browser is nobody's again."""
    logout_user()
    session.clear()


def user_agent() -> str:
    return request.user_agent.string
