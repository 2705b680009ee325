"""Kept runs of the ranking, 复算, and the public rules by which it ranks."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from marketplace.domain.errors import Invalid
from marketplace.domain.permissions import Permission
from marketplace.services import match_run_views, match_runs, matches, ranking_rules
from marketplace.web.access import actor, public, requires
from marketplace.web.forms import acts

blueprint = Blueprint("matches", __name__)
SEE_OTHER = 303


@blueprint.app_context_processor
def _orders() -> dict[str, object]:
    return {"match_orders": match_run_views.ORDERS}


@blueprint.get("/ranking-rules")
@public
def rules() -> ResponseReturnValue:
    return render_template("matches/rules.html", rules=ranking_rules.page())


@blueprint.get("/demands/<int:demand_id>/runs")
@requires(Permission.RANK_DEMAND)
def runs(demand_id: int) -> ResponseReturnValue:
    number = acts.whole(request.args.get("page")) or 1
    kept = match_run_views.page(actor(), demand_id, number=number)
    return render_template("matches/runs.html", kept=kept, token=acts.token)


@blueprint.post("/demands/<int:demand_id>/runs")
@requires(Permission.WRITE_DEMAND)
def create(demand_id: int) -> ResponseReturnValue:
    """计算匹配: the ranking of this moment, kept."""
    order = matches.order_of(request.form.get("order", ""))
    try:
        key = match_runs.create(actor(), demand_id=demand_id, order=order, once=request.form.get("once"))
    except Invalid as error:
        flash(next(iter(error.messages.values()))[0], "warning")
        return redirect(url_for("demands.show", demand_id=demand_id), SEE_OTHER)
    flash("已保存这次匹配结果。", "success")
    return redirect(url_for("matches.show", run_id=key), SEE_OTHER)


@blueprint.get("/runs/<int:run_id>")
@requires(Permission.RANK_DEMAND)
def show(run_id: int) -> ResponseReturnValue:
    since = acts.whole(request.args.get("since"))
    view = match_run_views.get(actor(), run_id, since=since)
    return render_template("matches/show.html", view=view, token=acts.token)


@blueprint.post("/runs/<int:run_id>/rerun")
@requires(Permission.WRITE_DEMAND)
def rerun(run_id: int) -> ResponseReturnValue:
    key = match_runs.rerun(actor(), run_id=run_id, once=request.form.get("once"))
    return redirect(url_for("matches.show", run_id=key, since=run_id), SEE_OTHER)
