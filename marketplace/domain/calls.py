"""What a call for lead providers (遴选公告) and an answer to it must hold, and what each day allows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from marketplace.domain import wording
from marketplace.domain.errors import Invalid
from marketplace.models.calls import Call, CallStatus
from marketplace.models.providers import Standing
from marketplace.policy import reader

POLICY: dict[str, Any] = reader.load("calls")
SCORING: dict[str, Any] = POLICY["scoring"]
OBJECTIONS: dict[str, Any] = POLICY["objections"]
WEIGHTS_TOTAL: int = POLICY["weights_total"]
IN_POOL = frozenset({Standing.LISTED, Standing.RECOMMENDED, Standing.WATCH})
WITH_RESULT = frozenset({CallStatus.ANNOUNCED, CallStatus.CONCLUDED})
STEPS = ("应榜", "专家评分", "合议", "公示", "确认")
STEP_OF = {
    CallStatus.OPEN: 1, CallStatus.SCORING: 2, CallStatus.CONSENSUS: 3, CallStatus.ANNOUNCED: 4,
    CallStatus.CONCLUDED: 6,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Criterion:
    name: str
    hint: str
    weight: int


@dataclass(frozen=True, slots=True)
class Draft:
    title: str
    industry: str
    places: int
    text: str
    opens_on: date
    closes_on: date
    objection_days: int
    criteria: tuple[Criterion, ...]


@dataclass(frozen=True, slots=True)
class Objector:
    """A person of the site keeps his name; a visitor leaves name and phone."""

    name: str
    phone: str
    user_id: int | None = None


def usual(today: date) -> Draft:
    """What the form of a new call proposes."""
    return Draft(
        title="",
        industry="",
        places=1,
        text="",
        opens_on=today,
        closes_on=today + timedelta(days=2 * POLICY["min_open_days"]),
        objection_days=POLICY["objection_days_usual"],
        criteria=tuple(Criterion(row["name"], row["hint"], row["weight"]) for row in POLICY["criteria"]),
    )


def check_draft(draft: Draft, *, today: date) -> Draft:
    """The draft without blanks around its texts; raises Invalid."""
    draft = replace(draft, title=" ".join(draft.title.split()), text=draft.text.strip())
    found: dict[str, list[str]] = {}
    if not 0 < len(draft.title) <= POLICY["title_max"]:
        found["title"] = [f"请填写公告名称，不超过{POLICY['title_max']}个字"]
    if draft.industry not in wording.INDUSTRIES:
        found["industry"] = ["请从列表里选择行业"]
    if not POLICY["text_min"] <= len(draft.text) <= POLICY["text_max"]:
        found["text"] = [f"公告内容请写{POLICY['text_min']}到{POLICY['text_max']}个字"]
    found |= _number_problems(draft)
    if problem := dates_problem(draft.opens_on, draft.closes_on, today=today):
        found["closes_on"] = [problem]
    if lines := criteria_problems(draft.criteria):
        found["criteria"] = lines
    if found:
        raise Invalid(found)
    return draft


def _number_problems(draft: Draft) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    if not 1 <= draft.places <= POLICY["places_max"]:
        found["places"] = [f"名额请填1到{POLICY['places_max']}"]
    first, last = POLICY["objection_days_min"], POLICY["objection_days_max"]
    if not first <= draft.objection_days <= last:
        found["objection_days"] = [f"公示期请填{first}到{last}个工作日"]
    return found


def dates_problem(opens_on: date, closes_on: date, *, today: date) -> str:
    """Why these dates will not do; empty when they will."""
    if opens_on < today:
        return "应榜开始日期不能早于今天"
    first = opens_on + timedelta(days=POLICY["min_open_days"])
    last = opens_on + timedelta(days=POLICY["max_open_days"])
    if first <= closes_on <= last:
        return ""
    return f"截止日期应在{wording.day(first)}到{wording.day(last)}之间，给服务商留足准备时间"


def criteria_problems(criteria: Sequence[Criterion]) -> list[str]:
    lines = []
    if not POLICY["criteria_min"] <= len(criteria) <= POLICY["criteria_max"]:
        lines.append(f"评分项请列{POLICY['criteria_min']}到{POLICY['criteria_max']}项")
    if any(not 0 < len(one.name.strip()) <= POLICY["name_max"] for one in criteria):
        lines.append(f"每个评分项都要有名称，不超过{POLICY['name_max']}个字")
    if len({one.name.strip() for one in criteria}) < len(criteria):
        lines.append("评分项的名称不能重复")
    if any(len(one.hint) > POLICY["hint_max"] for one in criteria):
        lines.append(f"评分说明不超过{POLICY['hint_max']}个字")
    total = sum(one.weight for one in criteria)
    if any(not 1 <= one.weight <= WEIGHTS_TOTAL for one in criteria) or total != WEIGHTS_TOTAL:
        lines.append(f"权重每项至少1，合计{WEIGHTS_TOTAL}；现在合计{total}")
    return lines


def check_texts(texts: Mapping[str, str], criteria: Sequence[tuple[str, str]]) -> dict[str, Any]:
    """What the provider says to each criterion, given as (id, name); raises Invalid."""
    kept = {key: texts.get(key, "").strip() for key, _ in criteria}
    first, last = POLICY["response_text_min"], POLICY["response_text_max"]
    found = {
        f"text-{key}": [f"“{name}”请写{first}到{last}个字"]
        for key, name in criteria
        if not first <= len(kept[key]) <= last
    }
    if found:
        raise Invalid(found)
    return dict(kept)


def takes_responses(call: Call, *, today: date) -> bool:
    """Published, begun, and the last day is not over."""
    return call.status == CallStatus.OPEN and call.opens_on <= today <= call.closes_on


def takes_objections(call: Call, *, today: date) -> bool:
    return call.status == CallStatus.ANNOUNCED and call.objections_until is not None and today <= call.objections_until


def is_period_over(call: Call, *, today: date) -> bool:
    return call.objections_until is not None and today > call.objections_until


def status_words(call: Call, *, today: date) -> str:
    if call.status == CallStatus.OPEN and today < call.opens_on:
        return f"{wording.day(call.opens_on)}开始应榜"
    if call.status == CallStatus.OPEN and today > call.closes_on:
        return "已截止，待评分"
    if call.status == CallStatus.ANNOUNCED and is_period_over(call, today=today):
        return "公示期满，待确认"
    return wording.CALL_STATUSES[call.status]


def seat_end(since: date) -> date:
    """The last day of an award's term."""
    year, month = divmod(since.month - 1 + POLICY["seat_months"], 12)
    return date(since.year + year, month + 1, 1) + timedelta(days=since.day - 1) - timedelta(days=1)
