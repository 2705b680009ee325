"""Comparables of a price, for everybody; the price watch, for city staff."""

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from marketplace.domain.permissions import Permission
from marketplace.domain.prices import ENOUGH, POLICY
from marketplace.services import price_export, price_pages, price_watch
from marketplace.services.price_pages import Comparables
from marketplace.web import downloads
from marketplace.web.access import actor, public, requires

blueprint = Blueprint("prices", __name__)


@blueprint.get("/prices")
@requires(Permission.WATCH_PRICES)
def index() -> ResponseReturnValue:
    return render_template("prices/index.html", watch=_watch(), enough=ENOUGH, shown=POLICY["quarter_rows"])


@blueprint.get("/prices/export.xlsx")
@requires(Permission.WATCH_PRICES)
def export_watch() -> ResponseReturnValue:
    return downloads.workbook(price_export.watch_workbook(_watch()), "价格监测.xlsx")


def _watch() -> price_watch.Watch:
    return price_watch.get(actor(), scene=request.args.get("scene", ""), model=request.args.get("model", ""))


@blueprint.get("/prices/<int:plan_id>")
@public
def show(plan_id: int) -> ResponseReturnValue:
    return _page(_of_plan(plan_id), page="prices.show", book="prices.export", price_reader="buyer")


@blueprint.get("/prices/<int:plan_id>/export.xlsx")
@public
def export(plan_id: int) -> ResponseReturnValue:
    return downloads.workbook(price_export.comparables_workbook(_of_plan(plan_id)), "同类报价.xlsx")


def _of_plan(plan_id: int) -> Comparables:
    is_whole = request.args.get("whole") == "1"
    return price_pages.of_plan(plan_id, step=request.args.get("step", ""), is_whole=is_whole)


@blueprint.get("/prices/compare")
@public
def compare() -> ResponseReturnValue:
    """Of a price that is not on the shelf: list prices are public, and the address says all that is compared."""
    return _page(_asked(), page="prices.compare", book="prices.export_compared")


def _page(found: Comparables, **context: str) -> ResponseReturnValue:
    return render_template("prices/show.html", found=found, **context)


@blueprint.get("/prices/compare/export.xlsx")
@public
def export_compared() -> ResponseReturnValue:
    return downloads.workbook(price_export.comparables_workbook(_asked()), "同类报价.xlsx")


def _asked() -> Comparables:
    return price_pages.asked(request.args.to_dict(), step=request.args.get("step", ""))
