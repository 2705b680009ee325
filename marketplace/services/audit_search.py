"""What an auditor looks for in the trail: the filter as he set it, and the rows that it leaves."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, func, select

from marketplace.domain import acts, audit_words, choices, wording
from marketplace.extensions import db
from marketplace.models.accounts import Organisation
from marketplace.models.audit import AuditEntry
from marketplace.services.pages import Page

LABELS = {
    "action": "事项", "person": "办理人", "organisation": "单位", "kind": "对象", "key": "对象编号",
    "since": "起始日期", "until": "截止日期", "words": "内容",
}  # fmt: skip
NUMBER_DIGITS = 9


@dataclass(frozen=True, slots=True)
class Wanted:
    """Everything is optional; what makes no sense is no filter."""

    action: str = ""
    person: str = ""
    organisation: str = ""
    kind: str = ""
    key: str = ""
    since: str = ""
    until: str = ""
    words: str = ""

    def in_words(self) -> tuple[tuple[str, str], ...]:
        """Label and value of each filter that is set."""
        return tuple((LABELS[name], self._worded(name, value)) for name, value in self.set_ones().items())

    def set_ones(self) -> dict[str, Any]:
        """For an address: only what is set."""
        return {one.name: getattr(self, one.name) for one in fields(self) if getattr(self, one.name)}

    def _worded(self, name: str, value: str) -> str:
        if name == "action":
            return acts.ACTS[value].label
        if name in ("since", "until"):
            return wording.day(date.fromisoformat(value))
        return audit_words.subject(value) if name == "kind" else value


def read(given: Mapping[str, str]) -> Wanted:
    """From an address."""
    text = {name: choices.clean(given.get(name, ""))[: choices.TEXT_MAX] for name in LABELS}
    return Wanted(
        action=text["action"] if text["action"] in acts.ACTS else "",
        person=text["person"],
        organisation=text["organisation"],
        kind=text["kind"] if text["kind"] in audit_words.SUBJECTS else "",
        key=text["key"] if _is_number(text["key"]) else "",
        since=_day(text["since"]),
        until=_day(text["until"]),
        words=text["words"],
    )


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) <= NUMBER_DIGITS


def _day(text: str) -> str:
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        return ""


def page(wanted: Wanted, *, number: int, per_page: int) -> Page[AuditEntry]:
    """Newest first: in the order of the chain."""
    conditions = tuple(_conditions(wanted))
    total = db.session.scalar(select(func.count()).select_from(AuditEntry).where(*conditions)) or 0
    number = Page.clamp(number, total=total, per_page=per_page)
    query = select(AuditEntry).where(*conditions).order_by(AuditEntry.id.desc())
    rows = db.session.scalars(query.limit(per_page).offset((number - 1) * per_page)).all()
    return Page(tuple(rows), number=number, per_page=per_page, total=total)


def _conditions(wanted: Wanted) -> Iterator[ColumnElement[bool]]:
    if wanted.action:
        yield AuditEntry.action == wanted.action
    if wanted.person:
        yield AuditEntry.actor_name.contains(wanted.person, autoescape=True)
    if wanted.organisation:
        named = select(Organisation.id).where(Organisation.name.contains(wanted.organisation, autoescape=True))
        yield AuditEntry.organisation_id.in_(named)
    if wanted.kind:
        yield AuditEntry.subject_kind == wanted.kind
    if wanted.key:
        yield AuditEntry.subject_id == int(wanted.key)
    if wanted.words:
        yield AuditEntry.details.contains(_as_stored(wanted.words), autoescape=True)
    yield from _times(wanted)


def _as_stored(words: str) -> str:
    """Details are stored as JSON text: a quotation mark stands there with a stroke before it."""
    return json.dumps(words, ensure_ascii=False)[1:-1]


def _times(wanted: Wanted) -> Iterator[ColumnElement[bool]]:
    """Days of the city, the last one included."""
    if wanted.since:
        yield AuditEntry.at >= _midnight(wanted.since)
    if wanted.until:
        yield AuditEntry.at < _midnight(wanted.until) + timedelta(days=1)


def _midnight(day: str) -> datetime:
    return datetime.combine(date.fromisoformat(day), time(), tzinfo=wording.CITY_ZONE)
