"""Reading changes of consortia: what would be different, who was asked and what he said."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from marketplace.domain import consortia as rules
from marketplace.domain import permissions, wording
from marketplace.domain.actors import Actor
from marketplace.domain.errors import NotFound
from marketplace.domain.permissions import Permission
from marketplace.extensions import db
from marketplace.models.consortia import (
    ChangeStatus,
    Consortium,
    ConsortiumChange,
    ConsortiumConsent,
    ConsortiumMember,
)
from marketplace.models.providers import Provider
from marketplace.services import status_changes

CHANGE = "consortium_change"


@dataclass(frozen=True, slots=True)
class ChangeView:
    change: ConsortiumChange
    consortium_name: str
    differences: tuple[str, ...]
    words: tuple[tuple[str, str], ...]  # who is asked, what he said
    answer: str  # the reason of who ended it
    may_answer: bool
    may_withdraw: bool
    may_decide: bool


LOADED = (
    joinedload(ConsortiumChange.consortium).selectinload(Consortium.members).joinedload(ConsortiumMember.provider),
    selectinload(ConsortiumChange.consents).joinedload(ConsortiumConsent.provider),
)


def waiting(actor: Actor) -> tuple[ChangeView, ...]:
    query = select(ConsortiumChange).options(*LOADED).order_by(ConsortiumChange.proposed_at, ConsortiumChange.id)
    pending = (ChangeStatus.CONSENTING, ChangeStatus.SUBMITTED)
    if actor.provider_id is not None:
        part = select(ConsortiumMember.consortium_id).where(ConsortiumMember.provider_id == actor.provider_id)
        asked = select(ConsortiumConsent.change_id).where(ConsortiumConsent.provider_id == actor.provider_id)
        query = query.where(ConsortiumChange.consortium_id.in_(part) | ConsortiumChange.id.in_(asked))
    return views(actor, db.session.scalars(query.where(ConsortiumChange.status.in_(pending))).all())


def get(actor: Actor, change_id: int) -> ChangeView:
    query = select(ConsortiumChange).where(ConsortiumChange.id == change_id).options(*LOADED)
    one = db.session.scalars(query).one_or_none()
    if one is None:
        raise NotFound(CHANGE, change_id)
    is_reader = permissions.permits(actor, Permission.READ_CONSORTIUM, one.consortium)
    if not is_reader and actor.provider_id not in one.asked_ids:
        raise NotFound(CHANGE, change_id)
    return views(actor, [one])[0]


def views(actor: Actor, rows: Sequence[ConsortiumChange]) -> tuple[ChangeView, ...]:
    ids = {seat["provider"] for row in rows for seat in (*row.before, *row.after)}
    query = select(Provider.id, Provider.short_name).where(Provider.id.in_(ids))
    names = {row.id: row.short_name for row in db.session.execute(query)} if ids else {}
    return tuple(_change_view(actor, row, names) for row in rows)


def _change_view(actor: Actor, row: ConsortiumChange, names: Mapping[int, str]) -> ChangeView:
    own = next((one for one in row.consents if one.provider_id == actor.provider_id), None)
    is_waiting = row.status == ChangeStatus.CONSENTING
    ended = row.status in (ChangeStatus.REFUSED, ChangeStatus.DECLINED, ChangeStatus.WITHDRAWN)
    return ChangeView(
        change=row,
        consortium_name=row.consortium.name,
        differences=rules.differences(_terms(row.before), _terms(row.after), names),
        words=tuple(
            (one.provider.short_name, f"{wording.day(one.consented_at)}同意" if one.consented_at else "还没答复")
            for one in row.consents
        ),
        answer=_last_reason(CHANGE, row.id) if ended else "",
        may_answer=is_waiting and own is not None and own.consented_at is None,
        may_withdraw=(is_waiting or row.status == ChangeStatus.SUBMITTED)
        and permissions.permits(actor, Permission.KEEP_CONSORTIUM, row),
        may_decide=row.status == ChangeStatus.SUBMITTED
        and permissions.permits(actor, Permission.DECIDE_CONSORTIUM, row),
    )


def _terms(stored: Iterable[Mapping[str, object]]) -> tuple[rules.Terms, ...]:
    return tuple(rules.read(one) for one in stored)


def _last_reason(kind: str, key: int) -> str:
    changes = status_changes.history(db.session, kind=kind, key=key)
    return (changes[-1].reason or "") if changes else ""
