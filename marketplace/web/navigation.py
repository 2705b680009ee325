"""The main navigation: what every visitor looks for, then what the role comes for."""

from typing import Any

from marketplace.domain import permissions
from marketplace.domain.permissions import Permission

Entry = tuple[str, str, str]  # blueprint, label, endpoint

SHELF: tuple[Entry, ...] = (
    ("solutions", "找产品", "solutions.index"),
    ("providers", "找服务商", "providers.index"),
    ("bundles", "数转包", "bundles.index"),
)
VISITORS: tuple[Entry, ...] = (
    ("assessments", "评测", "assessments.index"),
    ("demands", "需求清单", "demands.index"),
    ("challenges", "揭榜挂帅", "challenges.index"),
)
WORK: tuple[tuple[Permission, Entry], ...] = (
    (Permission.READ_ASSESSMENT, ("assessments", "评测", "assessments.index")),
    (Permission.READ_DEMAND, ("demands", "需求清单", "demands.index")),
    (Permission.BUILD_BUNDLE, ("baskets", "组合方案", "baskets.index")),
    (Permission.READ_OWN_LISTINGS, ("listings", "我的产品", "accounts.listings")),
    (Permission.ANSWER_LEAD, ("leads", "商机", "leads.index")),
    (Permission.ANSWER_CHALLENGE, ("challenges", "揭榜挂帅", "challenges.index")),
    (Permission.REVIEW_QUEUE, ("approvals", "双审核", "approvals.index")),
    (Permission.READ_INSIGHTS, ("insights", "行业清单", "insights.index")),
)
LAST: Entry = ("progress", "试点进展", "progress.show")


def entries(user: Any) -> tuple[Entry, ...]:
    """For a visitor the doors that lead to the log-in; for a person those that open."""
    person = getattr(user, "actor", None)
    if person is None:
        return (*SHELF, *VISITORS, LAST)
    return (*SHELF, *(entry for permission, entry in WORK if permissions.permits(person, permission)), LAST)
