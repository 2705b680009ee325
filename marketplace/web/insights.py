"""The lists of an industry and the unmet demand, for city and county staff."""

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from marketplace.domain import permissions, wording
from marketplace.domain.permissions import Permission
from marketplace.services import insight_export, insights, unmet_demand
from marketplace.services.insight_lines import POLICY
from marketplace.web import downloads
from marketplace.web.access import actor, requires

blueprint = Blueprint("insights", __name__)


@blueprint.get("/insights")
@requires(Permission.READ_INSIGHTS)
def index() -> ResponseReturnValue:
    insight = insights.get(actor(), industry=request.args.get("industry", ""))
    return render_template("insights/index.html", insight=insight, shown=POLICY["list_rows"])


@blueprint.get("/insights/export.xlsx")
@requires(Permission.READ_INSIGHTS)
def export() -> ResponseReturnValue:
    insight = insights.get(actor(), industry=request.args.get("industry", ""))
    name = f"{wording.INDUSTRIES[insight.industry]}-需求问题场景清单.xlsx"
    return downloads.workbook(insight_export.insight_workbook(insight), name)


@blueprint.get("/insights/unmet")
@requires(Permission.READ_INSIGHTS)
def unmet() -> ResponseReturnValue:
    found = unmet_demand.get(actor(), industry=request.args.get("industry"))
    may_draw_up = permissions.permits(actor(), Permission.MANAGE_CHALLENGES)
    return render_template("insights/unmet.html", unmet=found, may_draw_up=may_draw_up)


@blueprint.get("/insights/unmet/export.xlsx")
@requires(Permission.READ_INSIGHTS)
def unmet_export() -> ResponseReturnValue:
    found = unmet_demand.get(actor(), industry=request.args.get("industry"))
    return downloads.workbook(insight_export.unmet_workbook(found), "未满足的需求.xlsx")
