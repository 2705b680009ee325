"""What test_access.py asks for on the pages of applications and calls; rows as values, for the table imports them."""

from typing import Any

from marketplace.domain.actors import Actor
from marketplace.models.accounts import Role
from marketplace.services import call_experts, calls
from marketplace.services import provider_applications as applications
from tests import call_world
from tests.factories import Factory
from tests.services.test_provider_applications import candidate, sent

P, EXPERT = frozenset({Role.PROVIDER}), frozenset({Role.EXPERT})
STEERERS = frozenset({Role.BUREAU_REVIEWER, Role.BUREAU_LEADER})
LEADER = frozenset({Role.BUREAU_LEADER})
EVERYBODY = frozenset({None, *Role})
NOBODY: frozenset[Role] = frozenset()
DRAFT, SENT = {"application_id": "pool_draft"}, {"application_id": "pool_sent"}
FACTS = {**DRAFT, "section": "=facts"}
SEEN, REASON = {"version": "=1"}, {"version": "=1", "reason": "=核实不了"}
DRAFTED, OPEN, SCORED = {"call_id": "call_draft"}, {"call_id": "call_open"}, {"call_id": "call_scored"}
ANNOUNCED = {"call_id": "call_announced"}
SHEET = {**SCORED, "response_id": "call_response"}
APPLICATIONS = (
    ("GET", "provider_applications.index", "apply_to_pool", P),
    ("POST", "provider_applications.start", "apply_to_pool", P),
    ("GET", "provider_applications.queue", "decide_application", STEERERS),
    ("GET", "provider_applications.show", "apply_to_pool", P, NOBODY, DRAFT),
    ("GET", "provider_applications.part", "apply_to_pool", P, NOBODY, FACTS),
    ("POST", "provider_applications.part", "apply_to_pool", P, NOBODY, FACTS),
    ("GET", "provider_applications.check", "apply_to_pool", P, NOBODY, DRAFT),
    ("POST", "provider_applications.submit", "apply_to_pool", P, NOBODY, DRAFT, SEEN),
    ("POST", "provider_applications.withdraw", "apply_to_pool", P, NOBODY, DRAFT, SEEN),
    ("POST", "provider_applications.delete", "apply_to_pool", P, NOBODY, DRAFT, SEEN),
    ("GET", "provider_applications.decide", "decide_application", STEERERS, STEERERS, SENT),
    ("GET", "provider_applications.decide", "decide_application", NOBODY, NOBODY, DRAFT),
    ("POST", "provider_applications.decide", "decide_application", STEERERS, STEERERS, SENT, REASON),
)
CALLS = (
    ("GET", "calls.index", "public", EVERYBODY),
    ("GET", "calls.show", "public", EVERYBODY, EVERYBODY, OPEN),
    ("GET", "calls.show", "public", STEERERS, STEERERS, DRAFTED),
    ("GET", "calls.new", "manage_calls", STEERERS),
    ("POST", "calls.new", "manage_calls", STEERERS),
    ("GET", "calls.edit", "manage_calls", STEERERS, STEERERS, DRAFTED),
    ("POST", "calls.edit", "manage_calls", STEERERS, STEERERS, DRAFTED),
    ("POST", "calls.publish", "manage_calls", STEERERS, STEERERS, DRAFTED, SEEN),
    ("POST", "calls.close", "manage_calls", STEERERS, STEERERS, OPEN, SEEN),
    ("POST", "calls.reopen", "manage_calls", STEERERS, STEERERS, ANNOUNCED, REASON),
    ("POST", "calls.conclude", "conclude_call", LEADER, LEADER, ANNOUNCED, SEEN),
    ("POST", "calls.cancel", "conclude_call", LEADER, LEADER, OPEN, REASON),
    ("GET", "calls.respond", "answer_call", P, P, OPEN),
    ("POST", "calls.respond", "answer_call", P, P, OPEN),
    ("GET", "calls.object_to", "public", EVERYBODY, EVERYBODY, ANNOUNCED),
    ("POST", "calls.object_to", "public", EVERYBODY, EVERYBODY, ANNOUNCED),
    (
        "POST", "calls.answer_objection", "manage_calls", STEERERS, STEERERS,
        {**ANNOUNCED, "objection_id": "call_objection"}, REASON,
    ),
    ("GET", "call_scores.index", "score_call", EXPERT),
    ("GET", "call_scores.show", "score_call", EXPERT, NOBODY, SCORED),
    ("GET", "call_scores.score", "score_call", EXPERT, NOBODY, SHEET),
    ("POST", "call_scores.score", "score_call", EXPERT, NOBODY, SHEET),
    ("POST", "call_scores.submit", "score_call", EXPERT, NOBODY, SCORED),
    ("POST", "call_scores.recuse", "score_call", EXPERT, NOBODY, SCORED, {"reason": "=有合作"}),
    ("GET", "call_scores.panel", "manage_calls", STEERERS, STEERERS, SCORED),
    ("POST", "call_scores.assign", "manage_calls", STEERERS, STEERERS, SCORED, {"user_id": "=1"}),
    ("POST", "call_scores.agree", "manage_calls", STEERERS, STEERERS, SCORED, {"reason": "=合议", "score": "=80"}),
    ("POST", "call_scores.announce", "manage_calls", STEERERS, STEERERS, SCORED, SEEN),
)  # fmt: skip
ROWS = APPLICATIONS + CALLS


def pool_things(make: Factory, provider: Actor, expert: Actor) -> dict[str, Any]:
    """A provider's draft, somebody's application that was sent, and calls of which one waits for the expert."""
    scored, announced = call_world.scoring(make), call_world.announced(make)
    call_experts.assign(scored.officer, call_id=scored.call_id, user_id=expert.user_id or 0)
    return {
        "pool_draft": applications.start(provider),
        "pool_sent": sent(make, candidate(make)).id,
        "call_draft": calls.draw_up(scored.officer, draft=call_world.draft()),
        "call_open": call_world.opened(make).call_id,
        "call_scored": scored.call_id,
        "call_response": scored.responses()[0],
        "call_announced": announced.call_id,
        "call_objection": call_world.objection(announced),
    }
