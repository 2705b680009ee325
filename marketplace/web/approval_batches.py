"""Many submissions at once: claimed, or low-risk renewals decided; a table says what happened with each."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from marketplace.domain import approvals as rules
from marketplace.domain.judgements import Note
from marketplace.domain.permissions import Permission
from marketplace.models.approvals import Verdict
from marketplace.services import approval_batches
from marketplace.services.approval_batches import Result
from marketplace.web.access import actor, requires
from marketplace.web.forms import acts
from marketplace.web.forms import approvals as forms

blueprint = Blueprint("approval_batches", __name__)
SEE_OTHER = 303
TEMPLATES = {row["id"]: Note(row["question"], row["text"]) for row in rules.POLICY["templates"]}


@blueprint.post("/approvals/batch")
@requires(Permission.REVIEW_LISTING)
def run() -> ResponseReturnValue:
    """Repeating it changes nothing: what is done already says so in its row."""
    ids = acts.posted_ids("id")
    problem = _problem(ids)
    if problem:
        flash(problem, "warning")
        return redirect(url_for("approvals.index"), SEE_OTHER)
    results = _run(forms.seen_of(ids))
    done = sum(one.is_done for one in results)
    return render_template("approvals/batch.html", results=results, done=done)


def _problem(ids: tuple[int, ...]) -> str:
    if not ids:
        return "没有勾选申请。请先勾选，再点批量办理。"
    if len(ids) > approval_batches.LIMIT:
        return f"一次最多办{approval_batches.LIMIT}件，请分几次办。"
    act = request.form.get("act", "")
    if act == "claim":
        return "" if forms.seat(request.form.get("seat")) else "请选择认领哪一席。"
    if act not in ("pass", "return"):
        return "请选择要办的事。"
    if "has_read" not in request.form:
        return "批量提交意见前，请逐件看过并勾选确认。"
    return "" if act == "pass" or request.form.get("template") in TEMPLATES else "退回修改请选一条意见。"


def _run(seen: dict[int, int]) -> tuple[Result, ...]:
    act, seat = request.form["act"], forms.seat(request.form.get("seat"))
    if act == "claim" and seat is not None:
        return approval_batches.claim(actor(), seat=seat, seen=seen)
    note = TEMPLATES[request.form["template"]] if act == "return" else None
    verdict = Verdict.RETURN if note else Verdict.PASS
    return approval_batches.decide(actor(), verdict=verdict, note=note, seen=seen)
