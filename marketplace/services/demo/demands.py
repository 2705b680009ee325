"""120 demand checklists of the first 120 enterprises."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

from marketplace.models.accounts import OrganisationKind
from marketplace.models.approvals import StatusChange
from marketplace.models.demands import Demand, DemandLine, DemandStatus
from marketplace.models.enterprises import Enterprise
from marketplace.services.demo import content
from marketplace.services.demo.people import Registry

DRAFT_EVERY, WITHDRAWN_EVERY = 11, 20


def add(registry: Registry, enterprises: list[Enterprise]) -> list[Demand]:
    registry.session.flush()
    rows = content.read("demands")["demands"]
    demands = [_demand(registry, number, row, enterprises[number]) for number, row in enumerate(rows)]
    registry.session.add_all(demands)
    registry.session.flush()
    for number, demand in enumerate(demands):
        _publish(registry, demand, owner=_owner(registry, number))
    return demands


def _owner(registry: Registry, number: int) -> int:
    login = "enterprise" if number == 0 else f"enterprise{number + 1:03d}"
    assert registry.seats[login].organisation.kind == OrganisationKind.ENTERPRISE
    return registry.seats[login].user_id


def _status(number: int) -> DemandStatus:
    if number % DRAFT_EVERY == DRAFT_EVERY - 1:
        return DemandStatus.DRAFT
    return DemandStatus.WITHDRAWN if number % WITHDRAWN_EVERY == WITHDRAWN_EVERY - 1 else DemandStatus.PUBLISHED


def _demand(registry: Registry, number: int, row: dict[str, Any], enterprise: Enterprise) -> Demand:
    created = content.moment(content.days_ago(content.dice(f"需求 {number}").randrange(5, 160)), hour=9)
    status, owner = _status(number), _owner(registry, number)
    is_draft = status == DemandStatus.DRAFT
    score = row.get("assessment_score")
    return Demand(
        enterprise=enterprise,
        title=row["title"],
        budget=row.get("budget"),
        deadline_days=row.get("deadline_days"),
        deployments=row.get("deployment"),
        assessment_score=Decimal(str(score)) if score is not None else None,
        is_conditions_done=not is_draft,
        status=status,
        decided_at=None if is_draft else created + timedelta(days=2 if status == DemandStatus.WITHDRAWN else 1),
        decided_by=None if is_draft else owner,
        created_by=owner,
        created_at=created,
        changed_at=created,
        lines=[
            DemandLine(
                position=position,
                scene=line["scene"],
                current_level=line.get("current_level"),
                target_level=line["target_level"],
                text=line["text"],
                weight=line["weight"],
                is_essential=line["essential"],
            )
            for position, line in enumerate(row["lines"], start=1)
        ],
    )


def _publish(registry: Registry, demand: Demand, *, owner: int) -> None:
    steps = {
        DemandStatus.DRAFT: (),
        DemandStatus.PUBLISHED: (("publish", "draft", "published"),),
        DemandStatus.WITHDRAWN: (("publish", "draft", "published"), ("withdraw", "published", "withdrawn")),
    }[demand.status]
    for days, (action, source, target) in enumerate(steps):
        registry.session.add(
            StatusChange(
                subject_kind="demand",
                subject_id=demand.id,
                action=action,
                from_status=source,
                to_status=target,
                decided_by=owner,
                decided_at=demand.created_at + timedelta(days=days + 1),
            )
        )
