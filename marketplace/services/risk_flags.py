"""建议开卷核查: raised with a submission, read by the city's staff alone, looked at by somebody who says so."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from marketplace.domain import permissions
from marketplace.domain import risk_flags as rules
from marketplace.domain.actors import Actor
from marketplace.domain.errors import Conflict, Forbidden, Invalid, NotFound
from marketplace.domain.permissions import Permission
from marketplace.domain.risk_flags import POLICY, Finding, Reason
from marketplace.extensions import db
from marketplace.models.accounts import User
from marketplace.models.approvals import Approval
from marketplace.models.listings import ListingVersion
from marketplace.models.risk_flags import RiskFlag, RiskKind
from marketplace.models.solutions import Solution
from marketplace.services import audit, clock, impartiality, risk_facts, risk_texts, status_changes, unit_of_work

KIND = "risk_flag"
Check = Callable[[Session, Solution, ListingVersion], Iterable[Finding]]
CHECKS: tuple[Check, ...] = (
    risk_texts.find,
    risk_facts.same_evidence,
    risk_facts.shared_contact,
    risk_facts.price_at_cap,
    risk_facts.burst,
)


@dataclass(frozen=True, slots=True)
class Flag:
    id: int
    version: int
    kind: RiskKind
    score: int
    reason: Reason
    evidence: dict[str, Any]
    created_at: datetime
    checked_at: datetime | None
    checked_by: str
    note: str


@dataclass(frozen=True, slots=True)
class Case:
    """A flag with whose submission it belongs to."""

    flag: Flag
    solution_id: int
    provider_id: int
    name: str
    number: int
    approval_id: int | None


def raise_for(session: Session, solution: Solution, version: ListingVersion) -> int:
    """Look for every kind of reason, inside the caller's transaction; the points that they move the submission by.

    What somebody looked at in an earlier version, and that has not changed since, stays looked at and weighs nothing.
    A version that comes before reviewers a second time (a sample that needs the whole review) keeps its flags.
    """
    raised = session.scalars(select(RiskFlag).where(RiskFlag.version_id == version.id)).all()
    if raised:
        return rules.risk(flag.kind for flag in raised if flag.checked_at is None)
    looked_at = _looked_at(session, solution, version)
    now, open_kinds = clock.now(), []
    for finding in (one for check in CHECKS for one in check(session, solution, version)):
        flag = RiskFlag(
            version_id=version.id,
            kind=finding.kind,
            topic=finding.topic,
            score=finding.score,
            evidence=dict(finding.evidence),
            created_at=now,
        )
        earlier = looked_at.get((finding.kind, finding.topic))
        if earlier is not None and earlier.evidence == flag.evidence:
            flag.checked_at, flag.checked_by, flag.note = earlier.checked_at, earlier.checked_by, earlier.note
        else:
            open_kinds.append(finding.kind)
        session.add(flag)
    session.flush()
    return rules.risk(open_kinds)


def _looked_at(session: Session, solution: Solution, version: ListingVersion) -> dict[tuple[RiskKind, str], RiskFlag]:
    query = (
        select(RiskFlag)
        .join(ListingVersion, ListingVersion.id == RiskFlag.version_id)
        .where(ListingVersion.solution_id == solution.id, ListingVersion.number < version.number)
        .where(RiskFlag.checked_at.is_not(None))
        .order_by(ListingVersion.number)
    )
    return {(flag.kind, flag.topic): flag for flag in session.scalars(query)}


def of(version_id: int) -> tuple[Flag, ...]:
    """Those of one version, what is still to be looked at first; the caller has checked who reads them."""
    query = select(RiskFlag).where(RiskFlag.version_id == version_id).options(joinedload(RiskFlag.checker))
    rows = db.session.scalars(query.order_by(RiskFlag.score.desc(), RiskFlag.id)).all()
    order = list(RiskKind)
    return tuple(
        _view(flag) for flag in sorted(rows, key=lambda one: (one.checked_at is not None, order.index(one.kind)))
    )


def for_reader(actor: Actor, version_id: int) -> tuple[Flag, ...]:
    """As `of`, and nothing for who may not read them: neither the provider nor his competitors."""
    return of(version_id) if permissions.permits(actor, Permission.READ_RISK_FLAGS) else ()


def get(actor: Actor, *, flag_id: int) -> Case:
    """For the city's staff, but for who is tied to the provider."""
    if not permissions.permits(actor, Permission.READ_RISK_FLAGS):
        raise Forbidden(Permission.READ_RISK_FLAGS)
    query = select(RiskFlag).where(RiskFlag.id == flag_id).options(joinedload(RiskFlag.checker))
    flag = db.session.scalars(query).one_or_none()
    if flag is None:
        raise NotFound(KIND, flag_id)
    case = _case(db.session, flag)
    if impartiality.ties(db.session, user_id=actor.user_id or 0, provider_id=case.provider_id):
        raise Forbidden(Permission.READ_RISK_FLAGS)
    return case


def _case(session: Session, flag: RiskFlag) -> Case:
    submission = (
        select(Solution.id, Solution.provider_id, ListingVersion.content, ListingVersion.number)
        .join(ListingVersion, ListingVersion.solution_id == Solution.id)
        .where(ListingVersion.id == flag.version_id)
    )
    row = session.execute(submission).one()
    approval = select(Approval.id).where(Approval.solution_id == row.id).order_by(Approval.id.desc()).limit(1)
    name = str(row.content.get("name", ""))
    return Case(_view(flag), row.id, row.provider_id, name, row.number, session.scalar(approval))


def check(actor: Actor, *, flag_id: int, note: str, version: int | None, once: str | None = None) -> None:
    """已核查: somebody has looked, and says what he found; once is enough."""
    if not permissions.permits(actor, Permission.CHECK_RISK_FLAG):
        raise Forbidden(Permission.CHECK_RISK_FLAG)
    note = note.strip()
    if not POLICY["note_min"] <= len(note) <= POLICY["note_max"]:
        raise Invalid({"note": [f"核查说明请写{POLICY['note_min']}到{POLICY['note_max']}字：看了什么，结果怎样"]})
    with unit_of_work.writing(actor, once=once) as session:
        flag = status_changes.locked(session, RiskFlag, kind=KIND, key=flag_id)
        impartiality.check(session, actor, provider_id=_case(session, _with_checker(session, flag)).provider_id)
        if flag.checked_at is not None or (version is not None and version != flag.version):
            raise _conflict(session, flag)
        flag.checked_at, flag.checked_by, flag.note = clock.now(), actor.user_id, note
        details = {"kind": str(flag.kind), "topic": flag.topic, "note": note}
        audit.record(session, actor, "risk_flags.checked", kind=KIND, key=flag_id, details=details)
        unit_of_work.remember(session, once, kind=KIND, key=flag_id)


def _with_checker(session: Session, flag: RiskFlag) -> RiskFlag:
    query = select(RiskFlag).where(RiskFlag.id == flag.id).options(joinedload(RiskFlag.checker))
    return session.scalars(query).one()


def _conflict(session: Session, flag: RiskFlag) -> Conflict:
    name = session.scalar(select(User.name).where(User.id == flag.checked_by))
    return Conflict(KIND, flag.id, "checked", decided_by=name, decided_at=flag.checked_at, wanted="核查")


def _view(flag: RiskFlag) -> Flag:
    return Flag(
        id=flag.id,
        version=flag.version,
        kind=flag.kind,
        score=flag.score,
        reason=rules.reason(flag.kind, flag.evidence),
        evidence=flag.evidence,
        created_at=flag.created_at,
        checked_at=flag.checked_at,
        checked_by=flag.checker.name if flag.checker else "",
        note=flag.note or "",
    )
