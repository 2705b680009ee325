"""The demo city (演示数据): fictional, deterministic, dates counted back from one fixed day."""

from marketplace.services.demo.city import PASSWORD, accounts, load

__all__ = ["PASSWORD", "accounts", "load"]
