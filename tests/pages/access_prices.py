"""What test_access.py asks for on the pages of prices and risk flags; plain values, for the table imports them."""

from marketplace.models.accounts import Role
from marketplace.models.risk_flags import RiskFlag, RiskKind
from marketplace.models.solutions import SolutionStatus
from marketplace.services import clock
from marketplace.services.unit_of_work import writing
from tests.factories import Factory

STAFF = frozenset({Role.BUREAU_REVIEWER, Role.BUREAU_LEADER, Role.SUPERVISOR, Role.EXPERT, Role.AUDITOR})
EVERYBODY = frozenset({None, *Role})
FLAG, LOOKED = {"flag_id": "flag"}, {"note": "=看过明细，没有问题", "version": "=1"}
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
    ("GET", "risk_flags.show", "read_risk_flags", STAFF, STAFF, FLAG),
    ("POST", "risk_flags.check", "check_risk_flag", STAFF - {Role.AUDITOR}, STAFF - {Role.AUDITOR}, FLAG, LOOKED),
)


def price_things(make: Factory) -> dict[str, int]:
    """A plan of what stands on the shelf, and a flag on what was submitted."""
    submitted = make.version(make.solution(status=SolutionStatus.DRAFT))
    evidence = {"plan": "标准版", "amount": 300_000, "caps": ["恰为二级奖补上限"]}
    flag = RiskFlag(
        version_id=submitted.id, kind=RiskKind.PRICE_AT_CAP, topic="plan 1", score=100, evidence=evidence,
        created_at=clock.now(),
    )  # fmt: skip
    with writing() as session:
        session.add(flag)
    return {"plan": make.solution().price_plans[0].id, "flag": flag.id}
