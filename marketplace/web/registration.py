"""Register an enterprise or a provider; ask to be let into one that is registered."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from marketplace.domain import registration as rules
from marketplace.domain.errors import Forbidden, Invalid
from marketplace.domain.permissions import Permission
from marketplace.services import invitations, registration
from marketplace.services.registration import AlreadyRegistered
from marketplace.web import identity
from marketplace.web.access import find_actor, public
from marketplace.web.forms import acts
from marketplace.web.forms.accounts import AdmissionForm
from marketplace.web.forms.registration import EnterpriseForm, ProviderForm

blueprint = Blueprint("registration", __name__)
ASKED = "申请已登记。单位管理员同意后会给你一个链接，打开链接设置口令，就能登录。"


@blueprint.get("/register/enterprise")
@public
def enterprise() -> ResponseReturnValue:
    return _page(_prepared(EnterpriseForm()), kind="enterprise")


@blueprint.post("/register/enterprise")
@public
def register_enterprise() -> ResponseReturnValue:
    return _register(_prepared(EnterpriseForm()), kind="enterprise")


@blueprint.get("/register/provider")
@public
def provider() -> ResponseReturnValue:
    return _page(_prepared(ProviderForm()), kind="provider")


@blueprint.post("/register/provider")
@public
def register_provider() -> ResponseReturnValue:
    return _register(_prepared(ProviderForm()), kind="provider")


def _prepared(form: EnterpriseForm | ProviderForm) -> EnterpriseForm | ProviderForm:
    """Somebody who is logged in adds a firm to his account; staff of an office register none."""
    person = find_actor()
    if person is not None and person.role not in rules.MAY_REGISTER:
        raise Forbidden(Permission.MANAGE_OWN_ACCOUNT)
    if person is not None:
        form.without_person()
    return form


def _register(form: EnterpriseForm | ProviderForm, *, kind: str) -> ResponseReturnValue:
    known: AlreadyRegistered | None = None
    if form.validate():
        try:
            entry = registration.register(
                form.application(), actor=find_actor(), user_agent=identity.user_agent(), once=form.once.data
            )
        except Invalid as error:
            known = error if isinstance(error, AlreadyRegistered) else None
            form.show(error)
        else:
            identity.enter(entry)
            flash(f"{entry.actor.organisation_name}已注册，你是单位管理员。", "success")
            return redirect(url_for("accounts.show"), 303)
    return _page(form, kind=kind, known=known), 409 if known else 422


def _page(form: EnterpriseForm | ProviderForm, *, kind: str, known: AlreadyRegistered | None = None) -> str:
    return render_template(f"accounts/register_{kind}.html", form=form, known=known, once=acts.token)


@blueprint.get("/register/admission")
@public
def admission() -> ResponseReturnValue:
    form = AdmissionForm()
    form.credit_code.data = request.args.get("credit_code", "")[:18]
    return render_template("accounts/admission.html", form=form)


@blueprint.post("/register/admission")
@public
def ask_admission() -> ResponseReturnValue:
    form = AdmissionForm()
    if form.validate():
        try:
            invitations.ask(
                credit_code=form.credit_code.data or "",
                name=form.person.data or "",
                login=form.login.data or "",
                once=form.once.data,
            )
        except Invalid as error:
            form.show(error)
        else:
            flash(ASKED, "success")
            return redirect(url_for("accounts.login"), 303)
    return render_template("accounts/admission.html", form=form), 422
