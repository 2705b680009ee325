"""Shelf, detail page, comparison, suggestions; suspending and restoring a listing."""

from flask import Blueprint, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from marketplace.domain import choices, questions, subsidies
from marketplace.domain.errors import Invalid
from marketplace.domain.permissions import Permission
from marketplace.services import (
    basket_views,
    comparisons,
    listing_status,
    prices,
    solution_cards,
    solution_details,
    solution_filters,
    solutions,
)
from marketplace.services.solutions import Suggestion
from marketplace.web import readers
from marketplace.web.access import actor, find_actor, public, requires
from marketplace.web.forms import acts
from marketplace.web.forms.solutions import DecisionForm

blueprint = Blueprint("solutions", __name__)
SUGGESTION_KINDS = {"solution": "产品", "provider": "服务商", "family": "产品类别", "scene": "应用场景"}
SHOWN = {
    "rating_minimum": solution_cards.RATING_MINIMUM,
    "compare_limit": comparisons.LIMIT,
    "subsidy_note": subsidies.NOTE,
    "asked": questions.BY_ID,  # headings and labels are those of the form
}
DONE = {"suspend": "已暂停展示。产品页顶部已注明日期和理由。", "restore": "已恢复展示。"}


@blueprint.get("/solutions")
@public
def index() -> ResponseReturnValue:
    choice = solution_filters.parse(request.args.items(multi=True), path=url_for("solutions.index"))
    shelf = solutions.browse(choice)
    return render_template("solutions/index.html", shelf=shelf, **readers.offers(), **SHOWN)


@blueprint.get("/solutions/suggest")
@public
def suggest() -> ResponseReturnValue:
    found = solutions.suggest(choices.clean(request.args.get("q", ""))[: choices.TEXT_MAX])
    return jsonify([{"kind": SUGGESTION_KINDS[one.kind], "label": one.label, "url": _page_of(one)} for one in found])


def _page_of(suggestion: Suggestion) -> str:
    match suggestion.kind:
        case "solution":
            return url_for("solutions.show", solution_id=suggestion.key)
        case "provider":
            return url_for("providers.show", provider_id=suggestion.key)
        case "scene":
            return url_for("solutions.index", scene=suggestion.key)
        case _:
            return url_for("solutions.index", family=suggestion.key)


@blueprint.get("/solutions/<int:solution_id>")
@public
def show(solution_id: int) -> ResponseReturnValue:
    person = find_actor()
    detail = solution_details.get(person, solution_id=solution_id)
    return render_template(
        "solutions/show.html",
        detail=detail,
        **readers.offers(),
        acts=listing_status.offered(person, detail),
        verdicts=prices.of_listed(solution_id) if detail.is_on_shelf else (),
        price_reader="buyer",
        places=basket_views.places(person) if detail.is_on_shelf else (),
        token=acts.token,
        **SHOWN,
    )


@blueprint.get("/compare")
@public
def compare() -> ResponseReturnValue:
    only_differences = request.args.get("diff") == "1"
    comparison = comparisons.show(request.args.getlist("id"), only_differences=only_differences)
    names = [
        {"name": one.name, "url": url_for("solutions.show", solution_id=one.id), "note": one.note}
        for one in comparison.names
    ]
    return render_template(
        "solutions/compare.html", comparison=comparison, names=names, only_differences=only_differences, **SHOWN
    )


@blueprint.get("/solutions/<int:solution_id>/<any(suspend, restore):action>")
@requires(Permission.SUSPEND_LISTING)
def ask(solution_id: int, action: str) -> ResponseReturnValue:
    question = listing_status.question(actor(), solution_id=solution_id, action=action)
    return render_template(
        "solutions/decide.html", question=question, action=action, form=DecisionForm(version=question.version)
    )


@blueprint.post("/solutions/<int:solution_id>/<any(suspend, restore):action>")
@requires(Permission.SUSPEND_LISTING)
def decide(solution_id: int, action: str) -> ResponseReturnValue:
    form = DecisionForm()
    if form.validate():
        try:
            listing_status.decide(
                actor(),
                solution_id=solution_id,
                action=action,
                reason=form.reason.data or "",
                version=form.version.data,
                once=form.once.data,
                until=form.until.data if action == "suspend" else None,
            )
        except Invalid as error:
            form.show(error)
        else:
            flash(DONE[action], "success")
            return redirect(url_for("solutions.show", solution_id=solution_id), 303)
    question = listing_status.question(actor(), solution_id=solution_id, action=action)
    return render_template("solutions/decide.html", question=question, action=action, form=form), 422
