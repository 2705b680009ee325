"""A button that does one thing: do it and go back to the page, or say on the page itself why it was refused."""

from collections.abc import Callable

from flask import flash, redirect
from flask.typing import ResponseReturnValue

from marketplace.domain.errors import Invalid
from marketplace.web.forms.acts import Act

SEE_OTHER, INVALID = 303, 422
INCOMPLETE = "页面内容不完整，没有办理。请再点一次。"


def press(act: Callable[[Act], None], said: str, *, page: Callable[[str], str], target: str) -> ResponseReturnValue:
    """`page` renders the page with the problem on it; `target` is where the page stands."""
    form = Act()
    if not form.validate_on_submit():
        return page(INCOMPLETE), INVALID
    try:
        act(form)
    except Invalid as error:
        return page(error.text), INVALID
    flash(said, "success")
    return redirect(target, SEE_OTHER)
