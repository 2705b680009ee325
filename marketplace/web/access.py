"""Every route says who may use it; one that says nothing is refused, at start and at each request."""

from collections.abc import Callable
from typing import Any, TypeVar, cast

from flask import Flask, current_app, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from marketplace.domain import permissions
from marketplace.domain.actors import Actor
from marketplace.domain.errors import Forbidden
from marketplace.domain.permissions import Permission

View = TypeVar("View", bound=Callable[..., Any])
PUBLIC = "public"
ATTRIBUTE = "access"


class UndeclaredRoute(RuntimeError):
    """A route without @requires or @public."""


def requires(permission: Permission) -> Callable[[View], View]:
    def declare(view: View) -> View:
        setattr(view, ATTRIBUTE, permission)
        return view

    return declare


def public(view: View) -> View:
    setattr(view, ATTRIBUTE, PUBLIC)
    return view


def declared(app: Flask, endpoint: str) -> str | None:
    if endpoint == "static":
        return PUBLIC
    return getattr(app.view_functions.get(endpoint), ATTRIBUTE, None)


def actor() -> Actor:
    """The person behind the request; only behind a route that requires a permission."""
    return cast(Actor, current_user.actor)


def find_actor() -> Actor | None:
    return cast("Actor | None", getattr(current_user, "actor", None))


def init_app(app: Flask) -> None:
    app.before_request(_guard)


def check_all_declared(app: Flask) -> None:
    undeclared = sorted(name for name in app.view_functions if declared(app, name) is None)
    if undeclared:
        raise UndeclaredRoute(", ".join(undeclared))


def _guard() -> ResponseReturnValue | None:
    endpoint = request.endpoint
    if endpoint is None:
        return None  # no such page: the router answers
    access = declared(current_app, endpoint)
    if access is None:
        raise UndeclaredRoute(endpoint)
    if access == PUBLIC:
        return None
    person = find_actor()
    if person is None:
        target = request.full_path.rstrip("?") if request.method == "GET" else None
        return redirect(url_for("accounts.login", next=target))
    if not permissions.permits(person, Permission(access)):
        raise Forbidden(access)
    return None
