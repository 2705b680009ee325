"""入池申请: the provider's own applications, section by section; the bureau's queue and decision."""

from typing import Any

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from marketplace.domain import provider_applications as rules
from marketplace.domain.errors import Invalid, NotFound
from marketplace.domain.permissions import Permission
from marketplace.services import cited_evidence, provider_application_decisions, provider_application_views, timelines
from marketplace.services import provider_applications as applications
from marketplace.services.provider_application_views import Sheet
from marketplace.web.access import actor, requires
from marketplace.web.forms import acts
from marketplace.web.forms import provider_applications as forms
from marketplace.web.forms.acts import Act
from marketplace.web.forms.base import Form

blueprint = Blueprint("provider_applications", __name__)
SEE_OTHER, INVALID = 303, 422
FORMS: dict[str, type[Form]] = {
    "basics": forms.BasicsForm,
    "facts": forms.FactsForm,
    "evidence": forms.EvidenceForm,
    "declarations": forms.DeclarationsForm,
}


@blueprint.get("/pool-applications")
@requires(Permission.APPLY_TO_POOL)
def index() -> ResponseReturnValue:
    rows, provider = provider_application_views.own(actor()), provider_application_views.standing_of(actor())
    may_start = provider.standing in rules.MAY_APPLY and not any(row.status in applications.UNDECIDED for row in rows)
    return render_template(
        "provider_applications/index.html", rows=rows, provider=provider, may_start=may_start, token=acts.token
    )


@blueprint.post("/pool-applications")
@requires(Permission.APPLY_TO_POOL)
def start() -> ResponseReturnValue:
    try:
        key = applications.start(actor(), once=request.form.get("once"))
    except Invalid as error:
        flash(_words(error), "danger")
        return redirect(url_for("provider_applications.index"), SEE_OTHER)
    return _home(key)


@blueprint.get("/pool-applications/queue")
@requires(Permission.DECIDE_APPLICATION)
def queue() -> ResponseReturnValue:
    found = provider_application_views.queue(
        actor(),
        status=request.args.get("status", ""),
        kind=request.args.get("kind", ""),
        number=acts.whole(request.args.get("page")) or 1,
    )
    return render_template("provider_applications/queue.html", queue=found, statuses=provider_application_views.QUEUE)


@blueprint.get("/pool-applications/<int:application_id>")
@requires(Permission.APPLY_TO_POOL)
def show(application_id: int) -> ResponseReturnValue:
    sheet = provider_application_views.get(actor(), application_id)
    entries = timelines.of(kind=applications.KIND, key=application_id)
    page = "tasks" if sheet.may_write else "show"
    return render_template(
        f"provider_applications/{page}.html", sheet=sheet, rules=rules, entries=entries, token=acts.token
    )


@blueprint.route("/pool-applications/<int:application_id>/parts/<section>", methods=["GET", "POST"])
@requires(Permission.APPLY_TO_POOL)
def part(application_id: int, section: str) -> ResponseReturnValue:
    if section not in FORMS:
        raise NotFound("section", section)
    form: Any = FORMS[section]()
    if request.method == "POST":
        return _save(application_id, section, form)
    sheet = provider_application_views.get(actor(), application_id)
    if not sheet.may_write:
        return _home(application_id)
    if hasattr(form, "fill"):
        form.fill(sheet.application)
    return _part_page(sheet, section, form)


def _save(application_id: int, section: str, form: Any) -> ResponseReturnValue:
    """The whole section; a script sends it after each change and gets back one line that says how it went."""
    is_background = "HX-Request" in request.headers
    acts.keep_typed(form)
    try:
        if not form.validate():
            raise Invalid(form.errors)
        _keep(application_id, section, form)
    except Invalid as error:
        if is_background:
            return render_template("provider_applications/_state.html", problem=_words(error))
        form.show(error)
        sheet = provider_application_views.get(actor(), application_id)
        return make_response(_part_page(sheet, section, form), INVALID)
    if is_background:
        return render_template("provider_applications/_state.html", problem="")
    flash("已保存。", "success")
    following = _next(section)
    if "next" in request.form and following:
        return redirect(
            url_for("provider_applications.part", application_id=application_id, section=following), SEE_OTHER
        )
    return _home(application_id)


def _keep(application_id: int, section: str, form: Any) -> None:
    if section == "basics":
        applications.save_basics(actor(), application_id=application_id, basics=form.to_basics())
    elif section == "facts":
        applications.save_facts(actor(), application_id=application_id, typed=form.typed())
    elif section == "evidence":
        applications.save_evidence(actor(), application_id=application_id, chosen=form.topics())
    else:
        applications.declare(actor(), application_id=application_id, topics=form.topics())


def _next(section: str) -> str:
    names = list(rules.SECTIONS)
    place = names.index(section) + 1
    return names[place] if place < len(names) else ""


def _part_page(sheet: Sheet, section: str, form: Any) -> str:
    return render_template(
        "provider_applications/part.html",
        sheet=sheet,
        section=section,
        form=form,
        rules=rules,
        locker=cited_evidence.locker(actor()) if section == "evidence" else (),
        offered=forms.offered,
        following=_next(section),
        number=list(rules.SECTIONS).index(section) + 1,
    )


@blueprint.get("/pool-applications/<int:application_id>/check")
@requires(Permission.APPLY_TO_POOL)
def check(application_id: int) -> ResponseReturnValue:
    sheet = provider_application_views.get(actor(), application_id)
    if not sheet.may_write:
        return _home(application_id)
    return render_template("provider_applications/check.html", sheet=sheet, rules=rules, token=acts.token)


@blueprint.post("/pool-applications/<int:application_id>/submit")
@requires(Permission.APPLY_TO_POOL)
def submit(application_id: int) -> ResponseReturnValue:
    form = Act()
    try:
        if not form.validate_on_submit():
            raise Invalid({"version": ["页面内容不完整，没有提交，请再试一次"]})
        applications.submit(actor(), application_id=application_id, version=form.seen, once=form.once.data)
    except Invalid as error:
        flash(f"没有提交：{_words(error)}。", "danger")
        return redirect(url_for("provider_applications.check", application_id=application_id), SEE_OTHER)
    flash("已提交，市局审核后会通知结果。", "success")
    return _home(application_id)


@blueprint.post("/pool-applications/<int:application_id>/withdraw")
@requires(Permission.APPLY_TO_POOL)
def withdraw(application_id: int) -> ResponseReturnValue:
    form = Act()
    if not form.validate_on_submit():
        flash("页面内容不完整，没有撤回，请再点一次。", "danger")
        return _home(application_id)
    applications.withdraw(actor(), application_id=application_id, version=form.seen, once=form.once.data)
    flash("申请已撤回，可以重新申请。", "success")
    return _home(application_id)


@blueprint.post("/pool-applications/<int:application_id>/delete")
@requires(Permission.APPLY_TO_POOL)
def delete(application_id: int) -> ResponseReturnValue:
    form = Act()
    if not form.validate_on_submit():
        flash("页面内容不完整，没有删除，请再点一次。", "danger")
        return _home(application_id)
    applications.delete(actor(), application_id=application_id, version=form.seen, once=form.once.data)
    flash("草稿已删除。", "success")
    return redirect(url_for("provider_applications.index"), SEE_OTHER)


@blueprint.route("/pool-applications/<int:application_id>/decision", methods=["GET", "POST"])
@requires(Permission.DECIDE_APPLICATION)
def decide(application_id: int) -> ResponseReturnValue:
    form = forms.DecisionForm()
    problems: list[str] = []
    if request.method == "POST":
        acts.keep_typed(form)
        try:
            words = _decide(application_id, form)
        except Invalid as error:
            problems = [text for texts in error.messages.values() for text in texts]
        else:
            flash(words, "success")
            return redirect(url_for("provider_applications.queue"), SEE_OTHER)
    sheet = provider_application_views.get(actor(), application_id)
    entries = timelines.of(kind=applications.KIND, key=application_id)
    if not problems:
        form.version.data = str(sheet.application.version)
    page = render_template(
        "provider_applications/decide.html",
        sheet=sheet, form=form, rules=rules, entries=entries, problems=problems,
    )  # fmt: skip
    return make_response(page, INVALID) if problems else page


def _decide(application_id: int, form: forms.DecisionForm) -> str:
    if not form.validate():
        raise Invalid({"version": ["页面内容不完整，没有办理，请刷新后再试"]})
    given: dict[str, Any] = {"application_id": application_id, "version": form.seen, "once": form.once.data}
    action, reason = request.form.get("action", ""), form.reason.data or ""
    if action == "admit":
        provider_application_decisions.admit(actor(), ticked=form.ticked, reason=reason, **given)
        return "已准予入池，服务商的产品可以申请上架。"
    if action == "return":
        provider_application_decisions.send_back(actor(), notes=form.notes, **given)
        return "已退回，服务商按意见补正后会再报。"
    if action == "reject":
        provider_application_decisions.reject(actor(), reason=reason, **given)
        return "已办理：不予入池。"
    raise Invalid({"action": ["请用页面下方的按钮办理"]})


def _home(application_id: int) -> ResponseReturnValue:
    return redirect(url_for("provider_applications.show", application_id=application_id), SEE_OTHER)


def _words(error: Invalid) -> str:
    return "；".join(text for texts in error.messages.values() for text in texts)
