"""入池申请: the provider writes, submits and withdraws its application; admissions.py decides it."""

from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, joinedload

from marketplace.domain import permissions
from marketplace.domain import provider_applications as rules
from marketplace.domain.actors import Actor
from marketplace.domain.errors import Forbidden, Invalid
from marketplace.domain.permissions import Permission
from marketplace.domain.provider_applications import Basics, Missing
from marketplace.models.provider_applications import ApplicationStatus, ProviderApplication
from marketplace.models.providers import Provider, ProviderKind
from marketplace.services import audit, cited_evidence, clock, declarations, status_changes, unit_of_work

KIND = "provider_application"
UNDECIDED = (ApplicationStatus.DRAFT, ApplicationStatus.SUBMITTED, ApplicationStatus.RETURNED)
LOADING = (joinedload(ProviderApplication.provider).joinedload(Provider.organisation),)


def start(actor: Actor, *, once: str | None = None) -> int:
    """A draft that begins with what is known of the provider; the undecided one where there is one already."""
    if not permissions.permits(actor, Permission.APPLY_TO_POOL) or actor.provider_id is None:
        raise Forbidden(Permission.APPLY_TO_POOL)
    try:
        return _start(actor, once=once)
    except IntegrityError:  # two tabs on PostgreSQL: the loser is led to the winner's draft
        return _start(actor, once=once)


def _start(actor: Actor, *, once: str | None) -> int:
    with unit_of_work.writing(actor, once=once) as session:
        provider: Provider = status_changes.locked(session, Provider, kind="provider", key=actor.provider_id or 0)
        if provider.standing not in rules.MAY_APPLY:
            raise Invalid({"standing": ["单位目前被暂停或已移出服务商池，不能申请。可先联系市局"]})
        key = _undecided(session, provider.id)
        if key is None:
            now = clock.now()
            row = ProviderApplication(
                provider_id=provider.id, kind=None, industries=list(provider.industries), scenes=[],
                facts=known_facts(provider), notes={}, met=[], created_by=actor.user_id, created_at=now, changed_at=now,
            )  # fmt: skip
            session.add(row)
            session.flush()
            key = row.id
            audit.record(session, actor, "applications.started", kind=KIND, key=key)
        unit_of_work.remember(session, once, kind=KIND, key=key)
        return key


def _undecided(session: Session, provider_id: int) -> int | None:
    query = select(ProviderApplication.id).where(
        ProviderApplication.provider_id == provider_id, ProviderApplication.status.in_(UNDECIDED)
    )
    return session.scalar(query)


def known_facts(provider: Provider) -> dict[str, Any]:
    names = (*rules.TEXTS, "founded_year", "staff", "place")
    return {name: value for name in names if (value := getattr(provider, name)) not in (None, "")}


def save_basics(actor: Actor, *, application_id: int, basics: Basics) -> None:
    if found := rules.problems_of_basics(basics):
        raise Invalid(found)
    with unit_of_work.writing(actor) as session:
        row = editable(session, actor, application_id)
        if rules.basics_of(row) != basics:
            row.kind = ProviderKind(basics.kind) if basics.kind else None
            row.industries, row.scenes = list(basics.industries), list(basics.scenes)
            _saved(session, actor, row, "basics")


def save_facts(actor: Actor, *, application_id: int, typed: Mapping[str, str]) -> None:
    facts = rules.clean_facts(typed)
    if found := rules.problems_of_facts(facts, today=clock.today()):
        raise Invalid(found)
    with unit_of_work.writing(actor) as session:
        row = editable(session, actor, application_id)
        if row.facts != facts:
            row.facts = facts
            _saved(session, actor, row, "facts")


def save_evidence(actor: Actor, *, application_id: int, chosen: Mapping[str, Collection[int]]) -> None:
    """`chosen`: topic -> files of the own locker; a topic that nobody asks for is left out."""
    wanted = {topic: ids for topic, ids in chosen.items() if topic in rules.EVIDENCE}
    with unit_of_work.writing(actor) as session:
        row = editable(session, actor, application_id)
        if cited_evidence.put(session, actor, kind=KIND, key=row.id, chosen=wanted):
            _saved(session, actor, row, "evidence")


def declare(actor: Actor, *, application_id: int, topics: Collection[str]) -> None:
    with unit_of_work.writing(actor) as session:
        row = editable(session, actor, application_id)
        declarations.declare(session, actor, provider_id=row.provider_id, topics=topics, facts=row.facts)
        row.changed_at = clock.now()


def _saved(session: Session, actor: Actor, row: ProviderApplication, section: str) -> None:
    row.changed_at = clock.now()
    audit.record(session, actor, "applications.saved", kind=KIND, key=row.id, details={"section": section})


def editable(session: Session, actor: Actor, application_id: int) -> ProviderApplication:
    """The actor's own, locked, as long as it may be written."""
    row: ProviderApplication = status_changes.locked(session, ProviderApplication, kind=KIND, key=application_id)
    if not permissions.permits(actor, Permission.APPLY_TO_POOL, row):
        raise Forbidden(Permission.APPLY_TO_POOL)
    if row.status not in rules.EDITABLE:
        raise status_changes.conflict(session, row, kind=KIND, wanted="修改")
    return row


def missing(session: Session, row: ProviderApplication) -> Missing:
    files = cited_evidence.of(kind=KIND, keys=[row.id])[row.id]
    usable = {topic: [one for one in found if not one.is_withdrawn] for topic, found in files.items()}
    declared = declarations.of_provider(session, row.provider_id, facts=row.facts)
    undeclared = tuple(one.label for one in declared if not one.is_in_force)
    return rules.missing(rules.basics_of(row), row.facts, usable, undeclared=undeclared)


def submit(actor: Actor, *, application_id: int, version: int, once: str | None = None) -> None:
    """Whole, and resting on declarations that are in force today."""
    with unit_of_work.writing(actor, once=once) as session:
        row = editable(session, actor, application_id)
        found = missing(session, row)
        if found.count:
            raise Invalid({section: list(lines) for section, lines in found.messages.items()})
        status_changes.change(session, actor, row, kind=KIND, action="submit", version=version)
        row.submitted_at, row.notes = clock.now(), {}
        declared = declarations.of_provider(session, row.provider_id, facts=row.facts)
        declarations.rest_on(session, declared, kind=KIND, key=row.id)
        unit_of_work.remember(session, once, kind=KIND, key=row.id)


def withdraw(actor: Actor, *, application_id: int, version: int, once: str | None = None) -> None:
    with unit_of_work.writing(actor, once=once) as session:
        row = status_changes.locked(session, ProviderApplication, kind=KIND, key=application_id)
        status_changes.change(session, actor, row, kind=KIND, action="withdraw", version=version)
        unit_of_work.remember(session, once, kind=KIND, key=row.id)


def delete(actor: Actor, *, application_id: int, version: int, once: str | None = None) -> None:
    """A draft that nobody has seen; one that was returned is withdrawn instead."""
    with unit_of_work.writing(actor, once=once) as session:
        row = editable(session, actor, application_id)
        if row.status != ApplicationStatus.DRAFT or row.version != version:
            raise status_changes.conflict(session, row, kind=KIND, wanted="删除")
        cited_evidence.put(session, actor, kind=KIND, key=row.id, chosen={})
        session.delete(row)
        audit.record(session, actor, "applications.deleted", kind=KIND, key=row.id)
