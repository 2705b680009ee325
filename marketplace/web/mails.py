"""Mail on its way, for the administrator: by state, and what waits for his decision."""

from collections.abc import Callable

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from marketplace.domain.permissions import Permission
from marketplace.models.notifications import MailState
from marketplace.services import mail_views
from marketplace.web.access import actor, requires
from marketplace.web.forms import acts

blueprint = Blueprint("mails", __name__)
DECISIONS: dict[str, tuple[Callable[..., None], str]] = {
    "resend": (mail_views.resend, "已放回待发送。"),
    "confirm": (mail_views.confirm, "已记为已发送。"),
    "drop": (mail_views.drop, "不再发送这封邮件。"),
}


@blueprint.get("/mails")
@requires(Permission.MANAGE_MAIL)
def index() -> ResponseReturnValue:
    state = _state(request.args.get("state", ""))
    view = mail_views.page(state=state, number=acts.whole(request.args.get("page")) or 1)
    return render_template("mails/index.html", view=view, state=state)


@blueprint.post("/mails/<int:mail_id>/<any(resend, confirm, drop):decision>")
@requires(Permission.MANAGE_MAIL)
def decide(mail_id: int, decision: str) -> ResponseReturnValue:
    act, words = DECISIONS[decision]
    act(actor(), mail_id=mail_id)
    flash(words, "success")
    return redirect(url_for("mails.index", state=_state(request.form.get("state", ""))), 303)


def _state(text: str) -> MailState | None:
    return MailState(text) if text in set(MailState) else None
