"""Log in and out, the workplace of who is logged in, his devices, password and seats; a provider's own listings."""

from flask import Blueprint, abort, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from marketplace.domain import passwords, registration, wording
from marketplace.domain.errors import Invalid
from marketplace.domain.permissions import Permission
from marketplace.services import colleagues, logins, own_listings, sessions
from marketplace.web import identity, preferences, workplaces
from marketplace.web.access import actor, find_actor, public, requires
from marketplace.web.forms import acts
from marketplace.web.forms.accounts import LoginForm, PasswordForm

blueprint = Blueprint("accounts", __name__)


@blueprint.app_context_processor
def _menu() -> dict[str, object]:
    person = find_actor()
    return {"account_links": workplaces.menu(person) if person else ()}


@blueprint.get("/login")
@public
def login() -> ResponseReturnValue:
    form = LoginForm()
    form.next.data = preferences.local_path(request.args.get("next")) or ""
    return _login_page(form)


@blueprint.post("/login")
@public
def log_in() -> ResponseReturnValue:
    form = LoginForm()
    if form.validate():
        try:
            entry = logins.log_in(
                login=form.login.data or "",
                password=form.password.data or "",
                user_agent=identity.user_agent(),
                once=form.once.data,
            )
        except Invalid as error:
            form.show(error)
        else:
            identity.enter(entry)
            return redirect(preferences.local_path(form.next.data) or url_for("accounts.show"), 303)
    return _login_page(form), 422


def _login_page(form: LoginForm) -> str:
    is_demo = bool(current_app.config["DEMO_MODE"])
    there = logins.demo_roles() if is_demo else frozenset()
    roles = [(role, label) for role, label in wording.ROLES.items() if role in there]
    return render_template("accounts/login.html", form=form, is_demo=is_demo, demo_roles=roles, person=find_actor())


@blueprint.post("/demo-login")
@public
def demo_log_in() -> ResponseReturnValue:
    """One click for each role; outside demo mode there is no such page."""
    if not current_app.config["DEMO_MODE"]:
        abort(404)
    identity.enter(logins.demo_log_in(role=request.form.get("role", ""), user_agent=identity.user_agent()))
    return redirect(preferences.local_path(request.form.get("next")) or url_for("accounts.show"), 303)


@blueprint.post("/logout")
@requires(Permission.MANAGE_OWN_ACCOUNT)
def logout() -> ResponseReturnValue:
    sessions.log_out(actor())
    identity.leave()
    flash("已退出登录。", "success")
    return redirect(url_for("storefront.home"), 303)


@blueprint.post("/logout-everywhere")
@requires(Permission.MANAGE_OWN_ACCOUNT)
def logout_everywhere() -> ResponseReturnValue:
    ended = sessions.log_out_everywhere(actor())
    identity.leave()
    flash(f"已退出全部{ended}台设备。", "success")
    return redirect(url_for("accounts.login"), 303)


@blueprint.get("/register")
@public
def register() -> ResponseReturnValue:
    person = find_actor()
    may_register = person is None or person.role in registration.MAY_REGISTER
    return render_template("accounts/register.html", person=person, may_register=may_register)


@blueprint.get("/account")
@requires(Permission.MANAGE_OWN_ACCOUNT)
def show() -> ResponseReturnValue:
    person = actor()
    return render_template(
        "accounts/show.html",
        actor=person,
        work=workplaces.of(person),
        seats=sessions.seats(person),
        requests_waiting=colleagues.requests_waiting(person),
    )


@blueprint.post("/account/seat")
@requires(Permission.MANAGE_OWN_ACCOUNT)
def change_seat() -> ResponseReturnValue:
    membership_id = acts.whole(request.form.get("membership_id")) or 0
    entry = sessions.change_seat(actor(), membership_id=membership_id, user_agent=identity.user_agent())
    identity.enter(entry)
    flash(f"已切换到{entry.actor.organisation_name}。", "success")
    return redirect(url_for("accounts.show"), 303)


@blueprint.get("/account/security")
@requires(Permission.MANAGE_OWN_ACCOUNT)
def security() -> ResponseReturnValue:
    return _security_page(PasswordForm())


@blueprint.post("/account/security")
@requires(Permission.MANAGE_OWN_ACCOUNT)
def change_password() -> ResponseReturnValue:
    form = PasswordForm()
    if form.validate():
        try:
            ended = sessions.change_password(
                actor(), old=form.old.data or "", new=form.new.data or "", once=form.once.data
            )
        except Invalid as error:
            form.show(error)
        else:
            flash(f"口令已修改，其他{ended}台设备已退出。" if ended else "口令已修改。", "success")
            return redirect(url_for("accounts.security"), 303)
    return _security_page(form), 422


def _security_page(form: PasswordForm) -> str:
    devices = sessions.devices(actor())
    return render_template("accounts/security.html", form=form, devices=devices, rule=passwords.rule_in_words())


@blueprint.post("/account/sessions/<int:session_id>/revoke")
@requires(Permission.MANAGE_OWN_ACCOUNT)
def revoke_session(session_id: int) -> ResponseReturnValue:
    person = actor()
    sessions.revoke(person, session_id=session_id)
    if session_id == person.session_id:
        identity.leave()
        return redirect(url_for("accounts.login"), 303)
    flash("这台设备已退出。", "success")
    return redirect(url_for("accounts.security"), 303)


@blueprint.get("/my/listings")
@requires(Permission.READ_OWN_LISTINGS)
def listings() -> ResponseReturnValue:
    number = acts.whole(request.args.get("page")) or 1
    return render_template(
        "accounts/listings.html",
        listings=own_listings.show(actor(), number=number),
        rating_minimum=own_listings.RATING_MINIMUM,
    )
