"""应榜遴选: a provider of the pool answers a call, once, and may change its answer until the last day."""

from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.domain import calls as rules
from marketplace.domain import permissions
from marketplace.domain.actors import Actor
from marketplace.domain.errors import Conflict, Forbidden, Invalid
from marketplace.domain.permissions import Permission
from marketplace.domain.provider_applications import EVIDENCE
from marketplace.models.calls import Call, CallResponse, CallStatus
from marketplace.models.providers import Provider
from marketplace.services import (
    audit,
    calls,
    cited_evidence,
    clock,
    declarations,
    notifications,
    status_changes,
    unit_of_work,
)

KIND = cited_evidence.RESPONSE


def answer(
    actor: Actor,
    *,
    call_id: int,
    texts: Mapping[str, str],
    files: Mapping[str, Collection[int]],
    declared: Collection[str] = (),
    seen: str = "",
    once: str | None = None,
) -> int:
    """`texts` by id of the criterion; `declared`: what is declared anew; `seen` tells which state is changed."""
    if not permissions.permits(actor, Permission.ANSWER_CALL) or actor.provider_id is None:
        raise Forbidden(Permission.ANSWER_CALL)
    with unit_of_work.writing(actor, once=once) as session:
        call = calls.locked(session, call_id)
        provider = session.get_one(Provider, actor.provider_id)
        _check_may_answer(session, call, provider)
        kept = rules.check_texts(texts, [(str(one.id), one.name) for one in call.criteria])
        row = find(session, call_id=call_id, provider_id=provider.id)
        if mark(row) != seen:
            raise Conflict(calls.KIND, call_id, str(call.status), wanted="应榜")
        row = _write(session, actor, call_id, row, kept)
        chosen = {topic: ids for topic, ids in files.items() if topic in EVIDENCE}
        cited_evidence.put(session, actor, kind=KIND, key=row.id, chosen=chosen)
        _declare(session, actor, provider, row, declared)
        unit_of_work.remember(session, once, kind=calls.KIND, key=call_id)
        details = {"provider": provider.id}
        audit.record(session, actor, "calls.answered", kind=calls.KIND, key=call_id, details=details)
        notifications.tell_audience(session, actor, "call.answered", call, audience="pool_officers")
        return row.id


def _write(
    session: Session, actor: Actor, call_id: int, row: CallResponse | None, texts: dict[str, Any]
) -> CallResponse:
    now = clock.now()
    if row is None:
        row = CallResponse(
            call_id=call_id, provider_id=actor.provider_id, texts=texts, created_by=actor.user_id, created_at=now,
            changed_at=now,
        )  # fmt: skip
        session.add(row)
    row.texts, row.changed_at = texts, now
    session.flush()
    return row


def _declare(session: Session, actor: Actor, provider: Provider, row: CallResponse, topics: Collection[str]) -> None:
    """Declarations in force are used again; what is not in force must be declared with the response."""
    facts = facts_of(provider)
    declarations.declare(session, actor, provider_id=provider.id, topics=topics, facts=facts)
    found = declarations.of_provider(session, provider.id, facts=facts)
    missing = [one.label for one in found if not one.is_in_force]
    if missing:
        raise Invalid({"declared": [f"还没有承诺：{'、'.join(missing)}"]})
    declarations.rest_on(session, found, kind=KIND, key=row.id)


def facts_of(provider: Provider) -> dict[str, Any]:
    return {name: getattr(provider, name) for name in ("legal_representative", "address", "contact_name")}


def find(session: Session, *, call_id: int, provider_id: int) -> CallResponse | None:
    query = select(CallResponse).where(CallResponse.call_id == call_id, CallResponse.provider_id == provider_id)
    return session.scalars(query).one_or_none()


def mark(row: CallResponse | None) -> str:
    """Which state of the response a form was made of."""
    return row.changed_at.isoformat() if row else ""


def _check_may_answer(session: Session, call: Call, provider: Provider) -> None:
    if call.status != CallStatus.OPEN:
        raise status_changes.conflict(session, call, kind=calls.KIND, wanted="应榜")
    if not rules.takes_responses(call, today=clock.today()):
        raise Invalid({"closed": ["不在应榜时间内，不能应榜或修改"]})
    if provider.standing not in rules.IN_POOL:
        raise Invalid({"standing": ["在库的服务商才能应榜，请先办理入池"]})
