"""Submissions that wait for review, each with something worth looking at (docs/risk_flags.md)."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import update

from marketplace.domain import approvals as rules
from marketplace.domain import questions, working_days
from marketplace.models.enterprise_contacts import EnterpriseContact
from marketplace.models.enterprises import Enterprise, Progress
from marketplace.models.listings import ListingVersion, VersionChange
from marketplace.models.providers import Provider
from marketplace.models.risk_flags import RiskFlag
from marketplace.models.solutions import Solution, SolutionStatus
from marketplace.services import approvals
from marketplace.services.demo import content, listing_versions, proofs
from marketplace.services.demo.people import Registry

ADDRESS = "安澜市涪岸区演示路18号"
Row = Mapping[str, Any]


def add(registry: Registry, providers: Mapping[str, Provider], firms: Sequence[Enterprise]) -> int:
    """In the order of the days on which they were handed in. Returns how many."""
    texts = content.read("risk_flags")
    customers = [firm for firm in firms if firm.progress == Progress.COMPLETED and firm.industry == "modern_food"]
    for row in sorted(texts["submissions"], key=lambda one: (-one["days_ago"], one["hour"])):
        answers = dict(texts["shared"].get(row["provider"], {}) | row["content"])
        provider = providers[row["provider"]]
        if "proofs" in row:
            answers["proofs"] = proofs.cited(registry, row["provider"], row["proofs"])
        if "customer" in row:
            answers["cases"] = [
                answers["cases"][0] | {"credit_code": _share(registry, provider, customers[0], answers)}
            ]
        _submit(registry, provider, row, questions.canonical(answers))
    registry.session.flush()
    return len(texts["submissions"])


def _submit(registry: Registry, provider: Provider, row: Row, answers: dict[str, Any]) -> None:
    session, author = registry.session, listing_versions.keeper_of(registry, row["provider"])
    submitted_on = content.days_ago(row["days_ago"])
    at = content.moment(submitted_on, hour=row["hour"])
    solution = Solution(
        provider=provider, status=SolutionStatus.DRAFT, name=answers["name"], family=answers["family"],
        product_type=answers["product_type"], summary=answers["summary"], description="", keywords=[], gbt4754=[],
        contracts=0, rating_sum=0, rating_count=0,
    )  # fmt: skip
    session.add(solution)
    session.flush()
    version = ListingVersion(
        solution_id=solution.id, number=1, content=answers, digest=questions.digest(answers),
        change=VersionChange.INITIAL, created_at=at, created_by=author,
    )  # fmt: skip
    session.add(version)
    session.flush()
    keeper = registry.actor(proofs.login_of(row["provider"]))
    approval = approvals.open_for(session, keeper, solution=solution, version=version)
    approval.submitted_at, risk = at, approval.risk
    approval.due_on = working_days.after(submitted_on, rules.POLICY["days"][approval.kind])
    approvals.set_risk(approval, risk)
    session.execute(update(RiskFlag).where(RiskFlag.version_id == version.id).values(created_at=at))


def _share(registry: Registry, provider: Provider, customer: Enterprise, answers: Row) -> str:
    """The customer is reached as the provider is; its credit code."""
    provider.address = ADDRESS
    contact = EnterpriseContact(enterprise=customer, phone=answers["contact_phone"], address=ADDRESS)
    registry.session.add(contact)
    return customer.organisation.credit_code or ""
