"""The page behind an invitation's link."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from marketplace.domain.errors import Invalid
from marketplace.services import joining
from marketplace.services.accounts import Entry
from marketplace.services.joining import Door
from marketplace.web import identity
from marketplace.web.access import find_actor, public
from marketplace.web.forms.accounts import ConsentForm, JoinForm, NewcomerForm

blueprint = Blueprint("joining", __name__)
AnyForm = ConsentForm | JoinForm | NewcomerForm


@blueprint.get("/invitations/<token>")
@public
def show(token: str) -> ResponseReturnValue:
    door = joining.find(token)
    form = _form(door)
    if isinstance(form, NewcomerForm):
        form.person.data = door.name
    return _page(token, door, form)


@blueprint.post("/invitations/<token>")
@public
def accept(token: str) -> ResponseReturnValue:
    door = joining.find(token)
    form = _form(door)
    if form.validate():
        try:
            entry = _join(token, form)
        except Invalid as error:
            form.show(error)
        else:
            identity.enter(entry)
            flash(f"你已加入{entry.actor.organisation_name}。", "success")
            return redirect(url_for("accounts.show"), 303)
    return _page(token, door, form), 422


def _form(door: Door) -> AnyForm:
    """One button for who is logged in, a password for who has an account, name and password for the others."""
    if find_actor() is not None:
        return ConsentForm()
    return JoinForm() if door.has_account else NewcomerForm()


def _join(token: str, form: AnyForm) -> Entry:
    person, agent, once = find_actor(), identity.user_agent(), form.once.data
    if person is not None:
        return joining.as_actor(person, token=token, user_agent=agent, once=once)
    if isinstance(form, NewcomerForm):
        name, password = form.person.data or "", form.password.data or ""
        return joining.as_newcomer(token=token, name=name, password=password, user_agent=agent, once=once)
    if isinstance(form, JoinForm):
        return joining.with_password(token=token, password=form.password.data or "", user_agent=agent, once=once)
    raise Invalid({"password": ["请重新登录后再打开链接"]})


def _page(token: str, door: Door, form: AnyForm) -> str:
    return render_template("accounts/invitation.html", token=token, door=door, form=form, person=find_actor())
