"""牵总不垄断 for city staff: leads, shares and index by industry, the rows behind each figure, Excel."""

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from marketplace.domain import wording
from marketplace.domain.concentration import POLICY
from marketplace.domain.permissions import Permission
from marketplace.services import concentration, concentration_export
from marketplace.web import downloads
from marketplace.web.access import actor, requires

blueprint = Blueprint("concentration", __name__)


@blueprint.get("/concentration")
@requires(Permission.READ_CONCENTRATION)
def index() -> ResponseReturnValue:
    found = concentration.get(industry=request.args.get("industry", ""))
    return render_template("concentration/index.html", found=found, policy=POLICY)


@blueprint.get("/concentration/<industry>/<measure>/<int:provider_id>")
@requires(Permission.READ_CONCENTRATION)
def rows(industry: str, measure: str, provider_id: int) -> ResponseReturnValue:
    found = concentration.rows(actor(), industry=industry, measure=measure, provider_id=provider_id)
    return render_template("concentration/rows.html", found=found)


@blueprint.get("/concentration/export.xlsx")
@requires(Permission.READ_CONCENTRATION)
def export() -> ResponseReturnValue:
    industry = concentration.clean(request.args.get("industry", ""))
    name = f"{wording.INDUSTRIES[industry]}-服务商集中度.xlsx"
    return downloads.workbook(concentration_export.workbook(concentration.get(industry=industry)), name)
