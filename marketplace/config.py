"""Settings come from the environment; an unsafe production setting stops the start and says why."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

DEFAULT_SECRET = "demo-only-not-secret"  # noqa: S105 - refused outside demo mode
DEMO_SECRET_MINIMUM = 32
DEFAULT_BASE_URL = "http://127.0.0.1:8000"
DEFAULT_AUDIT_KEY = "demo-only-audit-key"
AUDIT_KEY_MINIMUM = 32


class UnsafeSettings(RuntimeError):
    """The reasons, one a line."""


def from_environment(environment: Mapping[str, str], *, instance: Path) -> dict[str, Any]:
    database = environment.get("DATABASE_URL") or f"sqlite:///{instance / 'market.db'}"
    is_production = environment.get("MARKET_ENV", "demo") == "production"
    return {
        "SECRET_KEY": environment.get("SECRET_KEY") or DEFAULT_SECRET,
        "AUDIT_KEY": environment.get("AUDIT_KEY") or DEFAULT_AUDIT_KEY,
        "AUDIT_KEYS": tuple(environment.get("AUDIT_KEYS", "").split()),  # former keys, to check what they signed
        "AUDIT_FOLDER": environment.get("AUDIT_FOLDER") or str(instance / "audit"),
        "SQLALCHEMY_ENGINES": {"default": engine_settings(database)},
        "SEARCH_FOLDER": environment.get("SEARCH_FOLDER") or str(instance / "search"),
        "EVIDENCE_FOLDER": environment.get("EVIDENCE_FOLDER") or str(instance / "evidence"),
        "MEILISEARCH_URL": environment.get("MEILISEARCH_URL") or None,
        "MEILISEARCH_KEY": environment.get("MEILISEARCH_KEY") or None,
        **mail_settings(environment, instance=instance),
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


def mail_settings(environment: Mapping[str, str], *, instance: Path) -> dict[str, Any]:
    """Files beside the data unless a mail server is named."""
    return {
        "BASE_URL": environment.get("BASE_URL") or DEFAULT_BASE_URL,  # what links in mails begin with
        "MAIL_BACKEND": environment.get("MAIL_BACKEND") or "file",
        "MAIL_FOLDER": environment.get("MAIL_FOLDER") or str(instance / "mail"),
        "MAIL_FROM": environment.get("MAIL_FROM") or "",
        "SMTP_HOST": environment.get("SMTP_HOST") or "",
        "SMTP_PORT": int(environment.get("SMTP_PORT") or "587"),
        "SMTP_USER": environment.get("SMTP_USER") or "",
        "SMTP_PASSWORD": environment.get("SMTP_PASSWORD") or "",
        "SMTP_SECURITY": environment.get("SMTP_SECURITY") or "starttls",
    }


def engine_settings(database: str) -> dict[str, Any]:
    """One engine: SQLite waits for its lock, PostgreSQL through psycopg 3 drops dead connections."""
    if database.startswith(("postgres://", "postgresql://")):
        database = "postgresql+psycopg://" + database.split("://", 1)[1]
    return {"url": database, "pool_pre_ping": not database.startswith("sqlite")}


def check(settings: Mapping[str, Any]) -> None:
    """Refuse to start in production with a default or short secret, demo mode or debug."""
    if not settings["IS_PRODUCTION"]:
        return
    secret, audit_key = str(settings["SECRET_KEY"]), str(settings["AUDIT_KEY"])
    reasons = [
        reason
        for is_wrong, reason in (
            (secret == DEFAULT_SECRET, "SECRET_KEY 仍是默认值"),
            (len(secret) < DEMO_SECRET_MINIMUM, f"SECRET_KEY 少于 {DEMO_SECRET_MINIMUM} 个字符"),
            (audit_key == DEFAULT_AUDIT_KEY, "AUDIT_KEY 未设置，审计链不能用演示密钥"),
            (len(audit_key) < AUDIT_KEY_MINIMUM, f"AUDIT_KEY 少于 {AUDIT_KEY_MINIMUM} 个字符"),
            (audit_key == secret, "AUDIT_KEY 与 SECRET_KEY 相同，应各用各的"),
            *mail_problems(settings),
            (settings["DEMO_MODE"], "DEMO_MODE=1:生产环境不得开启演示账号"),
            (settings.get("DEBUG") or os.environ.get("FLASK_DEBUG") == "1", "FLASK_DEBUG=1:生产环境不得开启调试"),
        )
        if is_wrong
    ]
    if reasons:
        raise UnsafeSettings("拒绝启动：\n" + "\n".join(f"- {reason}" for reason in reasons))


def mail_problems(settings: Mapping[str, Any]) -> tuple[tuple[bool, str], ...]:
    """A mail that cannot leave, or whose link leads nowhere, would be noticed by nobody."""
    by_smtp = settings["MAIL_BACKEND"] == "smtp"
    return (
        (settings["MAIL_BACKEND"] not in {"file", "smtp"}, "MAIL_BACKEND 只能是 file 或 smtp"),
        (settings["SMTP_SECURITY"] not in {"starttls", "tls", "none"}, "SMTP_SECURITY 只能是 starttls、tls 或 none"),
        (by_smtp and "@" not in settings["MAIL_FROM"], "MAIL_BACKEND=smtp 但 MAIL_FROM 没有填发件邮箱"),
        (by_smtp and not settings["SMTP_HOST"], "MAIL_BACKEND=smtp 但 SMTP_HOST 没有填"),
        (
            by_smtp and settings["BASE_URL"] == DEFAULT_BASE_URL,
            "BASE_URL 没有填，邮件里的链接打不开",
        ),
    )
