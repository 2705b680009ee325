"""批量导入: the template, the upload, its progress and findings, the choice, the history."""

import io
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue

from marketplace.domain import permissions
from marketplace.domain.errors import Invalid
from marketplace.domain.listing_sheets import POLICY
from marketplace.domain.permissions import Permission
from marketplace.services import listing_import_views, listing_imports, listing_template, workbooks
from marketplace.web.access import actor, find_actor, requires
from marketplace.web.forms import acts
from marketplace.web.forms.acts import Act
from marketplace.web.forms.listing_imports import UploadForm

blueprint = Blueprint("listing_imports", __name__)
SEE_OTHER, INVALID = 303, 422
ENVELOPE_BYTES = 64 * 1024  # of the form around the file
TEMPLATE_NAME = "产品批量导入模板.xlsx"
MISSING = "请选择填好的Excel文件"


@blueprint.url_value_preprocessor
def _make_room(endpoint: str | None, values: dict[str, Any] | None) -> None:
    """Before anything reads the body, and only for who may import."""
    if endpoint == "listing_imports.upload":
        person = find_actor()
        if person is not None and permissions.permits(person, Permission.WRITE_LISTING):
            request.max_content_length = POLICY["file_bytes"] + ENVELOPE_BYTES


@blueprint.get("/listings/import")
@requires(Permission.WRITE_LISTING)
def index() -> ResponseReturnValue:
    return _index(UploadForm())


def _index(form: UploadForm) -> str:
    return render_template(
        "listing_imports/index.html", form=form, history=listing_import_views.history(actor()), policy=POLICY
    )


@blueprint.get("/listings/import/template.xlsx")
@requires(Permission.WRITE_LISTING)
def template() -> ResponseReturnValue:
    return _workbook(listing_template.template(), TEMPLATE_NAME)


def _workbook(content: bytes, name: str) -> ResponseReturnValue:
    return send_file(io.BytesIO(content), mimetype=workbooks.MIMETYPE, as_attachment=True, download_name=name)


@blueprint.post("/listings/import")
@requires(Permission.WRITE_LISTING)
def upload() -> ResponseReturnValue:
    form = UploadForm()
    sent = request.files.get("file")
    if form.validate():
        try:
            if sent is None or not sent.filename:
                raise Invalid({"file": [MISSING]})
            key = listing_imports.upload(actor(), sent.stream, name=sent.filename, once=form.once.data)
        except Invalid as error:
            form.show(error)
        else:
            return redirect(url_for("listing_imports.show", import_id=key), SEE_OTHER)
    return _index(form), INVALID


@blueprint.get("/listings/import/<int:import_id>")
@requires(Permission.WRITE_LISTING)
def show(import_id: int) -> ResponseReturnValue:
    number = acts.whole(request.args.get("page")) or 1
    view = listing_import_views.show(actor(), import_id=import_id, number=number)
    return render_template("listing_imports/show.html", view=view, policy=POLICY, token=acts.token)


@blueprint.get("/listings/import/<int:import_id>/problems.xlsx")
@requires(Permission.WRITE_LISTING)
def problems(import_id: int) -> ResponseReturnValue:
    name, content = listing_import_views.problems_workbook(actor(), import_id=import_id)
    return _workbook(content, name)


@blueprint.post("/listings/import/<int:import_id>/confirm")
@requires(Permission.WRITE_LISTING)
def confirm(import_id: int) -> ResponseReturnValue:
    form = Act()
    if form.validate_on_submit():
        listing_imports.confirm(actor(), import_id=import_id, version=form.seen, once=form.once.data)
    return redirect(url_for("listing_imports.show", import_id=import_id), SEE_OTHER)


@blueprint.post("/listings/import/<int:import_id>/discard")
@requires(Permission.WRITE_LISTING)
def discard(import_id: int) -> ResponseReturnValue:
    form = Act()
    if form.validate_on_submit():
        listing_imports.discard(actor(), import_id=import_id, version=form.seen, once=form.once.data)
        flash("没有导入，已有的产品和草稿都没有变。", "success")
    return redirect(url_for("listing_imports.index"), SEE_OTHER)
