"""What the administrator does with accounts, and what he may not."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta

import pytest
from flask import Flask
from itsdangerous import URLSafeTimedSerializer

from marketplace.domain.actors import Actor
from marketplace.domain.errors import Forbidden, Invalid, NotFound
from marketplace.extensions import db
from marketplace.models.accounts import Role, User
from marketplace.services import accounts, clock, logins, password_resets, passwords, users
from marketplace.services.unit_of_work import writing
from tests.factories import Factory

OLD, NEW = "zhuangpei-2026-线", "jianyan-2027-单"


@pytest.fixture
def administrator(make: Factory) -> Actor:
    return make.actor(Role.ADMINISTRATOR)


@pytest.fixture
def person(make: Factory) -> User:
    user = make.user(Role.ENTERPRISE)
    with writing() as session:
        session.merge(user).password_hash = passwords.hash_of(OLD)
    return db.session.get_one(User, user.id)


def enter(login: str) -> accounts.Entry:
    return logins.log_in(login=login, password=OLD, user_agent="test")


def lock(login: str) -> None:
    for _ in range(logins.LOCKOUT["failures"]):
        with pytest.raises(Invalid):
            logins.log_in(login=login, password="falsch-2026-x", user_agent="test")


def test_people_are_found_by_name_account_and_organisation(administrator: Actor, make: Factory) -> None:
    user = make.user(Role.PROVIDER)
    firm = make.actor(user).organisation_name
    for text in (user.name, user.login.upper(), firm):
        assert user.id in {line.user_id for line in users.page(number=1, text=text).rows}
    assert users.page(number=1, text="%").total == 0
    assert users.page(number=99).number == 1


def test_a_lock_is_shown_and_lifted(administrator: Actor, person: User) -> None:
    lock(person.login)
    (line,) = users.page(number=1, only_locked=True).rows
    assert line.user_id == person.id
    assert line.locked_until is not None
    users.unlock(administrator, user_id=person.id)
    users.unlock(administrator, user_id=person.id)
    assert users.page(number=1, only_locked=True).total == 0
    assert enter(person.login)


def test_sessions_are_ended_and_counted(administrator: Actor, person: User) -> None:
    tokens = [enter(person.login).token for _ in range(2)]
    assert {line.sessions for line in users.page(number=1, text=person.login).rows} == {2}
    assert users.revoke_sessions(administrator, user_id=person.id) == 2
    assert [accounts.find_actor(token) for token in tokens] == [None, None]


def test_a_closed_account_is_out_and_comes_back(administrator: Actor, person: User) -> None:
    token = enter(person.login).token
    users.set_active(administrator, user_id=person.id, is_active=False)
    assert accounts.find_actor(token) is None
    with pytest.raises(Invalid):
        enter(person.login)
    users.set_active(administrator, user_id=person.id, is_active=True)
    assert enter(person.login)


def test_nobody_closes_his_own_account(administrator: Actor) -> None:
    with pytest.raises(Invalid):
        users.set_active(administrator, user_id=administrator.user_id or 0, is_active=False)


@pytest.mark.parametrize("role", [role for role in Role if role != Role.ADMINISTRATOR])
def test_only_the_administrator_manages_people(make: Factory, person: User, role: Role) -> None:
    actor = make.actor(role)
    for act in (
        lambda: users.unlock(actor, user_id=person.id),
        lambda: users.revoke_sessions(actor, user_id=person.id),
        lambda: users.set_active(actor, user_id=person.id, is_active=False),
        lambda: password_resets.issue(actor, user_id=person.id),
    ):
        with pytest.raises(Forbidden):
            act()


def test_a_reset_link_sets_the_password_once_and_ends_all_sessions(administrator: Actor, person: User) -> None:
    token = enter(person.login).token
    lock(person.login)
    link = password_resets.issue(administrator, user_id=person.id)
    assert password_resets.find(link).login == person.login
    with pytest.raises(Invalid):
        password_resets.use(link, password="kurz")
    password_resets.use(link, password=NEW)
    assert accounts.find_actor(token) is None
    assert logins.log_in(login=person.login, password=NEW, user_agent="test")
    with pytest.raises(NotFound):
        password_resets.use(link, password=OLD)


def test_a_forged_or_old_reset_link_opens_nothing(
    app: Flask, administrator: Actor, person: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    link = password_resets.issue(administrator, user_id=person.id)
    for wrong in (link + "x", "x", URLSafeTimedSerializer("other key", salt="password-reset").dumps([person.id, ""])):
        with pytest.raises(NotFound):
            password_resets.find(wrong)
    later = clock.now() + timedelta(hours=password_resets.HOURS, seconds=5)
    monkeypatch.setattr("itsdangerous.timed.time.time", later.timestamp)
    with pytest.raises(NotFound):
        password_resets.find(link)


def test_the_list_costs_the_same_for_one_person_and_for_twenty(
    app: Flask, make: Factory, administrator: Actor, count_queries: Callable[[Flask], AbstractContextManager[list[str]]]
) -> None:
    counts = []
    for _ in range(2):
        db.session.rollback()
        with count_queries(app) as statements:
            users.page(number=1)
        counts.append(len(statements))
        for _ in range(20):
            make.user(Role.ENTERPRISE)
    assert counts[0] == counts[1] <= 15
