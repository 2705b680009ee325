"""From an assessment to a checklist: the gap page, the measures ticked on it, following a newer assessment."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from marketplace.domain.errors import Invalid
from marketplace.domain.permissions import Permission
from marketplace.services import gap_refresh, gaps
from marketplace.web.access import actor, requires
from marketplace.web.forms import acts
from marketplace.web.forms.acts import Act

blueprint = Blueprint("gaps", __name__)
SEE_OTHER, INVALID = 303, 422


@blueprint.get("/assessments/<int:assessment_id>/gap")
@requires(Permission.READ_ASSESSMENT)
def show(assessment_id: int) -> ResponseReturnValue:
    return _page(assessment_id, target=acts.whole(request.args.get("target")))


def _page(assessment_id: int, *, target: int | None, problem: str = "") -> str:
    sheet = gaps.get(actor(), assessment_id, target=target)
    return render_template("gaps/show.html", sheet=sheet, problem=problem, token=acts.token)


@blueprint.post("/assessments/<int:assessment_id>/gap")
@requires(Permission.WRITE_DEMAND)
def draw_up(assessment_id: int) -> ResponseReturnValue:
    target = acts.whole(request.form.get("target"))
    scenes = set(request.form.getlist("scene"))
    try:
        key = gaps.draw_up(
            actor(), assessment_id=assessment_id, target=target or 0, scenes=scenes, once=request.form.get("once")
        )
    except Invalid as error:
        return _page(assessment_id, target=target, problem=error.text), INVALID
    flash("清单草稿已生成。文字可以改成您自己的话，再补上预算、工期就能发布。", "success")
    return redirect(url_for("demands.show", demand_id=key), SEE_OTHER)


@blueprint.post("/assessments/<int:assessment_id>/gap/measures")
@requires(Permission.WRITE_DEMAND)
def tick(assessment_id: int) -> ResponseReturnValue:
    """One measure, done or not done after all; back to the list of measures."""
    item, option = request.form.get("item", ""), request.form.get("option", "")
    is_done = request.form.get("is_done") == "1"
    try:
        gaps.tick(
            actor(), assessment_id=assessment_id, item=item, option=option, is_done=is_done,
            once=request.form.get("once"),
        )  # fmt: skip
    except Invalid as error:
        flash(error.text, "warning")
    else:
        flash("已记为做完，得分已更新。" if is_done else "已改回未做，得分已更新。", "success")
    target = acts.whole(request.form.get("target"))
    return redirect(url_for("gaps.show", assessment_id=assessment_id, target=target, _anchor="measures"), SEE_OTHER)


@blueprint.get("/assessments/<int:assessment_id>/gap/demands/<int:demand_id>")
@requires(Permission.WRITE_DEMAND)
def changes(assessment_id: int, demand_id: int) -> ResponseReturnValue:
    """What a newer assessment would change in the checklist, before anything is changed."""
    try:
        view = gap_refresh.look(actor(), assessment_id=assessment_id, demand_id=demand_id)
    except Invalid as error:
        flash(error.text, "warning")
        return redirect(url_for("gaps.show", assessment_id=assessment_id), SEE_OTHER)
    return render_template("gaps/changes.html", view=view, token=acts.token)


@blueprint.post("/assessments/<int:assessment_id>/gap/demands/<int:demand_id>")
@requires(Permission.WRITE_DEMAND)
def refresh(assessment_id: int, demand_id: int) -> ResponseReturnValue:
    form = Act()
    back = url_for("gaps.changes", assessment_id=assessment_id, demand_id=demand_id)
    if not form.validate_on_submit():
        flash("页面内容不完整，没有办理。请在这里重新提交。", "warning")
        return redirect(back, SEE_OTHER)
    added = set(request.form.getlist("scene"))
    try:
        gap_refresh.apply(
            actor(), assessment_id=assessment_id, demand_id=demand_id, version=form.seen, added=added,
            once=form.once.data,
        )  # fmt: skip
    except Invalid as error:
        flash(error.text, "warning")
        return redirect(back, SEE_OTHER)
    flash("清单已按这次评测更新，您改过的文字都保留着。", "success")
    return redirect(url_for("demands.show", demand_id=demand_id), SEE_OTHER)
