"""Provider list and provider page."""

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue

from marketplace.services import providers, solution_cards
from marketplace.web.access import public

blueprint = Blueprint("providers", __name__)
SHOWN = {"rating_minimum": solution_cards.RATING_MINIMUM}


@blueprint.get("/providers")
@public
def index() -> ResponseReturnValue:
    choice = providers.parse(request.args.items(multi=True), path=url_for("providers.index"))
    return render_template("providers/index.html", found=providers.browse(choice), **SHOWN)


@blueprint.get("/providers/<int:provider_id>")
@public
def show(provider_id: int) -> ResponseReturnValue:
    return render_template("providers/show.html", page=providers.get(provider_id=provider_id), **SHOWN)
