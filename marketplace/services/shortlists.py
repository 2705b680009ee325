"""Changing shortlists (候选名单): an organisation's favourites, and one list a demand."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from marketplace.domain import demands, permissions, shelf
from marketplace.domain.actors import Actor
from marketplace.domain.errors import Forbidden, Invalid, NotFound
from marketplace.domain.permissions import Permission
from marketplace.extensions import db
from marketplace.models.accounts import Organisation
from marketplace.models.demands import Demand, DemandStatus
from marketplace.models.enterprises import Enterprise
from marketplace.models.matches import Shortlist
from marketplace.models.solutions import Solution
from marketplace.services import audit, demand_views, matches, shortlist_rows, status_changes, unit_of_work
from marketplace.services.matches import Verdict
from marketplace.services.shortlist_rows import KIND

FAVOURITES = "收藏夹"
LIMIT: int = shelf.SHELF["favourites_limit"]


@dataclass(frozen=True, slots=True)
class Removed:
    """What undoing the removal needs."""

    solution_id: int
    name: str
    note: str


def add(actor: Actor, *, demand_id: int, solution_ids: Sequence[int], once: str | None = None) -> int:
    """Put solutions of the ranking on the demand's list; one that is there already stays as it is."""
    if not solution_ids:
        raise Invalid({"solution_id": ["请先勾选要加入候选名单的产品"]})
    sheet = demand_views.get(actor, demand_id, permission=Permission.WRITE_DEMAND)
    verdicts = matches.verdicts(sheet.demand, solution_ids)  # before the lock: others may write meanwhile
    with unit_of_work.writing(actor, once=once) as session:
        options = (joinedload(Demand.enterprise).joinedload(Enterprise.organisation),)
        demand = status_changes.locked(session, Demand, kind="demand", key=demand_id, options=options)
        if not permissions.permits(actor, Permission.WRITE_DEMAND, demand):
            raise Forbidden(Permission.WRITE_DEMAND)
        if demand.status != DemandStatus.PUBLISHED:
            raise status_changes.conflict(session, demand, kind="demand", wanted="加入候选名单")
        shortlist = _of_demand(session, actor, demand)
        shortlist_rows.put(session, actor, shortlist, solution_ids, verdicts=verdicts)
        unit_of_work.remember(session, once, kind=KIND, key=shortlist.id)
        return shortlist.id


def remove(actor: Actor, *, shortlist_id: int, entry_id: int, once: str | None = None) -> Removed:
    with unit_of_work.writing(actor, once=once) as session:
        shortlist = shortlist_rows.opened(session, actor, shortlist_id, wanted="移出")
        entry = shortlist_rows.entry_of(shortlist, entry_id)
        name = session.get_one(Solution, entry.solution_id).name
        shortlist.entries.remove(entry)
        shortlist_rows.moved(shortlist)
        audit.record(
            session, actor, "shortlists.removed", kind=KIND, key=shortlist.id, details={"solution": entry.solution_id}
        )
        unit_of_work.remember(session, once, kind=KIND, key=shortlist.id)
        return Removed(entry.solution_id, name, entry.note or "")


def restore(actor: Actor, *, shortlist_id: int, solution_id: int, note: str = "", once: str | None = None) -> bool:
    """Undo a removal: the note comes back, the score is that of today. False when it has left the shelf meanwhile."""
    text = check_note(note)
    verdicts = _verdicts_of(actor, shortlist_id, solution_id)
    with unit_of_work.writing(actor, once=once) as session:
        shortlist = shortlist_rows.opened(session, actor, shortlist_id, wanted="放回")
        added = shortlist_rows.put(session, actor, shortlist, [solution_id], verdicts=verdicts)
        for entry in added:
            entry.note = text
        unit_of_work.remember(session, once, kind=KIND, key=shortlist.id)
        return bool(added)


def write_note(
    actor: Actor, *, shortlist_id: int, entry_id: int, note: str, seen: str, once: str | None = None
) -> None:
    """`seen` is the note as it stood on the page: what a colleague has written since is not overwritten."""
    text = check_note(note)
    with unit_of_work.writing(actor, once=once) as session:
        shortlist = shortlist_rows.opened(session, actor, shortlist_id, wanted="修改备注")
        entry = shortlist_rows.entry_of(shortlist, entry_id)
        if (entry.note or "") != _lines(seen):
            raise status_changes.conflict(session, shortlist, kind=KIND, wanted="修改备注")
        if entry.note != text:
            entry.note = text
            details = {"solution": entry.solution_id}
            audit.record(session, actor, "shortlists.noted", kind=KIND, key=shortlist.id, details=details)
        unit_of_work.remember(session, once, kind=KIND, key=shortlist.id)


def decide(actor: Actor, *, shortlist_id: int, action: str, version: int, once: str | None = None) -> None:
    """Close or reopen a demand's list; favourites have nothing to decide."""
    with unit_of_work.writing(actor, once=once) as session:
        shortlist = shortlist_rows.locked(session, actor, shortlist_id)
        if shortlist.demand_id is None:
            raise Forbidden(Permission.KEEP_SHORTLIST)
        if action == "close" and not shortlist.entries:
            raise Invalid({"close": ["名单还是空的，先从匹配结果里加入产品再定稿"]})
        status_changes.change(session, actor, shortlist, kind=KIND, action=action, version=version)
        unit_of_work.remember(session, once, kind=KIND, key=shortlist.id)


def toggle_favourite(actor: Actor, *, solution_id: int) -> bool:
    """Whether the solution is a favourite of the organisation now."""
    with unit_of_work.writing(actor) as session:
        shortlist = _favourites(session, actor)
        present = next((entry for entry in shortlist.entries if entry.solution_id == solution_id), None)
        if present is None:
            if not shortlist_rows.put(session, actor, shortlist, [solution_id], verdicts={}):
                raise NotFound("solution", solution_id)
            return True
        shortlist.entries.remove(present)
        shortlist_rows.moved(shortlist)
        details = {"solution": solution_id}
        audit.record(session, actor, "shortlists.removed", kind=KIND, key=shortlist.id, details=details)
        return False


def adopt(actor: Actor, solution_ids: Iterable[int]) -> int:
    """After login: what was collected before joins the organisation's favourites; returns how many were new."""
    wanted = tuple(dict.fromkeys(solution_ids))[:LIMIT]
    if not wanted or not permissions.permits(actor, Permission.KEEP_SHORTLIST):
        return 0
    with unit_of_work.writing(actor) as session:
        return len(shortlist_rows.put(session, actor, _favourites(session, actor), wanted, verdicts={}))


def check_note(note: str) -> str | None:
    text = _lines(note)
    limit: int = demands.POLICY["note_max"]
    if len(text) > limit:
        raise Invalid({"note": [f"备注不超过{limit}个字，请精简"]})
    return text or None


def _lines(text: str) -> str:
    return text.replace("\r\n", "\n").strip()


def _verdicts_of(actor: Actor, shortlist_id: int, solution_id: int) -> Mapping[int, Verdict]:
    demand_id = db.session.scalar(select(Shortlist.demand_id).where(Shortlist.id == shortlist_id))
    if demand_id is None:
        return {}
    sheet = demand_views.get(actor, demand_id, permission=Permission.WRITE_DEMAND)
    return matches.verdicts(sheet.demand, [solution_id])


def _of_demand(session: Session, actor: Actor, demand: Demand) -> Shortlist:
    """The demand's list, made when there is none; the demand's row is locked, so there is never a second."""
    key = session.scalar(select(Shortlist.id).where(Shortlist.demand_id == demand.id))
    if key is not None:
        return shortlist_rows.opened(session, actor, key, wanted="加入候选名单")
    organisation_id = demand.enterprise.organisation_id
    return shortlist_rows.new(session, actor, organisation_id=organisation_id, demand_id=demand.id, title=demand.title)


def _favourites(session: Session, actor: Actor) -> Shortlist:
    """The organisation's favourites, made when there are none; its row is locked, so there are never two."""
    if not permissions.permits(actor, Permission.KEEP_SHORTLIST) or actor.organisation_id is None:
        raise Forbidden(Permission.KEEP_SHORTLIST)
    status_changes.locked(session, Organisation, kind="organisation", key=actor.organisation_id)
    query = select(Shortlist.id).where(Shortlist.organisation_id == actor.organisation_id)
    key = session.scalar(query.where(Shortlist.demand_id.is_(None)))
    if key is not None:
        return shortlist_rows.locked(session, actor, key)
    return shortlist_rows.new(session, actor, organisation_id=actor.organisation_id, demand_id=None, title=FAVOURITES)
