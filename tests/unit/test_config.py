"""Unsafe production settings stop the start, each with its reason; safe ones start."""

from pathlib import Path

import pytest

from marketplace import config
from marketplace.app import create_app

SAFE = {
    "MARKET_ENV": "production",
    "SECRET_KEY": "k" * 32,
    "AUDIT_KEY": "a" * 32,
    "DATABASE_URL": "postgresql://host/market",
}


def _check(tmp_path: Path, **changes: str) -> None:
    config.check(config.from_environment({**SAFE, **changes}, instance=tmp_path))


def test_safe_production_settings_pass(tmp_path: Path) -> None:
    _check(tmp_path)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"SECRET_KEY": ""}, "默认值"),
        ({"SECRET_KEY": config.DEFAULT_SECRET}, "默认值"),
        ({"SECRET_KEY": "short"}, "少于"),
        ({"AUDIT_KEY": ""}, "AUDIT_KEY 未设置"),
        ({"AUDIT_KEY": config.DEFAULT_AUDIT_KEY}, "AUDIT_KEY 未设置"),
        ({"AUDIT_KEY": "a" * 31}, "AUDIT_KEY 少于"),
        ({"AUDIT_KEY": "k" * 32}, "各用各的"),
        ({"DEMO_MODE": "1"}, "DEMO_MODE"),
    ],
)
def test_an_unsafe_setting_is_refused_and_named(tmp_path: Path, changes: dict[str, str], reason: str) -> None:
    with pytest.raises(config.UnsafeSettings, match=reason):
        _check(tmp_path, **changes)


def test_debug_is_refused_in_production(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FLASK_DEBUG", "1")
    with pytest.raises(config.UnsafeSettings, match="FLASK_DEBUG"):
        _check(tmp_path)


def test_the_application_itself_does_not_start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MARKET_INSTANCE", str(tmp_path))
    with pytest.raises(config.UnsafeSettings):
        create_app({"IS_PRODUCTION": True, "DEMO_MODE": True})


@pytest.mark.parametrize("address", ["postgres://host/market", "postgresql://host/market"])
def test_postgresql_goes_through_psycopg_3(address: str) -> None:
    assert config.engine_settings(address)["url"] == "postgresql+psycopg://host/market"
