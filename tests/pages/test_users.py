"""The administrator's page."""

from urllib.parse import urlsplit

import pytest
from flask import Flask

from marketplace.domain.errors import Invalid
from marketplace.extensions import db
from marketplace.models.accounts import Role, User
from marketplace.services import logins, passwords
from marketplace.services.unit_of_work import writing
from tests.factories import Factory
from tests.harness import Browser

PASSWORD, NEW = "zhuangpei-2026-线", "jianyan-2027-单"


@pytest.fixture
def person(make: Factory) -> User:
    user = make.user(Role.ENTERPRISE)
    with writing() as session:
        session.merge(user).password_hash = passwords.hash_of(PASSWORD)
    return db.session.get_one(User, user.id)


@pytest.fixture
def administrator(client: Browser, make: Factory) -> Browser:
    return client.log_in(make.user(Role.ADMINISTRATOR))


def test_a_locked_person_is_found_and_unlocked(administrator: Browser, person: User) -> None:
    for _ in range(logins.LOCKOUT["failures"]):
        with pytest.raises(Invalid):
            logins.log_in(login=person.login, password="falsch-2026-x", user_agent="test")
    page = administrator.get("/users?locked=1")
    assert person.login in page.body
    assert "已锁定" in page.body
    referrer = {"Referer": "http://localhost/users?locked=1"}
    answer = administrator.post(f"/users/{person.id}/unlock", headers=referrer)
    assert answer.headers["Location"] == "/users?locked=1"
    assert "没有找到用户" in administrator.follow(answer).body


def test_a_search_that_finds_nobody_offers_everybody(administrator: Browser) -> None:
    page = administrator.get("/users?q=nobody&page=abc")
    assert page.links()["看全部用户"] == "/users"


def test_an_account_is_closed_after_a_question_and_reopened(administrator: Browser, person: User, app: Flask) -> None:
    there = Browser(app).log_in(person)
    page = administrator.get(f"/users?q={person.login}")
    assert page.by_class("sz-confirm")
    administrator.post(f"/users/{person.id}/deactivate")
    there.raw("/account", status=302)
    assert "已停用" in administrator.get(f"/users?q={person.login}").body
    administrator.post(f"/users/{person.id}/reactivate")
    assert "正常" in administrator.get(f"/users?q={person.login}").body


def test_a_reset_link_is_shown_once_and_works_once(administrator: Browser, person: User, app: Flask) -> None:
    page = administrator.follow(administrator.post(f"/users/{person.id}/reset-link"))
    path = urlsplit(page.by_id("fresh-link").get("value", "")).path
    assert "fresh-link" not in administrator.get("/users").ids()
    guest = Browser(app)
    assert person.login in guest.get(path).body
    guest.submit(path, {"password": NEW, "again": "x"}, status=422)
    guest.submit(path, {"password": "kurz", "again": "kurz"}, status=422)
    guest.post(path, {"password": NEW, "again": NEW})
    guest.get(path, status=404)
    guest.post("/login", {"login": person.login, "password": NEW})


def test_an_unknown_person_is_not_found(administrator: Browser) -> None:
    for act in ("unlock", "revoke-sessions", "deactivate", "reset-link"):
        administrator.post(f"/users/999999/{act}", status=404)
