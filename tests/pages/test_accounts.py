"""Log in, invite, join, switch: as a browser does it."""

from urllib.parse import urlsplit

import pytest
from flask import Flask
from sqlalchemy import func, select

from marketplace.extensions import db
from marketplace.models.accounts import AuthSession, Membership, Role, User
from marketplace.models.matches import ShortlistEntry
from marketplace.models.providers import Provider
from marketplace.services import logins, passwords
from marketplace.services.unit_of_work import writing
from tests.conftest import Databases, dispose, make_app
from tests.factories import Factory
from tests.harness import Browser, Page

PASSWORD, NEW = "zhuangpei-2026-线", "jianyan-2027-单"


@pytest.fixture
def person(make: Factory) -> User:
    user = make.user(Role.ENTERPRISE)
    with writing() as session:
        session.merge(user).password_hash = passwords.hash_of(PASSWORD)
    return db.session.get_one(User, user.id)


def count(model: type) -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(model)) or 0


def typed(page: Page, name: str) -> str:
    return next(field.get("value", "") for field in page.all("input") if field.get("name") == name)


def test_somebody_logs_in_sees_his_workplace_and_logs_out(client: Browser, person: User) -> None:
    page = client.follow(client.post("/login", {"login": person.login, "password": PASSWORD}))
    assert page.h1 == "我的工作台"
    assert "我的需求清单" in page.links()
    assert client.follow(client.post("/logout")).h1
    client.raw("/account", status=302)


def test_a_page_that_needs_a_login_leads_there_and_back(client: Browser, person: User) -> None:
    address = client.raw("/account/security?x=1", status=302).headers["Location"]
    page = client.get(address)
    data = {"login": person.login, "password": PASSWORD, "next": page.hidden("next")}
    assert client.post("/login", data).headers["Location"] == "/account/security?x=1"


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.test/",
        "//evil.test",
        "/\\evil.test",
        "\\\\evil.test",
        "javascript:alert(1)",
        "/\t/evil.test",
        "http:evil.test",
    ],
)
def test_nobody_is_sent_elsewhere_after_login(client: Browser, person: User, target: str) -> None:
    client.get("/login", query_string={"next": target})
    data = {"login": person.login, "password": PASSWORD, "next": target}
    location = urlsplit(client.post("/login", data).headers["Location"])
    assert location.netloc == ""
    assert not location.path.startswith(("//", "/\\", "\\"))


def test_a_wrong_password_keeps_the_account_name_and_says_one_thing(client: Browser, person: User) -> None:
    known = client.submit("/login", {"login": person.login, "password": "falsch-2026-x"}, status=422)
    unknown = client.submit("/login", {"login": "nobody@example.test", "password": "falsch-2026-x"}, status=422)
    assert typed(known, "login") == person.login
    assert typed(known, "password") == ""
    assert [page.words(page.by_id("error-summary")) for page in (known, unknown)] == [
        f"有内容要改 口令：{logins.REFUSAL}"
    ] * 2


def test_nothing_of_the_former_session_survives_a_login(client: Browser, person: User) -> None:
    with client.client.session_transaction() as session:
        session["planted"], session["csrf_token"] = "x", "planted"
    client.log_in(person)
    with client.client.session_transaction() as session:
        session["planted"] = "x"
    client.post("/login", {"login": person.login, "password": PASSWORD})
    with client.client.session_transaction() as session:
        assert "planted" not in session
    assert len([row for row in db.session.scalars(select(AuthSession)) if row.revoked_at is None]) == 1


def test_favourites_of_an_anonymous_reader_become_the_enterprises(client: Browser, person: User, make: Factory) -> None:
    solution = make.solution()
    client.post("/favourites", {"solution_id": solution.id})
    client.post("/login", {"login": person.login, "password": PASSWORD})
    assert db.session.scalars(select(ShortlistEntry.solution_id)).all() == [solution.id]


def test_every_role_has_a_demo_account_one_click_away(demo_client: Browser) -> None:
    page = demo_client.get("/login")
    buttons = {one.get("value") for one in page.all("button") if one.get("name") == "role"}
    assert buttons == set(Role)
    assert "演示环境专用" in page.body


@pytest.mark.parametrize("role", list(Role))
def test_a_demo_account_enters_its_workplace(own_demo_app: Flask, role: Role) -> None:
    with own_demo_app.app_context():
        browser = Browser(own_demo_app)
        page = browser.follow(browser.post("/demo-login", {"role": role}))
        assert page.h1 == "我的工作台"


def test_outside_demo_mode_there_are_no_demo_accounts(
    databases: Databases, empty_template: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    app = make_app(databases.new(empty_template), tmp_path_factory.mktemp("plain"), DEMO_MODE=False)
    with app.app_context():
        browser = Browser(app)
        assert "演示账号" not in browser.get("/login").body
        browser.post("/demo-login", {"role": "administrator"}, status=404)
    dispose(app)


def invite(keeper: Browser, login: str) -> str:
    """The path behind the link that the keeper's page shows, once."""
    page = keeper.follow(keeper.post("/account/colleagues/invite", {"name": "新人", "login": login}))
    link = page.by_id("fresh-link").get("value", "")
    assert "fresh-link" not in keeper.get("/account/colleagues").ids()
    return urlsplit(link).path


def test_a_newcomer_follows_his_link_and_is_in(client: Browser, person: User, app: Flask) -> None:
    path = invite(client.log_in(person), "neu@example.test")
    guest = Browser(app)
    page = guest.get(path)
    assert typed(page, "person") == "新人"
    guest.submit(path, {"person": "新人", "password": "kurz", "again": "kurz"}, status=422)
    page = guest.follow(guest.post(path, {"person": "新人", "password": PASSWORD, "again": PASSWORD}))
    assert page.h1 == "我的工作台"
    guest.get(path, status=404)
    assert "新人" in client.get("/account/colleagues").body


def test_somebody_logged_in_joins_with_one_button_and_switches_between_his_seats(
    client: Browser, person: User, make: Factory, app: Flask
) -> None:
    other = make.user(Role.PROVIDER)
    path = invite(client.log_in(person), other.login)
    guest = Browser(app).log_in(other)
    page = guest.get(path)
    assert not [field for field in page.all("input") if field.get("type") == "password"]
    assert "切换单位" in guest.follow(guest.post(path)).body
    seat = db.session.scalars(
        select(Membership.id).where(Membership.user_id == other.id, Membership.role == Role.PROVIDER)
    ).one()
    assert "（服务商）" in guest.follow(guest.post("/account/seat", {"membership_id": seat})).body


def test_the_keeper_manages_and_the_member_only_looks(client: Browser, person: User, make: Factory, app: Flask) -> None:
    keeper = client.log_in(person)
    home = make.actor(person).organisation_id
    colleague = make.user(Role.ENTERPRISE, organisation_id=home, is_keeper=False)
    seat = db.session.scalars(select(Membership.id).where(Membership.user_id == colleague.id)).one()
    own = db.session.scalars(select(Membership.id).where(Membership.user_id == person.id)).one()
    member = Browser(app).log_in(colleague)
    page = member.get("/account/colleagues")
    assert "邀请同事" not in page.body
    member.post("/account/colleagues/invite", {"name": "新人", "login": "neu@example.test"}, status=403)
    page = keeper.submit(f"/account/colleagues/{own}/remove", status=422)
    assert "至少要有一名管理员" in page.body
    keeper.post(f"/account/colleagues/{seat}/keeper", {"is_keeper": "1"})
    assert "新人" not in member.get("/account/colleagues").body
    assert "邀请同事" in member.get("/account/colleagues").body
    keeper.post(f"/account/colleagues/{seat}/remove")
    member.raw("/account", status=302)
    assert count(Membership) == 1


def test_one_device_logs_out_another_and_a_new_password_ends_the_rest(
    client: Browser, person: User, app: Flask
) -> None:
    here, there, third = client.log_in(person), Browser(app).log_in(person), Browser(app).log_in(person)
    page = here.get("/account/security")
    action = next(one.get("action") for one in page.all("form") if "/revoke" in one.get("action", ""))
    here.post(action or "")
    assert sorted(answers(there, third)) == [200, 302]
    here.post("/account/security", {"old": PASSWORD, "new": NEW, "again": NEW})
    here.get("/account")
    assert answers(there, third) == [302, 302]


def answers(*browsers: Browser) -> list[int]:
    return [one.send("GET", "/account").status_code for one in browsers]


def test_log_out_everywhere_asks_first_and_ends_every_device(client: Browser, person: User, app: Flask) -> None:
    here, there = client.log_in(person), Browser(app).log_in(person)
    assert here.get("/account/security").by_class("sz-confirm")
    here.post("/logout-everywhere")
    assert answers(here, there) == [302, 302]


def test_a_wrong_repetition_changes_nothing(client: Browser, person: User) -> None:
    page = client.log_in(person).submit(
        "/account/security", {"old": PASSWORD, "new": NEW, "again": NEW + "x"}, status=422
    )
    assert "两次输入的口令不一样" in page.body


def test_a_provider_sees_its_listings_and_what_they_lack(client: Browser, make: Factory) -> None:
    user = make.user(Role.PROVIDER)
    browser = client.log_in(user)
    assert "还没有产品" in browser.get("/my/listings").body
    owner = make.actor(user)
    provider = db.session.get_one(Provider, owner.provider_id)
    solution = make.solution(provider=provider, price=None)
    page = browser.get("/my/listings?page=7")
    assert page.links()[solution.name] == f"/solutions/{solution.id}"
    assert "报价" in page.body
