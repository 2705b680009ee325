"""Consortia of the demo city in each state, with a change that waits for the bureau and one that waits for consent."""

import itertools
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from marketplace.domain import consortia as rules
from marketplace.domain.consortia import DECLARATIONS, Terms
from marketplace.models.approvals import StatusChange
from marketplace.models.consortia import (
    ChangeStatus,
    Consortium,
    ConsortiumChange,
    ConsortiumConsent,
    ConsortiumMember,
    ConsortiumStatus,
    MemberRole,
)
from marketplace.models.providers import Provider
from marketplace.services.demo import content
from marketplace.services.demo.people import Registry

OFFICER = "leader"
STATUSES = tuple(ConsortiumStatus)
ACTIONS = {"submitted": "submit", "active": "confirm", "dissolved": "dissolve"}
ANSWERED_AFTER, SUBMITTED_AFTER = timedelta(days=2), timedelta(days=4)


def add(registry: Registry, providers: dict[str, Provider]) -> int:
    """How many; a member's consent is always by its own person."""
    registry.session.flush()
    people = {providers[key].id: registry.seats[_login(key)].user_id for key in providers}
    rows = content.read("consortia")["consortia"]
    for row in rows:
        _add(registry, providers, people, row)
    return len(rows)


def _login(key: str) -> str:
    return "provider" if key == "P01" else f"provider{key[1:]}"


def _terms(rows: Sequence[Any], providers: dict[str, Provider]) -> tuple[Terms, ...]:
    return tuple(
        rules.terms(providers[key].id, "member" if place else "lead", Decimal(share), scenes)
        for place, (key, share, scenes) in enumerate(rows)
    )


def _add(registry: Registry, providers: dict[str, Provider], people: dict[int, int], row: dict[str, Any]) -> None:
    terms, opened = _terms(row["members"], providers), content.moment(content.days_ago(row["days"]))
    lead, waiting = terms[0].provider_id, {providers[key].id for key in row.get("waiting", ())}
    status = ConsortiumStatus(row["state"])
    made = Consortium(
        name=row["name"], lead_id=lead, industry=row["industry"], purpose=row["purpose"], status=status,
        declarations=[], created_by=people[lead], created_at=opened,
    )  # fmt: skip
    _date(registry, made, row, opened, people[lead])
    registry.session.add(made)
    registry.session.flush()
    for one in terms:
        registry.session.add(_seat(made.id, one, opened, people, is_waiting=one.provider_id in waiting))
    _history(registry, made, row, people[lead])
    if "change" in row:
        _change(registry, providers, people, made, terms, row["change"])


def _date(registry: Registry, made: Consortium, row: dict[str, Any], opened: datetime, person: int) -> None:
    if made.status == ConsortiumStatus.FORMING:
        return
    officer, sent = registry.seats[OFFICER].user_id, opened + SUBMITTED_AFTER
    made.declarations, made.declared_at, made.declared_by = list(DECLARATIONS.values()), sent, person
    made.decided_at, made.decided_by = sent, person
    if made.status != ConsortiumStatus.SUBMITTED:
        formed = sent + SUBMITTED_AFTER
        made.formed_on, made.decided_at, made.decided_by = formed.date(), formed, officer
    if made.status == ConsortiumStatus.DISSOLVED:
        ended: date = content.days_ago(row["ended"])
        made.dissolved_on, made.dissolution_reason = ended, row["reason"]
        made.decided_at, made.decided_by = content.moment(ended), person


def _seat(key: int, one: Terms, opened: datetime, people: dict[int, int], *, is_waiting: bool) -> ConsortiumMember:
    return ConsortiumMember(
        consortium_id=key, provider_id=one.provider_id, role=MemberRole(one.role), share=one.share,
        scenes=list(one.scenes), invited_at=opened,
        consented_at=None if is_waiting else opened + ANSWERED_AFTER,
        consented_by=None if is_waiting else people[one.provider_id],
        agreed=None if is_waiting else one.stored(),
    )  # fmt: skip


def _history(registry: Registry, made: Consortium, row: dict[str, Any], person: int) -> None:
    """One line a step on the way to where it stands."""
    at = made.created_at
    for before, after in itertools.pairwise(STATUSES[: STATUSES.index(made.status) + 1]):
        is_last, at = after == made.status, at + SUBMITTED_AFTER
        is_bureau = after == ConsortiumStatus.ACTIVE
        registry.session.add(
            StatusChange(
                subject_kind="consortium", subject_id=made.id, action=ACTIONS[after], from_status=before,
                to_status=after, reason=row.get("reason") if after == ConsortiumStatus.DISSOLVED else None,
                decided_by=registry.seats[OFFICER].user_id if is_bureau else person,
                decided_at=made.decided_at if is_last and made.decided_at else at,
            )
        )  # fmt: skip


def _change(
    registry: Registry, providers: dict[str, Provider], people: dict[int, int], made: Consortium,
    before: tuple[Terms, ...], row: dict[str, Any],
) -> None:  # fmt: skip
    after, proposed = _terms(row["members"], providers), content.moment(content.days_ago(row["days"]))
    is_agreed = row["state"] == ChangeStatus.SUBMITTED
    decided = proposed + ANSWERED_AFTER if is_agreed else None
    touched = sorted(rules.touched(before, after) | {made.lead_id})
    change = ConsortiumChange(
        consortium_id=made.id, proposer_id=made.lead_id, reason=row["reason"], before=[one.stored() for one in before],
        after=[one.stored() for one in after], status=ChangeStatus(row["state"]), proposed_at=proposed,
        proposed_by=people[made.lead_id], decided_at=decided, decided_by=people[touched[-1]] if is_agreed else None,
    )  # fmt: skip
    change.consents = [_word(key, made.lead_id, proposed, people, is_agreed=is_agreed) for key in touched]
    registry.session.add(change)
    registry.session.flush()
    if is_agreed:
        registry.session.add(
            StatusChange(
                subject_kind="consortium_change", subject_id=change.id, action="agree",
                from_status=ChangeStatus.CONSENTING, to_status=ChangeStatus.SUBMITTED,
                decided_by=people[touched[-1]], decided_at=decided,
            )
        )  # fmt: skip


def _word(key: int, lead_id: int, proposed: datetime, people: dict[int, int], *, is_agreed: bool) -> ConsortiumConsent:
    has_said = is_agreed or key == lead_id
    return ConsortiumConsent(
        provider_id=key,
        consented_at=proposed if has_said else None,
        consented_by=people[key] if has_said else None,
    )
