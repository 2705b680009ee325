"""承诺: made once, dated, and used again while in force."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from marketplace.domain import declarations as rules
from marketplace.domain.actors import Actor
from marketplace.domain.declarations import Declared
from marketplace.extensions import db
from marketplace.models.provider_applications import DeclarationUse, ProviderDeclaration
from marketplace.services import audit, clock


def of_provider(session: Session, provider_id: int, *, facts: Mapping[str, Any]) -> tuple[Declared, ...]:
    """The newest of each topic as it stands today, in the order of the policy."""
    newest = (
        select(func.max(ProviderDeclaration.id))
        .where(ProviderDeclaration.provider_id == provider_id)
        .group_by(ProviderDeclaration.topic)
    )
    rows = session.scalars(select(ProviderDeclaration).where(ProviderDeclaration.id.in_(newest)))
    found = {row.topic: row for row in rows}
    today = clock.today()
    return tuple(rules.stand(topic, found.get(topic), facts=facts, today=today) for topic in rules.TEXTS)


def declare(
    session: Session, actor: Actor, *, provider_id: int, topics: Collection[str], facts: Mapping[str, Any]
) -> None:
    """A new dated record with the exact words, for each topic that is not in force or whose facts have changed."""
    for one in of_provider(session, provider_id, facts=facts):
        if one.topic not in topics or (one.is_in_force and not one.changes):
            continue
        version, until = rules.TEXTS[one.topic]["version"], rules.last_day(clock.today())
        session.add(
            ProviderDeclaration(
                provider_id=provider_id, topic=one.topic, text=one.text, text_version=version,
                basis=rules.basis(facts), declared_by=actor.user_id, declared_at=clock.now(), valid_until=until,
            )
        )  # fmt: skip
        details = {"topic": one.topic, "text_version": version, "until": until.isoformat()}
        audit.record(session, actor, "applications.declared", kind="provider", key=provider_id, details=details)
    session.flush()


def rest_on(session: Session, declared: Sequence[Declared], *, kind: str, key: int) -> None:
    """Note which records the application or response rests on; those it rested on before stay noted."""
    query = select(DeclarationUse.declaration_id).where(
        DeclarationUse.subject_kind == kind, DeclarationUse.subject_id == key
    )
    present = set(session.scalars(query))
    for one in declared:
        if one.id is not None and one.id not in present:
            session.add(DeclarationUse(declaration_id=one.id, subject_kind=kind, subject_id=key))


def used_by(*, kind: str, key: int) -> tuple[ProviderDeclaration, ...]:
    query = (
        select(DeclarationUse)
        .where(DeclarationUse.subject_kind == kind, DeclarationUse.subject_id == key)
        .options(joinedload(DeclarationUse.declaration))
        .order_by(DeclarationUse.id)
    )
    return tuple(row.declaration for row in db.session.scalars(query))
