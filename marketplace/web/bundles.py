"""Ready-made bundles (数转包)."""

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue

from marketplace.domain import subsidies
from marketplace.services import bundle_fits, bundles, comparisons
from marketplace.web import baskets, readers
from marketplace.web.access import find_actor, public
from marketplace.web.forms import acts

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
    fit = bundle_fits.fit(find_actor(), bundle_id=bundle_id, demand_id=acts.whole(request.args.get("demand")))
    return render_template(
        "bundles/show.html",
        bundle=bundle,
        fit=fit,
        gap_url=baskets.gap_url(fit.assessment_id, fit.outcome.aim.target) if fit else "",
        token=acts.token,
        compare_ids=[member.id for member in bundle.members if member.is_on_shelf][: comparisons.LIMIT],
        points=bundles.POINTS,
        subsidy_note=subsidies.NOTE,
        may_demand=readers.may_demand(),
    )
