"""What test_access.py asks for on the pages of consortia and concentration; the rows as plain values."""

from collections.abc import Mapping
from typing import Any

from marketplace.domain.actors import Actor
from marketplace.extensions import db
from marketplace.models.accounts import Role
from marketplace.models.providers import Provider, ProviderKind
from marketplace.services.unit_of_work import writing
from tests import consortium_world as world
from tests.factories import Factory

P, REVIEWER, LEADER = Role.PROVIDER, Role.BUREAU_REVIEWER, Role.BUREAU_LEADER
CITY = frozenset({REVIEWER, LEADER, Role.SUPERVISOR, Role.EXPERT, Role.AUDITOR})
OWNER, OFFICERS, NOBODY = frozenset({P}), frozenset({REVIEWER, LEADER}), frozenset[Role | None]()
PARTY, EITHER = CITY | OWNER, OFFICERS | OWNER
VERSION, REASON = {"version": "=1"}, {"version": "=1", "reason": "=试一试"}


def keeping(method: str, endpoint: str, thing: str, data: Mapping[str, str] | None = None) -> tuple[Any, ...]:
    return (method, f"consortia.{endpoint}", "keep_consortium", OWNER, NOBODY, {"consortium_id": thing}, data or {})


def answering(endpoint: str, name: str, thing: str, data: Mapping[str, str]) -> tuple[Any, ...]:
    return ("POST", f"consortia.{endpoint}", "answer_consortium", OWNER, NOBODY, {name: thing}, data)


def deciding(endpoint: str, name: str, thing: str, data: Mapping[str, str]) -> tuple[Any, ...]:
    return ("POST", f"consortia.{endpoint}", "decide_consortium", OFFICERS, OFFICERS, {name: thing}, data)


def reading(endpoint: str, name: str, thing: str) -> tuple[Any, ...]:
    return ("GET", f"consortia.{endpoint}", "read_consortium", PARTY, CITY, {name: thing})


ROWS = (
    ("GET", "consortia.index", "read_consortium", PARTY),
    ("GET", "consortia.new", "keep_consortium", OWNER),
    ("POST", "consortia.new", "keep_consortium", OWNER),
    reading("show", "consortium_id", "forming_consortium"),
    reading("print", "consortium_id", "forming_consortium"),
    keeping("GET", "invite", "forming_consortium"),
    keeping("POST", "invite", "forming_consortium"),
    ("GET", "consortia.set_terms", "keep_consortium", OWNER, NOBODY, {"seat_id": "led_seat"}),
    ("POST", "consortia.set_terms", "keep_consortium", OWNER, NOBODY, {"seat_id": "led_seat"}, VERSION),
    ("POST", "consortia.uninvite", "keep_consortium", OWNER, NOBODY, {"seat_id": "led_seat"}, VERSION),
    answering("consent", "seat_id", "invited_seat", VERSION),
    answering("decline", "seat_id", "invited_seat", REASON),
    keeping("GET", "submit", "forming_consortium"),
    keeping("POST", "submit", "forming_consortium", VERSION),
    keeping("POST", "recall", "submitted_consortium", {"version": "=2"}),
    deciding("send_back", "consortium_id", "submitted_consortium", {"version": "=2", "reason": "=试一试"}),
    deciding("confirm", "consortium_id", "submitted_consortium", {"version": "=2"}),
    (
        "POST", "consortia.dissolve", "dissolve_consortium", EITHER, OFFICERS,
        {"consortium_id": "forming_consortium"}, REASON,
    ),
    keeping("GET", "change", "active_consortium"),
    keeping("POST", "change", "active_consortium"),
    reading("show_change", "change_id", "asked_change"),
    answering("consent_to_change", "change_id", "asked_change", VERSION),
    answering("decline_change", "change_id", "asked_change", REASON),
    (
        "POST", "consortia.withdraw_change", "keep_consortium", OWNER, NOBODY, {"change_id": "own_change"}, VERSION,
    ),
    deciding("confirm_change", "change_id", "asked_change", VERSION),
    deciding("refuse_change", "change_id", "asked_change", REASON),
    ("GET", "concentration.index", "read_concentration", CITY),
    ("GET", "concentration.export", "read_concentration", CITY),
    (
        "GET", "concentration.rows", "read_concentration", CITY, None,
        {"industry": "=modern_food", "measure": "=contracts", "provider_id": "provider"},
    ),
)  # fmt: skip


def consortium_things(make: Factory, person: Actor) -> dict[str, Any]:
    """The provider leads one in each state with a waiting change, and is invited and asked by another lead."""
    with writing() as session:
        provider = session.get_one(Provider, person.provider_id)
        provider.kind, provider.industries = ProviderKind.LEAD, [world.FOOD]
    officer, other, guest = make.actor(LEADER), world.lead(make), make.actor(P)
    forming, submitted = world.forming(person, [guest]), world.submitted(person, [guest])
    active = world.active(person, [guest], officer)
    own = world.propose(person, active, world.with_share(world.composition(active), ["50", "50"]))
    inviting = world.forming(other, [person])
    asking = world.active(other, [person], officer)
    asked = world.propose(other, asking, world.with_share(world.composition(asking), ["50", "50"]))
    things = {
        "forming_consortium": forming,
        "submitted_consortium": submitted,
        "active_consortium": active,
        "led_seat": world.seat(forming, guest).id,
        "own_change": own,
        "invited_seat": world.seat(inviting, person).id,
        "asked_change": asked,
    }
    db.session.rollback()
    return things
