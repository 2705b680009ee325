"""The peer of benchmarks.pages: a bare Flask that renders the same templates with data captured once."""

from typing import Any

from flask import Flask, template_rendered

from benchmarks.pages import PAGES
from wsgi import app as market


def _capture(path: str) -> tuple[Any, dict[str, Any]]:
    caught: list[tuple[Any, dict[str, Any]]] = []

    def note(_app: Flask, template: Any, context: dict[str, Any], **_rest: Any) -> None:
        caught.append((template, context))

    with template_rendered.connected_to(note, market):
        assert market.test_client().get(path).status_code == 200
    return caught[-1]


app = Flask("bare", static_folder=None)
app.config.from_mapping(market.config)
app.url_map = market.url_map
for _name, _path in PAGES.items():
    _template, _context = _capture(_path)
    _constant = {key: value for key, value in _context.items() if key not in {"request", "session", "g"}}

    def _render(_template: Any = _template, _constant: dict[str, Any] = _constant, **_values: Any) -> str:
        return str(_template.render(_constant))

    app.view_functions[market.url_map.bind("").match(_path.partition("?")[0])[0]] = _render
