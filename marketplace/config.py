"""Settings come from the environment; an unsafe production setting stops the start and says why."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

DEFAULT_SECRET = "demo-only-not-secret"  # noqa: S105 - refused outside demo mode
DEMO_SECRET_MINIMUM = 32


class UnsafeSettings(RuntimeError):
    """The reasons, one a line."""


def from_environment(environment: Mapping[str, str], *, instance: Path) -> dict[str, Any]:
    database = environment.get("DATABASE_URL") or f"sqlite:///{instance / 'market.db'}"
    is_production = environment.get("MARKET_ENV", "demo") == "production"
    return {
        "SECRET_KEY": environment.get("SECRET_KEY") or DEFAULT_SECRET,
        "SQLALCHEMY_ENGINES": {"default": engine_settings(database)},
        "SEARCH_FOLDER": environment.get("SEARCH_FOLDER") or str(instance / "search"),
        "EVIDENCE_FOLDER": environment.get("EVIDENCE_FOLDER") or str(instance / "evidence"),
        "MEILISEARCH_URL": environment.get("MEILISEARCH_URL") or None,
        "MEILISEARCH_KEY": environment.get("MEILISEARCH_KEY") or None,
        "IS_PRODUCTION": is_production,
        "DEMO_MODE": environment.get("DEMO_MODE", "0" if is_production else "1") == "1",
        "DELIVERY": environment.get("DELIVERY") or "inline",  # courier: a thread of the worker delivers the outbox
        "SESSION_COOKIE_SECURE": is_production,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "MAX_CONTENT_LENGTH": 2 * 1024 * 1024,
        "MAX_FORM_PARTS": 2000,
        "WTF_CSRF_TIME_LIMIT": None,
    }


def engine_settings(database: str) -> dict[str, Any]:
    """One engine: SQLite waits for its lock, PostgreSQL through psycopg 3 drops dead connections."""
    if database.startswith(("postgres://", "postgresql://")):
        database = "postgresql+psycopg://" + database.split("://", 1)[1]
    return {"url": database, "pool_pre_ping": not database.startswith("sqlite")}


def check(settings: Mapping[str, Any]) -> None:
    """Refuse to start in production with a default secret, demo mode or debug."""
    if not settings["IS_PRODUCTION"]:
        return
    secret = str(settings["SECRET_KEY"])
    reasons = [
        reason
        for is_wrong, reason in (
            (secret == DEFAULT_SECRET, "SECRET_KEY 仍是默认值"),
            (len(secret) < DEMO_SECRET_MINIMUM, f"SECRET_KEY 少于 {DEMO_SECRET_MINIMUM} 个字符"),
            (settings["DEMO_MODE"], "DEMO_MODE=1:生产环境不得开启演示账号"),
            (settings.get("DEBUG") or os.environ.get("FLASK_DEBUG") == "1", "FLASK_DEBUG=1:生产环境不得开启调试"),
        )
        if is_wrong
    ]
    if reasons:
        raise UnsafeSettings("拒绝启动：\n" + "\n".join(f"- {reason}" for reason in reasons))
