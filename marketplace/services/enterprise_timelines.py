"""The trail over all things of one enterprise, readable: who, in which role, did what, from what to what."""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select
from sqlalchemy.orm import aliased

from marketplace.domain import acts, audit_words, wording
from marketplace.domain import evidence as rules
from marketplace.extensions import db
from marketplace.models.assessments import Assessment
from marketplace.models.audit import AuditEntry
from marketplace.models.bundles import Basket, QuotationSheet
from marketplace.models.demands import Demand
from marketplace.models.enterprises import Enterprise
from marketplace.models.evidence import AccessGrant, Evidence
from marketplace.models.leads import Lead
from marketplace.models.matches import MatchRun, Shortlist
from marketplace.services import enterprise_facts
from marketplace.services.pages import Page
from marketplace.services.timelines import Entry

# What belongs to an enterprise's file; accounts and invitations do not.
OWN_KINDS = (
    "organisation", "enterprise", "assessment", "demand", "shortlist", "basket", "quotation_sheet", "evidence",
    "access_grant", "lead", "match_run",
)  # fmt: skip
HIDDEN = ("accounts.logged_in", "accounts.logged_out")
FIELDS = audit_words.FIELDS | enterprise_facts.LABELS
Titles = Mapping[tuple[str, int], str]


def newest(enterprise: Enterprise, *, limit: int, by_organisation: int | None = None) -> tuple[AuditEntry, ...]:
    """The newest entries; `by_organisation` narrows them to the acts of one organisation."""
    return tuple(db.session.scalars(_query(enterprise, by_organisation).limit(limit)))


def page(enterprise: Enterprise, *, number: int, per_page: int, by_organisation: int | None = None) -> Page[AuditEntry]:
    query = _query(enterprise, by_organisation)
    total = db.session.scalar(select(func.count()).select_from(query.order_by(None).subquery())) or 0
    number = Page.clamp(number, total=total, per_page=per_page)
    rows = db.session.scalars(query.limit(per_page).offset((number - 1) * per_page)).all()
    return Page(tuple(rows), number=number, per_page=per_page, total=total)


def of_file(enterprise: Enterprise) -> Iterable[AuditEntry]:
    """The whole trail, oldest first."""
    return db.session.scalars(_query(enterprise, None).order_by(None).order_by(AuditEntry.id))


def _query(enterprise: Enterprise, by_organisation: int | None) -> Select[AuditEntry]:
    query = select(AuditEntry).where(
        or_(_by_itself(enterprise), _by_others(enterprise)), AuditEntry.action.not_in(HIDDEN)
    )
    if by_organisation is not None:
        query = query.where(AuditEntry.organisation_id == by_organisation)
    return query.order_by(AuditEntry.at.desc(), AuditEntry.id.desc())


def _by_itself(enterprise: Enterprise) -> ColumnElement[bool]:
    """The enterprise's people touch only their own things, those deleted since included."""
    return and_(AuditEntry.organisation_id == enterprise.organisation_id, AuditEntry.subject_kind.in_(OWN_KINDS))


def _by_others(enterprise: Enterprise) -> ColumnElement[bool]:
    """Acts of others on what is the enterprise's now; SQLite gives the id of a deleted last row to the next one."""
    deleted = aliased(AuditEntry)
    is_of_a_former_row = exists().where(
        deleted.subject_kind == AuditEntry.subject_kind,
        deleted.subject_id == AuditEntry.subject_id,
        deleted.action.like("%.deleted"),
        deleted.id >= AuditEntry.id,
    )
    return and_(or_(*_subjects(enterprise)), ~is_of_a_former_row)


def _subjects(enterprise: Enterprise) -> Iterable[ColumnElement[bool]]:
    key, firm = enterprise.id, enterprise.organisation_id
    demands = select(Demand.id).where(Demand.enterprise_id == key)
    ids: dict[str, Select[int]] = {
        "assessment": select(Assessment.id).where(Assessment.enterprise_id == key),
        "demand": demands,
        "shortlist": select(Shortlist.id).where(Shortlist.organisation_id == firm),
        "basket": select(Basket.id).where(Basket.enterprise_id == key),
        "quotation_sheet": select(QuotationSheet.id).where(QuotationSheet.enterprise_id == key),
        "evidence": select(Evidence.id).where(Evidence.organisation_id == firm),
        "access_grant": select(AccessGrant.id).where(AccessGrant.enterprise_id == key),
        "lead": select(Lead.id).where(Lead.demand_id.in_(demands)),
        "match_run": select(MatchRun.id).where(MatchRun.demand_id.in_(demands)),
    }
    yield and_(AuditEntry.subject_kind == "enterprise", AuditEntry.subject_id == key)
    yield and_(AuditEntry.subject_kind == "organisation", AuditEntry.subject_id == firm)
    for kind, found in ids.items():
        yield and_(AuditEntry.subject_kind == kind, AuditEntry.subject_id.in_(found))


def titles(enterprise: Enterprise, entries: Iterable[AuditEntry]) -> dict[tuple[str, int], str]:
    """What the enterprise's things are called, one statement a kind, whether or not the entries speak of it.

    Only its own: the number of a deleted thing may be somebody else's by now.
    """
    keys = [(entry.subject_kind, entry.subject_id) for entry in entries if entry.subject_id is not None]
    key, firm = enterprise.id, enterprise.organisation_id
    found: dict[tuple[str, int], str] = {}
    for kind, model, column, is_own in (
        ("demand", Demand, Demand.title, Demand.enterprise_id == key),
        ("shortlist", Shortlist, Shortlist.title, Shortlist.organisation_id == firm),
        ("basket", Basket, Basket.title, Basket.enterprise_id == key),
        ("quotation_sheet", QuotationSheet, QuotationSheet.number, QuotationSheet.enterprise_id == key),
        ("evidence", Evidence, Evidence.title, Evidence.organisation_id == firm),
    ):
        wanted = [number for one, number in keys if one == kind]
        rows = db.session.execute(select(model.id, column).where(model.id.in_(wanted), is_own)).all()
        found |= {(kind, row[0]): row[1] for row in rows}
    return found


def entry(row: AuditEntry, names: Titles) -> Entry:
    """One line of the timeline; acts of the system and of visitors carry no role."""
    statuses = audit_words.STATUSES.get(row.subject_kind, {})
    details = row.details
    before, after = (str(details.get(name) or "") for name in ("from", "to"))
    is_status = bool(before and after) and before in statuses
    return Entry(
        at=wording.moment(row.at),
        who=row.actor_name,
        role=wording.ROLES.get(row.role, row.role) if row.user_id is not None else "",
        what=f"{acts.ACTS[row.action].label if row.action in acts.ACTS else row.action}{_subject(row, names)}",
        note="；".join(_note(row)),
        before=statuses.get(before, before) if is_status else "",
        after=statuses.get(after, after) if is_status else "",
    )


def _subject(row: AuditEntry, names: Titles) -> str:
    called = row.details.get("title") or names.get((row.subject_kind, row.subject_id or 0))
    return f"《{called}》" if called else ""


def _note(row: AuditEntry) -> Iterable[str]:
    details = row.details
    if isinstance(details.get("before"), dict) and isinstance(details.get("after"), dict):
        yield from _changes(details["before"], details["after"])
    if row.action == "grants.given":
        yield f"授权给{details['organisation']}，用途：{wording.GRANT_PURPOSES.get(details['purpose'], '')}"
    if row.action == "grants.used":
        yield f"查看单位：{details['organisation']}"
    if row.action in ("evidence.cited", "evidence.uncited"):
        yield f"用于{rules.topic_label(str(details['topic']))}"
    if details.get("reason"):
        yield f"理由：{details['reason']}"


def _changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterable[str]:
    for name in after:
        label = FIELDS.get(name)
        if label is None:
            continue
        if isinstance(after[name], dict | list):
            yield f"{label}有改动"
        else:
            yield f"{label}由“{_value(name, before.get(name))}”改为“{_value(name, after[name])}”"


def _value(name: str, value: Any) -> str:
    if name == "kind":
        return rules.KINDS.get(str(value), str(value))
    if name in ("budget", "discount") and isinstance(value, int):
        return wording.money(value)
    return enterprise_facts.value_words(name, value)
