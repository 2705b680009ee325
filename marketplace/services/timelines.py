"""The timeline of one thing: its audit entries and its status history as one list, the newest first.

Two statements for any kind of thing. The caller has checked that the reader may see the thing; what is on record about
others (identities in accounts, check sums, numbers of rows, sealed prices and scores) is for the auditor's page alone.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from marketplace.domain import acts, audit_words, transitions, wording
from marketplace.extensions import db
from marketplace.models.approvals import StatusChange
from marketplace.models.audit import AuditEntry
from marketplace.services import audit, status_changes

# Details that are said to whoever may see the thing.
TOLD = (
    "title", "name", "topic", "section", "kind", "change", "seat", "round", "organisation", "purpose", "since", "until",
    "industry", "standard", "points", "level", "lines", "wave", "providers", "rows", "created", "unchanged", "left",
    "file", "number", "note", "reason",
)  # fmt: skip


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
    entries = _of_this_one(audit.timeline(kind=kind, key=key))
    rows = list(_changes(kind, status_changes.history(db.session, kind=kind, key=key), entries))
    steps = transitions.TRANSITIONS.get(kind, {})
    rows += [(entry.at, _act(entry)) for entry in entries if not _is_step(entry, kind, steps)]
    return tuple(entry for _, entry in sorted(rows, key=lambda row: row[0], reverse=True))


def _is_step(entry: AuditEntry, kind: str, steps: dict[str, Any]) -> bool:
    noun, _, action = entry.action.partition(".")
    return noun == kind and action in steps


def _of_this_one(entries: Sequence[AuditEntry]) -> Sequence[AuditEntry]:
    """SQLite gives the id of a deleted last row to the next one: what was before a deletion belongs to another."""
    deletions = [place for place, entry in enumerate(entries) if entry.action.endswith(".deleted")]
    return entries[deletions[-1] + 1 :] if deletions else entries


def _changes(
    kind: str, history: Sequence[StatusChange], entries: Sequence[AuditEntry]
) -> Iterator[tuple[datetime, Entry]]:
    """The trail knows in which role it was done; its n-th last entry of a step is the n-th last change by it."""
    statuses = audit_words.STATUSES.get(kind, {})
    roles: dict[str, list[str]] = {}
    for entry in entries:
        roles.setdefault(entry.action, []).append(_role(entry))
    for change in reversed(history):
        known = roles.get(f"{kind}.{change.action}")
        yield (
            change.decided_at,
            Entry(
                at=wording.moment(change.decided_at),
                who=change.decider.name,
                role=known.pop() if known else "",
                what=_step(kind, change),
                note=f"理由：{change.reason}" if change.reason else "",
                before=statuses.get(change.from_status or "", ""),
                after=statuses.get(change.to_status, ""),
            ),
        )


def _step(kind: str, change: StatusChange) -> str:
    """A step that nobody has named is called by where it led."""
    act = acts.ACTS.get(f"{kind}.{change.action}")
    transition = transitions.TRANSITIONS.get(kind, {}).get(change.action)
    where = audit_words.STATUSES.get(kind, {}).get(change.to_status, change.to_status)
    label = transition.label if transition else act.label if act else f"转为{where}"
    return f"{change.seat}：{label}" if change.seat else label


def _role(entry: AuditEntry) -> str:
    """Acts of the system and of visitors carry no role: nobody was in a seat."""
    return wording.ROLES.get(entry.role, "") if entry.user_id is not None else ""


def _act(entry: AuditEntry) -> Entry:
    changes = tuple(audit_words.changes(entry.subject_kind, entry.details))
    single = changes[0] if len(changes) == 1 and changes[0].before else None
    notes = [] if single else [_change(change) for change in changes]
    facts = {name: entry.details[name] for name in TOLD if name in entry.details}
    notes += [f"{label}：{value}" for label, value in audit_words.facts(entry.subject_kind, facts)]
    act = acts.ACTS.get(entry.action)
    return Entry(
        at=wording.moment(entry.at),
        who=entry.actor_name,
        role=_role(entry),
        what=f"{act.label if act else entry.action}{f'：{single.label}' if single else ''}",
        note="；".join(notes),
        before=single.before if single else "",
        after=single.after if single else "",
    )


def _change(change: audit_words.Change) -> str:
    return (
        f"{change.label}由“{change.before}”改为“{change.after}”" if change.before else f"{change.label}{change.after}"
    )
