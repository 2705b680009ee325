"""Writing a listing: start, sections that save themselves, check, preview."""

from typing import Any

from flask import Blueprint, flash, g, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from marketplace.domain import listings as rules
from marketplace.domain import questions, subsidies
from marketplace.domain.errors import Invalid, NotFound
from marketplace.domain.permissions import Permission
from marketplace.domain.question_types import Section
from marketplace.services import listing_drafts, listing_previews, listing_views, solution_cards
from marketplace.services.listing_views import Sheet
from marketplace.web.access import actor, requires
from marketplace.web.forms import acts
from marketplace.web.forms import listings as forms
from marketplace.web.forms.base import Form
from marketplace.web.forms.listings import Typed

blueprint = Blueprint("listings", __name__)
SEE_OTHER, INVALID = 303, 422
FIRST = ("name", "family", "product_type")


@blueprint.route("/listings/new", methods=["GET", "POST"])
@requires(Permission.WRITE_LISTING)
def new() -> ResponseReturnValue:
    form, asked = Form(), [questions.BY_ID[key] for key in FIRST]
    typed = forms.read(asked)
    if request.method == "POST":
        try:
            if typed.messages:
                raise Invalid(typed.messages)
            key = listing_drafts.start(
                actor(), content={name: value for name, value in typed.given.items() if value}, once=form.once.data
            )
            return redirect(url_for("listings.show", solution_id=key), SEE_OTHER)
        except Invalid as error:
            return make_response(_new_page(form, typed, error.messages), INVALID)
    return _new_page(form, typed, {})


def _new_page(form: Form, typed: Typed, messages: dict[str, list[str]]) -> ResponseReturnValue:
    asked = [questions.BY_ID[key] for key in FIRST]
    return render_template(
        "listings/new.html", form=form, asked=asked, answers=typed.raw, messages=messages, **_offers()
    )


def _offers() -> dict[str, Any]:
    return {"choices_of": questions.choices_of, "families": listing_views.families()}


@blueprint.get("/listings/<int:solution_id>")
@requires(Permission.WRITE_LISTING)
def show(solution_id: int) -> ResponseReturnValue:
    sheet = listing_views.sheet(actor(), solution_id)
    labels = {question.id: question.label for question in questions.QUESTIONS}
    return render_template("listings/show.html", sheet=sheet, rules=rules, labels=labels, token=acts.token)


@blueprint.route("/listings/<int:solution_id>/sections/<section>", methods=["GET", "POST"])
@requires(Permission.WRITE_LISTING)
def section(solution_id: int, section: str) -> ResponseReturnValue:
    here = _section(section)
    if request.method == "POST":
        return _save_section(solution_id, here)
    sheet = listing_views.sheet(actor(), solution_id)
    return _section_page(sheet, here) if sheet.draft else _home(solution_id)


def _save_section(solution_id: int, here: Section) -> ResponseReturnValue:
    """All answers of the page at once: how the form works without JavaScript."""
    typed = forms.read(here.questions)
    messages = typed.messages | _keep(solution_id, typed)
    if messages or "add_row" in request.form or "remove_row" in request.form:
        sheet = listing_views.sheet(actor(), solution_id)
        page = _section_page(sheet, here, typed=typed, messages=messages, more=request.form.get("add_row", ""))
        return make_response(page, INVALID if messages else 200)
    flash("已保存。", "success")
    following = _next(here) if "next" in request.form else None
    if following is None:
        return _home(solution_id)
    return redirect(url_for("listings.section", solution_id=solution_id, section=following.id), SEE_OTHER)


def _keep(solution_id: int, typed: Typed) -> dict[str, list[str]]:
    """What is wrong with it, by field; nothing when it is kept. What could be read is kept beside what could not."""
    g.typed = typed.words()
    try:
        version = listing_drafts.save(actor(), solution_id=solution_id, given=typed.given, seen=_seen())
    except Invalid as error:
        return error.messages
    g.draft_version = version
    return {}


def _seen() -> int:
    return acts.whole(request.form.get("version")) or 0


@blueprint.post("/listings/<int:solution_id>/answers/<question>")
@requires(Permission.WRITE_LISTING)
def answer(solution_id: int, question: str) -> ResponseReturnValue:
    """One answer, as soon as it is given; what the page then says about it."""
    asked = questions.BY_ID.get(question)
    if asked is None:
        raise NotFound("question", question)
    typed = forms.read([asked])
    messages = typed.messages | _keep(solution_id, typed)
    if "HX-Request" not in request.headers:
        for texts in messages.values():
            flash(texts[0], "danger")
        return _back(solution_id, asked.section, question)
    sheet = listing_views.sheet(actor(), solution_id)
    return render_template("listings/answered.html", question=asked, sheet=sheet, messages=messages)


def _back(solution_id: int, section_id: str, question: str) -> ResponseReturnValue:
    target = url_for("listings.section", solution_id=solution_id, section=section_id)
    return redirect(f"{target}#{question}", SEE_OTHER)


def _section(name: str) -> Section:
    found = questions.SECTION_BY_ID.get(name)
    if found is None:
        raise NotFound("section", name)
    return found


def _next(section: Section) -> Section | None:
    place = questions.SECTIONS.index(section) + 1
    return questions.SECTIONS[place] if place < len(questions.SECTIONS) else None


def _home(solution_id: int) -> ResponseReturnValue:
    return redirect(url_for("listings.show", solution_id=solution_id), SEE_OTHER)


def _section_page(
    sheet: Sheet,
    section: Section,
    *,
    typed: Typed | None = None,
    messages: dict[str, list[str]] | None = None,
    more: str = "",
) -> str:
    answers = dict(sheet.content) | (typed.raw if typed else {})
    return render_template(
        "listings/section.html",
        sheet=sheet,
        section=section,
        number=questions.SECTIONS.index(section) + 1,
        total=len(questions.SECTIONS),
        following=_next(section),
        answers=answers,
        messages=messages or {},
        more=more,
        **_offers(),
    )


@blueprint.get("/listings/<int:solution_id>/check")
@requires(Permission.WRITE_LISTING)
def check(solution_id: int) -> ResponseReturnValue:
    sheet = listing_views.sheet(actor(), solution_id)
    if not sheet.is_writable:
        return _home(solution_id)
    return check_page(sheet, forms.SubmitForm(version=sheet.draft.version if sheet.draft else 0))


def check_page(sheet: Sheet, form: forms.SubmitForm) -> str:
    return render_template(
        "listings/check.html",
        sheet=sheet,
        form=form,
        sections=questions.SECTIONS,
        by_id=questions.BY_ID,
        rules=rules,
        verdicts=listing_previews.verdicts(sheet),
    )


@blueprint.get("/listings/<int:solution_id>/preview")
@requires(Permission.WRITE_LISTING)
def preview(solution_id: int) -> ResponseReturnValue:
    sheet = listing_views.sheet(actor(), solution_id)
    detail = listing_previews.detail(sheet)
    return render_template(
        "listings/preview.html",
        sheet=sheet,
        detail=detail,
        asked=questions.BY_ID,
        verdicts=listing_previews.verdicts(sheet),
        subsidy_note=subsidies.NOTE,
        rating_minimum=solution_cards.RATING_MINIMUM,
    )
