"""Tables, relationships, constraints, enums. No session, no rules, no Flask."""

from marketplace.models import (
    accounts,
    approvals,
    audit,
    bundles,
    demands,
    enterprises,
    matches,
    outbox,
    providers,
    reviews,
    solutions,
)
from marketplace.models.base import Base

__all__ = [
    "Base",
    "accounts",
    "approvals",
    "audit",
    "bundles",
    "demands",
    "enterprises",
    "matches",
    "outbox",
    "providers",
    "reviews",
    "solutions",
]
