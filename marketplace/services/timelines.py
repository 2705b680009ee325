"""The timeline of one thing: its audit entries and its status history as one list, the newest first."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from marketplace.domain import acts, transitions, wording
from marketplace.extensions import db
from marketplace.models.audit import AuditEntry
from marketplace.services import audit, status_changes

CHANGED = {
    "title": "清单名称",
    "assessment_score": "评测得分",
    "lines": "需求明细",
    "budget": "预算",
    "deadline_days": "工期",
    "deployments": "部署方式",
}


@dataclass(frozen=True, slots=True)
class Entry:
    """As components/timeline.html shows it."""

    at: str
    who: str
    role: str
    what: str
    note: str
    before: str = ""
    after: str = ""
    rule: str = ""


def of(*, kind: str, key: int) -> tuple[Entry, ...]:
    """A status change has rows in both; the history's is shown, for it is also there where no audit entry is."""
    rows: list[tuple[datetime, Entry]] = []
    for change in status_changes.history(db.session, kind=kind, key=key):
        label = transitions.TRANSITIONS[kind][change.action].label
        note = f"理由：{change.reason}" if change.reason else ""
        rows.append((change.decided_at, _entry(change.decided_at, change.decider.name, "", label, note)))
    for entry in _of_this_one(audit.timeline(kind=kind, key=key)):
        if not entry.action.startswith(f"{kind}."):
            role = wording.ROLES.get(entry.role, "")
            what = acts.ACTS[entry.action].label
            rows.append((entry.at, _entry(entry.at, entry.actor_name, role, what, _note(entry))))
    return tuple(entry for _, entry in sorted(rows, key=lambda row: row[0], reverse=True))


def _of_this_one(entries: Sequence[AuditEntry]) -> Sequence[AuditEntry]:
    """SQLite gives the id of a deleted last row to the next one: what was before a deletion belongs to another."""
    deletions = [place for place, entry in enumerate(entries) if entry.action.endswith(".deleted")]
    return entries[deletions[-1] + 1 :] if deletions else entries


def _entry(at: datetime, who: str, role: str, what: str, note: str) -> Entry:
    return Entry(wording.moment(at), who, role, what, note)


def _note(entry: AuditEntry) -> str:
    """Which parts were changed; the full before and after stay in the audit trail."""
    after: dict[str, Any] = entry.details.get("after") or {}
    named = [CHANGED[name] for name in after if name in CHANGED]
    return f"改动：{'、'.join(named)}" if named else ""
