"""Assessments: the list, the form in parts with autosave, check and completion."""

from typing import Any

from flask import Blueprint, flash, g, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from marketplace.domain import assessments as rules
from marketplace.domain.assessment_figures import POLICY
from marketplace.domain.assessments import PARTS, Part
from marketplace.domain.errors import Invalid, NotFound
from marketplace.domain.permissions import Permission
from marketplace.models.assessments import Assessment, AssessmentStatus
from marketplace.services import assessment_answers, assessment_results, assessment_views, assessments
from marketplace.services.assessment_views import ASSESSORS
from marketplace.web.access import actor, requires
from marketplace.web.forms import acts
from marketplace.web.forms import assessments as forms
from marketplace.web.forms.acts import Act
from marketplace.web.forms.assessments import Typed
from marketplace.web.forms.base import Form

blueprint = Blueprint("assessments", __name__)
SEE_OTHER, INVALID = 303, 422


@blueprint.get("/assessments")
@requires(Permission.READ_ASSESSMENT)
def index() -> ResponseReturnValue:
    page = assessment_views.page(actor(), number=acts.whole(request.args.get("page")) or 1)
    return render_template("assessments/index.html", page=page, is_assessor=actor().role in ASSESSORS)


@blueprint.get("/assessments/new")
@requires(Permission.WRITE_ASSESSMENT)
def new() -> ResponseReturnValue:
    return _start_page(Form())


@blueprint.post("/assessments/new")
@requires(Permission.WRITE_ASSESSMENT)
def create() -> ResponseReturnValue:
    form = Form()
    chosen = acts.whole(request.form.get("enterprise_id"))
    try:
        key = assessments.start(actor(), enterprise_id=chosen, once=form.once.data)
    except Invalid as error:
        form.show(error)
        return make_response(_start_page(form), INVALID)
    return redirect(url_for("assessments.show", assessment_id=key), SEE_OTHER)


def _start_page(form: Form) -> ResponseReturnValue:
    text = " ".join(request.args.get("q", "").split())
    is_assessor = actor().role in ASSESSORS
    found = assessment_views.candidates(actor(), text=text) if is_assessor else ()
    chosen = acts.whole(request.values.get("enterprise_id"))
    shown = {"is_assessor": is_assessor, "found": found, "text": text, "chosen": chosen, "parts": PARTS.values()}
    return render_template("assessments/new.html", form=form, policy=POLICY, **shown)


@blueprint.get("/assessments/<int:assessment_id>")
@requires(Permission.READ_ASSESSMENT)
def show(assessment_id: int) -> ResponseReturnValue:
    assessment = assessment_views.get(actor(), assessment_id)
    if assessment.status == AssessmentStatus.DRAFT:
        sheet = assessment_views.sheet(actor(), assessment)
        return render_template("assessments/tasks.html", sheet=sheet, rules=rules, token=acts.token)
    outcome = assessment_results.outcome(actor(), assessment)
    entries = assessment_results.timeline(assessment_id)
    return render_template("assessments/show.html", outcome=outcome, entries=entries, rules=rules, token=acts.token)


@blueprint.route("/assessments/<int:assessment_id>/parts/<part>", methods=["GET", "POST"])
@requires(Permission.WRITE_ASSESSMENT)
def part(assessment_id: int, part: str) -> ResponseReturnValue:
    here = _part(part)
    if request.method == "POST":
        return _save_part(assessment_id, here)
    assessment = _own_draft(assessment_id)
    return _home(assessment_id) if assessment is None else _part_page(assessment, here)


def _save_part(assessment_id: int, here: Part) -> ResponseReturnValue:
    """All that was changed on the page at once: how the form works without JavaScript."""
    typed = forms.read(here.topics)
    messages = _keep(assessment_id, typed)
    if messages:
        assessment = _own_draft(assessment_id)
        if assessment is None:
            return _home(assessment_id)
        return make_response(_part_page(assessment, here, typed=typed, messages=messages), INVALID)
    flash("已保存。", "success")
    following = _next(here) if "next" in request.form else None
    if following is None:
        return _home(assessment_id)
    return redirect(url_for("assessments.part", assessment_id=assessment_id, part=following.id), SEE_OTHER)


@blueprint.post("/assessments/<int:assessment_id>/answers/<topic>")
@requires(Permission.WRITE_ASSESSMENT)
def answer(assessment_id: int, topic: str) -> ResponseReturnValue:
    """One answer, as soon as it is given; what the page then says about it."""
    if topic not in rules.PART_OF:
        raise NotFound("topic", topic)
    typed = forms.read([topic])
    messages = _keep(assessment_id, typed)
    if "HX-Request" not in request.headers:
        target = url_for("assessments.part", assessment_id=assessment_id, part=rules.PART_OF[topic].id)
        for texts in messages.values():
            flash(texts[0], "danger")
        return redirect(f"{target}#{topic}", SEE_OTHER)
    sheet = assessment_views.sheet(actor(), assessment_views.get(actor(), assessment_id))
    shown: dict[str, Any] = {"topic": topic, "messages": messages, "assessment_id": assessment_id}
    if topic in rules.ITEM_FIGURES:
        question = assessment_views.question(sheet.answers, topic)
        posted = typed.answers.get(topic, question.answer)
        has_followed = not messages and sorted(posted.options) != list(question.answer.options)
        return render_template("assessments/answered.html", question=question, has_followed=has_followed, **shown)
    scene = assessment_views.scene_question(sheet.scene_levels, topic)
    return render_template("assessments/answered.html", scene=scene, **shown)


def _keep(assessment_id: int, typed: Typed) -> dict[str, list[str]]:
    """What is wrong with it, by field; nothing when it is kept."""
    if typed.unreadable:
        return typed.unreadable
    g.typed = typed.words()
    try:
        assessment_answers.save(
            actor(), assessment_id=assessment_id, answers=typed.answers, scene_levels=typed.scene_levels
        )
    except Invalid as error:
        return error.messages
    return {}


def _part(name: str) -> Part:
    if name not in PARTS:
        raise NotFound("part", name)
    return PARTS[name]


def _next(part: Part) -> Part | None:
    parts = list(PARTS.values())
    place = parts.index(part) + 1
    return parts[place] if place < len(parts) else None


def _own_draft(assessment_id: int) -> Assessment | None:
    """None when it is no draft any more: its page says what it became."""
    assessment = assessment_views.get(actor(), assessment_id, permission=Permission.WRITE_ASSESSMENT)
    return assessment if assessment.status == AssessmentStatus.DRAFT else None


def _home(assessment_id: int) -> ResponseReturnValue:
    return redirect(url_for("assessments.show", assessment_id=assessment_id), SEE_OTHER)


def _part_page(
    assessment: Assessment, part: Part, *, typed: Typed | None = None, messages: dict[str, list[str]] | None = None
) -> ResponseReturnValue:
    sheet = assessment_views.sheet(actor(), assessment)
    texts = messages or {}
    return render_template(
        "assessments/part.html",
        sheet=sheet,
        part=part,
        number=list(PARTS).index(part.id) + 1,
        total=len(PARTS),
        following=_next(part),
        questions=assessment_views.questions(sheet, part, typed.answers if typed else None),
        scenes=assessment_views.scene_questions(sheet, part),
        messages=texts,
        others=[(lines[0], None if key == "enterprise_id" else key) for key, lines in texts.items()],
    )


@blueprint.get("/assessments/<int:assessment_id>/check")
@requires(Permission.WRITE_ASSESSMENT)
def check(assessment_id: int) -> ResponseReturnValue:
    assessment = _own_draft(assessment_id)
    if assessment is None:
        return _home(assessment_id)
    sheet = assessment_views.sheet(actor(), assessment)
    blocks = assessment_results.given(sheet.answers, sheet.scene_levels)
    return render_template("assessments/check.html", sheet=sheet, blocks=blocks, rules=rules, token=acts.token)


@blueprint.post("/assessments/<int:assessment_id>/complete")
@requires(Permission.WRITE_ASSESSMENT)
def complete(assessment_id: int) -> ResponseReturnValue:
    form = Act()
    if not form.validate_on_submit():
        return _incomplete(assessment_id)
    try:
        assessments.complete(actor(), assessment_id=assessment_id, version=form.seen, once=form.once.data)
    except Invalid as error:
        flash(
            _first(error) if "enterprise_id" in error.messages else "还没有填齐，没有提交。缺的内容列在下面。", "danger"
        )
        return redirect(url_for("assessments.check", assessment_id=assessment_id), SEE_OTHER)
    flash("评测已完成，结果如下。", "success")
    return _home(assessment_id)


@blueprint.post("/assessments/<int:assessment_id>/void")
@requires(Permission.WRITE_ASSESSMENT)
def void(assessment_id: int) -> ResponseReturnValue:
    form = Act()
    if not form.validate_on_submit():
        return _incomplete(assessment_id)
    reason = request.form.get("reason", "")
    try:
        assessments.void(actor(), assessment_id=assessment_id, version=form.seen, reason=reason, once=form.once.data)
    except Invalid as error:
        flash(_first(error), "danger")
        return _home(assessment_id)
    flash("已作废。企业的等级按其余有效记录重新认定。", "success")
    return _home(assessment_id)


@blueprint.post("/assessments/<int:assessment_id>/delete")
@requires(Permission.WRITE_ASSESSMENT)
def delete(assessment_id: int) -> ResponseReturnValue:
    form = Act()
    if not form.validate_on_submit():
        return _incomplete(assessment_id)
    assessments.delete(actor(), assessment_id=assessment_id, version=form.seen, once=form.once.data)
    flash("草稿已删除。", "success")
    return redirect(url_for("assessments.index"), SEE_OTHER)


def _incomplete(assessment_id: int) -> ResponseReturnValue:
    flash("页面内容不完整，没有办理。请在这里重新提交。", "warning")
    return _home(assessment_id)


def _first(error: Invalid) -> str:
    return next(iter(error.messages.values()))[0]
