"""What test_access.py asks for on the pages of prices; the rows as plain values, for the table imports them."""

from marketplace.models.accounts import Role
from tests.factories import Factory

STAFF = frozenset({Role.BUREAU_REVIEWER, Role.BUREAU_LEADER, Role.SUPERVISOR, Role.EXPERT, Role.AUDITOR})
EVERYBODY = frozenset({None, *Role})
PLAN = {"plan_id": "plan"}
COMPARED = {"scene": "=quality", "level": "=2", "model": "=annual", "amount": "=30000", "family": "=质量管理"}
ROWS = (
    ("GET", "prices.index", "watch_prices", STAFF),
    ("GET", "prices.export_watch", "watch_prices", STAFF),
    ("GET", "prices.show", "public", EVERYBODY, EVERYBODY, PLAN),
    ("GET", "prices.export", "public", EVERYBODY, EVERYBODY, PLAN),
    ("GET", "prices.show", "public", frozenset(), frozenset(), {"plan_id": "=999999"}),
    ("GET", "prices.compare", "public", EVERYBODY, None, COMPARED),
    ("GET", "prices.export_compared", "public", EVERYBODY, None, COMPARED),
    ("GET", "prices.compare", "public", frozenset()),
)


def price_things(make: Factory) -> dict[str, int]:
    """A plan of what stands on the shelf."""
    return {"plan": make.solution().price_plans[0].id}
