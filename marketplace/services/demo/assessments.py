"""Assessments of the demo city: what each enterprise's level, points and progress rest on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from sqlalchemy import insert

from marketplace.domain.assessment_figures import POLICY
from marketplace.models.approvals import StatusChange
from marketplace.models.assessments import (
    Assessment,
    AssessmentAnswer,
    AssessmentKind,
    AssessmentStatus,
    SceneLevel,
)
from marketplace.models.enterprises import Enterprise, Progress
from marketplace.models.evidence import AccessGrant, GrantPurpose
from marketplace.services.demo import assessment_answers, content
from marketplace.services.demo.people import Registry
from matching import standard

WEIGHT = {AssessmentKind.SELF: 0, AssessmentKind.DIAGNOSIS: 1, AssessmentKind.ON_SITE: 2}
WRITERS = {AssessmentKind.DIAGNOSIS: "expert", AssessmentKind.ON_SITE: "supervisor"}
GRANT_DAYS = 30
BEFORE_EVERY = 12  # enterprises with a record of the edition before
POINTS_OF_LEVEL = {0: (12, 19), 1: (21, 38), 2: (41, 56), 3: (61, 74), 4: (81, 88)}  # as such factories usually score
# The account of the demo: close to 二级, and not there yet.
FIRST_POINTS = Decimal("37.6")
FIRST_LEVELS = dict.fromkeys(standard.SCENES, 1) | {
    "quality": 2, "production_control": 2, "procurement": 2, "collaboration": 2, "human_resources": 2,
    "warehousing": 0, "finance": 0, "after_sales": 0, "decision_support": 0,
}  # fmt: skip
FIRST_DAYS = (150, 8)  # before the demo's day: the experts' diagnosis, the enterprise's own assessment


@dataclass(frozen=True, slots=True)
class Record:
    """What is to be made: who wrote it when, and how it came out."""

    kind: AssessmentKind
    day: date
    points: Decimal
    levels: Mapping[str, int]


def add(registry: Registry, firms: Sequence[Enterprise]) -> int:
    """Enterprises get level and points from the record that speaks for them; returns how many records there are."""
    registry.session.flush()
    owners = list(content.read("demands")["demands"])
    answers: list[dict[str, Any]] = []
    scenes: list[dict[str, Any]] = []
    changes: list[dict[str, Any]] = []
    for number, firm in enumerate(firms):
        roll = content.dice(f"评测 {number}")
        given = owners[number] if number < len(owners) else {}
        for record in _records(roll, number, firm, given):
            row = _row(registry, number, firm, record)
            answers += _answers(roll, row, firm, record)
            scenes += [_by(row) | {"scene": scene, "level": level} for scene, level in record.levels.items()]
            changes.append(_change(row))
        if number % BEFORE_EVERY == BEFORE_EVERY - 1:
            changes.append(_change(_before(registry, roll, number, firm)))
    for model, rows in ((AssessmentAnswer, answers), (SceneLevel, scenes), (StatusChange, changes)):
        registry.session.execute(insert(model), rows)
    return len(changes)


def _records(roll: Random, number: int, firm: Enterprise, given: Mapping[str, Any]) -> list[Record]:
    known = {line["scene"]: line["current_level"] for line in given.get("lines", ()) if "current_level" in line}
    if number == 0:
        return _first(firm, roll, known)
    score = given.get("assessment_score")
    points = Decimal(str(score)) if score is not None else None
    found: list[Record] = []
    if firm.progress != Progress.REGISTERED:
        level = _level_before(firm, points)
        day = _diagnosed_on(roll, firm)
        found.append(_record(roll, AssessmentKind.DIAGNOSIS, day, level, points, known))
    elif points is not None:
        day = content.days_ago(roll.randrange(10, 90))
        found.append(_record(roll, AssessmentKind.SELF, day, _by_points(points), points, known))
    if firm.progress == Progress.COMPLETED and firm.completed_on is not None:
        level = firm.overall_level or 0
        found.append(_record(roll, AssessmentKind.ON_SITE, firm.completed_on, level, None, {}))
    _speak_for(firm, found)
    return found


def _first(firm: Enterprise, roll: Random, known: Mapping[str, int]) -> list[Record]:
    earlier, now = (content.days_ago(days) for days in FIRST_DAYS)
    found = [
        _record(roll, AssessmentKind.DIAGNOSIS, earlier, 1, Decimal("31.2"), known),
        Record(AssessmentKind.SELF, now, FIRST_POINTS, FIRST_LEVELS),
    ]
    _speak_for(firm, found)
    return found


def _record(
    roll: Random, kind: AssessmentKind, day: date, level: int, points: Decimal | None, known: Mapping[str, int]
) -> Record:
    if points is None:
        lowest, highest = POINTS_OF_LEVEL[level]
        points = Decimal(roll.randrange(lowest * 10, highest * 10)) / 10
    return Record(kind, day, points, assessment_answers.levels_for(roll, level, points, known))


def _level_before(firm: Enterprise, points: Decimal | None) -> int:
    """Before a factory was transformed it stood lower than today; never above what its points allow."""
    today = firm.overall_level or 0
    level = today - 1 if firm.progress == Progress.COMPLETED else today
    return level if points is None else min(level, _by_points(points))


def _by_points(points: Decimal) -> int:
    return standard.overall_level(points, {}).by_points


def _diagnosed_on(roll: Random, firm: Enterprise) -> date:
    if firm.completed_on is not None:
        return max(firm.completed_on - timedelta(days=roll.randrange(60, 150)), content.days_ago(400))
    return content.days_ago(roll.randrange(30, 300))


def _speak_for(firm: Enterprise, records: Sequence[Record]) -> None:
    leading = max(records, key=lambda one: (WEIGHT[one.kind], one.day), default=None)
    firm.assessment_score = leading.points if leading else None
    firm.overall_level = standard.overall_level(leading.points, leading.levels).level if leading else None


def _row(registry: Registry, number: int, firm: Enterprise, record: Record) -> Assessment:
    seat = registry.seats[WRITERS.get(record.kind) or ("enterprise" if number == 0 else f"enterprise{number + 1:03d}")]
    grant = None
    if record.kind == AssessmentKind.DIAGNOSIS:
        grant = AccessGrant(
            enterprise_id=firm.id, organisation_id=seat.organisation_id, purpose=GrantPurpose.DIAGNOSIS,
            note="市里统一安排的数字化诊断", starts_on=record.day - timedelta(days=3),
            expires_on=record.day + timedelta(days=GRANT_DAYS), created_by=registry.seats[_owner(number)].user_id,
            created_at=content.moment(record.day - timedelta(days=3)),
        )  # fmt: skip
        registry.session.add(grant)
        registry.session.flush()
    row = _new(firm, seat, record.kind, record.day, points=record.points)
    row.level = standard.overall_level(record.points, record.levels).level
    row.grant_id = grant.id if grant else None
    registry.session.add(row)
    registry.session.flush()
    return row


def _owner(number: int) -> str:
    return "enterprise" if number == 0 else f"enterprise{number + 1:03d}"


def _new(firm: Enterprise, seat: Any, kind: AssessmentKind, day: date, *, points: Decimal) -> Assessment:
    at = content.moment(day, hour=16)
    return Assessment(
        enterprise_id=firm.id, kind=kind, standard=standard.VERSION, organisation_id=seat.organisation_id,
        assessed_on=day, status=AssessmentStatus.COMPLETED, decided_at=at, decided_by=seat.user_id, points=points,
        created_by=seat.user_id, created_at=content.moment(day, hour=9), changed_at=at,
    )  # fmt: skip


def _before(registry: Registry, roll: Random, number: int, firm: Enterprise) -> Assessment:
    """By the edition of 2022: on file, compared with nothing."""
    points = Decimal(roll.randrange(150, 520)) / 10
    day = date(2024, 1, 8) + timedelta(days=roll.randrange(0, 150))
    row = _new(firm, registry.seats[_owner(number)], AssessmentKind.SELF, day, points=points)
    row.standard, row.level, row.note = POLICY["standard_before"], _by_points(points), "按2022年版在线填报"
    row.created_at = row.changed_at = row.decided_at = content.moment(content.days_ago(410))
    registry.session.add(row)
    registry.session.flush()
    return row


def _by(row: Assessment) -> dict[str, Any]:
    return {"assessment_id": row.id, "answered_by": row.created_by, "answered_at": row.decided_at}


def _answers(roll: Random, row: Assessment, firm: Enterprise, record: Record) -> list[dict[str, Any]]:
    options = assessment_answers.options_for(roll, record.points, record.levels)
    figures = assessment_answers.figures_for(
        roll, options, employees=firm.employees or 1, revenue=firm.revenue or 1_000_000
    )
    return [
        _by(row) | {"item": item, "options": chosen, "figures": figures.get(item, {})}
        for item, chosen in options.items()
    ]


def _change(row: Assessment) -> dict[str, Any]:
    return {
        "subject_kind": "assessment", "subject_id": row.id, "action": "complete",
        "from_status": AssessmentStatus.DRAFT.value, "to_status": AssessmentStatus.COMPLETED.value,
        "decided_by": row.decided_by, "decided_at": row.decided_at,
    }  # fmt: skip
