"""What changed from one kept run to a later one of the same checklist, each change with its cause (复算)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import func, select

from marketplace.domain import demands, shelf, wording
from marketplace.extensions import db
from marketplace.models.matches import MatchRun
from marketplace.models.outbox import OutboxMessage
from marketplace.models.providers import Provider
from marketplace.models.solutions import Solution, SolutionStatus
from marketplace.services import outbox

ROWS: int = demands.POLICY["ranking_rows"]
NAMED = 3  # criteria that are told of one product
INPUTS = {
    "enterprise": "企业信息",
    "lines": "需求明细",
    "budget": "预算",
    "deadline_days": "工期",
    "deployment": "部署方式",
    "assessment_score": "评测得分",
    "scene_levels": "评测的场景等级",
}


@dataclass(frozen=True, slots=True)
class Shift:
    """A product that stands elsewhere, is new or is gone."""

    kind: str  # up, down, same, new, gone
    name: str
    solution_id: int
    before: int | None
    after: int | None
    score_before: Decimal | None
    score_after: Decimal | None
    cause: str


@dataclass(frozen=True, slots=True)
class Changes:
    earlier_id: int
    earlier_at: datetime
    causes: tuple[str, ...]
    shifts: tuple[Shift, ...]
    unchanged: int

    @property
    def is_same(self) -> bool:
        return not self.shifts


@dataclass(frozen=True, slots=True)
class Fact:
    """Where a product stands today, and what was done to it since the earlier run."""

    listed_at: datetime | None
    status: str
    standing: str
    is_touched: bool


def between(earlier: MatchRun, later: MatchRun) -> Changes:
    old, new = _by_solution(earlier), _by_solution(later)
    facts = _facts(sorted(old.keys() | new.keys()), since=earlier.created_at)
    is_reweighed = earlier.weights["points"] != later.weights["points"]
    shifts = [
        _shift(old.get(key), new.get(key), facts.get(key), earlier=earlier, is_reweighed=is_reweighed)
        for key in [*new, *(key for key in old if key not in new)]
    ]
    told = tuple(one for one in shifts if one.kind != "same" or one.score_before != one.score_after)
    return Changes(earlier.id, earlier.created_at, tuple(_causes(earlier, later)), told, len(shifts) - len(told))


def _causes(earlier: MatchRun, later: MatchRun) -> list[str]:
    """What went in differently, in general."""
    found = []
    changed = [label for name, label in INPUTS.items() if earlier.inputs.get(name) != later.inputs.get(name)]
    if changed:
        found.append(f"清单或企业情况有变化：{'、'.join(changed)}")
    if earlier.weights["points"] != later.weights["points"]:
        found.append(f"权重由“{earlier.weights['name']}”换成“{later.weights['name']}”")
    if earlier.versions["standard"] != later.versions["standard"]:
        found.append(f"评测标准由{earlier.versions['standard']}年版换成{later.versions['standard']}年版")
    if earlier.versions["catalogue"] != later.versions["catalogue"]:
        before, after = earlier.versions["size"], later.versions["size"]
        count = f"由{before}个变为{after}个" if before != after else f"仍是{after}个，有的资料、评价或状态变了"
        found.append(f"参加匹配的在架产品{count}")
    if earlier.seed != later.seed:
        found.append(f"日期由{earlier.seed}变为{later.seed}，只影响同分产品的先后")
    return found


def _by_solution(run: MatchRun) -> dict[int, dict[str, Any]]:
    return {row["solution"]: {**row, "number": at} for at, row in enumerate(run.results["places"], start=1)}


def _facts(ids: Sequence[int], *, since: datetime) -> dict[int, Fact]:
    touched = (
        select(OutboxMessage.subject_id, func.max(OutboxMessage.id).label("newest"))
        .where(OutboxMessage.topic == outbox.SOLUTION, OutboxMessage.created_at > since)
        .group_by(OutboxMessage.subject_id)
        .subquery()
    )
    query = (
        select(Solution.id, Solution.listed_at, Solution.status, Provider.standing, touched.c.newest)
        .join(Provider, Provider.id == Solution.provider_id)
        .outerjoin(touched, touched.c.subject_id == Solution.id)
        .where(Solution.id.in_(ids))
    )
    return {
        row.id: Fact(row.listed_at, row.status, row.standing, row.newest is not None)
        for row in db.session.execute(query)
    }


def _shift(
    old: Mapping[str, Any] | None,
    new: Mapping[str, Any] | None,
    fact: Fact | None,
    *,
    earlier: MatchRun,
    is_reweighed: bool,
) -> Shift:
    shown = new or old or {}
    before, after = old["number"] if old else None, new["number"] if new else None
    if new is None:
        kind, cause = "gone", _why_gone(fact)
    elif old is None:
        kind, cause = "new", _why_new(fact, since=earlier.created_at, is_reweighed=is_reweighed)
    else:
        kind = _direction(old["number"], new["number"])
        cause = _why_moved(old, new, is_reweighed=is_reweighed)
    return Shift(
        kind=kind,
        name=shown["name"],
        solution_id=shown["solution"],
        before=before,
        after=after,
        score_before=Decimal(old["score"]) if old else None,
        score_after=Decimal(new["score"]) if new else None,
        cause=cause,
    )


def _direction(before: int, after: int) -> str:
    if before == after:
        return "same"
    return "up" if after < before else "down"


def _why_gone(fact: Fact | None) -> str:
    if fact is None:
        return "产品已删除"
    if fact.standing in shelf.HIDDEN_STANDINGS:
        return f"服务商{wording.STANDINGS[fact.standing]}"
    if fact.status != SolutionStatus.LISTED:
        return f"产品{wording.SOLUTION_STATUSES[fact.status]}"
    return f"排到{ROWS}名以后"


def _why_new(fact: Fact | None, *, since: datetime, is_reweighed: bool) -> str:
    if fact and fact.listed_at and fact.listed_at > since:
        return "之后新上架"
    if fact and fact.is_touched:
        return f"资料、评价或状态有更新，进入前{ROWS}名"
    reason = "权重调整" if is_reweighed else "其他产品变动"
    return f"{reason}后进入前{ROWS}名"


def _why_moved(old: Mapping[str, Any], new: Mapping[str, Any], *, is_reweighed: bool) -> str:
    before = {row["label"]: row for row in old["criteria"]}
    moved = [row for row in new["criteria"] if before.get(row["label"], {}).get("points") != row["points"]]
    if not moved:
        return "本身得分没变，其他产品有变动" if old["number"] != new["number"] else ""
    moved.sort(key=lambda row: -abs(Decimal(row["points"]) - _points(before, row["label"])))
    told = [_told(before.get(row["label"]), row, is_reweighed=is_reweighed) for row in moved[:NAMED]]
    more = f"；另有{len(moved) - NAMED}项" if len(moved) > NAMED else ""
    return "；".join(told) + more


def _points(rows: Mapping[str, Mapping[str, str]], label: str) -> Decimal:
    return Decimal(rows[label]["points"]) if label in rows else Decimal(0)


def _told(old: Mapping[str, str] | None, new: Mapping[str, str], *, is_reweighed: bool) -> str:
    if old is None:
        return f"{new['label']}新计{new['points']}分"
    is_same_fact = (old["state"], old["reason"]) == (new["state"], new["reason"])
    points = f"{new['label']}由{old['points']}分变为{new['points']}分"
    if is_same_fact:
        return f"{points}（{'权重调整' if is_reweighed else '与目录中其他产品比较的结果变了'}）"
    return f"{points}（原：{old['reason']}；现：{new['reason']}）"
