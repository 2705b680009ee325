"""Deciding an application to the pool: one of the bureau, tied to nobody, with every condition ticked."""

from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.domain import permissions
from marketplace.domain import provider_applications as rules
from marketplace.domain.actors import Actor
from marketplace.domain.errors import Forbidden, Invalid, NotFound
from marketplace.domain.permissions import Permission
from marketplace.models.provider_applications import ProviderApplication
from marketplace.models.providers import Provider, ProviderKind, Standing
from marketplace.services import audit, clock, impartiality, lead_seats, standings, status_changes, unit_of_work
from marketplace.services.provider_applications import KIND

REASON_MAX = 500


def send_back(
    actor: Actor, *, application_id: int, version: int, notes: Mapping[str, str], once: str | None = None
) -> None:
    """With what is to be mended, section by section."""
    kept = {name: text.strip() for name, text in notes.items() if name in rules.SECTIONS and text.strip()}
    if not kept:
        raise Invalid({"notes": ["退回要写明改什么，请至少在一个部分写上意见"]})
    reason = "；".join(f"{rules.SECTIONS[name]}：{text}" for name, text in kept.items())
    if len(reason) > REASON_MAX:
        raise Invalid({"notes": [f"退回意见合计不超过{REASON_MAX}个字，请精简"]})
    with unit_of_work.writing(actor, once=once) as session:
        _, row = _locked(session, actor, application_id)
        status_changes.change(session, actor, row, kind=KIND, action="return", reason=reason, version=version)
        row.notes = dict(kept)
        unit_of_work.remember(session, once, kind=KIND, key=row.id)


def reject(actor: Actor, *, application_id: int, version: int, reason: str, once: str | None = None) -> None:
    _check_length(reason)
    with unit_of_work.writing(actor, once=once) as session:
        _, row = _locked(session, actor, application_id)
        status_changes.change(session, actor, row, kind=KIND, action="reject", reason=reason, version=version)
        unit_of_work.remember(session, once, kind=KIND, key=row.id)


def admit(
    actor: Actor,
    *,
    application_id: int,
    version: int,
    ticked: Collection[str],
    reason: str = "",
    once: str | None = None,
) -> None:
    """The provider takes on what it stated: kind, industries, who answers for it; a candidate becomes listed."""
    _check_length(reason)
    with unit_of_work.writing(actor, once=once) as session:
        provider, row = _locked(session, actor, application_id)
        unmet = rules.unmet(str(row.kind), frozenset(ticked))
        if unmet:
            raise Invalid({"conditions": [f"还有没核实的条件：{one.label}" for one in unmet]})
        if provider.standing not in rules.MAY_APPLY:
            raise Invalid({"conditions": ["该单位目前被暂停或已移出服务商池，不能准予入池"]})
        if row.kind == ProviderKind.LEAD:
            for industry in row.industries:
                lead_seats.check_cap(session, industry=industry, winners=[provider.id], reason=reason)
        status_changes.change(session, actor, row, kind=KIND, action="admit", reason=reason, version=version)
        row.met = [one.id for one in rules.conditions(str(row.kind))]
        _take_over(session, actor, provider, row)
        if provider.standing == Standing.CANDIDATE:
            standings.change(session, actor, provider, action="admit", reason=reason)
        else:
            standings.refresh_solutions(session, provider.id)
        provider.admitted_on = provider.admitted_on or clock.today()
        unit_of_work.remember(session, once, kind=KIND, key=row.id)


def _take_over(session: Session, actor: Actor, provider: Provider, row: ProviderApplication) -> None:
    names = (*rules.TEXTS, "founded_year", "staff", "place")
    wanted: dict[str, Any] = {name: row.facts[name] for name in names if row.facts.get(name) not in (None, "")}
    wanted |= {"kind": ProviderKind(str(row.kind)), "industries": list(row.industries)}
    before = {name: getattr(provider, name) for name in wanted if getattr(provider, name) != wanted[name]}
    if before:
        for name in before:
            setattr(provider, name, wanted[name])
        details = {"before": before, "after": {name: wanted[name] for name in before}}
        audit.record(session, actor, "providers.changed", kind="provider", key=provider.id, details=details)


def _locked(session: Session, actor: Actor, application_id: int) -> tuple[Provider, ProviderApplication]:
    """Provider first, then its application; the one who decides is tied to neither."""
    if not permissions.permits(actor, Permission.DECIDE_APPLICATION):
        raise Forbidden(Permission.DECIDE_APPLICATION)
    provider_id = session.scalar(
        select(ProviderApplication.provider_id).where(ProviderApplication.id == application_id)
    )
    if provider_id is None:
        raise NotFound(KIND, application_id)
    provider: Provider = status_changes.locked(session, Provider, kind="provider", key=provider_id)
    row: ProviderApplication = status_changes.locked(session, ProviderApplication, kind=KIND, key=application_id)
    impartiality.check(session, actor, provider_id=provider_id, stated=row.facts)
    return provider, row


def _check_length(reason: str) -> None:
    if len(reason.strip()) > REASON_MAX:
        raise Invalid({"reason": [f"理由不超过{REASON_MAX}个字，请精简"]})
