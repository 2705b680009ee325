"""The audit trail for auditors: search, one row, the vocabulary of acts, Excel of what is shown."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from marketplace.domain import acts, audit_words
from marketplace.domain.errors import Invalid
from marketplace.domain.permissions import Permission
from marketplace.services import audit_lines, audit_reports, audit_search
from marketplace.web import downloads
from marketplace.web.access import actor, requires
from marketplace.web.forms.acts import whole

blueprint = Blueprint("audit", __name__)


@blueprint.get("/audit")
@requires(Permission.READ_AUDIT)
def index() -> ResponseReturnValue:
    wanted = audit_search.read(request.args)
    return render_template(
        "audit/index.html",
        page=audit_lines.page(number=whole(request.args.get("page")) or 1, wanted=wanted),
        wanted=wanted,
        state=audit_reports.state(),
        acts=acts.ACTS,
        kinds=audit_words.SUBJECTS,
    )


@blueprint.get("/audit/<int:number>")
@requires(Permission.READ_AUDIT)
def show(number: int) -> ResponseReturnValue:
    return render_template("audit/show.html", sheet=audit_lines.get(number))


@blueprint.get("/audit/acts")
@requires(Permission.READ_AUDIT)
def vocabulary() -> ResponseReturnValue:
    return render_template("audit/vocabulary.html", rows=audit_lines.vocabulary())


@blueprint.get("/audit/export.xlsx")
@requires(Permission.READ_AUDIT)
def export() -> ResponseReturnValue:
    wanted = audit_search.read(request.args)
    try:
        content = audit_lines.export(actor(), wanted=wanted)
    except Invalid as error:
        flash(error.messages["filter"][0], "warning")
        return redirect(url_for("audit.index", **wanted.set_ones()), 303)
    return downloads.workbook(content, "审计记录.xlsx")
