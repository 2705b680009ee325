"""报价单: issue, show, share by link, print, export, withdraw."""

from flask import Blueprint, Response, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from marketplace.domain import wording
from marketplace.domain.errors import Invalid
from marketplace.domain.permissions import Permission
from marketplace.services import quotation_export, quotation_sheets, timelines
from marketplace.services.quotation_sheets import Access
from marketplace.web import downloads
from marketplace.web.access import actor, public, requires
from marketplace.web.forms import acts
from marketplace.web.forms.acts import Act

blueprint = Blueprint("quotation_sheets", __name__)
SEE_OTHER, GONE = 303, 410


@blueprint.post("/baskets/<int:basket_id>/sheets")
@requires(Permission.BUILD_BUNDLE)
def issue(basket_id: int) -> ResponseReturnValue:
    form = Act()
    try:
        if not form.validate_on_submit():
            raise Invalid({"issue": ["页面内容不完整，没有出单，请重新提交"]})
        key = quotation_sheets.issue(actor(), basket_id=basket_id, version=form.seen, once=form.once.data)
    except Invalid as error:
        flash(error.text, "warning")
        return redirect(url_for("baskets.show", basket_id=basket_id), SEE_OTHER)
    flash("报价单已生成。单上的内容从此不变，方案还可以接着改。", "success")
    return _to(key)


@blueprint.get("/sheets/<int:sheet_id>")
@requires(Permission.BUILD_BUNDLE)
def show(sheet_id: int) -> ResponseReturnValue:
    sheet = quotation_sheets.get(actor(), sheet_id)
    return render_template(
        "quotation_sheets/show.html",
        sheet=sheet,
        link=url_for("quotation_sheets.shared", token=sheet.token, _external=True),
        entries=timelines.of(kind=quotation_sheets.KIND, key=sheet_id),
        token=acts.token,
    )


@blueprint.get("/sheets/<int:sheet_id>/print", endpoint="print")
@requires(Permission.BUILD_BUNDLE)
def paper(sheet_id: int) -> ResponseReturnValue:
    sheet = quotation_sheets.get(actor(), sheet_id)
    return render_template("quotation_sheets/print.html", sheet=sheet, printed_at=wording.moment(sheet.created_at))


@blueprint.get("/sheets/<int:sheet_id>/export.xlsx")
@requires(Permission.BUILD_BUNDLE)
def export(sheet_id: int) -> ResponseReturnValue:
    sheet = quotation_sheets.get(actor(), sheet_id)
    return downloads.workbook(quotation_export.workbook(sheet), quotation_export.filename(sheet))


@blueprint.post("/sheets/<int:sheet_id>/withdraw")
@requires(Permission.BUILD_BUNDLE)
def withdraw(sheet_id: int) -> ResponseReturnValue:
    form = Act()
    if not form.validate_on_submit():
        flash("页面内容不完整，没有收回，请重新提交。", "warning")
        return _to(sheet_id)
    quotation_sheets.withdraw(actor(), sheet_id=sheet_id, version=form.seen, once=form.once.data)
    flash("已收回。拿到链接的人不能再打开这份报价单。", "success")
    return _to(sheet_id)


@blueprint.get("/q/<token>")
@public
def shared(token: str) -> ResponseReturnValue:
    """Whoever has the link may read; after its end, or once withdrawn, the page says so and shows nothing else."""
    sheet = quotation_sheets.shared(token)
    if sheet.access in {Access.EXPIRED, Access.WITHDRAWN}:
        response = Response(render_template("quotation_sheets/closed.html", sheet=sheet), GONE)
    else:
        printed_at = wording.moment(sheet.created_at)
        response = Response(render_template("quotation_sheets/print.html", sheet=sheet, printed_at=printed_at))
    response.headers["X-Robots-Tag"] = "noindex"
    response.headers["Referrer-Policy"] = "no-referrer"
    response.cache_control.no_store = True
    return response


def _to(sheet_id: int) -> ResponseReturnValue:
    return redirect(url_for("quotation_sheets.show", sheet_id=sheet_id), SEE_OTHER)
