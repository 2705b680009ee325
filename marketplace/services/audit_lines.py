"""The trail as auditors read it: the same lines on the page and in Excel, one row with all that it holds."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Text, select, type_coerce
from sqlalchemy.orm import InstrumentedAttribute

from marketplace.domain import acts, audit_chain, audit_words, permissions, wording
from marketplace.domain.actors import Actor
from marketplace.domain.audit_words import Change
from marketplace.domain.errors import Forbidden, Invalid, NotFound
from marketplace.domain.permissions import Permission
from marketplace.extensions import db
from marketplace.models.accounts import Organisation, User
from marketplace.models.audit import AuditEntry
from marketplace.policy import reader
from marketplace.services import audit_search, audit_verification, clock, workbooks
from marketplace.services.audit_search import Wanted
from marketplace.services.pages import Page

LIMITS = reader.load("accounts")["listing"]
COLUMNS = (
    ("编号", 10), ("时间", 20), ("办理人", 16), ("角色", 12), ("单位", 28), ("事项", 16), ("对象", 28), ("内容", 60),
    ("编码", 68),
)  # fmt: skip
Names = dict[str, dict[int, str]]


@dataclass(frozen=True, slots=True)
class Line:
    number: int
    at: datetime
    who: str
    role: str
    organisation: str
    act: str
    subject: str
    details: str
    mac: str

    def cells(self) -> tuple[str, ...]:
        moment = self.at.astimezone(wording.CITY_ZONE).strftime("%Y-%m-%d %H:%M:%S")
        return (
            str(self.number), moment, self.who, self.role, self.organisation, self.act, self.subject, self.details,
            self.mac,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Sheet:
    """One row whole: what changed, what else is on record, and its place in the chain."""

    line: Line
    kind: str
    key: int | None
    changes: tuple[Change, ...]
    facts: tuple[tuple[str, str], ...]
    previous: str
    fits: bool  # the code made anew from the row is the code on record
    has_next: bool


def page(*, number: int, wanted: Wanted | None = None) -> Page[Line]:
    found = audit_search.page(wanted or Wanted(), number=number, per_page=LIMITS["entries_a_page"])
    return Page(_lines(found.rows), number=found.number, per_page=found.per_page, total=found.total)


def get(number: int) -> Sheet:
    row = db.session.get(AuditEntry, number)
    if row is None:
        raise NotFound("audit_entry", number)
    (line,) = _lines([row])
    changes = tuple(audit_words.changes(row.subject_kind, row.details))
    told = {"from", "to", "before", "after"} if changes else set()
    details = {name: content for name, content in row.details.items() if name not in told}
    return Sheet(
        line,
        row.subject_kind,
        row.subject_id,
        changes,
        tuple(audit_words.facts(row.subject_kind, details)),
        row.previous,
        _fits(row),
        db.session.get(AuditEntry, number + 1) is not None,
    )


def _fits(row: AuditEntry) -> bool:
    key = audit_verification.keys().get(row.key_id)
    fields: dict[str, Any] = {name: getattr(row, name) for name in audit_chain.FIELDS}
    fields["details"] = db.session.scalar(select(type_coerce(AuditEntry.details, Text)).where(AuditEntry.id == row.id))
    return key is not None and audit_chain.code(key, audit_chain.message(fields)) == row.mac


def export(actor: Actor, *, wanted: Wanted | None = None) -> bytes:
    """A workbook of what the filter shows, with the filter and the time written into it."""
    if not permissions.permits(actor, Permission.READ_AUDIT):
        raise Forbidden(Permission.READ_AUDIT)
    wanted = wanted or Wanted()
    found = audit_search.page(wanted, number=1, per_page=LIMITS["export_rows"])
    if found.total > LIMITS["export_rows"]:
        most = LIMITS["export_rows"]
        raise Invalid({"filter": [f"共{found.total}条，一次最多导出{most}条，请缩小日期范围或按事项筛选后再导出"]})
    chosen = "　".join(f"{label}：{value}" for label, value in wanted.in_words()) or "全部"
    title = f"审计记录　筛选条件　{chosen}　共{found.total}条"
    made = f"导出时间：{wording.moment(clock.now())}　导出人：{actor.name}（{wording.ROLES[actor.role]}）"
    rows = (line.cells() for line in _lines(found.rows))
    return workbooks.make([workbooks.Page("审计记录", [title, made], COLUMNS, rows)])


def vocabulary() -> tuple[tuple[str, str, tuple[str, ...]], ...]:
    """Every act: its id, its name, the words of the details that it must carry."""
    return tuple(
        (action, act.label, tuple(audit_words.DETAILS.get(name, name) for name in sorted(act.fields)))
        for action, act in acts.ACTS.items()
    )


def _lines(rows: Iterable[AuditEntry]) -> tuple[Line, ...]:
    entries = tuple(rows)
    firms = {row.organisation_id for row in entries} | _subjects(entries, "organisation")
    names: Names = {
        "organisation": _names(Organisation.id, Organisation.name, firms),
        "user": _names(User.id, User.name, _subjects(entries, "user")),
    }
    return tuple(_line(row, names) for row in entries)


def _subjects(entries: Iterable[AuditEntry], kind: str) -> set[int | None]:
    return {row.subject_id for row in entries if row.subject_kind == kind}


def _names(
    key: InstrumentedAttribute[int], name: InstrumentedAttribute[str], wanted: set[int | None]
) -> dict[int, str]:
    rows = db.session.execute(select(key, name).where(key.in_(wanted - {None})))
    return {row[0]: row[1] for row in rows}


def _line(row: AuditEntry, names: Names) -> Line:
    """Acts of the system and of visitors carry no role: nobody was in a seat."""
    is_person = row.user_id is not None
    kind = audit_words.subject(row.subject_kind)
    called = names.get(row.subject_kind, {}).get(row.subject_id or 0) or row.subject_id
    return Line(
        number=row.id,
        at=row.at,
        who=row.actor_name,
        role=wording.ROLES.get(row.role, row.role) if is_person else "",
        organisation=names["organisation"].get(row.organisation_id or 0, ""),
        act=acts.ACTS[row.action].label if row.action in acts.ACTS else row.action,
        subject=kind if called is None else f"{kind} {called}",
        details="；".join(f"{label}：{value}" for label, value in audit_words.facts(row.subject_kind, row.details)),
        mac=row.mac,
    )
