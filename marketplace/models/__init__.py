"""Tables, relationships, constraints, enums. No session, no rules, no Flask."""

from marketplace.models import (
    accounts,
    approvals,
    assessments,
    audit,
    bundles,
    challenges,
    demands,
    enterprises,
    evidence,
    leads,
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
    "assessments",
    "audit",
    "bundles",
    "challenges",
    "demands",
    "enterprises",
    "evidence",
    "leads",
    "matches",
    "outbox",
    "providers",
    "reviews",
    "solutions",
]
