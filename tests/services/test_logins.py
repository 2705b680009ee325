"""Passwords, the lock-out that the database counts, and what nobody may learn from a refusal."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from argon2 import PasswordHasher
from flask import Flask
from sqlalchemy import func, select

from marketplace.domain.errors import AlreadyDone, Invalid, NotFound
from marketplace.extensions import db
from marketplace.models.accounts import AuthSession, Membership, Role, User
from marketplace.models.audit import AuditEntry
from marketplace.services import accounts, clock, logins, passwords
from marketplace.services.unit_of_work import writing
from tests.factories import Factory

PASSWORD = "zhuangpei-2026-线"
FAILURES = logins.LOCKOUT["failures"]


@pytest.fixture
def person(make: Factory) -> User:
    user = make.user(Role.ENTERPRISE)
    with writing() as session:
        session.merge(user).password_hash = passwords.hash_of(PASSWORD)
    return db.session.get_one(User, user.id)


def log_in(login: str, password: str = PASSWORD, **options: str) -> accounts.Entry:
    return logins.log_in(login=login, password=password, user_agent="test", **options)


def refusal(login: str, password: str) -> dict[str, list[str]]:
    with pytest.raises(Invalid) as caught:
        log_in(login, password)
    return caught.value.messages


def acts() -> list[str]:
    return list(db.session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)))


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> Callable[[datetime], None]:
    return lambda moment: monkeypatch.setattr(clock, "now", lambda: moment)


def test_the_right_password_opens_a_session_whose_token_is_stored_nowhere(person: User) -> None:
    entry = log_in(person.login.upper() + " ")
    row = db.session.scalars(select(AuthSession)).one()
    assert row.token_hash == accounts.hash_token(entry.token)
    assert entry.token not in row.token_hash
    found = accounts.find_actor(entry.token)
    assert found is not None
    assert (found.user_id, found.role, found.session_id) == (person.id, Role.ENTERPRISE, row.id)
    assert acts() == ["accounts.logged_in"]


def test_every_refusal_reads_the_same(person: User, make: Factory) -> None:
    closed, without_password = make.user(Role.AUDITOR), make.user(Role.AUDITOR)
    with writing() as session:
        session.merge(closed).password_hash = passwords.hash_of(PASSWORD)
        session.merge(closed).is_active = False
    closed_login, other_login, login = closed.login, without_password.login, person.login
    answers = [
        refusal(login, "falsch-2026-x"),
        refusal("nobody@example.test", PASSWORD),
        refusal(closed_login, PASSWORD),
        refusal(other_login, ""),
    ]
    for _ in range(FAILURES):
        refusal(login, "falsch-2026-x")
    answers.append(refusal(login, PASSWORD))
    assert all(answer == answers[0] for answer in answers)


def test_an_unknown_name_costs_a_hash_and_a_row_like_a_known_one(person: User, monkeypatch: pytest.MonkeyPatch) -> None:
    checked: list[str | None] = []
    real = passwords.HASHER.verify

    class Counting:
        @staticmethod
        def verify(stored: str, password: str) -> bool:
            checked.append(stored)
            return real(stored, password)

    monkeypatch.setattr(passwords, "HASHER", Counting)
    refusal(person.login, "falsch-2026-x")
    refusal("nobody@example.test", "falsch-2026-x")
    assert len(checked) == 2
    assert checked[1] == passwords.NOBODY
    assert checked[0].split("$")[:4] == checked[1].split("$")[:4]  # same algorithm and cost
    assert acts() == ["accounts.login_failed"] * 2


def test_the_account_locks_at_the_policys_number_and_opens_after_its_minutes(
    person: User, at: Callable[[datetime], None]
) -> None:
    start = clock.now()
    at(start)
    for _ in range(FAILURES - 1):
        refusal(person.login, "falsch-2026-x")
    assert db.session.get_one(User, person.id).locked_until is None
    refusal(person.login, "falsch-2026-x")
    db.session.expire_all()
    until = start + timedelta(minutes=logins.LOCKOUT["minutes"])
    assert db.session.get_one(User, person.id).locked_until == until
    at(until - timedelta(seconds=1))
    refusal(person.login, PASSWORD)
    at(until + timedelta(seconds=1))
    assert log_in(person.login).actor.user_id == person.id
    db.session.expire_all()
    assert db.session.get_one(User, person.id).locked_until is None
    assert acts().count("accounts.locked") == 1


def test_failures_while_locked_do_not_prolong_the_lock(person: User, at: Callable[[datetime], None]) -> None:
    start = clock.now()
    at(start)
    for _ in range(FAILURES):
        refusal(person.login, "falsch-2026-x")
    at(start + timedelta(minutes=1))
    for _ in range(FAILURES):
        refusal(person.login, "falsch-2026-x")
    at(start + timedelta(minutes=logins.LOCKOUT["minutes"], seconds=1))
    assert log_in(person.login)


def test_a_success_forgets_the_failures(person: User) -> None:
    for _ in range(3):
        for _ in range(FAILURES - 1):
            refusal(person.login, "falsch-2026-x")
        assert log_in(person.login)
    assert "accounts.locked" not in acts()


def test_a_form_sent_twice_opens_one_session(person: User) -> None:
    log_in(person.login, once="once-1")
    with pytest.raises(AlreadyDone):
        log_in(person.login, once="once-1")
    assert db.session.scalar(select(func.count()).select_from(AuthSession)) == 1


def test_the_seat_used_last_is_taken(person: User, make: Factory) -> None:
    other = make.provider()
    with writing() as session:
        seat = Membership(
            user_id=person.id, organisation_id=other.organisation_id, role=Role.PROVIDER, created_at=clock.now()
        )
        session.add(seat)
    assert log_in(person.login).actor.role == Role.ENTERPRISE
    with writing() as session:
        accounts.open_session(session, accounts.get_seat(session, seat.id), user_agent="test")
    assert log_in(person.login).actor.role == Role.PROVIDER


def test_a_person_without_a_seat_is_told_what_to_do(app: Flask) -> None:
    with writing() as session:
        session.add(
            User(login="a@example.test", name="甲", password_hash=passwords.hash_of(PASSWORD), created_at=clock.now())
        )
    assert "login" in refusal("a@example.test", PASSWORD)


def test_a_hash_of_another_cost_is_renewed_at_login(person: User) -> None:
    cheap = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
    with writing() as session:
        session.get_one(User, person.id).password_hash = cheap
    log_in(person.login)
    db.session.expire_all()
    renewed = db.session.get_one(User, person.id).password_hash
    assert renewed is not None
    assert "m=19456,t=2,p=1" in renewed
    assert log_in(person.login)


def test_a_demo_login_knows_only_demo_people(make: Factory) -> None:
    user = make.user(Role.AUDITOR)
    with pytest.raises(NotFound):
        logins.demo_log_in(role="auditor", user_agent="test")
    with writing() as session:
        session.merge(user).is_demo = True
    assert logins.demo_log_in(role="auditor", user_agent="test").actor.role == Role.AUDITOR
    assert logins.demo_roles() == {"auditor"}
    with pytest.raises(NotFound):
        logins.demo_log_in(role="emperor", user_agent="test")
