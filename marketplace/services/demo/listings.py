"""216 listings with coverage, plans, cases, certificates, and the record of how each was approved."""

from collections import defaultdict
from datetime import timedelta
from decimal import Decimal
from random import Random
from typing import Any

from marketplace.models.approvals import StatusChange
from marketplace.models.enterprises import Enterprise, Progress
from marketplace.models.providers import Provider
from marketplace.models.solutions import (
    Certificate,
    Coverage,
    PriceModel,
    PricePlan,
    Solution,
    SolutionCase,
    SolutionStatus,
    SubsidyCategory,
)
from marketplace.services import search_documents
from marketplace.services.demo import content
from marketplace.services.demo.people import Registry

VALID_DAYS = 365
DAYS_A_MONTH = 30
# Seat, action, from, to, who, days before listing: 实施方案 三(七) 双审核.
STEPS = (
    ("提交", "submit", "draft", "submitted", None, 16),
    ("技术可行性", "feasibility", "submitted", "reviewing", "expert", 11),
    ("价格合理性", "price", "reviewing", "reviewed", "reviewer", 8),
    ("监理复审", "list", "reviewed", "listed", "supervisor", 0),
)


def add(registry: Registry, providers: dict[str, Provider], enterprises: list[Enterprise]) -> dict[str, Solution]:
    users = defaultdict(list)
    for enterprise in enterprises:
        if enterprise.progress == Progress.COMPLETED:
            users[enterprise.industry].append(enterprise)
    registry.session.flush()
    solutions = {}
    for row in content.listings():
        roll = content.dice(f"产品 {row['key']}")
        solution = _solution(registry, row, providers[row["provider"]])
        _add_parts(solution, row)
        solution.cases = [_case(case, roll, users[case["industry"]]) for case in row.get("cases", [])]
        registry.session.add(solution)
        solutions[row["key"]] = solution
    registry.session.flush()
    for row in content.listings():
        approve(registry, solutions[row["key"]], row)
    for solution in solutions.values():
        registry.session.add_all(search_documents.facet_rows(solution))
    return solutions


def _solution(registry: Registry, row: dict[str, Any], provider: Provider) -> Solution:
    listed_on = content.days_ago(row["listed_days_ago"])
    listed_at = content.moment(listed_on, hour=15)
    return Solution(
        provider=provider,
        name=row["name"],
        family=row["family"],
        product_type=row["product_type"],
        summary=row["summary"],
        description=row["description"].strip(),
        keywords=row.get("keywords", []),
        industries=row.get("industries"),
        gbt4754=row.get("gbt4754", []),
        sizes=row.get("sizes"),
        deployments=row.get("deployment"),
        days_to_deploy=row.get("days_to_deploy"),
        interfaces=row.get("interfaces"),
        service=row.get("service"),
        contracts=row.get("contracts", 0),
        status=SolutionStatus.LISTED,
        decided_at=listed_at,
        decided_by=registry.seats["supervisor"].user_id,
        listed_at=listed_at,
        expires_on=listed_on + timedelta(days=VALID_DAYS),
        rating_sum=0,
        rating_count=0,
    )


def _add_parts(solution: Solution, row: dict[str, Any]) -> None:
    solution.coverage = [
        Coverage(scene=one["scene"], level=one["level"], function=one["function"], evidence=one.get("evidence"))
        for one in row["coverage"]
    ]
    solution.price_plans = [
        PricePlan(
            name=plan["name"],
            model=PriceModel(plan["model"]),
            amount=plan["amount"],
            includes=plan["includes"],
            maintenance_rate=Decimal(str(plan["maintenance_rate"])) if "maintenance_rate" in plan else None,
            subsidy_category=SubsidyCategory(plan["subsidy_category"]),
        )
        for plan in row.get("price_plans", [])
    ]
    solution.certificates = [Certificate(kind=one["kind"], name=one["name"]) for one in row.get("certificates", [])]


def _case(case: dict[str, Any], roll: Random, users: list[Enterprise]) -> SolutionCase:
    customer = roll.choice(users) if users else None
    return SolutionCase(
        enterprise=customer,
        credit_code=customer.organisation.credit_code if customer else None,
        industry=case["industry"],
        scene=case["scene"],
        level_before=case["level_before"],
        level_after=case["level_after"],
        employees=case.get("employees"),
        accepted_on=content.days_ago(case["months_ago"] * DAYS_A_MONTH),
        story=case["story"],
    )


def approve(registry: Registry, solution: Solution, row: dict[str, Any]) -> None:
    """The record of its approval by three people."""
    keeper = f"provider{int(row['provider'][1:]):02d}" if row["provider"] != "P01" else "provider"
    for seat, action, source, target, login, days in STEPS:
        registry.session.add(
            StatusChange(
                subject_kind="solution",
                subject_id=solution.id,
                action=action,
                from_status=source,
                to_status=target,
                seat=seat,
                decided_by=registry.seats[login or keeper].user_id,
                decided_at=content.moment(content.days_ago(row["listed_days_ago"] + days), hour=15),
            )
        )
