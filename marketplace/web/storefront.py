"""Home page: the doors to the shelves."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from marketplace.services import solution_cards, storefront
from marketplace.web.access import public

blueprint = Blueprint("storefront", __name__)


@blueprint.get("/")
@public
def home() -> ResponseReturnValue:
    return render_template("storefront/home.html", home=storefront.show(), rating_minimum=solution_cards.RATING_MINIMUM)
