"""The database that test_access.py asks: one person of each role, what is his, and what is somebody else's."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from sqlalchemy import select

from marketplace.domain.actors import Actor
from marketplace.extensions import db
from marketplace.models.accounts import Invitation, Role, User
from marketplace.models.bundles import Bundle
from marketplace.models.demands import Demand, DemandStatus
from marketplace.models.leads import Lead, LeadStatus
from marketplace.models.matches import MatchOrder, Shortlist, ShortlistEntry, ShortlistStatus, WeightSet
from marketplace.models.providers import Provider
from marketplace.models.solutions import Solution, SolutionStatus
from marketplace.services import (
    accounts,
    basket_views,
    baskets,
    clock,
    invitations,
    match_runs,
    password_resets,
    quotation_sheets,
    ranking_weights,
)
from marketplace.services.unit_of_work import writing
from tests.factories import Factory
from tests.pages.access_approvals import approval_things, interest_things
from tests.pages.access_assessments import assessment_things
from tests.pages.access_consortia import consortium_things
from tests.pages.access_files import file_things
from tests.pages.access_listing_imports import import_things
from tests.pages.access_listings import listing_things
from tests.pages.access_notifications import notification_things
from tests.pages.access_plans import plan_things
from tests.pages.access_pool import pool_things
from tests.pages.access_prices import price_things

OWN, OTHERS = "own", "others"
Things = dict[str, Any]


@dataclass
class World:
    """A database with one person of each role, what is his, and what is somebody else's."""

    url: str = ""
    evidence_folder: str = ""
    tokens: dict[tuple[Role | None, str], str] = field(default_factory=dict)
    own: dict[Role | None, Things] = field(default_factory=dict)
    others: dict[Role | None, Things] = field(default_factory=dict)


def fill(world: World, make: Factory) -> None:
    people = {role: make.actor(make.user(role)) for role in Role}
    shared = firm_things(make, people[Role.ENTERPRISE]) | provider_things(make, people[Role.PROVIDER])
    stranger = make.actor(make.user(Role.ENTERPRISE, organisation_id=make.enterprise(county="youlan").organisation_id))
    strange = firm_things(make, stranger) | provider_things(make, make.actor(Role.PROVIDER))
    administrator = people[Role.ADMINISTRATOR]
    shared |= plan_things(make, people[Role.ENTERPRISE])
    shared |= price_things(make)
    shared |= pool_things(make, people[Role.PROVIDER], people[Role.EXPERT])
    strange |= plan_things(make, stranger)
    strange |= pool_things(make, make.actor(Role.PROVIDER), make.actor(Role.EXPERT))
    strange |= price_things(make)
    shared |= import_things(people[Role.PROVIDER])
    strange |= import_things(make.actor(Role.PROVIDER))
    shared["proposed_weights"] = proposed_weights(people[Role.BUREAU_LEADER])
    shared |= match_things(make, people[Role.ENTERPRISE], provider_id=shared["provider"])
    strange |= match_things(make, stranger, provider_id=strange["provider"])
    shared |= basket_things(make, people[Role.ENTERPRISE])
    strange |= basket_things(make, stranger)
    strange |= assessment_things(make, stranger, stranger)
    shared |= file_things(
        make, people[Role.ENTERPRISE], guests=[people[Role.PROVIDER], people[Role.EXPERT], people[Role.SUPERVISOR]],
        visitor=people[Role.PROVIDER], administrator=administrator,
    )  # fmt: skip
    strange |= file_things(
        make, stranger, guests=[make.actor(Role.PROVIDER)], visitor=people[Role.PROVIDER], administrator=administrator
    )
    shared |= consortium_things(make, people[Role.PROVIDER])
    strange |= consortium_things(make, make.actor(Role.PROVIDER))
    shared |= approval_things(make, people[Role.PROVIDER])
    strange |= approval_things(make, make.actor(Role.PROVIDER)) | interest_things(make, stranger)
    for role, person in {None: people[Role.AUDITOR], **people}.items():
        world.own[role] = shared | person_things(make, person, administrator)
        world.own[role] |= assessment_things(make, people[Role.ENTERPRISE], person)
        world.own[role] |= notification_things(person) | interest_things(make, person)
        world.others[role] = strange | person_things(make, stranger, administrator) | notification_things(stranger)
    with writing() as session:
        for role, person in people.items():
            seat = accounts.get_seat(session, person.membership_id or 0)
            seat.user.is_demo = True
            for whose in (OWN, OTHERS):
                world.tokens[role, whose] = accounts.open_session(session, seat, user_agent="test")


def firm_things(make: Factory, person: Actor) -> Things:
    """What an enterprise has: checklists and shortlists in each state, its file."""
    owner = db.session.get_one(User, person.user_id)
    demands: list[Demand] = [
        make.demand(user=owner, status=status)
        for status in (DemandStatus.DRAFT, DemandStatus.PUBLISHED, DemandStatus.PUBLISHED, DemandStatus.PUBLISHED)
    ]
    opened = shortlist(make, person, demands[2].id, ShortlistStatus.OPEN)
    closed = shortlist(make, person, demands[3].id, ShortlistStatus.CLOSED)
    return {
        "draft": demands[0].id,
        "published": demands[1].id,
        "enterprise": person.enterprise_id,
        "shortlist": opened.shortlist_id,
        "entry": opened.id,
        "closed_shortlist": closed.shortlist_id,
    }


def match_things(make: Factory, person: Actor, *, provider_id: int) -> Things:
    """A kept run, a checklist that is offered to providers, and what two of them were told or said."""
    owner, now = db.session.get_one(User, person.user_id), clock.now()
    demand = make.demand(user=owner, is_open_to_leads=True)
    made = match_runs.create(person, demand_id=demand.id, order=MatchOrder.FIT)
    facts: Things = {
        "demand_id": demand.id, "wave": 1, "score": 50, "reasons": {}, "offered_at": now,
        "expires_at": now + timedelta(days=7),
    }  # fmt: skip
    offered = Lead(provider_id=provider_id, status=LeadStatus.OFFERED, **facts)
    interested = Lead(
        provider_id=make.provider().id, status=LeadStatus.INTERESTED, decided_at=now, decided_by=person.user_id, **facts
    )
    with writing() as session:
        session.add_all([offered, interested])
    return {"run": made, "offered_demand": demand.id, "lead": offered.id, "interested_lead": interested.id}


def basket_things(make: Factory, person: Actor) -> Things:
    """A basket that is being edited, and a sheet that was made of another."""
    demand = make.demand(user=db.session.get_one(User, person.user_id))
    edited, quoted = (baskets.create(person, demand_id=demand.id, solution_ids=[make.solution().id]) for _ in range(2))
    sheet_id = quotation_sheets.issue(person, basket_id=quoted, version=basket_views.get(person, quoted).version)
    sheet = quotation_sheets.get(person, sheet_id)
    return {"basket": edited, "basket_place": f"basket-{edited}", "sheet": sheet_id, "sheet_token": sheet.token}


def proposed_weights(officer: Actor) -> int:
    points = dict(ranking_weights.configured().points)
    ends = {"mean": 0.5, "low": 0.4, "high": 0.6}
    report = {
        "demands": 1, "grades": 1, "intervals": {name: [0.0, 50.0] for name in points}, "configured": points,
        "before": ends, "after": ends, "compared_with": "站内设定",
    }  # fmt: skip
    row = WeightSet(name="测试方案", points=points, report=report, created_by=officer.user_id, created_at=clock.now())
    with writing() as session:
        session.add(row)
    return row.id


def shortlist(make: Factory, person: Actor, demand_id: int, status: ShortlistStatus) -> ShortlistEntry:
    now, solution = clock.now(), make.solution()
    is_closed = status == ShortlistStatus.CLOSED
    row = Shortlist(
        organisation_id=person.organisation_id, demand_id=demand_id, title="测试名单", status=status,
        decided_at=now if is_closed else None, decided_by=person.user_id if is_closed else None,
        created_by=person.user_id, created_at=now,
    )  # fmt: skip
    entry = ShortlistEntry(shortlist=row, solution_id=solution.id, added_by=person.user_id, added_at=now)
    with writing() as session:
        session.add(entry)
    return entry


def provider_things(make: Factory, person: Actor) -> Things:
    provider = db.session.get_one(Provider, person.provider_id)
    listings: dict[str, Solution] = {
        status: make.solution(provider=provider, status=status)
        for status in (SolutionStatus.LISTED, SolutionStatus.DRAFT, SolutionStatus.SUSPENDED)
    }
    bundle = Bundle(
        provider_id=provider.id, name=f"测试数转包{provider.id}", industry="modern_food", summary="两件套",
        description="质检加仓储", created_at=clock.now(),
    )  # fmt: skip
    with writing() as session:
        session.add(bundle)
    return {
        "provider": provider.id,
        "listed": listings["listed"].id,
        "draft_solution": listings["draft"].id,
        "suspended": listings["suspended"].id,
        "bundle": bundle.id,
        **listing_things(make, person),
    }


def person_things(make: Factory, person: Actor, administrator: Actor) -> Things:
    """What a person has: seat, session, a colleague, an invitation that he made, one that he got, a reset link."""
    colleague = make.actor(make.user(person.role, organisation_id=person.organisation_id, is_keeper=False))
    login = f"guest{colleague.user_id}@example.test"
    invitations.invite(person, name="客人", login=login)
    invitation_id = db.session.scalars(select(Invitation.id).where(Invitation.login == login)).one()
    host = make.actor(Role.PROVIDER)
    with writing() as session:
        seat = accounts.get_seat(session, person.membership_id or 0)
        token = accounts.open_session(session, seat, user_agent="test")
    session_id = accounts.find_actor(token)
    assert session_id is not None
    return {
        "seat": person.membership_id,
        "user": person.user_id,
        "session": session_id.session_id,
        "colleague": colleague.membership_id,
        "invitation": invitation_id,
        "invitation_token": invitations.invite(host, name="客人", login=login),
        "reset_token": password_resets.issue(administrator, user_id=colleague.user_id or 0),
    }
