"""A reason to open the file: its evidence side by side, and what somebody found who looked."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from marketplace.domain import permissions
from marketplace.domain.errors import Invalid
from marketplace.domain.permissions import Permission
from marketplace.services import risk_flags
from marketplace.services.risk_flags import Case
from marketplace.web.access import actor, requires
from marketplace.web.forms.risk_flags import CheckForm

blueprint = Blueprint("risk_flags", __name__)


@blueprint.get("/risk-flags/<int:flag_id>")
@requires(Permission.READ_RISK_FLAGS)
def show(flag_id: int) -> ResponseReturnValue:
    case = risk_flags.get(actor(), flag_id=flag_id)
    return _page(case, CheckForm(version=case.flag.version))


@blueprint.post("/risk-flags/<int:flag_id>/check")
@requires(Permission.CHECK_RISK_FLAG)
def check(flag_id: int) -> ResponseReturnValue:
    form = CheckForm()
    if form.validate():
        try:
            risk_flags.check(
                actor(),
                flag_id=flag_id,
                note=form.note.data or "",
                version=form.version.data,
                once=form.once.data,
            )
        except Invalid as error:
            form.show(error)
        else:
            flash("已记为已核查。", "success")
            return redirect(url_for("risk_flags.show", flag_id=flag_id), 303)
    return _page(risk_flags.get(actor(), flag_id=flag_id), form), 422


def _page(case: Case, form: CheckForm) -> str:
    may_check = case.flag.checked_at is None and permissions.permits(actor(), Permission.CHECK_RISK_FLAG)
    return render_template("risk_flags/show.html", case=case, form=form, may_check=may_check)
