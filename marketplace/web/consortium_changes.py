"""Changes of a consortium: proposing, answering, the bureau's word; completes the blueprint of consortia."""

from collections.abc import Callable

from flask import flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from marketplace.domain import consortia as rules
from marketplace.domain.errors import Invalid
from marketplace.domain.permissions import Permission
from marketplace.services import (
    consortium_change_views,
    consortium_changes,
    consortium_choices,
    consortium_seats,
    timelines,
)
from marketplace.web import buttons
from marketplace.web.access import actor, requires
from marketplace.web.buttons import INVALID, SEE_OTHER
from marketplace.web.consortia import blueprint
from marketplace.web.forms import acts
from marketplace.web.forms import consortia as forms
from marketplace.web.forms.acts import Act

__all__ = ["blueprint"]


@blueprint.route("/consortia/<int:consortium_id>/change", methods=["GET", "POST"])
@requires(Permission.KEEP_CONSORTIUM)
def change(consortium_id: int) -> ResponseReturnValue:
    form = forms.ChangeForm()
    view = consortium_choices.own(actor(), consortium_id)
    names = {one.seat.provider_id: one.name for one in view.seats}
    others = consortium_choices.candidates(view.consortium)
    form.new_provider.choices = acts.choices(others, blank="不增加")
    form.lead.choices = acts.choices({str(key): name for key, name in names.items()} | others)
    target = url_for("consortia.show", consortium_id=consortium_id)
    if form.validate_on_submit():
        acts.keep_typed(form)
        try:
            key = consortium_changes.propose(
                actor(), consortium_id=consortium_id, seen=form.seen.data or "", after=form.to_terms(),
                reason=form.reason.data or "", once=form.once.data,
            )  # fmt: skip
        except Invalid as error:
            form.show(error)
        else:
            flash("变更已提出，涉及的单位都同意后报市局。", "success")
            return redirect(url_for("consortia.show_change", change_id=key), SEE_OTHER)
    if not form.is_submitted():
        if view.consortium.status != "active":
            flash("联合体成立后才用办理变更。", "info")
            return redirect(target, SEE_OTHER)
        now = consortium_seats.composition(view.consortium)
        form.fill(now, seen=rules.mark(now))
    page = render_template("consortia/change.html", form=form, view=view, names=names)
    return make_response(page, INVALID) if form.is_submitted() else page


@blueprint.get("/consortia/changes/<int:change_id>")
@requires(Permission.READ_CONSORTIUM)
def show_change(change_id: int) -> ResponseReturnValue:
    return _page(change_id)


def _page(change_id: int, *, problem: str = "") -> str:
    view = consortium_change_views.get(actor(), change_id)
    entries = timelines.of(kind=consortium_changes.KIND, key=change_id)
    return render_template("consortia/show_change.html", view=view, entries=entries, problem=problem, token=acts.token)


@blueprint.post("/consortia/changes/<int:change_id>/consent")
@requires(Permission.ANSWER_CONSORTIUM)
def consent_to_change(change_id: int) -> ResponseReturnValue:
    return _run(
        change_id,
        lambda form: consortium_changes.consent(actor(), change_id=change_id, version=form.seen, once=form.once.data),
        "已同意。涉及的单位都同意后报市局。",
    )


@blueprint.post("/consortia/changes/<int:change_id>/decline")
@requires(Permission.ANSWER_CONSORTIUM)
def decline_change(change_id: int) -> ResponseReturnValue:
    reason = request.form.get("reason", "")
    return _run(
        change_id,
        lambda form: consortium_changes.decline(
            actor(), change_id=change_id, version=form.seen, reason=reason, once=form.once.data
        ),
        "已答复不同意，这项变更终止，联合体照原样不变。",
    )


@blueprint.post("/consortia/changes/<int:change_id>/withdraw")
@requires(Permission.KEEP_CONSORTIUM)
def withdraw_change(change_id: int) -> ResponseReturnValue:
    return _run(
        change_id,
        lambda form: consortium_changes.withdraw(actor(), change_id=change_id, version=form.seen, once=form.once.data),
        "变更已撤回，联合体照原样不变。",
    )


@blueprint.post("/consortia/changes/<int:change_id>/confirm")
@requires(Permission.DECIDE_CONSORTIUM)
def confirm_change(change_id: int) -> ResponseReturnValue:
    return _run(
        change_id,
        lambda form: consortium_changes.confirm(actor(), change_id=change_id, version=form.seen, once=form.once.data),
        "变更已生效。",
    )


@blueprint.post("/consortia/changes/<int:change_id>/refuse")
@requires(Permission.DECIDE_CONSORTIUM)
def refuse_change(change_id: int) -> ResponseReturnValue:
    reason = request.form.get("reason", "")
    return _run(
        change_id,
        lambda form: consortium_changes.refuse(
            actor(), change_id=change_id, version=form.seen, reason=reason, once=form.once.data
        ),
        "已答复不同意，联合体照原样不变。",
    )


def _run(change_id: int, act: Callable[[Act], None], said: str) -> ResponseReturnValue:
    target = url_for("consortia.show_change", change_id=change_id)
    return buttons.press(act, said, page=lambda problem: _page(change_id, problem=problem), target=target)
