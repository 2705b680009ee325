"""Public list of pilot enterprises; the file of one enterprise."""

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue

from marketplace.domain.permissions import Permission
from marketplace.services import enterprises
from marketplace.web.access import actor, find_actor, public, requires

blueprint = Blueprint("enterprises", __name__)


@blueprint.get("/enterprises")
@public
def index() -> ResponseReturnValue:
    choice = enterprises.parse(request.args.items(multi=True), path=url_for("enterprises.index"))
    return render_template("enterprises/index.html", found=enterprises.browse(choice, find_actor()))


@blueprint.get("/enterprises/<int:enterprise_id>")
@requires(Permission.READ_ENTERPRISE)
def show(enterprise_id: int) -> ResponseReturnValue:
    return render_template("enterprises/show.html", file=enterprises.get(actor(), enterprise_id=enterprise_id))
