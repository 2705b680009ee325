"""The application factory."""

import os
from collections.abc import Mapping
from inspect import iscoroutinefunction
from pathlib import Path
from typing import Any

from flask import Flask

from marketplace import config
from marketplace.cli import commands
from marketplace.extensions import csrf, db, migrate
from marketplace.services import search
from marketplace.web import access, blueprints, context, errors, headers, identity

ROOT = Path(__file__).parents[1]


def create_app(settings: Mapping[str, Any] | None = None) -> Flask:
    """Make the application; `settings` win over the environment."""
    app = Flask(
        "marketplace",
        root_path=str(ROOT / "marketplace"),
        template_folder=str(ROOT / "templates"),
        instance_path=os.environ.get("MARKET_INSTANCE") or str(ROOT / "instance"),
    )
    Path(app.instance_path).mkdir(parents=True, exist_ok=True)
    app.config.from_mapping(config.from_environment(os.environ, instance=Path(app.instance_path)))
    app.config.from_mapping(settings or {})
    config.check(app.config)
    app.json.ensure_ascii = False  # type: ignore[attr-defined]
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    db.init_app(app)
    # No engine here is asynchronous; the extension's coroutine would start an event loop after every request.
    app.teardown_appcontext_funcs = [one for one in app.teardown_appcontext_funcs if not iscoroutinefunction(one)]
    migrate.init_app(app, db, directory=str(ROOT / "migrations"))  # type: ignore[arg-type]
    csrf.init_app(app)
    search.init_app(app)
    for part in (access, headers, identity, context, errors, blueprints, commands):
        part.init_app(app)
    access.check_all_declared(app)
    return app
