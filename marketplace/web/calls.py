"""牵头服务商遴选: the public list and page, the bureau's drafting and closing, responses, objections."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from marketplace.domain import calls as rules
from marketplace.domain import provider_applications
from marketplace.domain.errors import Invalid
from marketplace.domain.permissions import Permission
from marketplace.services import (
    call_objections,
    call_responses,
    call_results,
    call_sheets,
    call_views,
    calls,
    clock,
    timelines,
)
from marketplace.services.call_views import ResponseSheet
from marketplace.web.access import actor, find_actor, public, requires
from marketplace.web.forms import acts
from marketplace.web.forms import calls as forms
from marketplace.web.forms.acts import Act
from marketplace.web.forms.provider_applications import offered

blueprint = Blueprint("calls", __name__)
SEE_OTHER, INVALID = 303, 422


@blueprint.get("/calls")
@public
def index() -> ResponseReturnValue:
    return render_template("calls/index.html", board=call_views.board(find_actor()))


@blueprint.get("/calls/<int:call_id>")
@public
def show(call_id: int) -> ResponseReturnValue:
    return _page(call_id)


def _page(call_id: int, *, problem: str = "") -> str:
    person = find_actor()
    page = call_views.get(person, call_id)
    entries = timelines.of(kind=calls.KIND, key=call_id) if page.may_manage else ()
    return render_template(
        "calls/show.html",
        page=page, entries=entries, problem=problem, person=person, token=acts.token, rules=rules,
        scoring=call_sheets.rules_words(page.call),
    )  # fmt: skip


@blueprint.route("/calls/new", methods=["GET", "POST"])
@requires(Permission.MANAGE_CALLS)
def new() -> ResponseReturnValue:
    form = forms.CallForm()
    if form.validate_on_submit():
        try:
            key = calls.draw_up(actor(), draft=form.to_draft(), once=form.once.data)
        except Invalid as error:
            form.show(error)
        else:
            flash("公告已拟好，还没有公开。核对后再发布。", "success")
            return redirect(url_for("calls.show", call_id=key), SEE_OTHER)
    criteria = form.criteria
    if not form.is_submitted():
        proposed = rules.usual(clock.today())
        form.fill(proposed)
        criteria = list(proposed.criteria)
    return _draft_page(form, criteria, url_for("calls.new"), "拟定遴选公告")


@blueprint.route("/calls/<int:call_id>/edit", methods=["GET", "POST"])
@requires(Permission.MANAGE_CALLS)
def edit(call_id: int) -> ResponseReturnValue:
    form = forms.CallForm()
    if form.validate_on_submit():
        acts.keep_typed(form)
        try:
            calls.edit(actor(), call_id=call_id, version=form.seen, draft=form.to_draft(), once=form.once.data)
        except Invalid as error:
            form.show(error)
        else:
            flash("已保存。", "success")
            return _home(call_id)
    criteria = form.criteria
    if not form.is_submitted():
        call = call_views.get(actor(), call_id).call
        if call.status != "draft":
            flash("公告已经公开，内容不能再改。", "info")
            return _home(call_id)
        form.fill(forms.draft_of(call), version=call.version)
        criteria = list(forms.draft_of(call).criteria)
    return _draft_page(form, criteria, url_for("calls.edit", call_id=call_id), "修改遴选公告")


def _draft_page(form: forms.CallForm, criteria: list[Any], action: str, heading: str) -> ResponseReturnValue:
    page = render_template(
        "calls/form.html",
        form=form, criteria=forms.rows_for(criteria), total=sum(one.weight for one in criteria), action=action,
        heading=heading, policy=rules.POLICY,
    )  # fmt: skip
    return make_response(page, INVALID) if form.is_submitted() else page


@blueprint.post("/calls/<int:call_id>/publish")
@requires(Permission.MANAGE_CALLS)
def publish(call_id: int) -> ResponseReturnValue:
    return _act(call_id, calls.publish, "已发布，在库服务商可以应榜了。")


@blueprint.post("/calls/<int:call_id>/close")
@requires(Permission.MANAGE_CALLS)
def close(call_id: int) -> ResponseReturnValue:
    return _act(call_id, calls.close, "已截止应榜。下一步指定评分专家。")


@blueprint.post("/calls/<int:call_id>/reopen")
@requires(Permission.MANAGE_CALLS)
def reopen(call_id: int) -> ResponseReturnValue:
    return _act(call_id, call_results.reopen, "公示已撤下，请重新合议。", with_reason=True)


@blueprint.post("/calls/<int:call_id>/conclude")
@requires(Permission.CONCLUDE_CALL)
def conclude(call_id: int) -> ResponseReturnValue:
    return _act(call_id, call_results.conclude, "结果已确认，牵头服务商席位已登记。")


@blueprint.post("/calls/<int:call_id>/cancel")
@requires(Permission.CONCLUDE_CALL)
def cancel(call_id: int) -> ResponseReturnValue:
    return _act(call_id, calls.cancel, "遴选已终止，理由已公开。", with_reason=True)


def _act(call_id: int, act: Callable[..., object], words: str, *, with_reason: bool = False) -> ResponseReturnValue:
    form = Act()
    if not form.validate_on_submit():
        return _page(call_id, problem="页面内容不完整，没有办理。请再点一次。"), INVALID
    more = {"reason": request.form.get("reason", "")} if with_reason else {}
    try:
        act(actor(), call_id=call_id, version=form.seen, once=form.once.data, **more)
    except Invalid as error:
        return _page(call_id, problem=words_of(error)), INVALID
    flash(words, "success")
    return _home(call_id)


@blueprint.route("/calls/<int:call_id>/response", methods=["GET", "POST"])
@requires(Permission.ANSWER_CALL)
def respond(call_id: int) -> ResponseReturnValue:
    form = forms.ResponseForm()
    sheet = call_views.response_sheet(actor(), call_id)
    if form.validate_on_submit():
        try:
            call_responses.answer(
                actor(), call_id=call_id, texts=form.texts(sheet.call), files=form.files(), declared=form.declared(),
                seen=form.seen.data or "", once=form.once.data,
            )  # fmt: skip
        except Invalid as error:
            form.show(error)
            sheet = call_views.response_sheet(actor(), call_id)  # afresh: what was read before the refusal is gone
        else:
            flash("应榜已提交，截止日期前可以修改。", "success")
            return _home(call_id)
    elif not sheet.may_answer:
        flash("在库服务商在应榜时间内才能应榜。", "info")
        return _home(call_id)
    else:
        form.seen.data = call_responses.mark(sheet.own)
    return _response_page(form, sheet)


def _response_page(form: forms.ResponseForm, sheet: ResponseSheet) -> ResponseReturnValue:
    """What was typed, or what stands."""
    if form.is_submitted():
        typed, picked = form.texts(sheet.call), form.files()
    else:
        typed = dict(sheet.own.texts) if sheet.own else {}
        picked = {topic: tuple(one.id for one in files) for topic, files in sheet.chosen.items()}
    page = render_template(
        "calls/respond.html",
        form=form, sheet=sheet, typed=typed, picked=picked, offered=offered, policy=rules.POLICY,
        evidence=provider_applications.EVIDENCE,
    )  # fmt: skip
    return make_response(page, INVALID) if form.is_submitted() else page


@blueprint.route("/calls/<int:call_id>/objections/new", methods=["GET", "POST"])
@public
def object_to(call_id: int) -> ResponseReturnValue:
    person = find_actor()
    if person is None and not rules.OBJECTIONS["are_visitors_heard"]:
        return redirect(url_for("accounts.login", next=request.path))
    form = forms.ObjectionForm()
    if form.validate_on_submit():
        acts.keep_typed(form)
        try:
            call_objections.object_to(
                person, call_id=call_id, objector=form.objector(person), text=form.text.data or "", once=form.once.data
            )
        except Invalid as error:
            form.show(error)
        else:
            flash("异议已提交，市局会书面答复。", "success")
            return _home(call_id)
    page = call_views.get(person, call_id)
    if not page.may_object and not form.is_submitted():
        flash("现在不在公示期内，不受理异议。", "info")
        return _home(call_id)
    body = render_template("calls/object.html", form=form, page=page, person=person, policy=rules.OBJECTIONS)
    return make_response(body, INVALID) if form.is_submitted() else body


@blueprint.post("/calls/<int:call_id>/objections/<int:objection_id>")
@requires(Permission.MANAGE_CALLS)
def answer_objection(call_id: int, objection_id: int) -> ResponseReturnValue:
    form = forms.AnswerForm()
    acts.keep_typed(form)
    if not form.validate_on_submit():
        return _page(call_id, problem="页面内容不完整，没有答复。请再试一次。"), INVALID
    is_upheld = request.form.get("action") == "uphold"
    try:
        call_objections.answer(
            actor(), objection_id=objection_id, version=form.seen, is_upheld=is_upheld, reason=form.reason.data or "",
            once=form.once.data,
        )  # fmt: skip
    except Invalid as error:
        return _page(call_id, problem=words_of(error)), INVALID
    flash("已答复。公示已撤下，请重新合议。" if is_upheld else "已答复，异议不成立。", "success")
    return _home(call_id)


def _home(call_id: int) -> ResponseReturnValue:
    return redirect(url_for("calls.show", call_id=call_id), SEE_OTHER)


def words_of(error: Invalid) -> str:
    return "；".join(text for texts in error.messages.values() for text in texts)
