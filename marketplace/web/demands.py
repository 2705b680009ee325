"""Demand checklists: task list, lines, conditions, check, publish, ranking."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from marketplace.domain import demands as rules
from marketplace.domain import wording
from marketplace.domain.actors import Actor
from marketplace.domain.demands import Conditions
from marketplace.domain.errors import Invalid
from marketplace.domain.permissions import Permission
from marketplace.models.accounts import Role
from marketplace.services import demand_views, demands, matches, ranking_pages, shortlists, timelines
from marketplace.services.demand_views import Sheet
from marketplace.web.access import actor, requires
from marketplace.web.forms import acts, demand_lines
from marketplace.web.forms import demands as forms
from marketplace.web.forms.acts import Act

blueprint = Blueprint("demands", __name__)
SEE_OTHER, INVALID = 303, 422
VIEWS = ("solutions", "providers")


@blueprint.get("/demands")
@requires(Permission.READ_DEMAND)
def index() -> ResponseReturnValue:
    if actor().role == Role.ENTERPRISE:
        return render_template("demands/index.html", groups=demand_views.own(actor()))
    chosen = demand_views.clean(request.args)
    number = acts.whole(request.args.get("page")) or 1
    page = demand_views.page(actor(), chosen=chosen, number=number)
    return render_template("demands/list.html", page=page, chosen=chosen, views=demand_views)


@blueprint.get("/demands/new")
@requires(Permission.WRITE_DEMAND)
def new() -> ResponseReturnValue:
    """The title; what was searched for in vain becomes the first line."""
    form = forms.NewDemand()
    scene, text = request.args.get("scene", ""), " ".join(request.args.get("q", "").split())
    form.scene.data = scene if scene in wording.SCENES else ""
    form.text.data = text[: rules.POLICY["text_max"]]
    return render_template("demands/new.html", form=form)


@blueprint.post("/demands/new")
@requires(Permission.WRITE_DEMAND)
def create() -> ResponseReturnValue:
    form = forms.NewDemand()
    if form.validate_on_submit():
        try:
            key = demands.create(
                actor(), title=form.title.data or "", first_line=form.first_line(), once=form.once.data
            )
        except Invalid as error:
            form.show(error)
        else:
            return redirect(url_for("demands.show", demand_id=key), SEE_OTHER)
    return render_template("demands/new.html", form=form), INVALID


@blueprint.get("/demands/<int:demand_id>")
@requires(Permission.READ_DEMAND)
def show(demand_id: int) -> ResponseReturnValue:
    sheet = demand_views.get(actor(), demand_id)
    if sheet.demand.status == "draft":
        return render_template("demands/tasks.html", sheet=sheet, token=acts.token)
    entries = timelines.of(kind="demand", key=demand_id)
    facts = demand_views.condition_facts(sheet.demand)
    return render_template("demands/show.html", sheet=sheet, facts=facts, entries=entries, token=acts.token)


@blueprint.route("/demands/<int:demand_id>/basics", methods=["GET", "POST"])
@requires(Permission.WRITE_DEMAND)
def basics(demand_id: int) -> ResponseReturnValue:
    form = forms.Basics()

    def save(person: Actor) -> None:
        title, score = form.title.data or "", form.score()
        demands.save_basics(
            person, demand_id=demand_id, version=form.seen, title=title, score=score, once=form.once.data
        )

    def fill(sheet: Sheet) -> None:
        form.fill(title=sheet.demand.title, score=sheet.demand.assessment_score)

    return _edit(demand_id, form, template="demands/basics.html", fill=fill, save=save)


@blueprint.route("/demands/<int:demand_id>/lines", methods=["GET", "POST"])
@requires(Permission.WRITE_DEMAND)
def lines(demand_id: int) -> ResponseReturnValue:
    """All lines at once; the buttons that add, remove and restore a row answer with the form, nothing is kept yet."""
    form = demand_lines.Lines(demand_lines.posted_lines()) if request.method == "POST" else demand_lines.Lines()
    if request.form.keys() & {"add_line", "remove_line", "restore_line"}:
        form.change_rows(add="add_line" in request.form)
        form.restore(request.form.get("restore_line", ""), demand_views.get(actor(), demand_id).suggestions)
        return _draft_page(demand_id, form, template="demands/lines.html")

    def save(person: Actor) -> None:
        demands.save_lines(
            person, demand_id=demand_id, version=form.seen, lines=form.typed_lines(), once=form.once.data
        )

    def fill(sheet: Sheet) -> None:
        form.fill([demands.line_of(row) for row in sheet.demand.lines])

    return _edit(demand_id, form, template="demands/lines.html", fill=fill, save=save)


@blueprint.route("/demands/<int:demand_id>/conditions", methods=["GET", "POST"])
@requires(Permission.WRITE_DEMAND)
def conditions(demand_id: int) -> ResponseReturnValue:
    form = forms.ConditionsForm()

    def save(person: Actor) -> None:
        wanted = form.to_conditions()
        demands.save_conditions(person, demand_id=demand_id, version=form.seen, conditions=wanted, once=form.once.data)

    def fill(sheet: Sheet) -> None:
        row = sheet.demand
        ways = tuple(row.deployments) if row.deployments else None
        form.fill(Conditions(row.budget, row.deadline_days, ways), is_done=row.is_conditions_done)

    return _edit(demand_id, form, template="demands/conditions.html", fill=fill, save=save)


def _edit(
    demand_id: int, form: Any, *, template: str, fill: Callable[[Sheet], None], save: Callable[[Actor], None]
) -> ResponseReturnValue:
    """One page of a draft: show it filled; keep what is posted, or show it again with what is wrong."""
    if form.validate_on_submit():
        acts.keep_typed(form)
        try:
            save(actor())
        except Invalid as error:
            form.show(error)
        else:
            flash("已保存。", "success")
            return redirect(url_for("demands.show", demand_id=demand_id), SEE_OTHER)
    is_refused = form.is_submitted()
    page = _draft_page(demand_id, form, template=template, fill=None if is_refused else fill)
    return make_response(page, INVALID) if is_refused else page


def _draft_page(
    demand_id: int, form: Any, *, template: str, fill: Callable[[Sheet], None] | None = None
) -> ResponseReturnValue:
    """A form of a draft; what is not a draft any more has its own page, where nothing can be changed."""
    sheet = demand_views.get(actor(), demand_id, permission=Permission.WRITE_DEMAND)
    if sheet.demand.status != "draft" and fill:
        flash("清单已发布或撤回，内容不能再改。要改请复制一份。", "info")
        return redirect(url_for("demands.show", demand_id=demand_id), SEE_OTHER)
    if fill:
        fill(sheet)
        form.version.data = str(sheet.demand.version)
    return render_template(template, sheet=sheet, form=form, policy=rules.POLICY)


@blueprint.get("/demands/<int:demand_id>/check")
@requires(Permission.WRITE_DEMAND)
def check(demand_id: int) -> ResponseReturnValue:
    sheet = demand_views.get(actor(), demand_id, permission=Permission.WRITE_DEMAND)
    if sheet.demand.status != "draft":
        return redirect(url_for("demands.show", demand_id=demand_id), SEE_OTHER)
    facts = demand_views.condition_facts(sheet.demand)
    return render_template("demands/check.html", sheet=sheet, facts=facts, token=acts.token)


@blueprint.post("/demands/<int:demand_id>/publish")
@requires(Permission.WRITE_DEMAND)
def publish(demand_id: int) -> ResponseReturnValue:
    form = Act()
    target = url_for("demands.show", demand_id=demand_id)
    if not form.validate_on_submit():
        return _incomplete(target)
    try:
        demands.publish(actor(), demand_id=demand_id, version=form.seen, once=form.once.data)
    except Invalid:
        flash("清单还没有填齐，没有发布。缺的内容列在下面。", "danger")
        return redirect(url_for("demands.check", demand_id=demand_id), SEE_OTHER)
    flash("已发布。现在可以看匹配到的产品和服务商。", "success")
    return redirect(target, SEE_OTHER)


@blueprint.post("/demands/<int:demand_id>/withdraw")
@requires(Permission.WRITE_DEMAND)
def withdraw(demand_id: int) -> ResponseReturnValue:
    form = Act()
    target = url_for("demands.show", demand_id=demand_id)
    if not form.validate_on_submit():
        return _incomplete(target)
    demands.withdraw(actor(), demand_id=demand_id, version=form.seen, once=form.once.data)
    flash("已撤回。经信部门不再看到它在办，内容仍可复制再用。", "success")
    return redirect(target, SEE_OTHER)


@blueprint.post("/demands/<int:demand_id>/copy")
@requires(Permission.WRITE_DEMAND)
def copy(demand_id: int) -> ResponseReturnValue:
    key = demands.copy(actor(), demand_id=demand_id, once=request.form.get("once"))
    flash("已复制成新的草稿，请核对后再发布。预算、工期和部署方式要重新确认一遍。", "success")
    return redirect(url_for("demands.show", demand_id=key), SEE_OTHER)


@blueprint.post("/demands/<int:demand_id>/delete")
@requires(Permission.WRITE_DEMAND)
def delete(demand_id: int) -> ResponseReturnValue:
    form = Act()
    if not form.validate_on_submit():
        return _incomplete(url_for("demands.show", demand_id=demand_id))
    title = demands.delete(actor(), demand_id=demand_id, version=form.seen, once=form.once.data)
    flash(f"草稿“{title}”已删除。", "success")
    return redirect(url_for("demands.index"), SEE_OTHER)


@blueprint.get("/demands/<int:demand_id>/ranking")
@requires(Permission.RANK_DEMAND)
def ranking(demand_id: int) -> ResponseReturnValue:
    wanted = request.args.get("view", VIEWS[0])
    shown = wanted if wanted in VIEWS else VIEWS[0]
    order = matches.order_of(request.args.get("order", ""))
    try:
        page = ranking_pages.get(actor(), demand_id, order=order, view=shown)
    except Invalid:
        flash("还没有需求，先写一项再看匹配结果。", "info")
        return redirect(url_for("demands.show", demand_id=demand_id), SEE_OTHER)
    return render_template("demands/ranking.html", page=page, ranking=page.ranking, shown=shown, token=acts.token)


@blueprint.post("/demands/<int:demand_id>/shortlist")
@requires(Permission.KEEP_SHORTLIST)
def shortlist(demand_id: int) -> ResponseReturnValue:
    chosen = acts.posted_ids("solution_id")
    try:
        key = shortlists.add(actor(), demand_id=demand_id, solution_ids=chosen, once=request.form.get("once"))
    except Invalid as error:
        flash(next(iter(error.messages.values()))[0], "warning")
        return redirect(url_for("demands.ranking", demand_id=demand_id), SEE_OTHER)
    flash("已加入候选名单。", "success")
    return redirect(url_for("shortlists.show", shortlist_id=key), SEE_OTHER)


def _incomplete(target: str) -> ResponseReturnValue:
    flash("页面内容不完整，没有办理。请在这里重新提交。", "warning")
    return redirect(target, SEE_OTHER)
