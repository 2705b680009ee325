"""The one place where a provider's standing (在库状态) in the pool changes."""

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from marketplace.domain import permissions, transitions, wording
from marketplace.domain.actors import Actor
from marketplace.domain.errors import Conflict, Forbidden, Invalid
from marketplace.models.approvals import StatusChange
from marketplace.models.providers import Provider, Standing
from marketplace.models.solutions import Solution
from marketplace.services import audit, clock, outbox, search_documents

KIND = "provider"


def change(session: Session, actor: Actor, provider: Provider, *, action: str, reason: str | None = None) -> None:
    """Check permission and step, set the standing with its day and note, write history, audit and outbox.

    The provider comes from `status_changes.locked`; what its solutions show follows through the outbox.
    """
    step = transitions.TRANSITIONS[KIND][action]
    if not permissions.permits(actor, step.permission):
        raise Forbidden(step.permission)
    if provider.standing not in step.sources:
        raise Conflict(KIND, provider.id, wording.STANDINGS[provider.standing], wanted=step.label)
    reason = (reason or "").strip() or None
    if step.needs_reason and reason is None:
        raise Invalid({"reason": ["请写明理由，会记入办理记录"]})
    before, at = provider.standing, clock.now()
    provider.standing, provider.standing_since, provider.standing_note = Standing(step.target), clock.today(), reason
    session.add(
        StatusChange(
            subject_kind=KIND, subject_id=provider.id, action=action, from_status=before, to_status=step.target,
            reason=reason, decided_by=actor.user_id, decided_at=at,
        )
    )  # fmt: skip
    details = {"from": before, "to": step.target, "reason": reason}
    audit.record(session, actor, f"{KIND}.{action}", kind=KIND, key=provider.id, details=details)
    refresh_solutions(session, provider.id)


def refresh_solutions(session: Session, provider_id: int) -> None:
    """What the shelf shows of a provider stands in the facets and documents of its solutions."""
    session.flush()
    query = select(Solution).where(Solution.provider_id == provider_id).order_by(Solution.id)
    options = (*search_documents.LOADING, selectinload(Solution.facets))
    for solution in session.scalars(query.options(*options).execution_options(populate_existing=True)).unique():
        known = {(one.facet, one.value): one for one in solution.facets}
        wanted = {(one.facet, one.value): one for one in search_documents.facet_rows(solution)}
        solution.facets = [known.get(key, row) for key, row in wanted.items()]
        outbox.put(session, topic=outbox.SOLUTION, subject_id=solution.id)
