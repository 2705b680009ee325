"""Calls for lead providers in each state: two with leads confirmed, one in 公示 with an objection, one open."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from marketplace.domain import call_scores as scoring
from marketplace.domain import calls as rules
from marketplace.domain import working_days
from marketplace.domain.call_scores import Cell, Entry, Place
from marketplace.models.accounts import Role
from marketplace.models.calls import (
    Call,
    CallAgreement,
    CallCriterion,
    CallExpert,
    CallObjection,
    CallResponse,
    CallResult,
    CallScore,
    CallStatus,
    LeadSeat,
    ObjectionStatus,
)
from marketplace.models.providers import Provider
from marketplace.services import clock, system_user
from marketplace.services.demo import content
from marketplace.services.demo.admissions import change, declare, seat_of
from marketplace.services.demo.people import Registry

KIND = "call"
OFFICER, LEADER = "reviewer", "leader"
PANEL = ("expert", "expert2", "expert3", "expert4")
OPEN_DAYS, SCORING_DAYS = 14, 5
STEPS = {
    "publish": ("draft", "open"), "close": ("open", "scoring"), "gather": ("scoring", "consensus"),
    "announce": ("consensus", "announced"), "conclude": ("announced", "concluded"),
}  # fmt: skip
REACHED = {"draft": 0, "open": 1, "scoring": 2, "announced": 4, "concluded": 5}


def add(registry: Registry, pool: dict[str, Provider]) -> int:
    """Returns how many calls."""
    _seat_experts(registry)
    registry.session.flush()
    rows = content.read("pool")["calls"]
    for row in rows:
        _call(registry, pool, row)
    return len(rows)


def _seat_experts(registry: Registry) -> None:
    """Blind scoring takes more than the one expert whom the offices have."""
    home = registry.seats[PANEL[0]].organisation
    for number, login in enumerate(PANEL[1:], start=2):
        if login not in registry.seats:
            registry.seat(home, role=Role.EXPERT, login=login, person=f"评审专家{number}(演示)")


def _day(row: dict[str, Any]) -> date:
    """The day of drawing up; what is still going on is counted from today where the demo is shown later."""
    is_running = row["status"] in ("open", "scoring", "announced", "draft")
    last = max(content.DEMO_DAY, clock.today()) if is_running else content.DEMO_DAY
    return last - timedelta(days=row["days"])


def _call(registry: Registry, pool: dict[str, Provider], row: dict[str, Any]) -> None:
    drawn, reached = _day(row), REACHED[row["status"]]
    opens, officer = drawn + timedelta(days=1), registry.seats[OFFICER].user_id
    call = Call(
        title=row["title"], industry=row["industry"], places=row["places"], text=row["text"], opens_on=opens,
        closes_on=opens + timedelta(days=OPEN_DAYS), objection_days=rules.POLICY["objection_days_usual"],
        rules={"version": rules.POLICY["version"], **rules.SCORING} if reached else {},
        status=CallStatus(row["status"]), round=0, created_by=officer, created_at=content.moment(drawn),
        criteria=[CallCriterion(position=place, **one) for place, one in enumerate(row["criteria"], start=1)],
        decided_at=content.moment(opens) if reached else None, decided_by=officer if reached else None,
    )  # fmt: skip
    if reached >= REACHED["announced"]:
        call.announced_on = _announced_on(row, call)
        call.objections_until = working_days.after(call.announced_on, call.objection_days)
    registry.session.add(call)
    registry.session.flush()
    responses = [_response(registry, call, pool[one["provider"]], one) for one in row["responses"]]
    registry.session.flush()
    if reached >= REACHED["scoring"]:
        _experts(registry, call)
    if reached >= REACHED["announced"]:
        _result(registry, call, row, responses)
    _history(registry, call, reached)


def _announced_on(row: dict[str, Any], call: Call) -> date:
    """A result that is open to objections was announced two days ago."""
    if row["status"] == "announced":
        return max(content.DEMO_DAY, clock.today()) - timedelta(days=2)
    return call.closes_on + timedelta(days=SCORING_DAYS)


def _response(registry: Registry, call: Call, provider: Provider, row: dict[str, Any]) -> CallResponse:
    at = content.moment(call.opens_on + timedelta(days=3))
    owner = seat_of(registry, provider).user_id
    texts = {str(one.id): text for one, text in zip(call.criteria, row["texts"], strict=True)}
    response = CallResponse(
        call_id=call.id, provider_id=provider.id, texts=texts, created_by=owner, created_at=at, changed_at=at
    )
    registry.session.add(response)
    registry.session.flush()
    declare(registry, provider, "call_response", response.id, at)
    return response


def _experts(registry: Registry, call: Call) -> None:
    at = content.moment(call.closes_on + timedelta(days=1))
    done = None if call.status == CallStatus.SCORING else at + timedelta(days=SCORING_DAYS - 2)
    for login in PANEL[: call.rules["experts_min"]]:
        registry.session.add(
            CallExpert(
                call_id=call.id, user_id=registry.seats[login].user_id, submitted_at=done, assigned_at=at,
                assigned_by=registry.seats[OFFICER].user_id,
            )
        )  # fmt: skip
    registry.session.flush()


def _result(registry: Registry, call: Call, row: dict[str, Any], responses: list[CallResponse]) -> None:
    entries = [_entry(registry, call, one, given) for one, given in zip(responses, row["responses"], strict=True)]
    weights = {one.id: one.weight for one in call.criteria}
    places = scoring.rank(entries, weights, places=call.places, rules=call.rules)
    call.round = 1
    for one in places:
        registry.session.add(
            CallResult(
                call_id=call.id, round=1, response_id=one.id, rank=one.rank, total=one.total, is_winner=one.is_winner
            )
        )
    if call.status == CallStatus.CONCLUDED:
        _seats(registry, call, responses, places)
    if "objection" in row:
        at = content.moment(call.announced_on or content.DEMO_DAY, hour=15)
        registry.session.add(
            CallObjection(call_id=call.id, round=1, raised_at=at, status=ObjectionStatus.OPEN, **row["objection"])
        )


def _entry(registry: Registry, call: Call, response: CallResponse, row: dict[str, Any]) -> Entry:
    """The scores as rows, and what they come to."""
    experts = [registry.seats[login].user_id for login in PANEL]
    query = select(CallExpert).where(CallExpert.call_id == call.id)
    seats = {one.user_id: one for one in registry.session.scalars(query)}
    for user_id, given in zip(experts, row["scores"], strict=False):
        for criterion, score in zip(call.criteria, given, strict=True):
            registry.session.add(
                CallScore(
                    expert_id=seats[user_id].id, response_id=response.id, criterion_id=criterion.id, score=score,
                    comment="",
                )
            )  # fmt: skip
    agreed = _agreed(registry, call, response, row)
    cells = {
        criterion.id: Cell(tuple(given[place] for given in row["scores"]), agreed.get(criterion.id))
        for place, criterion in enumerate(call.criteria)
    }
    return Entry(response.id, cells, response.changed_at)


def _agreed(registry: Registry, call: Call, response: CallResponse, row: dict[str, Any]) -> dict[int, Decimal]:
    """By criterion, where the experts lay too far apart."""
    given = row.get("agreed")
    if given is None:
        return {}
    criterion, score = call.criteria[given["criterion"] - 1], Decimal(given["score"])
    registry.session.add(
        CallAgreement(
            call_id=call.id, response_id=response.id, criterion_id=criterion.id, score=score, reason=given["reason"],
            agreed_by=registry.seats[OFFICER].user_id,
            agreed_at=content.moment(call.closes_on + timedelta(days=SCORING_DAYS - 1)),
        )
    )  # fmt: skip
    return {criterion.id: score}


def _seats(registry: Registry, call: Call, responses: list[CallResponse], places: tuple[Place, ...]) -> None:
    since = (call.objections_until or content.DEMO_DAY) + timedelta(days=1)
    firms = {one.id: one.provider_id for one in responses}
    for place in places:
        if place.is_winner:
            registry.session.add(
                LeadSeat(
                    provider_id=firms[place.id], industry=call.industry, call_id=call.id, since=since,
                    until=rules.seat_end(since),
                )
            )  # fmt: skip


def _history(registry: Registry, call: Call, reached: int) -> None:
    system, officer = system_user.actor(registry.session).user_id, registry.seats[OFFICER].user_id
    leader = registry.seats[LEADER].user_id
    announced = call.announced_on or call.closes_on
    days = {
        "publish": call.opens_on, "close": call.closes_on + timedelta(days=1),
        "gather": call.closes_on + timedelta(days=SCORING_DAYS - 1), "announce": announced,
        "conclude": (call.objections_until or announced) + timedelta(days=1),
    }  # fmt: skip
    people = {"gather": system, "conclude": leader}
    for action in list(STEPS)[:reached]:
        at: datetime = content.moment(days[action])
        by = people.get(action, officer)
        change(registry, KIND, call.id, (action, *STEPS[action]), by, at)
        call.decided_at, call.decided_by = at, by
