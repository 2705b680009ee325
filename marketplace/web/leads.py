"""Leads (商机): a provider's own, and for an enterprise those of one of its checklists."""

from collections.abc import Callable

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from marketplace.domain.errors import Invalid
from marketplace.domain.leads import NOTE_MAX
from marketplace.domain.permissions import Permission
from marketplace.services import lead_views, lead_waves, leads, timelines
from marketplace.web.access import actor, requires
from marketplace.web.forms import acts
from marketplace.web.forms.acts import Act
from marketplace.web.forms.leads import Decline
from marketplace.web.preferences import local_path

blueprint = Blueprint("leads", __name__)
SEE_OTHER, INVALID = 303, 422


@blueprint.get("/leads")
@requires(Permission.ANSWER_LEAD)
def index() -> ResponseReturnValue:
    number = acts.whole(request.args.get("page")) or 1
    return render_template("leads/index.html", leads=lead_views.own(actor(), number=number))


@blueprint.get("/leads/<int:lead_id>")
@requires(Permission.ANSWER_LEAD)
def show(lead_id: int) -> ResponseReturnValue:
    lead = lead_views.get(actor(), lead_id)
    # Who agreed on the enterprise's side is known when both sides have.
    entries = timelines.of(kind="lead", key=lead_id) if lead.contact else ()
    return render_template("leads/show.html", lead=lead, entries=entries, token=acts.token)


@blueprint.post("/leads/<int:lead_id>/interest")
@requires(Permission.ANSWER_LEAD)
def interest(lead_id: int) -> ResponseReturnValue:
    form = Act()
    target = url_for("leads.show", lead_id=lead_id)

    def act() -> str:
        leads.interest(actor(), lead_id=lead_id, version=form.seen, once=form.once.data)
        return "已告知企业。企业同意对接后，双方互见联系方式。"

    return _do(act, is_complete=form.validate_on_submit(), target=target)


@blueprint.route("/leads/<int:lead_id>/decline", methods=["GET", "POST"])
@requires(Permission.ANSWER_LEAD)
def decline(lead_id: int) -> ResponseReturnValue:
    form = Decline()
    if form.validate_on_submit():
        acts.keep_typed(form)
        reason, note, once = form.reason.data or "", form.note.data or "", form.once.data
        try:
            leads.decline(actor(), lead_id=lead_id, version=form.seen, reason=reason, note=note, once=once)
        except Invalid as error:
            form.show(error)
        else:
            flash("已回复不接，原因企业可以看到。", "success")
            return redirect(url_for("leads.index"), SEE_OTHER)
    page = lead_views.get(actor(), lead_id)
    if not form.is_submitted():
        if not page.may_answer:
            flash("这条商机已经不用答复。", "info")
            return redirect(url_for("leads.show", lead_id=lead_id), SEE_OTHER)
        form.version.data = str(page.row.version)
    status = INVALID if form.is_submitted() else 200
    return render_template("leads/decline.html", lead=page, form=form), status


@blueprint.get("/demands/<int:demand_id>/leads")
@requires(Permission.OPEN_LEADS)
def of_demand(demand_id: int) -> ResponseReturnValue:
    view = lead_views.of_demand(actor(), demand_id)
    return render_template("leads/of_demand.html", view=view, note_max=NOTE_MAX, token=acts.token)


@blueprint.post("/demands/<int:demand_id>/leads/open", endpoint="open")
@requires(Permission.OPEN_LEADS)
def start(demand_id: int) -> ResponseReturnValue:
    form = Act()

    def act() -> str:
        count = lead_waves.start(actor(), demand_id=demand_id, version=form.seen, once=form.once.data)
        return f"已推给{count}家服务商。"

    return _do(act, is_complete=form.validate_on_submit(), target=_page(demand_id))


@blueprint.post("/demands/<int:demand_id>/leads/next-wave")
@requires(Permission.OPEN_LEADS)
def next_wave(demand_id: int) -> ResponseReturnValue:
    def act() -> str:
        count = lead_waves.next_wave(actor(), demand_id=demand_id, once=request.form.get("once"))
        return f"又推给{count}家服务商。"

    return _do(act, is_complete=True, target=_page(demand_id))


@blueprint.post("/demands/<int:demand_id>/leads/stop")
@requires(Permission.OPEN_LEADS)
def stop(demand_id: int) -> ResponseReturnValue:
    def act() -> str:
        count = lead_waves.stop(actor(), demand_id=demand_id, once=request.form.get("once"))
        return f"已停止推送，收回{count}条未答复的商机。"

    return _do(act, is_complete=True, target=_page(demand_id))


@blueprint.post("/leads/<int:lead_id>/introduce")
@requires(Permission.OPEN_LEADS)
def introduce(lead_id: int) -> ResponseReturnValue:
    form = Act()
    if not form.validate_on_submit():
        return _incomplete(url_for("demands.index"))
    demand_id = leads.introduce(actor(), lead_id=lead_id, version=form.seen, once=form.once.data)
    flash("已同意对接，双方现在可以看到对方的联系方式。", "success")
    return redirect(_page(demand_id), SEE_OTHER)


@blueprint.post("/leads/<int:lead_id>/refuse")
@requires(Permission.OPEN_LEADS)
def refuse(lead_id: int) -> ResponseReturnValue:
    form = Act()
    if not form.validate_on_submit():
        return _incomplete(url_for("demands.index"))
    reason = request.form.get("reason", "")
    try:
        demand_id = leads.refuse(actor(), lead_id=lead_id, version=form.seen, reason=reason, once=form.once.data)
    except Invalid as error:
        flash(next(iter(error.messages.values()))[0], "warning")
        return redirect(local_path(request.referrer) or url_for("demands.index"), SEE_OTHER)
    flash("已回复暂不对接，对方不会看到你单位的名称。", "success")
    return redirect(_page(demand_id), SEE_OTHER)


def _do(act: Callable[[], str], *, is_complete: bool, target: str) -> ResponseReturnValue:
    """A button: what it did, or why it could not, told on the page that it stands on."""
    if not is_complete:
        return _incomplete(target)
    try:
        flash(act(), "success")
    except Invalid as error:
        flash(next(iter(error.messages.values()))[0] + "。", "warning")
    return redirect(target, SEE_OTHER)


def _page(demand_id: int) -> str:
    return url_for("leads.of_demand", demand_id=demand_id)


def _incomplete(target: str) -> ResponseReturnValue:
    flash("页面内容不完整，没有办理。请在这里重新提交。", "warning")
    return redirect(target, SEE_OTHER)
