"""The rows of a shortlist under its lock: found, opened, added to; the caller is inside `unit_of_work.writing`."""

from collections.abc import Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session, attributes, selectinload

from marketplace.domain import demands, permissions
from marketplace.domain.actors import Actor
from marketplace.domain.errors import Forbidden, NotFound
from marketplace.domain.permissions import Permission
from marketplace.models.matches import Shortlist, ShortlistEntry, ShortlistStatus
from marketplace.models.providers import Provider
from marketplace.models.solutions import Solution
from marketplace.services import audit, clock, search_fallback, status_changes
from marketplace.services.matches import Verdict

KIND = "shortlist"
LOADING = (selectinload(Shortlist.entries),)
TITLE_MAX: int = demands.POLICY["title_max"]


def locked(session: Session, actor: Actor, shortlist_id: int) -> Shortlist:
    shortlist: Shortlist = status_changes.locked(session, Shortlist, kind=KIND, key=shortlist_id, options=LOADING)
    if not permissions.permits(actor, Permission.KEEP_SHORTLIST, shortlist):
        raise Forbidden(Permission.KEEP_SHORTLIST)
    return shortlist


def opened(session: Session, actor: Actor, shortlist_id: int, *, wanted: str) -> Shortlist:
    shortlist = locked(session, actor, shortlist_id)
    if shortlist.status != ShortlistStatus.OPEN:
        raise status_changes.conflict(session, shortlist, kind=KIND, wanted=wanted)
    return shortlist


def entry_of(shortlist: Shortlist, entry_id: int) -> ShortlistEntry:
    entry = next((one for one in shortlist.entries if one.id == entry_id), None)
    if entry is None:
        raise NotFound("entry", entry_id)
    return entry


def new(session: Session, actor: Actor, *, organisation_id: int, demand_id: int | None, title: str) -> Shortlist:
    shortlist = Shortlist(
        organisation_id=organisation_id, demand_id=demand_id, title=title[:TITLE_MAX], created_by=actor.user_id,
        created_at=clock.now(), entries=[],
    )  # fmt: skip
    session.add(shortlist)
    session.flush()
    return shortlist


def put(
    session: Session,
    actor: Actor,
    shortlist: Shortlist,
    solution_ids: Sequence[int],
    *,
    verdicts: Mapping[int, Verdict],
) -> list[ShortlistEntry]:
    """Entries for those that are on the shelf and not on the list yet."""
    present = {entry.solution_id for entry in shortlist.entries}
    query = select(Solution.id).join(Provider, Provider.id == Solution.provider_id)
    allowed = set(session.scalars(query.where(Solution.id.in_(solution_ids), search_fallback.ON_SHELF)))
    added = []
    for key in solution_ids:
        if key in present or key not in allowed:
            continue
        verdict = verdicts.get(key)
        entry = ShortlistEntry(
            solution_id=key, added_by=actor.user_id, added_at=clock.now(),
            score=verdict.score if verdict else None, reasons=verdict.reasons if verdict else None,
        )  # fmt: skip
        shortlist.entries.append(entry)
        added.append(entry)
        audit.record(session, actor, "shortlists.added", kind=KIND, key=shortlist.id, details={"solution": key})
    if added:
        moved(shortlist)
    return added


def moved(shortlist: Shortlist) -> None:
    """Entries came or went: the list's version moves, so that nobody closes a list that he has not seen."""
    attributes.flag_modified(shortlist, "title")
