"""揭榜挂帅: the public board, the bureau's drafting and closing, the providers' answers."""

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from marketplace.domain.challenges import Answer, Draft
from marketplace.domain.errors import Invalid
from marketplace.domain.permissions import Permission
from marketplace.services import challenge_views, challenges, clock, timelines, unmet_demand
from marketplace.services.challenge_views import ChallengeView
from marketplace.web.access import actor, find_actor, public, requires
from marketplace.web.forms import acts
from marketplace.web.forms import challenges as forms
from marketplace.web.forms.acts import Act

blueprint = Blueprint("challenges", __name__)
SEE_OTHER, INVALID = 303, 422


@blueprint.get("/challenges")
@public
def index() -> ResponseReturnValue:
    return render_template("challenges/index.html", board=challenge_views.board(find_actor()))


@blueprint.get("/challenges/<int:challenge_id>")
@public
def show(challenge_id: int) -> ResponseReturnValue:
    return _page(challenge_id)


def _page(challenge_id: int, *, problem: str = "") -> str:
    person = find_actor()
    view = challenge_views.get(person, challenge_id)
    entries = timelines.of(kind=challenges.KIND, key=challenge_id) if view.may_manage else ()
    return render_template(
        "challenges/show.html", view=view, entries=entries, problem=problem, person=person, token=acts.token
    )


@blueprint.route("/challenges/new", methods=["GET", "POST"])
@requires(Permission.MANAGE_CHALLENGES)
def new() -> ResponseReturnValue:
    """From a row of unmet demand, whose industry and scene stand in the address."""
    industry, scene = request.args.get("industry", ""), request.args.get("scene", "")
    form = forms.ChallengeForm()
    if form.validate_on_submit():
        try:
            key = challenges.draw_up(
                actor(), industry=industry, scene=scene, draft=form.to_draft(), once=form.once.data
            )
        except Invalid as error:
            form.show(error)
        else:
            flash("榜单已拟好，还没有公开。核对后再发榜。", "success")
            return redirect(url_for("challenges.show", challenge_id=key), SEE_OTHER)
    row = unmet_demand.find_row(industry=industry, scene=scene)
    if row is not None and not form.is_submitted():
        form.fill(forms.suggested(row, today=clock.today()))
    action = url_for("challenges.new", industry=industry, scene=scene)
    page = render_template("challenges/form.html", form=form, action=action, row=row, view=None)
    return make_response(page, INVALID) if form.is_submitted() else page


@blueprint.route("/challenges/<int:challenge_id>/edit", methods=["GET", "POST"])
@requires(Permission.MANAGE_CHALLENGES)
def edit(challenge_id: int) -> ResponseReturnValue:
    form = forms.ChallengeForm()
    target = url_for("challenges.show", challenge_id=challenge_id)
    if form.validate_on_submit():
        acts.keep_typed(form)
        try:
            challenges.edit(
                actor(), challenge_id=challenge_id, version=form.seen, draft=form.to_draft(), once=form.once.data
            )
        except Invalid as error:
            form.show(error)
        else:
            flash("已保存。", "success")
            return redirect(target, SEE_OTHER)
    view = challenge_views.get(actor(), challenge_id)
    if not form.is_submitted():
        if view.challenge.status != "draft":
            flash("榜单已经公开，内容不能再改。", "info")
            return redirect(target, SEE_OTHER)
        form.fill(_draft(view), version=view.challenge.version)
    action = url_for("challenges.edit", challenge_id=challenge_id)
    page = render_template("challenges/form.html", form=form, action=action, row=None, view=view)
    return make_response(page, INVALID) if form.is_submitted() else page


def _draft(view: ChallengeView) -> Draft:
    row = view.challenge
    return Draft(row.title, row.target_level, row.text, row.closes_on)


@blueprint.post("/challenges/<int:challenge_id>/publish")
@requires(Permission.MANAGE_CHALLENGES)
def publish(challenge_id: int) -> ResponseReturnValue:
    form = Act()
    if not form.validate_on_submit():
        return _page(challenge_id, problem="页面内容不完整，没有发榜。请再点一次。"), INVALID
    try:
        challenges.publish(actor(), challenge_id=challenge_id, version=form.seen, once=form.once.data)
    except Invalid as error:
        return _page(challenge_id, problem=error.text), INVALID
    flash("已发榜，服务商可以应榜了。", "success")
    return redirect(url_for("challenges.show", challenge_id=challenge_id), SEE_OTHER)


@blueprint.post("/challenges/<int:challenge_id>/close")
@requires(Permission.MANAGE_CHALLENGES)
def close(challenge_id: int) -> ResponseReturnValue:
    form = Act()
    if not form.validate_on_submit():
        return _page(challenge_id, problem="页面内容不完整，没有收榜。请再点一次。"), INVALID
    reason = request.form.get("reason", "")
    try:
        challenges.close(actor(), challenge_id=challenge_id, version=form.seen, reason=reason, once=form.once.data)
    except Invalid as error:
        return _page(challenge_id, problem=error.text), INVALID
    flash("已收榜，收榜说明已公开。", "success")
    return redirect(url_for("challenges.show", challenge_id=challenge_id), SEE_OTHER)


@blueprint.route("/challenges/<int:challenge_id>/answer", methods=["GET", "POST"])
@requires(Permission.ANSWER_CHALLENGE)
def answer(challenge_id: int) -> ResponseReturnValue:
    form = forms.AnswerForm()
    target = url_for("challenges.show", challenge_id=challenge_id)
    view = challenge_views.get(actor(), challenge_id)
    if form.validate_on_submit():
        acts.keep_typed(form)
        try:
            challenges.answer(
                actor(), challenge_id=challenge_id, answer=form.to_answer(), seen=form.seen.data or "",
                once=form.once.data,
            )  # fmt: skip
        except Invalid as error:
            form.show(error)
        else:
            flash("应榜已提交，截止日期前可以修改。", "success")
            return redirect(target, SEE_OTHER)
    if not form.is_submitted():
        if not view.may_answer:
            flash("这个榜单不再接受应榜。", "info")
            return redirect(target, SEE_OTHER)
        if view.own:
            form.fill(Answer(view.own.text, view.own.price, view.own.days), seen=challenges.mark(view.own))
    page = render_template("challenges/answer.html", form=form, view=view)
    return make_response(page, INVALID) if form.is_submitted() else page
