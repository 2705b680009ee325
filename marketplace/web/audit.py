"""The audit trail for auditors: filter, pages, Excel of what is shown."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from marketplace.domain.errors import Invalid
from marketplace.domain.permissions import Permission
from marketplace.services import audit_lines
from marketplace.web import downloads
from marketplace.web.access import actor, requires
from marketplace.web.forms import acts

blueprint = Blueprint("audit", __name__)


@blueprint.get("/audit")
@requires(Permission.READ_AUDIT)
def index() -> ResponseReturnValue:
    action = _action()
    page = audit_lines.page(number=acts.whole(request.args.get("page")) or 1, action=action)
    return render_template("audit/index.html", page=page, action=action, choices=audit_lines.choices())


@blueprint.get("/audit/export.xlsx")
@requires(Permission.READ_AUDIT)
def export() -> ResponseReturnValue:
    try:
        content = audit_lines.export(actor(), action=_action())
    except Invalid as error:
        flash(error.messages["action"][0], "warning")
        return redirect(url_for("audit.index", action=_action()), 303)
    return downloads.workbook(content, "审计记录.xlsx")


def _action() -> str | None:
    """An act that does not exist is no filter."""
    wanted = request.args.get("action", "")
    return wanted if wanted in dict(audit_lines.choices()) else None
