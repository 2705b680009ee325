"""Loads the whole city in one transaction, or nothing at all."""

from sqlalchemy import select

from marketplace.domain.actors import SYSTEM
from marketplace.extensions import db
from marketplace.models.accounts import Membership, Organisation, User
from marketplace.services import audit, passwords
from marketplace.services.demo import (
    admissions,
    approvals,
    assessments,
    baskets,
    bundles,
    calls,
    challenges,
    consortia,
    content,
    demands,
    enterprises,
    evidence,
    leads,
    listing_imports,
    listing_versions,
    listings,
    notifications,
    people,
    prices,
    providers,
    reviews,
    submissions,
)
from marketplace.services.unit_of_work import writing

PASSWORD = "demo-2026-anlan"  # noqa: S105 - printed by make run, refused in production


def load() -> dict[str, int] | None:
    """The counts by label; None when the database already has organisations, which are left as they are."""
    with writing(SYSTEM) as session:
        if session.scalar(select(Organisation.id).limit(1)) is not None:
            return None
        registry = people.Registry(session, password_hash=passwords.hash_of(PASSWORD))
        people.add_offices(registry)
        pool = providers.add(registry)
        consortia.add(registry, pool)
        firms = enterprises.add(registry)
        shelf = listings.add(registry, pool, firms)
        listing_versions.add(registry, pool, shelf)
        reviewed = reviews.add(registry, shelf, firms)
        bundles.add(registry, pool, shelf)
        wanted = demands.add(registry, firms)
        assessed = assessments.add(registry, firms)
        challenges.add(registry, wanted, list(pool.values()))
        challenges.draw_up(registry, firms[0])
        evidence.add(registry)
        baskets.add(registry, wanted, shelf)
        for solution in shelf.values():  # ratings moved on while the reviews were added
            session.add(solution)
        offered = leads.add(registry, wanted)
        prices.add(registry, shelf)
        applied = admissions.add(registry, pool)
        called = calls.add(registry, pool)
        submitted = submissions.add(registry, pool, firms)
        listing_imports.add(registry)
        reviewed_now = approvals.add(registry, pool, shelf)
        told = notifications.add(registry)
        audit.record(
            session, SYSTEM, "demo.loaded", kind="city", key=None, details={"day": content.DEMO_DAY.isoformat()}
        )
    return {
        "企业": len(firms),
        "服务商": len(pool),
        "产品": len(shelf),
        "需求清单": len(wanted),
        "商机": offered,
        "评测": assessed,
        "评价": reviewed,
        "待评估的申请": submitted,
        "评估中和办结的申请": reviewed_now,
        "入池申请": applied,
        "遴选公告": called,
        "消息": told,
    }


def accounts() -> list[tuple[str, str]]:
    """One demo login for each role."""
    query = select(Membership.role, User.login).join(User).where(User.is_demo).order_by(User.id)
    first: dict[str, str] = {}
    for role, login in db.session.execute(query).all():
        first.setdefault(str(role), login)
    return list(first.items())
