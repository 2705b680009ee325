"""The people of one's organisation: invite, admit, remove, hand over the keys."""

from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from marketplace.domain.errors import Invalid
from marketplace.domain.permissions import Permission
from marketplace.services import colleagues, invitations
from marketplace.web import identity
from marketplace.web.access import actor, requires
from marketplace.web.forms import acts
from marketplace.web.forms.accounts import InviteForm

blueprint = Blueprint("colleagues", __name__)
FRESH_LINK = "fresh_invitation"  # shown to the inviter once, on the page after the one that made it


@blueprint.get("/account/colleagues")
@requires(Permission.MANAGE_OWN_ACCOUNT)
def index() -> ResponseReturnValue:
    return _page(InviteForm(), link=session.pop(FRESH_LINK, None))


def _page(form: InviteForm, *, link: str | None = None, problem: str = "") -> str:
    return render_template(
        "accounts/colleagues.html",
        form=form,
        view=colleagues.show(actor()),
        organisation=actor().organisation_name,
        role=actor().role,
        link=link,
        days=invitations.POLICY["days"],
        problem=problem,
        once=acts.token,
    )


@blueprint.post("/account/colleagues/invite")
@requires(Permission.MANAGE_COLLEAGUES)
def invite() -> ResponseReturnValue:
    form = InviteForm()
    if form.validate():
        try:
            token = invitations.invite(
                actor(), name=form.name.data or "", login=form.login.data or "", once=form.once.data
            )
        except Invalid as error:
            form.show(error)
        else:
            return _show_link(token)
    return _page(form), 422


@blueprint.post("/account/invitations/<int:invitation_id>/link")
@requires(Permission.MANAGE_COLLEAGUES)
def renew(invitation_id: int) -> ResponseReturnValue:
    """Consent to a request, or a fresh link in place of one that was lost."""
    return _show_link(invitations.renew(actor(), invitation_id=invitation_id, once=request.form.get("once")))


@blueprint.post("/account/invitations/<int:invitation_id>/withdraw")
@requires(Permission.MANAGE_COLLEAGUES)
def withdraw(invitation_id: int) -> ResponseReturnValue:
    invitations.withdraw(actor(), invitation_id=invitation_id, once=request.form.get("once"))
    flash("已撤回，原来的链接不能再用。", "success")
    return redirect(url_for("colleagues.index"), 303)


@blueprint.post("/account/colleagues/<int:membership_id>/remove")
@requires(Permission.MANAGE_OWN_ACCOUNT)
def remove(membership_id: int) -> ResponseReturnValue:
    """Keepers remove colleagues; everybody may leave by himself."""
    person = actor()
    try:
        colleagues.remove(person, membership_id=membership_id, once=request.form.get("once"))
    except Invalid as error:
        return _page(InviteForm(formdata=None), problem=error.messages["member"][0]), 422
    if membership_id == person.membership_id:
        identity.leave()
        flash(f"你已退出{person.organisation_name}。", "success")
        return redirect(url_for("accounts.login"), 303)
    flash("已移出，他在本单位的登录已全部退出。", "success")
    return redirect(url_for("colleagues.index"), 303)


@blueprint.post("/account/colleagues/<int:membership_id>/keeper")
@requires(Permission.MANAGE_COLLEAGUES)
def set_keeper(membership_id: int) -> ResponseReturnValue:
    is_keeper = request.form.get("is_keeper") == "1"
    try:
        colleagues.set_keeper(actor(), membership_id=membership_id, is_keeper=is_keeper, once=request.form.get("once"))
    except Invalid as error:
        return _page(InviteForm(formdata=None), problem=error.messages["member"][0]), 422
    flash("已设为单位管理员。" if is_keeper else "已取消单位管理员。", "success")
    return redirect(url_for("colleagues.index"), 303)


def _show_link(token: str) -> ResponseReturnValue:
    session[FRESH_LINK] = url_for("joining.show", token=token, _external=True)
    return redirect(url_for("colleagues.index"), 303)
