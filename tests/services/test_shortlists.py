"""Shortlists: one entry a solution, reasons as they stood, closed lists stay closed, favourites survive the login."""

import io
import zipfile
from collections.abc import Callable
from decimal import Decimal

import pytest
from flask import Flask
from python_calamine import CalamineWorkbook
from sqlalchemy import func, select

from marketplace.domain.actors import Actor
from marketplace.domain.demands import POLICY
from marketplace.domain.errors import Conflict, Forbidden, Invalid, NotFound
from marketplace.extensions import db
from marketplace.models.accounts import Role, User
from marketplace.models.audit import AuditEntry
from marketplace.models.demands import Demand, DemandStatus
from marketplace.models.matches import Shortlist, ShortlistEntry
from marketplace.models.providers import Standing
from marketplace.models.solutions import Coverage, Solution, SolutionStatus
from marketplace.services import matches, outbox, shortlist_export, shortlist_views, shortlists
from marketplace.services.unit_of_work import writing
from tests.factories import Factory


@pytest.fixture
def user(app: Flask, make: Factory) -> User:
    return make.user(Role.ENTERPRISE)


@pytest.fixture
def owner(make: Factory, user: User) -> Actor:
    return make.actor(user)


@pytest.fixture
def demand(make: Factory, user: User) -> Demand:
    return make.demand(user=user, budget=40_000)


def _entry(key: int, place: int = 0) -> ShortlistEntry:
    db.session.rollback()
    query = select(ShortlistEntry).where(ShortlistEntry.shortlist_id == key).order_by(ShortlistEntry.id)
    return db.session.scalars(query).all()[place]


def _version(key: int) -> int:
    db.session.rollback()
    return db.session.get_one(Shortlist, key).version


def test_an_entry_keeps_the_score_and_the_reasons_of_its_day(owner: Actor, demand: Demand, make: Factory) -> None:
    solution = make.solution()
    place = matches.rank(owner, demand.id).places[0]
    key = shortlists.add(owner, demand_id=demand.id, solution_ids=[solution.id])
    with writing() as session:
        coverage = session.scalars(select(Coverage).where(Coverage.solution_id == solution.id)).one()
        coverage.level = 1
        outbox.put(session, topic=outbox.SOLUTION, subject_id=solution.id)
    assert matches.rank(owner, demand.id).places[0].score < place.score
    entry = shortlist_views.get(owner, key).entries[0]
    assert entry.score == place.score
    assert sum((one.points for one in entry.criteria), Decimal(0)) == place.score
    assert entry.groups == place.groups


def test_the_same_solution_added_twice_is_one_entry(owner: Actor, demand: Demand, make: Factory) -> None:
    first, second = make.solution().id, make.solution().id
    key = shortlists.add(owner, demand_id=demand.id, solution_ids=[first])
    assert shortlists.add(owner, demand_id=demand.id, solution_ids=[first, second]) == key
    assert [entry.solution_id for entry in shortlist_views.get(owner, key).entries] == [first, second]
    assert db.session.scalar(select(func.count()).where(AuditEntry.action == "shortlists.added")) == 2


def test_what_is_not_on_the_shelf_cannot_be_added(owner: Actor, demand: Demand, make: Factory) -> None:
    hidden = make.solution(provider=make.provider(standing=Standing.SUSPENDED)).id
    draft = make.solution(status=SolutionStatus.DRAFT).id
    key = shortlists.add(owner, demand_id=demand.id, solution_ids=[hidden, draft, 999_999])
    assert shortlist_views.get(owner, key).entries == ()


def test_nothing_chosen_is_said_and_makes_no_list(owner: Actor, demand: Demand) -> None:
    with pytest.raises(Invalid):
        shortlists.add(owner, demand_id=demand.id, solution_ids=[])
    assert db.session.scalar(select(func.count()).select_from(Shortlist)) == 0


@pytest.mark.parametrize("status", [DemandStatus.DRAFT, DemandStatus.WITHDRAWN])
def test_only_a_published_demand_has_a_list_to_add_to(
    owner: Actor, user: User, make: Factory, status: DemandStatus
) -> None:
    solution = make.solution()
    other = make.demand(user=user, status=status)
    with pytest.raises(Conflict):
        shortlists.add(owner, demand_id=other.id, solution_ids=[solution.id])


def test_another_enterprise_reaches_neither_the_demand_nor_the_list(
    owner: Actor, demand: Demand, make: Factory
) -> None:
    solution = make.solution()
    key = shortlists.add(owner, demand_id=demand.id, solution_ids=[solution.id])
    stranger, entry = make.actor(Role.ENTERPRISE), _entry(key).id
    acts: list[Callable[[], object]] = [
        lambda: shortlists.add(stranger, demand_id=demand.id, solution_ids=[solution.id]),
        lambda: shortlist_views.get(stranger, key),
        lambda: shortlists.remove(stranger, shortlist_id=key, entry_id=entry),
        lambda: shortlists.restore(stranger, shortlist_id=key, solution_id=solution.id),
        lambda: shortlists.write_note(stranger, shortlist_id=key, entry_id=entry, note="x", seen=""),
        lambda: shortlists.decide(stranger, shortlist_id=key, action="close", version=_version(key)),
    ]
    for act in acts:
        with pytest.raises(Forbidden):
            act()


def test_a_removal_can_be_undone_with_its_note(owner: Actor, demand: Demand, make: Factory) -> None:
    solution = make.solution()
    key = shortlists.add(owner, demand_id=demand.id, solution_ids=[solution.id])
    score = _entry(key).score
    shortlists.write_note(owner, shortlist_id=key, entry_id=_entry(key).id, note=" 价格再谈\r\n一次 ", seen="")
    gone = shortlists.remove(owner, shortlist_id=key, entry_id=_entry(key).id)
    assert shortlist_views.get(owner, key).entries == ()
    shortlists.restore(owner, shortlist_id=key, solution_id=gone.solution_id, note=gone.note)
    entry = _entry(key)
    assert (entry.note, entry.score) == ("价格再谈\n一次", score)
    with pytest.raises(NotFound):
        shortlists.remove(owner, shortlist_id=key, entry_id=entry.id + 1)


def test_a_colleague_s_note_is_not_overwritten_unseen(owner: Actor, demand: Demand, make: Factory) -> None:
    key = shortlists.add(owner, demand_id=demand.id, solution_ids=[make.solution().id])
    entry = _entry(key).id
    shortlists.write_note(owner, shortlist_id=key, entry_id=entry, note="先写的", seen="")
    with pytest.raises(Conflict):
        shortlists.write_note(owner, shortlist_id=key, entry_id=entry, note="后写的", seen="")
    assert _entry(key).note == "先写的"
    with pytest.raises(Invalid):
        shortlists.write_note(
            owner, shortlist_id=key, entry_id=entry, note="长" * (POLICY["note_max"] + 1), seen="先写的"
        )


def test_a_closed_list_takes_nothing_until_it_is_reopened(owner: Actor, demand: Demand, make: Factory) -> None:
    first, second = make.solution().id, make.solution().id
    key = shortlists.add(owner, demand_id=demand.id, solution_ids=[first])
    shortlists.decide(owner, shortlist_id=key, action="close", version=_version(key))
    entry = _entry(key).id
    acts: list[Callable[[], object]] = [
        lambda: shortlists.add(owner, demand_id=demand.id, solution_ids=[second]),
        lambda: shortlists.remove(owner, shortlist_id=key, entry_id=entry),
        lambda: shortlists.restore(owner, shortlist_id=key, solution_id=second),
        lambda: shortlists.write_note(owner, shortlist_id=key, entry_id=entry, note="x", seen=""),
        lambda: shortlists.decide(owner, shortlist_id=key, action="close", version=_version(key)),
    ]
    for act in acts:
        with pytest.raises(Conflict):
            act()
    shortlists.decide(owner, shortlist_id=key, action="reopen", version=_version(key))
    shortlists.add(owner, demand_id=demand.id, solution_ids=[second])
    assert len(shortlist_views.get(owner, key).entries) == 2


def test_nobody_closes_a_list_that_he_has_not_seen(owner: Actor, demand: Demand, make: Factory) -> None:
    first, second = make.solution().id, make.solution().id
    key = shortlists.add(owner, demand_id=demand.id, solution_ids=[first])
    seen = _version(key)
    shortlists.add(owner, demand_id=demand.id, solution_ids=[second])
    with pytest.raises(Conflict):
        shortlists.decide(owner, shortlist_id=key, action="close", version=seen)


def test_an_empty_list_and_favourites_are_not_closed(owner: Actor, demand: Demand, make: Factory) -> None:
    solution = make.solution().id
    key = shortlists.add(owner, demand_id=demand.id, solution_ids=[solution])
    shortlists.remove(owner, shortlist_id=key, entry_id=_entry(key).id)
    with pytest.raises(Invalid):
        shortlists.decide(owner, shortlist_id=key, action="close", version=_version(key))
    shortlists.toggle_favourite(owner, solution_id=solution)
    favourites = next(row.id for row in shortlist_views.overview(owner) if row.is_favourites)
    with pytest.raises(Forbidden):
        shortlists.decide(owner, shortlist_id=favourites, action="close", version=_version(favourites))


def test_a_favourite_is_kept_and_let_go_by_the_same_button(owner: Actor, make: Factory) -> None:
    solution = make.solution().id
    assert shortlists.toggle_favourite(owner, solution_id=solution) is True
    assert shortlists.toggle_favourite(owner, solution_id=solution) is False
    assert [(row.is_favourites, row.entries) for row in shortlist_views.overview(owner)] == [(True, 0)]
    with pytest.raises(NotFound):
        shortlists.toggle_favourite(owner, solution_id=999_999)


def test_favourites_of_the_browser_join_those_of_the_organisation(owner: Actor, make: Factory) -> None:
    first, second = make.solution().id, make.solution().id
    shortlists.toggle_favourite(owner, solution_id=first)
    assert shortlists.adopt(owner, [second, first, second, 999_999]) == 1
    assert shortlists.adopt(owner, [second]) == 0
    assert shortlists.adopt(owner, []) == 0
    assert [row.entries for row in shortlist_views.overview(owner)] == [2]


@pytest.mark.parametrize("role", [role for role in Role if role != Role.ENTERPRISE])
def test_nobody_but_an_enterprise_keeps_favourites(app: Flask, make: Factory, role: Role) -> None:
    actor, solution = make.actor(role), make.solution().id
    assert shortlists.adopt(actor, [solution]) == 0
    with pytest.raises(Forbidden):
        shortlists.toggle_favourite(actor, solution_id=solution)


def test_a_listing_that_left_the_shelf_stays_on_the_list_and_says_so(
    owner: Actor, demand: Demand, make: Factory
) -> None:
    solution = make.solution()
    key = shortlists.add(owner, demand_id=demand.id, solution_ids=[solution.id])
    with writing() as session:
        session.get_one(Solution, solution.id).status = SolutionStatus.SUSPENDED
    sheet = shortlist_views.get(owner, key)
    assert [entry.is_available for entry in sheet.entries] == [False]
    assert sheet.comparable == ()


def test_the_workbook_says_what_it_shows_and_runs_no_formula(owner: Actor, demand: Demand, make: Factory) -> None:
    make.solution(name="=1+1", provider=make.provider(short_name="@SUM"))
    place = matches.rank(owner, demand.id).places[0]
    key = shortlists.add(owner, demand_id=demand.id, solution_ids=[place.card.id])
    shortlists.write_note(owner, shortlist_id=key, entry_id=_entry(key).id, note="=cmd()", seen="")
    sheet = shortlist_views.get(owner, key)
    content = shortlist_export.workbook(sheet)
    assert b"<f>" not in _unpacked(content)
    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    rows = book.get_sheet_by_name("候选名单").to_python()
    assert [rows[0][0], rows[1][0]] == [sheet.title, sheet.stated]
    assert str(rows[3][0]).startswith("生成时间：")
    named = dict(zip(rows[5], rows[6], strict=True))
    assert (named["产品"], named["服务商"], named["备注"]) == ("=1+1", "@SUM", "=cmd()")
    assert named["得分"] == float(place.score)
    details = book.get_sheet_by_name("逐项依据").to_python()[4:]
    assert len(details) == len(sheet.entries[0].criteria)
    assert round(sum(float(str(row[4])) for row in details), 1) == float(place.score)


def _unpacked(content: bytes) -> bytes:
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        return b"".join(book.read(name) for name in book.namelist() if name.startswith("xl/worksheets/"))
