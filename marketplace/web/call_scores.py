"""Scoring a call: the expert's own sheets, and the bureau's page of experts and 合议."""

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from marketplace.domain import provider_applications
from marketplace.domain.errors import Invalid
from marketplace.domain.permissions import Permission
from marketplace.services import call_experts, call_results, call_scores, call_sheets
from marketplace.web.access import actor, requires
from marketplace.web.calls import words_of
from marketplace.web.forms import acts
from marketplace.web.forms import calls as forms
from marketplace.web.forms.acts import Act
from marketplace.web.forms.base import Form

blueprint = Blueprint("call_scores", __name__)
SEE_OTHER, INVALID = 303, 422


@blueprint.get("/call-scores")
@requires(Permission.SCORE_CALL)
def index() -> ResponseReturnValue:
    return render_template("calls/tasks.html", tasks=call_sheets.tasks(actor()))


@blueprint.get("/calls/<int:call_id>/scores")
@requires(Permission.SCORE_CALL)
def show(call_id: int) -> ResponseReturnValue:
    return _sheet_page(call_id)


def _sheet_page(call_id: int, *, problem: str = "") -> str:
    sheet = call_sheets.sheet(actor(), call_id)
    words = call_sheets.rules_words(sheet.call)
    return render_template("calls/scores.html", sheet=sheet, problem=problem, scoring=words, token=acts.token)


@blueprint.route("/calls/<int:call_id>/scores/<int:response_id>", methods=["GET", "POST"])
@requires(Permission.SCORE_CALL)
def score(call_id: int, response_id: int) -> ResponseReturnValue:
    form = Form()
    sheet = call_sheets.sheet(actor(), call_id)
    response, files = call_sheets.response_of(sheet, response_id)
    typed = {
        one.criterion_id: (str(one.score), one.comment)
        for one in sheet.scores.values()
        if one.response_id == response_id
    }
    if form.is_submitted():
        typed = forms.typed_scores(sheet.call)
        try:
            call_scores.save(actor(), call_id=call_id, response_id=response_id, typed=typed, once=form.once.data)
        except Invalid as error:
            form.show(error)
            sheet = call_sheets.sheet(actor(), call_id)  # afresh: what was read before the refusal is gone
            response, files = call_sheets.response_of(sheet, response_id)
        else:
            flash("已保存，提交前可以修改。", "success")
            return _sheet(call_id)
    page = render_template(
        "calls/score.html",
        form=form, sheet=sheet, response=response, files=files, typed=typed,
        evidence=provider_applications.EVIDENCE,
    )  # fmt: skip
    return make_response(page, INVALID) if form.is_submitted() else page


@blueprint.post("/calls/<int:call_id>/scores/submit")
@requires(Permission.SCORE_CALL)
def submit(call_id: int) -> ResponseReturnValue:
    try:
        was_last = call_scores.submit(actor(), call_id=call_id, once=request.form.get("once"))
    except Invalid as error:
        return _sheet_page(call_id, problem=words_of(error)), INVALID
    flash("评分已提交。各位专家都已评完，进入合议。" if was_last else "评分已提交。其他专家评完后一起合议。", "success")
    return _sheet(call_id)


@blueprint.post("/calls/<int:call_id>/scores/recuse")
@requires(Permission.SCORE_CALL)
def recuse(call_id: int) -> ResponseReturnValue:
    reason = request.form.get("reason", "")
    try:
        call_experts.recuse(actor(), call_id=call_id, reason=reason, once=request.form.get("once"))
    except Invalid as error:
        return _sheet_page(call_id, problem=words_of(error)), INVALID
    flash("已登记回避，您的评分不计入。", "success")
    return redirect(url_for("call_scores.index"), SEE_OTHER)


def _sheet(call_id: int) -> ResponseReturnValue:
    return redirect(url_for("call_scores.show", call_id=call_id), SEE_OTHER)


@blueprint.get("/calls/<int:call_id>/panel")
@requires(Permission.MANAGE_CALLS)
def panel(call_id: int) -> ResponseReturnValue:
    return _panel_page(call_id)


def _panel_page(call_id: int, *, problem: str = "", cap_reason: str = "") -> str:
    found = call_sheets.panel(actor(), call_id)
    words = call_sheets.rules_words(found.call)
    return render_template(
        "calls/panel.html", panel=found, problem=problem, scoring=words, token=acts.token, cap_reason=cap_reason
    )


@blueprint.post("/calls/<int:call_id>/experts")
@requires(Permission.MANAGE_CALLS)
def assign(call_id: int) -> ResponseReturnValue:
    user_id = acts.whole(request.form.get("user_id")) or 0
    try:
        call_experts.assign(actor(), call_id=call_id, user_id=user_id, once=request.form.get("once"))
    except Invalid as error:
        return _panel_page(call_id, problem=words_of(error)), INVALID
    flash("已指定，专家登录后可以评分。", "success")
    return _panel(call_id)


@blueprint.post("/calls/<int:call_id>/agreements")
@requires(Permission.MANAGE_CALLS)
def agree(call_id: int) -> ResponseReturnValue:
    try:
        call_results.agree(
            actor(),
            call_id=call_id,
            response_id=acts.whole(request.form.get("response_id")) or 0,
            criterion_id=acts.whole(request.form.get("criterion_id")) or 0,
            text=request.form.get("score", ""),
            reason=request.form.get("reason", ""),
            seen=request.form.get("seen", ""),
            once=request.form.get("once"),
        )
    except Invalid as error:
        return _panel_page(call_id, problem=words_of(error)), INVALID
    flash("合议分已记下。", "success")
    return _panel(call_id)


@blueprint.post("/calls/<int:call_id>/announce")
@requires(Permission.MANAGE_CALLS)
def announce(call_id: int) -> ResponseReturnValue:
    form, cap_reason = Act(), request.form.get("cap_reason", "")
    try:
        if not form.validate_on_submit():
            raise Invalid({"version": ["页面内容不完整，没有公示，请再试一次"]})
        call_results.announce(actor(), call_id=call_id, version=form.seen, cap_reason=cap_reason, once=form.once.data)
    except Invalid as error:
        return _panel_page(call_id, problem=words_of(error), cap_reason=cap_reason), INVALID
    flash("结果已公示，公示期内受理异议。", "success")
    return redirect(url_for("calls.show", call_id=call_id), SEE_OTHER)


def _panel(call_id: int) -> ResponseReturnValue:
    return redirect(url_for("call_scores.panel", call_id=call_id), SEE_OTHER)
