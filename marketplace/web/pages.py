"""Pages of words: how it works, accessibility."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from marketplace.domain import bundles, subsidies
from marketplace.services import solution_cards
from marketplace.web.access import public

blueprint = Blueprint("pages", __name__)


@blueprint.get("/how-it-works")
@public
def how() -> ResponseReturnValue:
    return render_template(
        "pages/how.html",
        rule=bundles.RULE,
        rating_minimum=solution_cards.RATING_MINIMUM,
        subsidy_note=subsidies.NOTE,
    )


@blueprint.get("/accessibility")
@public
def accessibility() -> ResponseReturnValue:
    return render_template("pages/accessibility.html")
