"""联合体: a provider's own, the bureau's queue, one consortium from the first invitation to the end."""

from collections.abc import Callable

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from marketplace.domain import wording
from marketplace.domain.consortia import DECLARATIONS
from marketplace.domain.errors import Invalid
from marketplace.domain.permissions import Permission
from marketplace.services import clock, consortia, consortium_choices, consortium_decisions, consortium_views, timelines
from marketplace.web import buttons
from marketplace.web.access import actor, requires
from marketplace.web.buttons import INVALID, SEE_OTHER
from marketplace.web.forms import acts
from marketplace.web.forms import consortia as forms
from marketplace.web.forms.acts import Act
from marketplace.web.forms.base import Form

blueprint = Blueprint("consortia", __name__)


@blueprint.get("/consortia")
@requires(Permission.READ_CONSORTIUM)
def index() -> ResponseReturnValue:
    leads = consortium_choices.industries(actor())
    return render_template("consortia/index.html", board=consortium_views.board(actor()), leads=leads, person=actor())


@blueprint.get("/consortia/<int:consortium_id>")
@requires(Permission.READ_CONSORTIUM)
def show(consortium_id: int) -> ResponseReturnValue:
    return _page(consortium_id)


def _page(consortium_id: int, *, problem: str = "") -> str:
    view = consortium_views.get(actor(), consortium_id)
    entries = timelines.of(kind="consortium", key=consortium_id)
    return render_template("consortia/show.html", view=view, entries=entries, problem=problem, token=acts.token)


@blueprint.get("/consortia/<int:consortium_id>/print")
@requires(Permission.READ_CONSORTIUM)
def print(consortium_id: int) -> ResponseReturnValue:
    view = consortium_views.get(actor(), consortium_id)
    return render_template("consortia/print.html", view=view, printed_at=wording.moment(clock.now()))


@blueprint.route("/consortia/new", methods=["GET", "POST"])
@requires(Permission.KEEP_CONSORTIUM)
def new() -> ResponseReturnValue:
    form, leads = forms.FoundForm(), consortium_choices.industries(actor())
    form.industry.choices = acts.choices(leads)
    if form.validate_on_submit():
        try:
            key = consortia.found(actor(), plan=form.to_plan(), once=form.once.data)
        except Invalid as error:
            form.show(error)
        else:
            flash("联合体已建好，接着邀请成员。", "success")
            return redirect(url_for("consortia.show", consortium_id=key), SEE_OTHER)
    return _form("consortia/new.html", form, leads=leads)


@blueprint.route("/consortia/<int:consortium_id>/invite", methods=["GET", "POST"])
@requires(Permission.KEEP_CONSORTIUM)
def invite(consortium_id: int) -> ResponseReturnValue:
    form = forms.InviteForm()
    if form.validate_on_submit():
        try:
            consortia.invite(
                actor(), consortium_id=consortium_id, provider_id=form.provider_id.data, share=form.percent,
                scenes=form.scenes.data or (), once=form.once.data,
            )  # fmt: skip
        except Invalid as error:
            form.show(error)
        else:
            flash("已发出邀请，等对方同意。", "success")
            return redirect(url_for("consortia.show", consortium_id=consortium_id), SEE_OTHER)
    view = consortium_choices.own(actor(), consortium_id)
    form.provider_id.choices = acts.choices(consortium_choices.candidates(view.consortium), blank="请选择")
    return _form("consortia/invite.html", form, view=view)


@blueprint.route("/consortia/seats/<int:seat_id>/terms", methods=["GET", "POST"])
@requires(Permission.KEEP_CONSORTIUM)
def set_terms(seat_id: int) -> ResponseReturnValue:
    form = forms.TermsForm()
    view, seat = consortium_choices.own_seat(actor(), seat_id)
    target = url_for("consortia.show", consortium_id=view.consortium.id)
    if form.validate_on_submit():
        acts.keep_typed(form)
        try:
            consortia.set_terms(
                actor(), seat_id=seat_id, version=form.seen, share=form.percent, scenes=form.scenes.data or (),
                once=form.once.data,
            )  # fmt: skip
        except Invalid as error:
            form.show(error)
        else:
            flash("已保存。份额或场景有变的，对方要重新同意。", "success")
            return redirect(target, SEE_OTHER)
    if not form.is_submitted():
        form.share.data, form.scenes.data, form.version.data = (
            seat.share,
            list(seat.seat.scenes),
            str(seat.seat.version),
        )
    return _form("consortia/terms.html", form, view=view, seat=seat)


@blueprint.post("/consortia/seats/<int:seat_id>/uninvite")
@requires(Permission.KEEP_CONSORTIUM)
def uninvite(seat_id: int) -> ResponseReturnValue:
    view, _ = consortium_choices.own_seat(actor(), seat_id)
    return _run(
        view.consortium.id,
        lambda form: consortia.uninvite(actor(), seat_id=seat_id, version=form.seen, once=form.once.data),
        "已移出名单，原记录留存。",
    )


@blueprint.post("/consortia/seats/<int:seat_id>/consent")
@requires(Permission.ANSWER_CONSORTIUM)
def consent(seat_id: int) -> ResponseReturnValue:
    return _run(
        consortium_choices.consortium_of(actor(), seat_id),
        lambda form: consortia.consent(actor(), seat_id=seat_id, version=form.seen, once=form.once.data),
        "已同意加入。份额或场景再有改动，会重新征求本单位同意。",
    )


@blueprint.post("/consortia/seats/<int:seat_id>/decline")
@requires(Permission.ANSWER_CONSORTIUM)
def decline(seat_id: int) -> ResponseReturnValue:
    reason = request.form.get("reason", "")
    return _run(
        consortium_choices.consortium_of(actor(), seat_id),
        lambda form: consortia.decline(actor(), seat_id=seat_id, version=form.seen, reason=reason, once=form.once.data),
        "已答复不加入，牵头单位能看到理由。",
    )


@blueprint.route("/consortia/<int:consortium_id>/submit", methods=["GET", "POST"])
@requires(Permission.KEEP_CONSORTIUM)
def submit(consortium_id: int) -> ResponseReturnValue:
    form = forms.SubmitForm()
    if form.validate_on_submit():
        try:
            consortium_decisions.submit(
                actor(), consortium_id=consortium_id, version=form.seen, declared=form.declared.data or (),
                once=form.once.data,
            )  # fmt: skip
        except Invalid as error:
            form.show(error)
        else:
            flash("已报市局，等确认。", "success")
            return redirect(url_for("consortia.show", consortium_id=consortium_id), SEE_OTHER)
    view = consortium_choices.own(actor(), consortium_id)
    if not form.is_submitted():
        form.version.data = str(view.consortium.version)
    return _form("consortia/submit.html", form, view=view, declarations=DECLARATIONS)


@blueprint.post("/consortia/<int:consortium_id>/recall")
@requires(Permission.KEEP_CONSORTIUM)
def recall(consortium_id: int) -> ResponseReturnValue:
    return _run(
        consortium_id,
        lambda form: consortium_decisions.recall(
            actor(), consortium_id=consortium_id, version=form.seen, once=form.once.data
        ),
        "已撤回，可以继续调整。",
    )


@blueprint.post("/consortia/<int:consortium_id>/return")
@requires(Permission.DECIDE_CONSORTIUM)
def send_back(consortium_id: int) -> ResponseReturnValue:
    reason = request.form.get("reason", "")
    return _run(
        consortium_id,
        lambda form: consortium_decisions.send_back(
            actor(), consortium_id=consortium_id, version=form.seen, reason=reason, once=form.once.data
        ),
        "已退回，牵头单位能看到理由。",
    )


@blueprint.post("/consortia/<int:consortium_id>/confirm")
@requires(Permission.DECIDE_CONSORTIUM)
def confirm(consortium_id: int) -> ResponseReturnValue:
    return _run(
        consortium_id,
        lambda form: consortium_decisions.confirm(
            actor(), consortium_id=consortium_id, version=form.seen, once=form.once.data
        ),
        "联合体已成立，各成员的服务商主页上能看到。",
    )


@blueprint.post("/consortia/<int:consortium_id>/dissolve")
@requires(Permission.DISSOLVE_CONSORTIUM)
def dissolve(consortium_id: int) -> ResponseReturnValue:
    reason = request.form.get("reason", "")
    return _run(
        consortium_id,
        lambda form: consortium_decisions.dissolve(
            actor(), consortium_id=consortium_id, version=form.seen, reason=reason, once=form.once.data
        ),
        "联合体已解散，成员和变更记录留存。",
    )


def _run(consortium_id: int, act: Callable[[Act], None], said: str) -> ResponseReturnValue:
    target = url_for("consortia.show", consortium_id=consortium_id)
    return buttons.press(act, said, page=lambda problem: _page(consortium_id, problem=problem), target=target)


def _form(template: str, form: Form, **context: object) -> ResponseReturnValue:
    made = render_template(template, form=form, **context)
    return make_response(made, INVALID) if form.is_submitted() else made
