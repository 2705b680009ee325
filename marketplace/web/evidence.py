"""The evidence locker: list, upload, one piece, its file, citations."""

from pathlib import PurePath
from typing import Any, BinaryIO

from flask import Blueprint, Response, flash, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue

from marketplace.domain import evidence as rules
from marketplace.domain import permissions
from marketplace.domain.errors import Forbidden, Invalid
from marketplace.domain.permissions import Permission
from marketplace.models.evidence import Evidence
from marketplace.services import evidence, evidence_views, timelines
from marketplace.web.access import actor, find_actor, requires
from marketplace.web.forms import acts
from marketplace.web.forms.evidence import CiteForm, FactsForm, UploadForm

blueprint = Blueprint("evidence", __name__)
SEE_OTHER, INVALID = 303, 422
UPLOADS = "evidence.upload"


@blueprint.url_value_preprocessor
def _make_room(endpoint: str | None, values: dict[str, Any] | None) -> None:
    """This form alone may be large, and only from somebody who may send it: before anything reads the body."""
    if endpoint == UPLOADS and request.method == "POST":
        person = find_actor()
        if person is not None and permissions.permits(person, Permission.KEEP_EVIDENCE):
            request.max_content_length = rules.UPLOAD["request_bytes"]


@blueprint.get("/evidence")
@requires(Permission.KEEP_EVIDENCE)
def index() -> ResponseReturnValue:
    number = acts.whole(request.args.get("page")) or 1
    locker = evidence_views.locker(actor(), state=request.args.get("state", ""), number=number)
    return render_template("evidence/index.html", locker=locker, rules=rules)


@blueprint.route("/evidence/upload", methods=["GET", "POST"])
@requires(Permission.KEEP_EVIDENCE)
def upload() -> ResponseReturnValue:
    form = UploadForm()
    form.place.offer(evidence_views.places(actor()), blank="先不选")
    if request.method == "GET":
        _prefill(form)
        return render_template("evidence/upload.html", form=form, rules=rules)
    if form.validate():
        try:
            return _keep(form)
        except Invalid as error:
            form.show(error)
    form.seen.data = ""
    return render_template("evidence/upload.html", form=form, rules=rules), INVALID


def _prefill(form: UploadForm) -> None:
    """From the list of what is missing: the place, and the kind that it asks for."""
    place = rules.parse_place(request.args.get("place", ""))
    if place is not None:
        form.place.data = place.text
        form.kind.data = place.topic if place.topic in rules.KINDS else ""


def _keep(form: UploadForm) -> ResponseReturnValue:
    sent = request.files.get("file")
    name = (sent.filename if sent else "") or ""
    if sent is None or not name:
        raise Invalid({"file": [f"请选择文件。{rules.LIMIT_TEXT}"]})
    facts = form.facts(title=PurePath(name.replace("\\", "/")).stem[: rules.POLICY["title_max"]])
    places = (form.place.place,) if form.place.place else ()
    done = evidence.upload(actor(), sent.stream, file_name=name, facts=facts, places=places, once=form.once.data)
    if done.is_new:
        flash("已上传。", "success")
    else:
        flash("这份文件以前上传过，没有重复保存。下面就是那一份。", "info")
    return redirect(url_for("evidence.show", evidence_id=done.evidence_id), SEE_OTHER)


@blueprint.get("/evidence/<int:evidence_id>")
@requires(Permission.READ_EVIDENCE)
def show(evidence_id: int) -> ResponseReturnValue:
    return _page(evidence_id)


def _page(evidence_id: int, *, form: FactsForm | None = None, problem: str = "") -> str:
    sheet = evidence_views.get(actor(), evidence_id=evidence_id)
    if form is None:
        form = FactsForm(formdata=None)
        form.fill(evidence.facts_of(sheet.row))
        form.seen.data = evidence.fingerprint(evidence.facts_of(sheet.row))
    cite_form = CiteForm(formdata=None, prefix="cite")
    cite_form.place.offer(sheet.places, blank="请选择")
    return render_template(
        "evidence/show.html", sheet=sheet, form=form, cite_form=cite_form, problem=problem, rules=rules,
        token=acts.token, entries=timelines.of(kind="evidence", key=evidence_id) if sheet.is_own else (),
    )  # fmt: skip


@blueprint.get("/evidence/<int:evidence_id>/file")
@requires(Permission.READ_EVIDENCE)
def download(evidence_id: int) -> ResponseReturnValue:
    """The owner's own at once; everybody else fetches it by the button that puts it on record."""
    found = evidence_views.fetch(actor(), evidence_id=evidence_id)
    return _attachment(*found) if found else redirect(url_for("evidence.show", evidence_id=evidence_id), SEE_OTHER)


@blueprint.post("/evidence/<int:evidence_id>/file")
@requires(Permission.READ_EVIDENCE)
def open_file(evidence_id: int) -> ResponseReturnValue:
    return _attachment(*evidence_views.fetch_on_record(actor(), evidence_id=evidence_id))


def _attachment(row: Evidence, file: BinaryIO) -> Response:
    """Never shown inside the site: saved under a clean name, its type stated and not guessed."""
    response = send_file(file, mimetype=row.media_type, as_attachment=True, download_name=row.file_name)
    response.headers["Cache-Control"] = "no-store, private"
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


@blueprint.post("/evidence/<int:evidence_id>/change")
@requires(Permission.KEEP_EVIDENCE)
def change(evidence_id: int) -> ResponseReturnValue:
    if not evidence_views.get(actor(), evidence_id=evidence_id).is_own:
        raise Forbidden(Permission.KEEP_EVIDENCE)
    form = FactsForm()
    acts.keep_typed(form)
    if form.validate():
        try:
            evidence.change(
                actor(), evidence_id=evidence_id, seen=form.seen.data or "", facts=form.facts(), once=form.once.data
            )
        except Invalid as error:
            form.show(error)
        else:
            flash("已保存。", "success")
            return _back(evidence_id)
    return _page(evidence_id, form=form), INVALID


@blueprint.post("/evidence/<int:evidence_id>/cite")
@requires(Permission.KEEP_EVIDENCE)
def cite(evidence_id: int) -> ResponseReturnValue:
    place = rules.parse_place(request.form.get("cite-place", ""))
    try:
        evidence.cite(actor(), evidence_id=evidence_id, place=place, once=request.form.get("cite-once"))
    except Invalid as error:
        return _page(evidence_id, problem=next(iter(error.messages.values()))[0]), INVALID
    flash("已引用。", "success")
    return _back(evidence_id)


@blueprint.post("/evidence/<int:evidence_id>/uncite")
@requires(Permission.KEEP_EVIDENCE)
def uncite(evidence_id: int) -> ResponseReturnValue:
    citation_id = acts.whole(request.form.get("citation_id")) or 0
    evidence.uncite(actor(), evidence_id=evidence_id, citation_id=citation_id, once=request.form.get("once"))
    flash("已取消引用。", "success")
    return _back(evidence_id)


@blueprint.post("/evidence/<int:evidence_id>/withdraw")
@requires(Permission.KEEP_EVIDENCE)
def withdraw(evidence_id: int) -> ResponseReturnValue:
    title = evidence.withdraw(actor(), evidence_id=evidence_id, once=request.form.get("once"))
    flash(f"“{title}”已撤下，别人不能再看。重新上传同一个文件就能恢复。", "success")
    return redirect(url_for("evidence.index"), SEE_OTHER)


def _back(evidence_id: int) -> ResponseReturnValue:
    return redirect(url_for("evidence.show", evidence_id=evidence_id), SEE_OTHER)
