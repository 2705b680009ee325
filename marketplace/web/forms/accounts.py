"""Forms of accounts: log in, change the password, invite, join."""

from wtforms import HiddenField, PasswordField, StringField
from wtforms.validators import DataRequired, EqualTo, Length

from marketplace.domain import login_names, passwords
from marketplace.web.forms.base import Form

PASSWORD_MAX = Length(max=passwords.RULE["max_length"], message="口令最多%(max)d位，请缩短")
NAME_MAX = 40  # the column's
LOGIN_HINT = "11位手机号或邮箱地址。"


def login_field(label: str = "账号", *, autocomplete: str = "username") -> StringField:
    too_long = Length(max=login_names.MAX_LENGTH, message="账号最多%(max)d个字符，请核对")
    return StringField(
        label,
        [DataRequired(f"请填写{label}：11位手机号或邮箱地址"), too_long],
        description=LOGIN_HINT,
        render_kw={"autocomplete": autocomplete, "spellcheck": "false", "autocapitalize": "none"},
    )


def name_field(label: str = "姓名", *, autocomplete: str = "name") -> StringField:
    too_long = Length(max=NAME_MAX, message=f"{label}最多%(max)d个字，请精简")
    return StringField(label, [DataRequired(f"请填写{label}"), too_long], render_kw={"autocomplete": autocomplete})


def new_password_field(label: str = "口令") -> PasswordField:
    return PasswordField(
        label,
        [DataRequired(f"请填写{label}"), PASSWORD_MAX],
        description=passwords.rule_in_words(),
        render_kw={"autocomplete": "new-password"},
    )


def repeated_password_field(of: str) -> PasswordField:
    return PasswordField(
        "再输一次口令",
        [EqualTo(of, message="两次输入的口令不一样，请重新输入")],
        render_kw={"autocomplete": "new-password", "required": True},
    )


def known_password_field(label: str = "口令") -> PasswordField:
    return PasswordField(
        label, [DataRequired(f"请填写{label}"), PASSWORD_MAX], render_kw={"autocomplete": "current-password"}
    )


class LoginForm(Form):
    login = login_field()
    password = known_password_field()
    next = HiddenField()


class PasswordForm(Form):
    old = known_password_field("现在的口令")
    new = new_password_field("新口令")
    again = repeated_password_field("new")


class InviteForm(Form):
    name = name_field("同事姓名", autocomplete="off")
    login = login_field("同事的账号", autocomplete="off")


class AdmissionForm(Form):
    credit_code = StringField(
        "统一社会信用代码",
        [DataRequired("请填写统一社会信用代码"), Length(max=40, message="统一社会信用代码是18位，请核对")],
        description="18位，见营业执照。",
        render_kw={"autocomplete": "off", "spellcheck": "false"},
    )
    person = name_field()
    login = login_field()


class NewcomerForm(Form):
    person = name_field()
    password = new_password_field()
    again = repeated_password_field("password")


class ResetForm(Form):
    password = new_password_field("新口令")
    again = repeated_password_field("password")


class JoinForm(Form):
    password = known_password_field()


class ConsentForm(Form):
    """Somebody who is logged in joins with one button."""
