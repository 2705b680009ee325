"""Flask-Login over sessions in the database: the cookie holds a token, the row decides."""

from dataclasses import dataclass

from flask import Flask, session
from flask_login import UserMixin

from marketplace.domain.permissions import Actor
from marketplace.extensions import login_manager
from marketplace.services import accounts


@dataclass
class LoggedIn(UserMixin):
    token: str
    actor: Actor

    def get_id(self) -> str:
        return self.token


def init_app(app: Flask) -> None:
    login_manager.init_app(app)
    login_manager.session_protection = None  # the database row is the protection: it can be revoked

    @login_manager.user_loader
    def _load(token: str) -> LoggedIn | None:
        actor = accounts.find_actor(token)
        return LoggedIn(token, actor) if actor else None


def forget_anonymous_state() -> None:
    """A new session for a new person: nothing that was put into the old one follows him."""
    session.clear()
