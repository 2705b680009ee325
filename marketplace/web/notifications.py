"""One's own messages and to-dos, and what one wants to be told of."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from marketplace.domain.errors import Invalid
from marketplace.domain.permissions import Permission
from marketplace.models.notifications import MailChoice
from marketplace.policy import reader
from marketplace.services import notification_inbox, notification_switches
from marketplace.services.notification_inbox import Box
from marketplace.web import errors
from marketplace.web.access import actor, requires
from marketplace.web.forms import acts

blueprint = Blueprint("notifications", __name__)
BOXES = {Box.TODO: "待办", Box.UNREAD: "未读", Box.ALL: "全部"}
MAIL_WORDS = {
    "": "默认",
    MailChoice.NOW: "随到随发",
    MailChoice.DIGEST: "每日摘要",
    MailChoice.OFF: "不发邮件",
}


@blueprint.get("/notifications")
@requires(Permission.MANAGE_OWN_ACCOUNT)
def index() -> ResponseReturnValue:
    wanted = request.args.get("box", "")
    box = Box(wanted) if wanted in set(Box) else Box.ALL
    found = notification_inbox.page(actor(), box=box, number=acts.whole(request.args.get("page")) or 1)
    return render_template("notifications/index.html", inbox=found, box=box, boxes=BOXES)


@blueprint.get("/notifications/<int:notification_id>")
@requires(Permission.MANAGE_OWN_ACCOUNT)
def follow(notification_id: int) -> ResponseReturnValue:
    """The link of a mail: to the thing itself; a GET marks nothing."""
    return redirect(errors.page_of(*notification_inbox.place_of(actor(), notification_id)), 303)


@blueprint.post("/notifications/<int:notification_id>/open")
@requires(Permission.MANAGE_OWN_ACCOUNT)
def open_one(notification_id: int) -> ResponseReturnValue:
    return redirect(errors.page_of(*notification_inbox.open_one(actor(), notification_id=notification_id)), 303)


@blueprint.post("/notifications/<int:notification_id>/<any(read, done):act>")
@requires(Permission.MANAGE_OWN_ACCOUNT)
def mark(notification_id: int, act: str) -> ResponseReturnValue:
    if act == "read":
        notification_inbox.mark_read(actor(), notification_id=notification_id)
    else:
        notification_inbox.mark_done(actor(), notification_id=notification_id)
        flash("已标为办结。", "success")
    return _back()


@blueprint.post("/notifications/read")
@requires(Permission.MANAGE_OWN_ACCOUNT)
def mark_all() -> ResponseReturnValue:
    count = notification_inbox.mark_all_read(actor(), up_to=acts.whole(request.form.get("up_to")) or 0)
    flash(f"已把{count}条标为已读。" if count else "没有未读消息。", "success")
    return _back()


@blueprint.get("/notifications/switches")
@requires(Permission.MANAGE_OWN_ACCOUNT)
def switches() -> ResponseReturnValue:
    return _switches()


def _switches(problem: str = "") -> str:
    return render_template(
        "notifications/switches.html",
        rows=notification_switches.rows(actor()),
        address=notification_switches.address_of(actor()),
        ways=MAIL_WORDS,
        hour=reader.load("notifications")["digest"]["hour"],
        problem=problem,
        once=acts.token(),
    )


@blueprint.post("/notifications/switches")
@requires(Permission.MANAGE_OWN_ACCOUNT)
def save_switches() -> ResponseReturnValue:
    choices = {
        row.topic: (request.form.get(f"shown-{row.topic}") == "1", request.form.get(f"mail-{row.topic}", ""))
        for row in notification_switches.rows(actor())
        if f"mail-{row.topic}" in request.form
    }
    try:
        notification_switches.save(actor(), choices, once=request.form.get("once"))
    except Invalid as error:
        return _switches(error.messages["mail"][0]), 422
    flash("提醒设置已保存。", "success")
    return redirect(url_for("notifications.switches"), 303)


def _back() -> ResponseReturnValue:
    """To the list as it was filtered."""
    box = request.form.get("box", "")
    return redirect(url_for("notifications.index", box=box if box in set(Box) else None), 303)
