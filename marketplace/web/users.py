"""Accounts as the administrator sees them."""

from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from marketplace.domain import choices
from marketplace.domain.errors import Invalid
from marketplace.domain.permissions import Permission
from marketplace.services import password_resets, users
from marketplace.web import identity, preferences
from marketplace.web.access import actor, requires
from marketplace.web.forms import acts
from marketplace.web.password_resets import FRESH_LINK

blueprint = Blueprint("users", __name__)


@blueprint.get("/users")
@requires(Permission.MANAGE_USERS)
def index() -> ResponseReturnValue:
    return _page()


def _page(problem: str = "") -> str:
    text = choices.clean(request.args.get("q", ""))[: choices.TEXT_MAX]
    only_locked = request.args.get("locked") == "1"
    number = acts.whole(request.args.get("page")) or 1
    found = users.page(number=number, text=text, only_locked=only_locked)
    return render_template(
        "users/index.html",
        page=found,
        text=text,
        only_locked=only_locked,
        own_id=actor().user_id,
        problem=problem,
        link=session.pop(FRESH_LINK, None),
        hours=password_resets.HOURS,
    )


@blueprint.post("/users/<int:user_id>/unlock")
@requires(Permission.MANAGE_USERS)
def unlock(user_id: int) -> ResponseReturnValue:
    users.unlock(actor(), user_id=user_id)
    flash("已解除锁定，可以重新登录。", "success")
    return _back()


@blueprint.post("/users/<int:user_id>/revoke-sessions")
@requires(Permission.MANAGE_USERS)
def revoke_sessions(user_id: int) -> ResponseReturnValue:
    ended = users.revoke_sessions(actor(), user_id=user_id)
    if user_id == actor().user_id:
        identity.leave()
        return redirect(url_for("accounts.login"), 303)
    flash(f"已强制退出{ended}台设备。" if ended else "该用户没有登录中的设备。", "success")
    return _back()


@blueprint.post("/users/<int:user_id>/<any(deactivate, reactivate):act>")
@requires(Permission.MANAGE_USERS)
def set_active(user_id: int, act: str) -> ResponseReturnValue:
    try:
        users.set_active(actor(), user_id=user_id, is_active=act == "reactivate")
    except Invalid as error:
        return _page(error.messages["user"][0]), 422
    flash("账号已恢复。" if act == "reactivate" else "账号已停用，登录中的设备已退出。", "success")
    return _back()


def _back() -> ResponseReturnValue:
    """To the list as it was filtered."""
    return redirect(preferences.local_path(request.referrer) or url_for("users.index"), 303)
