"""组合方案: compose a bundle for a demand, keep it, edit it."""

from typing import Any

from flask import Blueprint, current_app, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from marketplace.domain import baskets as rules
from marketplace.domain.errors import Invalid
from marketplace.domain.permissions import Permission
from marketplace.services import basket_views, baskets, compositions, timelines
from marketplace.services.basket_views import BasketView, Row
from marketplace.web.access import actor, requires
from marketplace.web.forms import acts
from marketplace.web.forms import baskets as forms
from marketplace.web.forms.acts import Act
from marketplace.web.preferences import local_path

blueprint = Blueprint("baskets", __name__)
SEE_OTHER, INVALID = 303, 422
REMOVED = "removed_from_basket"


@blueprint.get("/demands/<int:demand_id>/bundle")
@requires(Permission.BUILD_BUNDLE)
def compose(demand_id: int) -> ResponseReturnValue:
    """The cheapest bundle with proof, or why there is none; asks the solver and keeps nothing."""
    demand = compositions.get_demand(actor(), demand_id)
    form = forms.WishForm(request.args)
    if "target" not in request.args:
        wish = compositions.first_wish(demand)
        form.fill_aim(wish.aim)
    elif form.validate():
        wish = form.wish(request.args)
    else:
        return _compose_page(demand, form), INVALID
    try:
        view = compositions.compose(demand, wish)
    except Invalid as error:
        _show(form, error)
        return _compose_page(demand, form), INVALID
    return _compose_page(demand, form, view=view)


def _compose_page(demand: Any, form: forms.WishForm, *, view: compositions.CompositionView | None = None) -> str:
    return render_template(
        "baskets/compose.html",
        demand=demand,
        form=form,
        view=view,
        gap_url=gap_url(demand.assessment_id, int(form.target.data or 0)),
        slow_after=rules.POLICY["progress_after_ms"],
        token=acts.token,
    )


def _show(form: Any, error: Invalid) -> None:
    for name, messages in error.messages.items():
        form[name].errors = [*form[name].errors, *messages]


def gap_url(assessment_id: int | None, target: int) -> str:
    """Where missing points are listed as measures; nothing without an assessment."""
    if assessment_id is None or "gaps.show" not in current_app.view_functions:
        return ""
    return url_for("gaps.show", assessment_id=assessment_id, target=target)


@blueprint.post("/demands/<int:demand_id>/baskets")
@requires(Permission.BUILD_BUNDLE)
def create(demand_id: int) -> ResponseReturnValue:
    """From a composition, from a ready-made bundle, or empty."""
    form = forms.WishForm(request.form)
    has_aim = "target" in request.form
    try:
        if has_aim and not form.validate():
            raise Invalid({"target": ["页面不完整，没有保存，请重新配一次"]})
        key = baskets.create(
            actor(),
            demand_id=demand_id,
            aim=form.aim() if has_aim else None,
            solution_ids=acts.posted_ids("solution_id"),
            bundle_id=acts.whole(request.form.get("bundle_id")),
            once=request.form.get("once"),
        )
    except Invalid as error:
        flash(error.text, "warning")
        return redirect(url_for("baskets.compose", demand_id=demand_id), SEE_OTHER)
    flash("已存成组合方案，可以接着增减产品、改数量。", "success")
    return _to(key)


@blueprint.post("/baskets/items")
@requires(Permission.BUILD_BUNDLE)
def put() -> ResponseReturnValue:
    """The button 放进组合: back to where it stood, with the way to the basket in the message."""
    solution_id = acts.whole(request.form.get("put"))
    try:
        if solution_id is None:
            raise Invalid({"put": ["请先选产品"]})
        key, is_new = baskets.put(
            actor(), where=request.values.get("where", ""), solution_id=solution_id, once=request.form.get("once")
        )
    except Invalid as error:
        flash(error.text, "warning")
        return redirect(local_path(request.referrer) or url_for("baskets.index"), SEE_OTHER)
    flash("已放进组合方案。" if is_new else "没有放进：产品已在方案里，或已经不在架。", "success" if is_new else "info")
    return _to(key)


@blueprint.get("/baskets")
@requires(Permission.BUILD_BUNDLE)
def index() -> ResponseReturnValue:
    return render_template(
        "baskets/index.html", rows=basket_views.overview(actor()), demands=basket_views.demands(actor())
    )


@blueprint.get("/baskets/<int:basket_id>")
@requires(Permission.BUILD_BUNDLE)
def show(basket_id: int) -> ResponseReturnValue:
    view, form = basket_views.get(actor(), basket_id), forms.BasketForm()
    form.fill(view)
    return _page(view, form)


@blueprint.post("/baskets/<int:basket_id>/change")
@requires(Permission.BUILD_BUNDLE)
def change(basket_id: int) -> ResponseReturnValue:
    """Keep what is typed; the button of a row keeps the rest and takes that row out."""
    form, problems = forms.BasketForm(), dict[str, list[str]]()
    form.keep_typed()
    gone = acts.whole(request.form.get("remove"))
    if form.validate_on_submit():
        try:
            removed = baskets.change(
                actor(), basket_id=basket_id, version=form.seen, draft=form.draft(), remove=gone, once=form.once.data
            )
        except Invalid as error:
            problems = error.messages
        else:
            if removed is None:
                flash("已保存。", "success")
            else:
                row = [removed.row.plan_id, removed.row.quantity, removed.row.discount]
                kept = {"basket": basket_id, "solution": removed.solution_id, "name": removed.name, "row": row}
                session[REMOVED] = kept
            return _to(basket_id)
    return _page(basket_views.get(actor(), basket_id), form, problems=problems), INVALID


@blueprint.post("/baskets/<int:basket_id>/preview")
@requires(Permission.BUILD_BUNDLE)
def preview(basket_id: int) -> ResponseReturnValue:
    """What the typed values come to; nothing is kept. The live page takes the figures alone, a plain form the page."""
    form, problems = forms.BasketForm(), dict[str, list[str]]()
    stored = basket_views.get(actor(), basket_id)
    is_right, view = form.validate_on_submit(), stored
    if is_right:
        try:
            view = basket_views.get(actor(), basket_id, draft=form.draft())
        except Invalid as error:
            problems, is_right = error.messages, False
    if "HX-Request" in request.headers:
        return render_template("baskets/figures.html", **_shown(view, form, problems), is_typed=is_right)
    return _page(view, form, problems=problems, is_typed=is_right), 200 if is_right else INVALID


@blueprint.post("/baskets/<int:basket_id>/restore")
@requires(Permission.BUILD_BUNDLE)
def restore(basket_id: int) -> ResponseReturnValue:
    """Undo the removal that the page has just told of."""
    given = request.form
    row = Row(acts.whole(given.get("plan")), acts.whole(given.get("quantity")), acts.whole(given.get("discount")))
    solution_id = acts.whole(given.get("solution_id"))
    is_back = False
    if solution_id is not None:
        try:
            is_back = baskets.restore(
                actor(), basket_id=basket_id, solution_id=solution_id, row=row, once=given.get("once")
            )
        except Invalid as error:
            flash(error.text, "warning")
            return _to(basket_id)
    flash("已放回。" if is_back else "没有放回：产品已在方案里，或已经不在架。", "success" if is_back else "info")
    return _to(basket_id)


@blueprint.post("/baskets/<int:basket_id>/delete")
@requires(Permission.BUILD_BUNDLE)
def delete(basket_id: int) -> ResponseReturnValue:
    form = Act()
    try:
        if not form.validate_on_submit():
            raise Invalid({"delete": ["页面内容不完整，没有删除，请重新提交"]})
        title = baskets.delete(actor(), basket_id=basket_id, version=form.seen, once=form.once.data)
    except Invalid as error:
        flash(error.text, "warning")
        return _to(basket_id)
    flash(f"组合方案“{title}”已删除。", "success")
    return redirect(url_for("baskets.index"), SEE_OTHER)


def _page(
    view: BasketView, form: forms.BasketForm, *, problems: dict[str, list[str]] | None = None, is_typed: bool = False
) -> str:
    removed: dict[str, Any] | None = session.get(REMOVED)
    if removed and removed.get("basket") == view.id and request.method == "GET":
        session.pop(REMOVED)  # offered once: a basket that is opened tomorrow has nothing to undo
    else:
        removed = None
    shown = _shown(view, form, problems or {})
    return render_template("baskets/show.html", **shown, removed=removed, is_typed=is_typed)


def _shown(view: BasketView, form: forms.BasketForm, problems: dict[str, list[str]]) -> dict[str, Any]:
    """`typed` is the raw text of each row; `others` are problems of rows, each with the control it stands at."""
    posted = forms.posted_rows() if request.method == "POST" else {}
    of_fields = {name: messages for name, messages in problems.items() if name in form}
    for name, messages in of_fields.items():
        form[name].errors = [*form[name].errors, *messages]
    of_rows = {name: messages for name, messages in problems.items() if name not in of_fields}
    return {
        "view": view,
        "form": form,
        "typed": {item.id: posted.get(item.id) or forms.stored_row(item) for item in view.items},
        "row_errors": of_rows,
        "others": [(message, name) for name, messages in of_rows.items() for message in messages],
        "gap_url": gap_url(view.assessment_id, view.outcome.aim.target),
        "token": acts.token,
        "entries": timelines.of(kind="basket", key=view.id),
        "sheet_policy": rules.POLICY["sheet"],
        "suggestion": rules.POLICY["suggestion"]["source"],
    }


def _to(basket_id: int) -> ResponseReturnValue:
    return redirect(url_for("baskets.show", basket_id=basket_id), SEE_OTHER)
