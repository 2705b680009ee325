"""The timeline of one thing: who, in which role, did what, from what to what."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask

from marketplace.domain import acts, audit_words, transitions
from marketplace.domain.actors import SYSTEM, Actor
from marketplace.models.accounts import Role
from marketplace.models.demands import Demand, DemandStatus
from marketplace.services import audit, clock, status_changes, timelines
from marketplace.services.unit_of_work import writing
from tests.factories import Factory


def record(actor: Actor, action: str, subject: str, key: int, **details: Any) -> None:
    with writing(actor) as session:
        audit.record(session, actor, action, kind=subject, key=key, details=details)


def test_a_change_of_status_tells_from_what_to_what_by_whom_in_which_role(app: Flask, make: Factory) -> None:
    user = make.user(Role.ENTERPRISE)
    actor, demand = make.actor(user), make.demand(user=user, status=DemandStatus.DRAFT)
    for action in ("publish", "withdraw"):
        with writing(actor) as session:
            row = status_changes.locked(session, Demand, kind="demand", key=demand.id)
            status_changes.change(session, actor, row, kind="demand", action=action)
    newest, older = timelines.of(kind="demand", key=demand.id)
    assert (newest.what, newest.before, newest.after) == ("撤回", "已发布", "已撤回")
    assert (older.what, older.before, older.after) == ("发布", "草稿", "已发布")
    assert {(entry.who, entry.role) for entry in (newest, older)} == {(actor.name, "企业")}


def test_one_changed_field_stands_as_before_and_after_several_as_a_sentence(app: Flask, make: Factory) -> None:
    actor = make.actor(Role.ENTERPRISE)
    record(actor, "demands.changed", "demand", 7, before={"budget": 180000}, after={"budget": 220000})
    record(
        actor, "demands.changed", "demand", 7,
        before={"title": "旧", "deadline_days": 30, "lines": [{"scene": "quality"}]},
        after={"title": "新", "deadline_days": 60, "lines": []},
    )  # fmt: skip
    several, one = timelines.of(kind="demand", key=7)
    assert (one.what, one.before, one.after) == ("修改需求清单：预算", "18.00万元", "22.00万元")
    assert several.note == "名称由“旧”改为“新”；需求明细有改动；工期由“30天”改为“60天”"


def test_what_is_for_the_auditor_alone_is_not_told(app: Flask, make: Factory) -> None:
    actor = make.actor(Role.ENTERPRISE)
    record(actor, "evidence.uploaded", "evidence", 3, title="台账", sha256="9f" * 32)
    record(actor, "challenges.answered", "challenge", 3, price=120000, days=60)
    (uploaded,), (answered,) = (timelines.of(kind=kind, key=3) for kind in ("evidence", "challenge"))
    assert uploaded.note == "标题：台账"
    assert answered.note == ""


def test_the_system_has_no_role(app: Flask) -> None:
    record(SYSTEM, "demands.created", "demand", 5, title="清单")
    (entry,) = timelines.of(kind="demand", key=5)
    assert (entry.who, entry.role) == (SYSTEM.name, "")


def test_what_was_before_a_deletion_belongs_to_another(app: Flask, make: Factory) -> None:
    actor = make.actor(Role.ENTERPRISE)
    record(actor, "demands.created", "demand", 5, title="先前的")
    record(actor, "demands.deleted", "demand", 5, title="先前的")
    record(actor, "demands.created", "demand", 5, title="现在的")
    (entry,) = timelines.of(kind="demand", key=5)
    assert entry.note == "标题：现在的"


@pytest.mark.parametrize("kind", sorted(set(transitions.TRANSITIONS) | set(audit_words.SUBJECTS)))
def test_every_kind_of_thing_has_a_timeline_at_the_same_cost(
    app: Flask,
    make: Factory,
    kind: str,
    count_queries: Callable[[Flask], AbstractContextManager[list[str]]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """All acts that a thing of this kind may see, with some value in each field."""
    actor, start = make.actor(Role.BUREAU_LEADER), datetime(2026, 11, 20, tzinfo=UTC)
    named = [
        name for name in acts.ACTS if name.partition(".")[0] in (kind, f"{kind}s") and not name.endswith(".deleted")
    ]
    named = named or ["accounts.unlocked"]
    for number, name in enumerate(named):
        monkeypatch.setattr(clock, "now", lambda number=number: start + timedelta(minutes=number))
        record(actor, name, kind, 1, **dict.fromkeys(acts.ACTS[name].fields, "2"))
    with count_queries(app) as statements:
        entries = timelines.of(kind=kind, key=1)
    steps = {f"{kind}.{action}" for action in transitions.TRANSITIONS.get(kind, {})}
    assert len(entries) == len(set(named) - steps)
    assert len(statements) == 2
