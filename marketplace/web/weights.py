"""Weights of the ranking: proposed from outcomes, adopted and retired by a leader."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from marketplace.domain.errors import Invalid
from marketplace.domain.permissions import Permission
from marketplace.services import weight_set_views, weight_sets
from marketplace.web.access import actor, requires
from marketplace.web.forms import acts
from marketplace.web.forms.weights import Decision, Proposal

blueprint = Blueprint("weight_sets", __name__)
SEE_OTHER, INVALID = 303, 422


@blueprint.get("/weights")
@requires(Permission.PROPOSE_WEIGHTS)
def index() -> ResponseReturnValue:
    return render_template("weight_sets/index.html", view=weight_set_views.overview(), form=Proposal())


@blueprint.post("/weights")
@requires(Permission.PROPOSE_WEIGHTS)
def propose() -> ResponseReturnValue:
    form = Proposal()
    if form.validate_on_submit():
        try:
            key = weight_sets.propose(actor(), name=form.name.data or "", once=form.once.data)
        except Invalid as error:
            form.show(error)
        else:
            flash("已拟合并存为待定方案。比较前后差别，再由市局领导决定是否采用。", "success")
            return redirect(url_for("weight_sets.show", weight_set_id=key), SEE_OTHER)
    return render_template("weight_sets/index.html", view=weight_set_views.overview(), form=form), INVALID


@blueprint.get("/weights/<int:weight_set_id>")
@requires(Permission.PROPOSE_WEIGHTS)
def show(weight_set_id: int) -> ResponseReturnValue:
    return _page(weight_set_id, Decision(formdata=None))


def _page(weight_set_id: int, form: Decision) -> str:
    page = weight_set_views.get(actor(), weight_set_id)
    if not form.is_submitted():
        form.version.data, form.seen.data = str(page.row.version), str(page.in_force.key or 0)
    return render_template("weight_sets/show.html", view=page, form=form)


@blueprint.post("/weights/<int:weight_set_id>/adopt")
@requires(Permission.DECIDE_WEIGHTS)
def adopt(weight_set_id: int) -> ResponseReturnValue:
    seen = acts.whole(request.form.get("seen")) or 0
    done = "已采用。排序和公开规则页立即按新权重。"
    return _decide(weight_set_id, weight_sets.adopt, done=done, seen=seen)


@blueprint.post("/weights/<int:weight_set_id>/retire")
@requires(Permission.DECIDE_WEIGHTS)
def retire(weight_set_id: int) -> ResponseReturnValue:
    return _decide(weight_set_id, weight_sets.retire, done="已停用，恢复站内设定的权重。")


def _decide(weight_set_id: int, decide: Any, *, done: str, **more: int) -> ResponseReturnValue:
    form = Decision()
    if form.validate_on_submit():
        acts.keep_typed(form)
        once, reason = form.once.data, form.reason.data or ""
        try:
            decide(actor(), weight_set_id=weight_set_id, version=form.version_seen, reason=reason, once=once, **more)
        except Invalid as error:
            form.show(error)
        else:
            flash(done, "success")
            return redirect(url_for("weight_sets.show", weight_set_id=weight_set_id), SEE_OTHER)
    return _page(weight_set_id, form), INVALID
