"""A thousand ways to tamper with the trail, each by somebody who may do everything in the database but has no key."""

import copy
import random
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import delete, insert, select, text

from marketplace.domain import audit_chain, audit_findings
from marketplace.domain.audit_findings import Finding, Kind
from marketplace.extensions import db
from marketplace.models.accounts import Role
from marketplace.models.audit import GENESIS, AuditEntry, AuditHead
from marketplace.services import audit_verification
from marketplace.services.audit_verification import Head
from tests.conftest import IS_POSTGRES
from tests.factories import Factory

LENGTH = 240
ATTACKS_IN_MEMORY = 1_000
ATTACKS_ON_THE_DATABASE = 66
START = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)
Entry = dict[str, Any]


@dataclass(frozen=True)
class State:
    """What the attacker leaves, and what was exported before he came."""

    rows: list[Entry]
    head: Head | None
    exported: tuple[Head, ...] = ()


def chain(key: bytes, *, user_id: int) -> State:
    code, rows = GENESIS, []
    for number in range(1, LENGTH + 1):
        row: Entry = {
            "id": number, "at": START + timedelta(seconds=number * 7), "user_id": user_id if number % 3 else None,
            "actor_name": f"甲{number % 5}", "organisation_id": None, "role": "enterprise", "action": "demands.created",
            "subject_kind": "demand", "subject_id": number % 9, "details": f'{{"title":"清单{number}"}}',
            "key_id": audit_chain.key_id(key), "previous": code,
        }  # fmt: skip
        code = row["mac"] = audit_chain.code(key, audit_chain.message(row))
        rows.append(row)
    return State(rows, Head(LENGTH, code))


def edit(state: State, dice: random.Random) -> tuple[State, list[Finding]]:
    """One field of one row, its codes included."""
    place = dice.randrange(LENGTH)
    row = state.rows[place]
    changes: dict[str, Any] = {
        "at": row["at"] + timedelta(microseconds=dice.choice([1, 86_400_000_000])),
        "user_id": None if row["user_id"] else state.rows[0]["user_id"],
        "actor_name": dice.choice(["别人", row["actor_name"] + " ", ""]),
        "role": "auditor", "action": "demands.deleted", "subject_kind": "basket", "subject_id": row["subject_id"] + 9,
        "details": dice.choice(["{}", row["details"].replace(":", ": "), '{"title":"改过"}']),
        "key_id": "00000000", "previous": "f" * 64, "mac": dice.choice(["", "0" * 64, row["previous"]]),
    }  # fmt: skip
    name = dice.choice(list(changes))
    row[name] = changes[name]
    return state, [Finding(Kind.CHANGED, place + 1, place + 1)]


def rewrite(state: State, dice: random.Random) -> tuple[State, list[Finding]]:
    """A row deleted and another put in its place, coded with a key of the attacker's own."""
    place = dice.randrange(LENGTH)
    row = state.rows[place]
    row["details"] = '{"title":"另写"}'
    row["mac"] = audit_chain.code(b"guess", audit_chain.message(row))
    return state, [Finding(Kind.CHANGED, place + 1, place + 1)]


def take_out(state: State, dice: random.Random) -> tuple[State, list[Finding]]:
    first = dice.randrange(1, LENGTH - 10)
    count = dice.randint(1, 8)
    del state.rows[first - 1 : first - 1 + count]
    return state, [Finding(Kind.MISSING, first, first + count - 1)]


def take_out_and_close_ranks(state: State, dice: random.Random) -> tuple[State, list[Finding]]:
    state, (missing,) = take_out(state, dice)
    for number, row in enumerate(state.rows, start=1):
        row["id"] = number
    moved = Finding(Kind.MOVED, missing.first, len(state.rows), missing.last + 1)
    left = len(state.rows)
    return replace(state, head=Head(left, state.rows[-1]["mac"])), [missing, moved, Finding(Kind.HEAD, LENGTH, left)]


def swap(state: State, dice: random.Random) -> tuple[State, list[Finding]]:
    first, second = sorted(dice.sample(range(1, LENGTH + 1), 2))
    state.rows[first - 1]["id"], state.rows[second - 1]["id"] = second, first
    return state, [Finding(Kind.MOVED, first, first, second), Finding(Kind.MOVED, second, second, first)]


def carry_to(state: State, dice: random.Random) -> tuple[State, list[Finding]]:
    """One row is set earlier, those between move up by one."""
    early, late = sorted(dice.sample(range(1, LENGTH + 1), 2))
    state.rows[late - 1]["id"] = early
    for row in state.rows[early - 1 : late - 1]:
        row["id"] += 1
    return state, [Finding(Kind.MOVED, early, early, late), Finding(Kind.MOVED, early + 1, late, early)]


def put_in(state: State, dice: random.Random) -> tuple[State, list[Finding]]:
    number = dice.randint(1, LENGTH)
    for row in state.rows[number - 1 :]:
        row["id"] += 1
    forged = {**state.rows[number - 1], "id": number, "details": '{"title":"假"}'}
    forged["mac"] = audit_chain.code(b"guess", audit_chain.message(forged))
    state.rows.append(forged)
    return state, [Finding(Kind.INSERTED, number, number), Finding(Kind.MOVED, number + 1, LENGTH + 1, number)]


def append(state: State, dice: random.Random) -> tuple[State, list[Finding]]:
    forged = {
        **state.rows[-1],
        "id": LENGTH + 1,
        "previous": state.rows[-1]["mac"],
        "mac": f"{dice.getrandbits(256):064x}",
    }
    state.rows.append(forged)
    return state, [Finding(Kind.INSERTED, LENGTH + 1, LENGTH + 1)]


def copy_over(state: State, dice: random.Random) -> tuple[State, list[Finding]]:
    """A true row over another one: its code fits, but not there."""
    over, true = dice.sample(range(1, LENGTH), 2)
    state.rows[over - 1] = {**state.rows[true - 1], "id": over}
    return state, [Finding(Kind.INSERTED, over, over, true), Finding(Kind.MISSING, over, over)]


def cut_off(state: State, dice: random.Random) -> tuple[State, list[Finding]]:
    count = dice.randint(1, 12)
    del state.rows[-count:]
    return state, [Finding(Kind.CUT_OFF, LENGTH - count + 1, LENGTH)]


def cut_off_with_the_head(state: State, dice: random.Random) -> tuple[State, list[Finding]]:
    """The database is whole in itself: the exported head alone knows better."""
    exported = (Head(LENGTH // 2, state.rows[LENGTH // 2 - 1]["mac"]), Head(LENGTH, state.rows[-1]["mac"]))
    state, findings = cut_off(state, dice)
    return State(state.rows, Head(len(state.rows), state.rows[-1]["mac"]), exported), findings


Attack = Callable[[State, random.Random], tuple[State, list[Finding]]]
ATTACKS: tuple[Attack, ...] = (
    edit, rewrite, take_out, take_out_and_close_ranks, swap, carry_to, put_in, append, copy_over, cut_off,
    cut_off_with_the_head,
)  # fmt: skip
KEY = b"a key that the attacker does not have"


def judged(state: State) -> set[Finding]:
    rows = sorted(state.rows, key=lambda row: row["id"])
    lines = [
        audit_findings.Row(row["id"], audit_chain.message(row), row["previous"], row["mac"], row["key_id"])
        for row in rows
    ]
    keys = {audit_chain.key_id(KEY): KEY}
    report = audit_verification.check(lambda: [lines], keys=keys, head=state.head, exported=state.exported)
    return set(report.findings)


def test_a_chain_that_nobody_touched_holds(app: Flask) -> None:
    whole = chain(KEY, user_id=1)
    exported = tuple(Head(row["id"], row["mac"]) for row in whole.rows[::50])
    assert judged(replace(whole, exported=exported)) == set()


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.__name__)
def test_every_tampering_is_found_at_its_row(attack: Attack) -> None:
    whole = chain(KEY, user_id=1)
    dice = random.Random(f"tampering {attack.__name__}")
    for _ in range(-(-ATTACKS_IN_MEMORY // len(ATTACKS))):
        state, expected = attack(copy.deepcopy(whole), dice)
        assert judged(state) == set(expected)


def test_two_things_at_once_are_both_found() -> None:
    whole = chain(KEY, user_id=1)
    del whole.rows[99]
    whole.rows[10]["details"] = "{}"
    whole.rows[200]["mac"] = "0" * 64
    assert judged(whole) == {
        Finding(Kind.CHANGED, 11, 11), Finding(Kind.MISSING, 100, 100), Finding(Kind.CHANGED, 202, 202),
    }  # fmt: skip


def test_a_head_that_was_changed_is_found() -> None:
    whole = chain(KEY, user_id=1)
    assert judged(replace(whole, head=None)) == {Finding(Kind.HEAD, LENGTH, 0)}
    assert judged(replace(whole, head=Head(5, whole.rows[4]["mac"]))) == {Finding(Kind.HEAD, LENGTH, 5)}
    assert judged(replace(whole, head=Head(LENGTH, "0" * 64))) == {Finding(Kind.HEAD, LENGTH, LENGTH)}
    far = judged(replace(whole, head=Head(2_000_000_000, "0" * 64)))
    assert far == {Finding(Kind.CUT_OFF, LENGTH + 1, 2_000_000_000)}


def test_a_tail_from_before_a_restored_backup_is_found_by_the_exported_head() -> None:
    """Both branches were written by the platform; the exported head belongs to the one that is gone."""
    whole = chain(KEY, user_id=1)
    exported = Head(LENGTH, whole.rows[-1]["mac"])
    last = whole.rows[-1]
    last["details"] = '{"title":"恢复之后另写的"}'
    last["mac"] = audit_chain.code(KEY, audit_chain.message(last))
    after = State(whole.rows, Head(LENGTH, last["mac"]), (exported,))
    assert judged(after) == {Finding(Kind.FORKED, LENGTH, LENGTH)}


def test_without_an_exported_head_a_cut_with_its_head_cannot_be_proven() -> None:
    state, _ = cut_off_with_the_head(chain(KEY, user_id=1), random.Random("honest"))
    assert judged(replace(state, exported=())) == set()


def test_tampering_is_found_in_the_database_too(app: Flask, make: Factory) -> None:
    """The triggers are gone, for he has the rights to drop them."""
    user_id = make.user(Role.AUDITOR).id
    whole = chain(app.config["AUDIT_KEY"].encode(), user_id=user_id)
    _drop_triggers()
    _put(whole)
    assert audit_verification.verify().findings == ()
    dice = random.Random("database")
    for number in range(ATTACKS_ON_THE_DATABASE):
        attack = ATTACKS[number % len(ATTACKS)]
        state, expected = attack(copy.deepcopy(whole), dice)
        _put(state)
        assert set(audit_verification.verify(heads=state.exported).findings) == set(expected), attack.__name__


def _drop_triggers() -> None:
    names = "SELECT 'DROP TRIGGER ' || name FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'audit%'"
    if IS_POSTGRES:
        names = (
            "SELECT 'DROP TRIGGER ' || tgname || ' ON ' || tgrelid::regclass::text FROM pg_trigger"
            " WHERE NOT tgisinternal AND tgname LIKE 'audit%'"
        )
    for statement in db.session.scalars(text(names)).all():
        db.session.execute(text(statement))
    db.session.commit()


def _put(state: State) -> None:
    db.session.execute(delete(AuditEntry))
    db.session.execute(delete(AuditHead))
    db.session.execute(insert(AuditEntry.__table__), state.rows)  # type: ignore[arg-type]
    assert state.head
    db.session.execute(insert(AuditHead).values(id=1, number=state.head.number, mac=state.head.mac))
    db.session.commit()
    assert db.session.scalar(select(AuditHead.number)) == state.head.number
    db.session.rollback()
