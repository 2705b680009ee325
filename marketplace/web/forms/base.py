"""What all forms share: CSRF by Flask-WTF, and the token that lets a form take effect once."""

import secrets

from flask_wtf import FlaskForm
from wtforms import HiddenField

from marketplace.domain.errors import Invalid


class Form(FlaskForm):
    """A form with a one-time token; `show` puts the messages of a use case beside its fields."""

    once = HiddenField(default=lambda: secrets.token_urlsafe(18))

    def show(self, error: Invalid) -> None:
        for name, messages in error.messages.items():
            field = self._fields.get(name)
            if field is None:
                self.form_errors.extend(messages)
            else:
                field.errors = [*field.errors, *messages]
