"""利害关系申报: one's own, and everybody's for the leader and the auditor."""

from datetime import date

from flask import Blueprint, flash, make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from marketplace.domain import conflicts, permissions
from marketplace.domain.errors import Invalid
from marketplace.domain.permissions import Permission
from marketplace.services import declared_interests
from marketplace.web.access import actor, requires
from marketplace.web.forms import acts
from marketplace.web.forms.approvals import InterestForm
from marketplace.web.forms.base import Form

blueprint = Blueprint("interests", __name__)
SEE_OTHER, INVALID = 303, 422


@blueprint.route("/interests", methods=["GET", "POST"])
@requires(Permission.DECLARE_INTEREST)
def index() -> ResponseReturnValue:
    form = InterestForm()
    names = {str(key): name for key, name in declared_interests.providers()}
    form.organisation_id.choices = acts.choices(names, blank="请选择服务商")
    if form.validate_on_submit():
        try:
            declared_interests.declare(
                actor(), organisation_id=acts.whole(form.organisation_id.data) or 0, what=form.what.data or "",
                since=_day(form.since.data), once=form.once.data,
            )  # fmt: skip
        except Invalid as error:
            form.show(error)
        else:
            flash("已申报。这家服务商的申请您不再参加评估。", "success")
            return redirect(url_for("interests.index"), SEE_OTHER)
    page = render_template(
        "interests/index.html",
        form=form,
        rows=declared_interests.own(actor()),
        cooling=conflicts.POLICY["cooling_days"],
        may_oversee=permissions.permits(actor(), Permission.OVERSEE_REVIEWS),
        token=acts.token,
    )
    return make_response(page, INVALID) if form.is_submitted() else page


@blueprint.get("/interests/all")
@requires(Permission.OVERSEE_REVIEWS)
def everybody() -> ResponseReturnValue:
    return render_template("interests/everybody.html", rows=declared_interests.everybodys(actor()))


@blueprint.post("/interests/<int:interest_id>/end")
@requires(Permission.DECLARE_INTEREST)
def end(interest_id: int) -> ResponseReturnValue:
    form = Form()
    declared_interests.end(actor(), interest_id=interest_id, once=form.once.data)
    flash("已结束。回避期满以前仍不参加评估。", "success")
    return redirect(url_for("interests.index"), SEE_OTHER)


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat((text or "").strip())
    except ValueError:
        return None
