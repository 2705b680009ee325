"""The city's targets, each figure linked to its rows."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from marketplace.services import progress
from marketplace.web.access import public

blueprint = Blueprint("progress", __name__)


@blueprint.get("/progress")
@public
def show() -> ResponseReturnValue:
    return render_template("progress/show.html", progress=progress.show())
