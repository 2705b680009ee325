"""Challenges of the demo city in each state, and a checklist that was drawn up from an assessment."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from marketplace.domain import gap_changes, gaps, wording
from marketplace.models.approvals import StatusChange
from marketplace.models.assessments import Assessment, AssessmentKind, AssessmentStatus
from marketplace.models.challenges import Challenge, ChallengeResponse, ChallengeStatus
from marketplace.models.demands import Demand, DemandStatus
from marketplace.models.enterprises import Enterprise
from marketplace.models.providers import Provider
from marketplace.services import clock, demands
from marketplace.services.demo import content
from marketplace.services.demo.people import Registry
from marketplace.services.gaps import scene_levels
from matching import standard

BUREAU = "reviewer"
PUBLISH, CLOSE = ("publish", "draft", "open"), ("close", "open", "closed")
STEPS: dict[str, tuple[tuple[str, str, str], ...]] = {"draft": (), "open": (PUBLISH,), "closed": (PUBLISH, CLOSE)}
OPEN_DAYS = 62  # from publishing to closing
DRAWN_DAYS = 6  # before the demo's day
TARGET = 2


def add(registry: Registry, wanted: Sequence[Demand], pool: Sequence[Provider]) -> int:
    """The challenges; returns how many."""
    registry.session.flush()
    rows = content.read("challenges")["challenges"]
    for row in rows:
        _challenge(registry, row, _basis(row, wanted), pool)
    return len(rows)


def _basis(row: dict[str, Any], wanted: Sequence[Demand]) -> dict[str, Any]:
    """The published lines of this industry and scene that ask for the level, as a real draft would keep them."""
    behind = [
        (demand, line)
        for demand in wanted
        for line in demand.lines
        if demand.status == DemandStatus.PUBLISHED
        and demand.enterprise.industry == row["industry"]
        and (line.scene, line.target_level) == (row["scene"], row["target_level"])
    ]
    return {
        "lines": [line.id for _, line in behind],
        "enterprises": len({demand.enterprise_id for demand, _ in behind}),
        "budget": sum((demand.budget or 0) * line.weight // 100 for demand, line in behind),
        "unstated": sum(demand.budget is None for demand, _ in behind),
    }


def _challenge(registry: Registry, row: dict[str, Any], basis: dict[str, Any], pool: Sequence[Provider]) -> None:
    opened = content.days_ago(row.get("opened", 3))
    officer = registry.seats[BUREAU].user_id
    decided, steps = content.moment(opened + timedelta(days=1)), STEPS[row["status"]]
    last = decided + timedelta(days=OPEN_DAYS * (len(steps) - 1))
    challenge = Challenge(
        title=row["title"], industry=row["industry"], scene=row["scene"], target_level=row["target_level"],
        text=row["text"], basis=basis, closes_on=_closes_on(row.get("stays", 60)),
        status=ChallengeStatus(row["status"]), decided_at=last if steps else None,
        decided_by=officer if steps else None, created_by=officer, created_at=content.moment(opened),
    )  # fmt: skip
    registry.session.add(challenge)
    registry.session.flush()
    for number, (action, source, target) in enumerate(steps):
        registry.session.add(
            StatusChange(
                subject_kind="challenge", subject_id=challenge.id, action=action, from_status=source, to_status=target,
                reason=row.get("reason") if action == "close" else None, decided_by=officer,
                decided_at=decided + timedelta(days=OPEN_DAYS * number),
            )
        )  # fmt: skip
    for answer in row.get("answers", ()):
        _answer(registry, challenge, pool[answer["provider"]], answer, at=decided + timedelta(days=4))


def _answer(registry: Registry, challenge: Challenge, provider: Provider, row: dict[str, Any], *, at: Any) -> None:
    seats = (seat for seat in registry.seats.values() if seat.organisation is provider.organisation)
    registry.session.add(
        ChallengeResponse(
            challenge_id=challenge.id, provider_id=provider.id, text=row["text"], price=row["price"], days=row["days"],
            created_by=next(seats).user_id, created_at=at, changed_at=at,
        )
    )  # fmt: skip


def _closes_on(stays: int) -> date:
    """Counted from today where the demo is shown later than its day: an open challenge has to be open."""
    return (max(content.DEMO_DAY, clock.today()) if stays > 0 else content.DEMO_DAY) + timedelta(days=stays)


def draw_up(registry: Registry, firm: Enterprise) -> None:
    """The draft that the demo's first enterprise drew up from its own assessment."""
    registry.session.flush()
    query = select(Assessment).where(
        Assessment.enterprise_id == firm.id,
        Assessment.kind == AssessmentKind.SELF,
        Assessment.status == AssessmentStatus.COMPLETED,
    )
    record = registry.session.scalars(query.options(selectinload(Assessment.scenes)).limit(1)).one()
    lines = [line for line in gaps.lines(scene_levels(record), TARGET) if line.is_essential or line.scene == "finance"]
    chosen = gaps.choose(lines, {line.scene for line in lines})
    at = content.moment(content.days_ago(DRAWN_DAYS), hour=9)
    owner = registry.seats["enterprise"].user_id
    registry.session.add(
        Demand(
            enterprise_id=firm.id, assessment_id=record.id, aimed_level=TARGET, assessment_score=record.points,
            title=f"达到{standard.LEVEL_NAMES[TARGET]}需求清单（{wording.day(record.assessed_on)}评测）",
            status=DemandStatus.DRAFT, created_by=owner, created_at=at, changed_at=at,
            lines=demands.rows_of([gap_changes.suggested(line) for line in chosen]),
        )
    )  # fmt: skip
