"""Files of a provider's locker that a submission cites: who sits over it, or may, reads them, and no other file."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import joinedload

from marketplace.domain import approvals as rules
from marketplace.domain import permissions, questions
from marketplace.domain.actors import Actor
from marketplace.domain.permissions import Permission
from marketplace.extensions import db
from marketplace.models.approvals import Approval, ReviewSeat
from marketplace.models.evidence import Evidence
from marketplace.models.listings import ListingVersion
from marketplace.models.providers import Provider
from marketplace.services import approval_conflicts, solution_filters
from marketplace.services.approval_cases import Case

QUESTION = "proofs"
PROVES = questions.BY_ID[QUESTION].column["proves"]


@dataclass(frozen=True, slots=True)
class Proof:
    """One citation; `is_open`: the reader may open the file."""

    evidence_id: int
    title: str
    proves: str
    is_open: bool


def of(actor: Actor, approval: Approval, content: Mapping[str, Any]) -> tuple[Proof, ...]:
    """What this version cites, in its order; the approval has its listing and provider loaded."""
    rows = content.get(QUESTION) or ()
    if not rows:
        return ()
    query = select(Evidence.id, Evidence.title, Evidence.withdrawn_at).where(
        Evidence.id.in_(solution_filters.row_ids(str(row.get("evidence", "")) for row in rows)),
        Evidence.organisation_id == approval.provider.organisation_id,
    )
    files = {str(row.id): row for row in db.session.execute(query)}
    may = may_open(actor, approval)
    found = ((files[row["evidence"]], row) for row in rows if row.get("evidence") in files)
    return tuple(
        Proof(
            file.id,
            file.title if file.withdrawn_at is None else f"{file.title}（已撤下）",
            questions.answer_text(PROVES, row.get("proves")),
            may and file.withdrawn_at is None,
        )
        for file, row in found
    )


def is_open_to(actor: Actor, file: Evidence) -> bool:
    """Cited by the version of a submission before this person, or by one that was judged in an earlier round."""
    judged = select(ReviewSeat.version_id).where(
        ReviewSeat.approval_id == Approval.id, ReviewSeat.version_id.is_not(None)
    )
    query = (
        select(Approval, ListingVersion.content[QUESTION])
        .join(Provider, Provider.id == Approval.provider_id)
        .join(ListingVersion, ListingVersion.solution_id == Approval.solution_id)
        .where(
            Provider.organisation_id == file.organisation_id,
            or_(ListingVersion.id == Approval.version_id, ListingVersion.id.in_(judged)),
        )
        .options(joinedload(Approval.solution))
        .order_by(Approval.id.desc())
    )
    wanted = str(file.id)
    cited = {
        approval.id: approval
        for approval, rows in db.session.execute(query).all()
        if any(row.get("evidence") == wanted for row in rows or ())
    }
    return any(may_open(actor, approval) for approval in cited.values())


def may_open(actor: Actor, approval: Approval) -> bool:
    """The leader and the auditor; who holds a seat; who may claim one now: by office, still free, tied to nobody."""
    if permissions.permits(actor, Permission.OVERSEE_REVIEWS):
        return True
    session = db.session
    query = select(ReviewSeat).where(ReviewSeat.approval_id == approval.id).options(joinedload(ReviewSeat.reviewer))
    case = Case(approval.solution, approval, list(session.scalars(query)))
    if any(one.reviewer_id == actor.user_id for one in case.seats):
        return True
    return any(
        case.find(seat) is None
        and permissions.permits(actor, rules.PERMISSION[seat])
        and not approval_conflicts.of(session, user_id=actor.user_id or 0, seat=seat, case=case)
        for seat in rules.seats_in(approval.status, approval.kind)
    )
