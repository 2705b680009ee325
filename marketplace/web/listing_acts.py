"""What a provider decides about a listing, and what it said when: submit, recall, withdraw, versions, the API."""

from flask import flash, jsonify, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from marketplace.domain.errors import Invalid
from marketplace.domain.permissions import Permission
from marketplace.services import listing_api, listing_drafts, listing_versions, listing_views, listings
from marketplace.web.access import actor, public, requires
from marketplace.web.forms import acts
from marketplace.web.forms.acts import Act
from marketplace.web.forms.listings import ReasonForm, SubmitForm
from marketplace.web.listings import INVALID, SEE_OTHER, blueprint, check_page

DONE = {
    "initial": "已提交。技术可行性和价格合理性由两个人分别评估，再由监理复审，结果会通知到您。",
    "material": "已提交评估。评估期间在架的仍是原来的版本。",
    "renewal": "续期申请已提交评估。",
    "minor": "已生效。这类小改动不用评估，平台会抽查。",
}


def _home(solution_id: int) -> ResponseReturnValue:
    return redirect(url_for("listings.show", solution_id=solution_id), SEE_OTHER)


def _desk() -> ResponseReturnValue:
    return redirect(url_for("accounts.listings"), SEE_OTHER)


def _incomplete(solution_id: int) -> ResponseReturnValue:
    flash("页面内容不完整，没有办理。请在这里重新办理。", "warning")
    return _home(solution_id)


@blueprint.post("/listings/<int:solution_id>/copy")
@requires(Permission.WRITE_LISTING)
def copy(solution_id: int) -> ResponseReturnValue:
    form = Act()
    if not form.validate_on_submit():
        return _incomplete(solution_id)
    key = listing_drafts.copy(actor(), solution_id=solution_id, once=form.once.data)
    flash("已复制成一份新草稿。请先改名称，案例和佐证材料要重新填。", "success")
    return _home(key)


@blueprint.post("/listings/<int:solution_id>/edit")
@requires(Permission.WRITE_LISTING)
def edit(solution_id: int) -> ResponseReturnValue:
    form = Act()
    if not form.validate_on_submit():
        return _incomplete(solution_id)
    is_renewal = request.form.get("is_renewal") == "yes"
    try:
        listing_drafts.edit(actor(), solution_id=solution_id, is_renewal=is_renewal, once=form.once.data)
    except Invalid as error:
        flash(_first(error), "danger")
    return _home(solution_id)


@blueprint.post("/listings/<int:solution_id>/submit")
@requires(Permission.WRITE_LISTING)
def submit(solution_id: int) -> ResponseReturnValue:
    form = SubmitForm()
    if not form.validate_on_submit():
        return _incomplete(solution_id)
    try:
        made = listings.submit(
            actor(),
            solution_id=solution_id,
            version=form.seen,
            is_declared=bool(form.is_declared.data),
            once=form.once.data,
        )
    except Invalid as error:
        form.show(error)
        return make_response(check_page(listing_views.sheet(actor(), solution_id), form), INVALID)
    flash(DONE[made.change], "success")
    return _home(solution_id)


@blueprint.post("/listings/<int:solution_id>/recall")
@requires(Permission.WRITE_LISTING)
def recall(solution_id: int) -> ResponseReturnValue:
    form = Act()
    if not form.validate_on_submit():
        return _incomplete(solution_id)
    listings.recall(actor(), solution_id=solution_id, version=form.seen, once=form.once.data)
    flash("已撤回申请，可以接着修改。", "success")
    return _home(solution_id)


@blueprint.post("/listings/<int:solution_id>/drop")
@requires(Permission.WRITE_LISTING)
def drop(solution_id: int) -> ResponseReturnValue:
    form = Act()
    if not form.validate_on_submit():
        return _incomplete(solution_id)
    is_gone = listing_drafts.drop(actor(), solution_id=solution_id, version=form.seen, once=form.once.data)
    flash("草稿已删除。", "success")
    return _desk() if is_gone else _home(solution_id)


@blueprint.route("/listings/<int:solution_id>/withdraw", methods=["GET", "POST"])
@requires(Permission.WRITE_LISTING)
def withdraw(solution_id: int) -> ResponseReturnValue:
    solution = listing_views.own(actor(), solution_id)
    form = ReasonForm(version=solution.version)
    if request.method == "GET":
        return render_template("listings/withdraw.html", solution=solution, form=form)
    if form.validate():
        acts.keep_typed(form)
        reason = form.reason.data or ""
        listings.withdraw(actor(), solution_id=solution_id, version=form.seen, reason=reason, once=form.once.data)
        flash("已下架。产品页保留，顶部注明日期和理由。", "success")
        return _home(solution_id)
    return make_response(render_template("listings/withdraw.html", solution=solution, form=form), INVALID)


@blueprint.get("/listings/<int:solution_id>/versions")
@requires(Permission.READ_APPROVALS)
def versions(solution_id: int) -> ResponseReturnValue:
    return render_template("listings/versions.html", history=listing_versions.history(actor(), solution_id))


@blueprint.get("/listings/<int:solution_id>/versions/<int:number>")
@requires(Permission.READ_APPROVALS)
def version(solution_id: int, number: int) -> ResponseReturnValue:
    against = acts.whole(request.args.get("against"))
    shown = listing_versions.compare(actor(), solution_id, number=number, against=against)
    return render_template("listings/version.html", shown=shown)


@blueprint.get("/listings/questions.json")
@public
def definition() -> ResponseReturnValue:
    return jsonify(listing_api.definition())


@blueprint.get("/solutions/<int:solution_id>.json")
@public
def data(solution_id: int) -> ResponseReturnValue:
    return jsonify(listing_api.get(solution_id))


def _first(error: Invalid) -> str:
    return next(iter(error.messages.values()))[0]
