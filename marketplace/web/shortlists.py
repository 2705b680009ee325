"""Favourites and shortlists, their print and Excel."""

from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from marketplace.domain import demands as rules
from marketplace.domain import permissions, wording
from marketplace.domain.actors import Actor
from marketplace.domain.errors import Forbidden, Invalid
from marketplace.domain.permissions import Permission
from marketplace.services import shortlist_export, shortlist_views, shortlists, timelines
from marketplace.web import downloads
from marketplace.web.access import actor, find_actor, public, requires
from marketplace.web.forms import acts
from marketplace.web.forms.acts import Act
from marketplace.web.forms.shortlists import Note
from marketplace.web.preferences import local_path

blueprint = Blueprint("shortlists", __name__)
SEE_OTHER, BAD_REQUEST = 303, 400
FAVOURITES, REMOVED = "favourites", "removed"


@blueprint.get("/shortlists")
@public
def index() -> ResponseReturnValue:
    """An enterprise's lists; without login, what this browser has collected."""
    person = _keeper()
    if person is None:
        cards = shortlist_views.cards(_collected())
        return render_template("shortlists/collected.html", cards=cards, limit=shortlist_views.COMPARE_LIMIT)
    return render_template("shortlists/index.html", lists=shortlist_views.overview(person))


@blueprint.post("/favourites")
@public
def favourite() -> ResponseReturnValue:
    """Put a solution among the favourites, or take it off; back to where the button stood."""
    solution_id = acts.whole(request.form.get("solution_id"))
    if solution_id is None:
        abort(BAD_REQUEST)
    person = _keeper()
    is_kept = shortlists.toggle_favourite(person, solution_id=solution_id) if person else _toggle(solution_id)
    if is_kept is not None:
        flash("已收藏，可在“候选名单”里查看。" if is_kept else "已取消收藏。", "success")
    return redirect(local_path(request.referrer) or url_for("shortlists.index"), SEE_OTHER)


def _keeper() -> Actor | None:
    """The enterprise's person; None for an anonymous reader; everybody else keeps no lists."""
    person = find_actor()
    if person is not None and not permissions.permits(person, Permission.KEEP_SHORTLIST):
        raise Forbidden(Permission.KEEP_SHORTLIST)
    return person


def _collected() -> tuple[int, ...]:
    return tuple(one for one in session.get(FAVOURITES, []) if isinstance(one, int))


def _toggle(solution_id: int) -> bool | None:
    """In the session of this browser; None when there is no room for one more."""
    kept = list(_collected())
    if solution_id in kept:
        kept.remove(solution_id)
    elif len(kept) >= shortlists.LIMIT:
        flash(f"未登录最多收藏{shortlists.LIMIT}个产品。请先去掉几个，或登录后再收藏。", "warning")
        return None
    elif not shortlist_views.cards((solution_id,)):
        abort(404)
    else:
        kept.append(solution_id)
    session[FAVOURITES] = kept
    return solution_id in kept


@blueprint.get("/shortlists/<int:shortlist_id>")
@requires(Permission.KEEP_SHORTLIST)
def show(shortlist_id: int) -> ResponseReturnValue:
    return _page(shortlist_id)


def _page(shortlist_id: int, *, typed: dict[int, str] | None = None, problem: str = "") -> str:
    sheet = shortlist_views.get(actor(), shortlist_id)
    removed: dict[str, Any] | None = session.get(REMOVED)
    if removed and removed.get("shortlist") == shortlist_id:
        session.pop(REMOVED)  # offered once: a list that is opened tomorrow has nothing to undo
    else:
        removed = None
    return render_template(
        "shortlists/show.html",
        sheet=sheet,
        entries=timelines.of(kind="shortlist", key=shortlist_id),
        removed=removed,
        typed=typed or {},
        problem=problem,
        note_max=rules.POLICY["note_max"],
        compare_limit=shortlist_views.COMPARE_LIMIT,
        token=acts.token,
    )


@blueprint.get("/shortlists/<int:shortlist_id>/print")
@requires(Permission.KEEP_SHORTLIST)
def paper(shortlist_id: int) -> ResponseReturnValue:
    sheet = shortlist_views.get(actor(), shortlist_id)
    return render_template("shortlists/print.html", sheet=sheet, printed_at=wording.moment(sheet.made_at))


@blueprint.get("/shortlists/<int:shortlist_id>/export.xlsx")
@requires(Permission.KEEP_SHORTLIST)
def export(shortlist_id: int) -> ResponseReturnValue:
    sheet = shortlist_views.get(actor(), shortlist_id)
    return downloads.workbook(shortlist_export.workbook(sheet), shortlist_export.filename(sheet))


@blueprint.post("/shortlists/<int:shortlist_id>/entries/<int:entry_id>/remove")
@requires(Permission.KEEP_SHORTLIST)
def remove(shortlist_id: int, entry_id: int) -> ResponseReturnValue:
    gone = shortlists.remove(actor(), shortlist_id=shortlist_id, entry_id=entry_id, once=request.form.get("once"))
    session[REMOVED] = {"shortlist": shortlist_id, "solution": gone.solution_id, "name": gone.name, "note": gone.note}
    return _back(shortlist_id)


@blueprint.post("/shortlists/<int:shortlist_id>/restore")
@requires(Permission.KEEP_SHORTLIST)
def restore(shortlist_id: int) -> ResponseReturnValue:
    """Undo the removal that the page has just told of."""
    solution_id = acts.whole(request.form.get("solution_id"))
    if solution_id is None:
        abort(BAD_REQUEST)
    note, once = request.form.get("note", ""), request.form.get("once")
    is_back = shortlists.restore(actor(), shortlist_id=shortlist_id, solution_id=solution_id, note=note, once=once)
    flash("已放回名单。" if is_back else "没有放回：产品已在名单里，或已经不在架。", "success" if is_back else "info")
    return _back(shortlist_id)


@blueprint.post("/shortlists/<int:shortlist_id>/entries/<int:entry_id>/note")
@requires(Permission.KEEP_SHORTLIST)
def note(shortlist_id: int, entry_id: int) -> ResponseReturnValue:
    form = Note()
    text = form.note.data or ""
    acts.keep_typed(form)
    if not form.validate_on_submit():
        problem = "；".join(str(one) for one in form.note.errors) or "页面不完整，请重新提交"
        return _page(shortlist_id, typed={entry_id: text}, problem=problem), 422
    seen, once = form.seen.data or "", form.once.data
    shortlists.write_note(actor(), shortlist_id=shortlist_id, entry_id=entry_id, note=text, seen=seen, once=once)
    flash("备注已保存。", "success")
    return _back(shortlist_id)


@blueprint.post("/shortlists/<int:shortlist_id>/close")
@requires(Permission.KEEP_SHORTLIST)
def close(shortlist_id: int) -> ResponseReturnValue:
    return _decide(shortlist_id, action="close", done="名单已定稿，不能再增减。需要调整时可以重新打开。")


@blueprint.post("/shortlists/<int:shortlist_id>/reopen")
@requires(Permission.KEEP_SHORTLIST)
def reopen(shortlist_id: int) -> ResponseReturnValue:
    return _decide(shortlist_id, action="reopen", done="名单已重新打开，可以增减。")


def _decide(shortlist_id: int, *, action: str, done: str) -> ResponseReturnValue:
    form = Act()
    if not form.validate_on_submit():
        flash("页面内容不完整，没有办理。请在这里重新提交。", "warning")
        return _back(shortlist_id)
    try:
        shortlists.decide(actor(), shortlist_id=shortlist_id, action=action, version=form.seen, once=form.once.data)
    except Invalid as error:
        flash(next(iter(error.messages.values()))[0], "warning")
    else:
        flash(done, "success")
    return _back(shortlist_id)


def _back(shortlist_id: int) -> ResponseReturnValue:
    return redirect(url_for("shortlists.show", shortlist_id=shortlist_id), SEE_OTHER)
