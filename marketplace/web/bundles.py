"""Ready-made bundles (数转包)."""

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue

from marketplace.domain import subsidies
from marketplace.services import bundles, comparisons
from marketplace.web import readers
from marketplace.web.access import public

blueprint = Blueprint("bundles", __name__)


@blueprint.get("/bundles")
@public
def index() -> ResponseReturnValue:
    choice = bundles.parse(request.args.items(multi=True), path=url_for("bundles.index"))
    return render_template("bundles/index.html", found=bundles.browse(choice))


@blueprint.get("/bundles/<int:bundle_id>")
@public
def show(bundle_id: int) -> ResponseReturnValue:
    bundle = bundles.get(bundle_id=bundle_id)
    return render_template(
        "bundles/show.html",
        bundle=bundle,
        compare_ids=[member.id for member in bundle.members if member.is_on_shelf][: comparisons.LIMIT],
        points=bundles.POINTS,
        subsidy_note=subsidies.NOTE,
        may_demand=readers.may_demand(),
    )
