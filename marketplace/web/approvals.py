"""双审核: the reviewers' workbench, one submission, what is done with it; for its provider at the same address."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import BadRequest

from marketplace.domain import approvals as rules
from marketplace.domain import permissions
from marketplace.domain.errors import Invalid
from marketplace.domain.permissions import Permission
from marketplace.models.accounts import Role
from marketplace.models.approvals import Seat
from marketplace.services import (
    approval_agreement,
    approval_desks,
    approval_queue,
    approval_seats,
    approval_verdicts,
    approval_views,
    approvals,
)
from marketplace.services.approval_cases import NewerVersion
from marketplace.services.approval_queue import SEAT_GROUPS, TABS
from marketplace.web.access import actor, requires
from marketplace.web.forms import acts
from marketplace.web.forms import approvals as forms
from marketplace.web.forms.acts import Act
from marketplace.web.forms.approvals import Typed

blueprint = Blueprint("approvals", __name__)
SEE_OTHER, CONFLICT, INVALID = 303, 409, 422


@blueprint.get("/approvals")
@requires(Permission.REVIEW_QUEUE)
def index() -> ResponseReturnValue:
    number = request.args.get("page", 1, type=int)
    queue = approval_queue.page(actor(), forms.filters(), number=number)
    return render_template(
        "approvals/index.html",
        queue=queue,
        tabs=TABS,
        seat_groups=SEAT_GROUPS,
        own_seats=approval_queue.seats_for(actor()),
        templates=rules.POLICY["templates"],
        may_oversee=permissions.permits(actor(), Permission.OVERSEE_REVIEWS),
        token=acts.token,
    )


@blueprint.get("/approvals/<int:approval_id>")
@requires(Permission.READ_APPROVALS)
def show(approval_id: int) -> ResponseReturnValue:
    return _page(approval_id)


def _page(
    approval_id: int,
    *,
    typed: Typed | None = None,
    problems: dict[str, list[str]] | None = None,
    seen: int | None = None,
) -> str:
    person = actor()
    view = approval_views.get(person, approval_id, seen=seen)
    facts: dict[str, Any] = {"view": view, "token": acts.token, "problems": problems or {}}
    if person.role == Role.PROVIDER:
        return render_template("approvals/own.html", **facts)
    return render_template(
        "approvals/show.html",
        desk=approval_desks.of(person, view),
        typed=typed or Typed(),
        is_newer=seen is not None,
        templates_of=forms.TEMPLATES_OF,
        text_max=rules.TEXT_MAX,
        **facts,
    )


@blueprint.post("/approvals/<int:approval_id>/claim")
@requires(Permission.REVIEW_LISTING)
def claim(approval_id: int) -> ResponseReturnValue:
    form, seat = Act(), _seat()
    try:
        approval_seats.claim(actor(), approval_id=approval_id, seat=seat, once=form.once.data)
    except Invalid as error:
        return _page(approval_id, problems=error.messages), INVALID
    flash("已认领。请在期限内提交意见，办不了可以退出。", "success")
    return _back(approval_id)


@blueprint.post("/approvals/<int:approval_id>/release")
@requires(Permission.REVIEW_LISTING)
def release(approval_id: int) -> ResponseReturnValue:
    form, seat = Act(), _seat()
    reason = request.form.get("reason", "")
    try:
        approval_seats.release(actor(), approval_id=approval_id, seat=seat, reason=reason, once=form.once.data)
    except Invalid as error:
        return _page(approval_id, problems=error.messages), INVALID
    flash("已退出，席位重新开放认领。", "success")
    return _back(approval_id)


@blueprint.post("/approvals/<int:approval_id>/decide")
@requires(Permission.REVIEW_LISTING)
def decide(approval_id: int) -> ResponseReturnValue:
    form, seat, typed = Act(), _seat(), forms.typed()
    try:
        outcome = approval_verdicts.decide(
            actor(), approval_id=approval_id, seat=seat, judgement=typed.judgement(), seen=form.seen,
            once=form.once.data,
        )  # fmt: skip
    except Invalid as error:
        return _page(approval_id, typed=typed, problems=error.messages), INVALID
    except NewerVersion as error:
        return _page(approval_id, typed=typed, seen=error.seen), CONFLICT
    flash("意见已提交。" if outcome.is_moved else "意见已提交，等另一席的意见。", "success")
    return _back(approval_id)


@blueprint.post("/approvals/<int:approval_id>/recall")
@requires(Permission.WRITE_LISTING)
def recall(approval_id: int) -> ResponseReturnValue:
    form = Act()
    approvals.recall(actor(), approval_id=approval_id, version=form.seen, once=form.once.data)
    flash("已撤回申请，可以改好以后再提交。", "success")
    return _back(approval_id)


@blueprint.post("/approvals/<int:approval_id>/restart")
@requires(Permission.ASSIGN_REVIEWERS)
def restart(approval_id: int) -> ResponseReturnValue:
    form = Act()
    reason = request.form.get("reason", "")
    try:
        approvals.restart(actor(), approval_id=approval_id, reason=reason, version=form.seen, once=form.once.data)
    except Invalid as error:
        return _page(approval_id, problems=error.messages), INVALID
    flash("已换人重评，应当回避的人不再参加。", "success")
    return _back(approval_id)


@blueprint.get("/approvals/agreement")
@requires(Permission.OVERSEE_REVIEWS)
def agreement() -> ResponseReturnValue:
    quarters = approval_agreement.quarters(actor())
    chosen = _quarter(request.args.get("quarter", ""))
    cases = approval_agreement.cases(actor(), year=chosen[0], number=chosen[1]) if chosen else ()
    return render_template("approvals/agreement.html", quarters=quarters, chosen=chosen, cases=cases)


def _quarter(text: str) -> tuple[int, int] | None:
    year, _, number = text.partition("-")
    parts = acts.whole(year), acts.whole(number)
    return (parts[0], parts[1]) if parts[0] is not None and parts[1] is not None else None


def _seat() -> Seat:
    seat = forms.seat(request.form.get("seat"))
    if seat is None:
        raise BadRequest
    return seat


def _back(approval_id: int) -> ResponseReturnValue:
    return redirect(url_for("approvals.show", approval_id=approval_id), SEE_OTHER)
