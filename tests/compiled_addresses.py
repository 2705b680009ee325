"""Every test makes an application of its own: what compiling an address gives is the same for all of them."""

from collections.abc import Callable
from typing import Any

from werkzeug.routing import Rule

COMPILED: dict[tuple[Any, ...], Callable[..., tuple[str, str]]] = {}
compile_builder = Rule._compile_builder


def remember() -> None:
    """A builder is a pure function of its rule's parts; its converters are those of the rule it is bound to."""
    Rule._compile_builder = _remembered  # type: ignore[method-assign]


def _remembered(self: Rule, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
    defaults = tuple(sorted((self.defaults or {}).items()))
    key = (self.rule, tuple(self._trace), defaults, append_unknown)
    if key not in COMPILED:
        COMPILED[key] = compile_builder(self, append_unknown)
    return COMPILED[key]
