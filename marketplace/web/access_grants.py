"""Consent to look into an enterprise's file: give, withdraw, use."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from marketplace.domain.errors import Invalid
from marketplace.domain.permissions import Permission
from marketplace.services import access_grants
from marketplace.web.access import actor, requires
from marketplace.web.forms import acts
from marketplace.web.forms.access_grants import RULES, GrantForm
from marketplace.web.forms.acts import Act

blueprint = Blueprint("access_grants", __name__)
SEE_OTHER, INVALID = 303, 422


@blueprint.get("/access-grants")
@requires(Permission.GRANT_ACCESS)
def index() -> ResponseReturnValue:
    grants = access_grants.given(actor())
    return render_template("access_grants/index.html", grants=grants, person=actor(), token=acts.token)


@blueprint.route("/access-grants/new", methods=["GET", "POST"])
@requires(Permission.GRANT_ACCESS)
def new() -> ResponseReturnValue:
    form = GrantForm()
    form.offer(access_grants.grantees())
    if request.method == "GET":
        _prefill(form)
        return render_template("access_grants/new.html", form=form)
    if form.validate():
        try:
            access_grants.give(
                actor(),
                organisation_id=form.chosen,
                purpose=form.purpose.data or "",
                days=form.wanted_days,
                note=form.note.data or "",
                once=form.once.data,
            )
        except Invalid as error:
            form.show(error)
        else:
            flash("已授权，对方现在就能查看。随时可以收回。", "success")
            return redirect(url_for("access_grants.index"), SEE_OTHER)
    return render_template("access_grants/new.html", form=form), INVALID


def _prefill(form: GrantForm) -> None:
    form.organisation_id.data = str(acts.whole(request.args.get("organisation")) or "")
    purpose = request.args.get("purpose", "")
    if purpose in RULES["default_days"]:
        form.purpose.data, form.days.data = purpose, str(RULES["default_days"][purpose])


@blueprint.post("/access-grants/<int:grant_id>/withdraw")
@requires(Permission.GRANT_ACCESS)
def withdraw(grant_id: int) -> ResponseReturnValue:
    form = Act()
    if not form.validate_on_submit():
        flash("页面内容不完整，没有办理。请在这里重新提交。", "warning")
    else:
        access_grants.withdraw(actor(), grant_id=grant_id, version=form.seen, once=form.once.data)
        flash("已收回，对方不能再查看。", "success")
    return redirect(url_for("access_grants.index"), SEE_OTHER)


@blueprint.get("/files-open-to-me")
@requires(Permission.USE_ACCESS)
def received() -> ResponseReturnValue:
    return render_template("access_grants/received.html", grants=access_grants.received(actor()))


@blueprint.post("/access-grants/<int:grant_id>/use")
@requires(Permission.USE_ACCESS)
def use(grant_id: int) -> ResponseReturnValue:
    """Open the file on record, then show it."""
    key = access_grants.use(actor(), grant_id=grant_id)
    return redirect(url_for("enterprises.show", enterprise_id=key), SEE_OTHER)
