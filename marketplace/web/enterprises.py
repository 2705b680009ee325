"""Public list of pilot enterprises; the file of one enterprise (一企一档): read, facts, export, import in two steps."""

from typing import Any

from flask import Blueprint, current_app, flash, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue

from marketplace.domain import evidence as rules
from marketplace.domain import permissions
from marketplace.domain.errors import Forbidden, Invalid
from marketplace.domain.permissions import Permission
from marketplace.services import (
    enterprise_facts,
    enterprise_files,
    enterprises,
    file_exchange,
    file_import,
    file_packages,
)
from marketplace.services.enterprise_files import Door
from marketplace.web import errors
from marketplace.web.access import actor, find_actor, public, requires
from marketplace.web.forms import acts
from marketplace.web.forms.enterprises import ConfirmImportForm, EnterpriseForm, ImportForm

blueprint = Blueprint("enterprises", __name__)
SEE_OTHER, INVALID = 303, 422
ENVELOPE_BYTES = 1024 * 1024  # of the form around the file


@blueprint.get("/enterprises")
@public
def index() -> ResponseReturnValue:
    choice = enterprises.parse(request.args.items(multi=True), path=url_for("enterprises.index"))
    return render_template("enterprises/index.html", found=enterprises.browse(choice, find_actor()))


@blueprint.get("/enterprises/<int:enterprise_id>")
@requires(Permission.READ_ENTERPRISE)
def show(enterprise_id: int) -> ResponseReturnValue:
    """The file; for who is let in by consent, the door first: opening it goes on record."""
    file = enterprise_files.get(actor(), enterprise_id=enterprise_id)
    if isinstance(file, Door):
        return render_template("enterprises/door.html", door=file)
    return render_template("enterprises/show.html", file=file, link=_link, rules=rules, token=acts.token)


def _link(kind: str, key: int | None) -> str:
    """The address of the thing's page; empty where there is none for this reader."""
    endpoint, _ = errors.PAGE_OF.get(kind, ("", None))
    return errors.page_of(kind, key) if key is not None and endpoint in current_app.view_functions else ""


@blueprint.get("/enterprises/<int:enterprise_id>/timeline")
@requires(Permission.READ_ENTERPRISE)
def timeline(enterprise_id: int) -> ResponseReturnValue:
    number = acts.whole(request.args.get("page")) or 1
    found = enterprise_files.timeline(actor(), enterprise_id=enterprise_id, number=number)
    return render_template("enterprises/timeline.html", found=found)


@blueprint.route("/enterprises/<int:enterprise_id>/edit", methods=["GET", "POST"])
@requires(Permission.WRITE_ENTERPRISE)
def edit(enterprise_id: int) -> ResponseReturnValue:
    form = EnterpriseForm()
    person = actor()
    enterprise, _, _ = enterprise_files.enter(person, enterprise_id=enterprise_id)
    if not permissions.permits(person, Permission.WRITE_ENTERPRISE, enterprise):
        raise Forbidden(Permission.WRITE_ENTERPRISE)
    name = person.organisation_name
    if request.method == "GET":
        form.fill(enterprise_facts.of(enterprise))
        return render_template("enterprises/edit.html", form=form, enterprise_id=enterprise_id, name=name)
    acts.keep_typed(form)
    if form.validate():
        try:
            seen, once = form.seen.data or "", form.once.data
            enterprise_facts.change(person, enterprise_id=enterprise_id, seen=seen, facts=form.facts(), once=once)
        except Invalid as error:
            form.show(error)
        else:
            flash("已保存，改动记入办理记录。", "success")
            return redirect(url_for("enterprises.show", enterprise_id=enterprise_id), SEE_OTHER)
    return render_template("enterprises/edit.html", form=form, enterprise_id=enterprise_id, name=name), INVALID


@blueprint.url_value_preprocessor
def _make_room(endpoint: str | None, values: dict[str, Any] | None) -> None:
    """Before anything reads the body, and only for who may import."""
    if endpoint == "enterprises.import_file" and request.method == "POST":
        person = find_actor()
        if person is not None and permissions.permits(person, Permission.IMPORT_FILE):
            request.max_content_length = file_packages.LIMITS["max_bytes"] + ENVELOPE_BYTES


@blueprint.post("/enterprises/<int:enterprise_id>/file.zip")
@requires(Permission.EXPORT_FILE)
def export(enterprise_id: int) -> ResponseReturnValue:
    made = file_exchange.export(actor(), enterprise_id=enterprise_id)
    return send_file(made.file, mimetype="application/zip", as_attachment=True, download_name=made.name)


@blueprint.route("/enterprises/import", methods=["GET", "POST"])
@requires(Permission.IMPORT_FILE)
def import_file() -> ResponseReturnValue:
    form = ImportForm()
    if request.method == "GET":
        return render_template("enterprises/import.html", form=form)
    sent = request.files.get("file")
    if form.validate():
        try:
            if sent is None or not sent.filename:
                raise Invalid({"file": ["请选择从平台导出的企业档案zip"]})
            key = file_packages.stage(actor(), sent.stream)
        except Invalid as error:
            form.show(error)
        else:
            return redirect(url_for("enterprises.check_import", key=key), SEE_OTHER)
    return render_template("enterprises/import.html", form=form), INVALID


@blueprint.get("/enterprises/import/<key>")
@requires(Permission.IMPORT_FILE)
def check_import(key: str) -> ResponseReturnValue:
    plan = file_import.plan(actor(), key=key)
    return render_template("enterprises/check_import.html", plan=plan, form=ConfirmImportForm())


@blueprint.post("/enterprises/import/<key>")
@requires(Permission.IMPORT_FILE)
def make_import(key: str) -> ResponseReturnValue:
    form = ConfirmImportForm()
    if form.validate():
        try:
            file_import.make(actor(), key=key, keeper=form.keeper, once=form.once.data)
        except Invalid as error:
            form.show(error)
        else:
            flash("企业档案已导入。请到“用户管理”给单位管理员生成口令重置链接。", "success")
            return redirect(url_for("enterprises.import_file"), SEE_OTHER)
    plan = file_import.plan(actor(), key=key)
    return render_template("enterprises/check_import.html", plan=plan, form=form), INVALID
