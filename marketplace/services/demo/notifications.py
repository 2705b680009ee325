"""The inboxes of the demo accounts: what the table of notices says about the last weeks of the city, told afterwards.

Nothing is made up here: each message is about a row of the city and a step that it took. Nothing of it is mailed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from marketplace.domain import notices, wording
from marketplace.domain.notice_rows import Notice
from marketplace.models.accounts import Membership, Organisation
from marketplace.models.approvals import Approval, ApprovalStatus, StatusChange
from marketplace.models.calls import Call
from marketplace.models.challenges import Challenge
from marketplace.models.demands import Demand
from marketplace.models.leads import Lead
from marketplace.models.notifications import MailChoice, Notification
from marketplace.models.provider_applications import ProviderApplication
from marketplace.models.solutions import Solution
from marketplace.services import notification_audiences, notification_words
from marketplace.services.demo import content
from marketplace.services.demo.people import Registry

MODELS: dict[str, tuple[Any, tuple[Any, ...]]] = {
    "approval": (Approval, ()),
    "call": (Call, ()),
    "challenge": (Challenge, ()),
    "demand": (Demand, ()),
    "lead": (Lead, (joinedload(Lead.demand),)),
    "provider_application": (ProviderApplication, ()),
    "solution": (Solution, ()),
}
TOLD_DAYS = 120  # how far back the inboxes reach
READ_DAYS = 7  # older ones have been read
Steps = Mapping[tuple[str, int], Sequence[StatusChange]]


@dataclass(frozen=True, slots=True)
class City:
    """What has happened, and who is looked at: the accounts that a visitor can log in with."""

    registry: Registry
    steps: Steps
    things: Mapping[tuple[str, int], Any]
    offices: Mapping[int, str]
    people: frozenset[int]


def add(registry: Registry) -> int:
    """How many messages; the whole city has to stand."""
    registry.session.flush()
    city = _city(registry)
    changes = [one for steps in city.steps.values() for one in steps]
    rows: list[Notification] = [row for one in changes for row in _of_change(city, one)]
    for thing in city.things.values():
        if isinstance(thing, Lead):
            rows += _of_offer(city, thing)
    submitted = select(Approval).where(Approval.status == ApprovalStatus.IN_REVIEW)
    for approval in registry.session.scalars(submitted).all():
        rows += _of_submission(city, approval)
    rows.sort(key=_order)
    registry.session.add_all(rows)
    return len(rows)


def _order(row: Notification) -> tuple[datetime, int, str]:
    return row.created_at, row.user_id, row.dedupe_key


def _city(registry: Registry) -> City:
    session, since = registry.session, content.moment(content.days_ago(TOLD_DAYS))
    query = select(StatusChange).where(StatusChange.subject_kind.in_(MODELS), StatusChange.decided_at >= since)
    steps: dict[tuple[str, int], list[StatusChange]] = {}
    for row in session.scalars(query.order_by(StatusChange.decided_at, StatusChange.id)):
        steps.setdefault((row.subject_kind, row.subject_id), []).append(row)
    things: dict[tuple[str, int], Any] = {}
    for kind, (model, options) in MODELS.items():
        keys = {key for noun, key in steps if noun == kind}
        wanted = model.offered_at >= since if model is Lead else model.id.in_(keys)
        for thing in session.scalars(select(model).where(wanted).options(*options)):
            things[kind, thing.id] = thing
    offices = session.execute(select(Membership.user_id, Organisation.name).join(Organisation)).all()
    return City(registry, steps, things, dict(offices), _accounts(registry))


def _accounts(registry: Registry) -> frozenset[int]:
    """The first login of each role, as the log-in page offers them, and the second reviewer."""
    first: dict[str, int] = {}
    for seat in registry.seats.values():
        first.setdefault(str(seat.role), seat.user_id)
    return frozenset(first.values()) | {registry.seats["reviewer2"].user_id}


def _of_change(city: City, change: StatusChange) -> list[Notification]:
    thing = city.things.get((change.subject_kind, change.subject_id))
    rows = notices.NOTICES.get((change.subject_kind, change.action), ()) if thing else ()
    return [_row(city, change, thing, notice, user_id) for notice in rows for user_id in _people(city, change, notice)]


def _people(city: City, change: StatusChange, notice: Notice) -> list[int]:
    thing, session = city.things[change.subject_kind, change.subject_id], city.registry.session
    found = notification_audiences.find(session, notice.audience, thing, but=change.decided_by)
    return [user_id for user_id in found if user_id in city.people]


def _row(city: City, change: StatusChange, thing: Any, notice: Notice, user_id: int) -> Notification:
    noun = change.subject_kind
    words = {
        "name": notification_words.name_of(city.registry.session, noun, thing),
        "reason": change.reason or "",
        "who": city.offices.get(change.decided_by, ""),
    }
    later = [one for one in city.steps[noun, thing.id] if one.decided_at > change.decided_at]
    done = next((one.decided_at for one in later if one.action in notice.closed_by), None)
    return _told(
        (f"{noun}.{change.action}", f"step:{change.id}:{notice.audience}"),
        user_id,
        subject=(noun, thing.id),
        page=notification_words.page_of(notice.page, noun, thing),
        title=notices.fill(notice.title, words),
        text=notices.fill(notice.text, words),
        at=change.decided_at,
        todo=(notice.is_todo, done, None),
    )


def _of_offer(city: City, lead: Lead) -> list[Notification]:
    told, session = notices.TOLD["lead.offered"], city.registry.session
    people = notification_audiences.find(session, "provider", lead, but=None)
    words = {"name": notification_words.name_of(session, "lead", lead), "until": wording.moment(lead.expires_at)}
    return [
        _told(
            ("lead.offered", f"offer:{lead.id}"),
            user_id,
            subject=("lead", lead.id),
            page=("lead", lead.id),
            title=notices.fill(told.title, words),
            text=notices.fill(told.text, words),
            at=lead.offered_at,
            todo=(True, lead.decided_at, lead.expires_at),
        )
        for user_id in people
        if user_id in city.people
    ]


def _of_submission(city: City, approval: Approval) -> list[Notification]:
    told, session = notices.TOLD["approval.submitted"], city.registry.session
    people = notification_audiences.find(session, "listing_reviewers", approval, but=None)
    words = {
        "name": notification_words.name_of(session, "approval", approval),
        "who": notification_words.of_provider(session, approval.provider_id),
    }
    return [
        _told(
            ("approval.submitted", f"submitted:{approval.id}"),
            user_id,
            subject=("approval", approval.id),
            page=("approval", approval.id),
            title=notices.fill(told.title, words),
            text=notices.fill(told.text, words),
            at=approval.submitted_at,
            todo=(False, None, None),
        )
        for user_id in people
        if user_id in city.people
    ]


def _told(
    what: tuple[str, str],
    user_id: int,
    *,
    subject: tuple[str, int],
    page: tuple[str, int],
    title: str,
    text: str,
    at: datetime,
    todo: tuple[bool, datetime | None, datetime | None],
) -> Notification:
    """`what`: kind and what makes it one; `todo`: is it one, when it was done, when it ends."""
    is_todo, done_at, ends_at = todo
    is_old = at < content.moment(content.days_ago(READ_DAYS))
    return Notification(
        user_id=user_id,
        kind=what[0],
        subject_kind=subject[0],
        subject_id=subject[1],
        page_kind=page[0],
        page_id=page[1],
        title=title,
        text=text,
        is_todo=is_todo,
        mail=MailChoice.OFF,
        created_at=at,
        read_at=done_at or (at + timedelta(hours=2) if is_old else None),
        done_at=done_at if is_todo else None,
        ends_at=ends_at,
        dedupe_key=what[1],
    )
