"""A new password by an administrator's link."""

from flask import Blueprint, flash, redirect, render_template, session, url_for
from flask.typing import ResponseReturnValue

from marketplace.domain.errors import Invalid
from marketplace.domain.permissions import Permission
from marketplace.services import password_resets
from marketplace.web import identity
from marketplace.web.access import actor, public, requires
from marketplace.web.forms.accounts import ResetForm

blueprint = Blueprint("password_resets", __name__)
FRESH_LINK = "fresh_reset"  # shown to the administrator once


@blueprint.post("/users/<int:user_id>/reset-link")
@requires(Permission.MANAGE_USERS)
def issue(user_id: int) -> ResponseReturnValue:
    token = password_resets.issue(actor(), user_id=user_id)
    session[FRESH_LINK] = url_for("password_resets.show", token=token, _external=True)
    return redirect(url_for("users.index", q=password_resets.find(token).login), 303)


@blueprint.get("/password-reset/<token>")
@public
def show(token: str) -> ResponseReturnValue:
    owner = password_resets.find(token)
    return render_template("accounts/reset.html", form=ResetForm(), owner=owner, token=token)


@blueprint.post("/password-reset/<token>")
@public
def use(token: str) -> ResponseReturnValue:
    owner = password_resets.find(token)
    form = ResetForm()
    if form.validate():
        try:
            password_resets.use(token, password=form.password.data or "")
        except Invalid as error:
            form.show(error)
        else:
            identity.leave()
            flash("新口令已设置，请登录。原来登录的设备都已退出。", "success")
            return redirect(url_for("accounts.login"), 303)
    return render_template("accounts/reset.html", form=form, owner=owner, token=token), 422
