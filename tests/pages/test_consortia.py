"""联合体 in the browser: from the invitation to a confirmed change, for each who has a part in it."""

import pytest
from flask import Flask

from marketplace.domain.actors import Actor
from marketplace.domain.consortia import DECLARATIONS
from marketplace.extensions import db
from marketplace.models.accounts import Role, User
from tests import consortium_world as world
from tests.factories import Factory
from tests.harness import Browser, Page

QUERIES = 15


def _user(person: Actor) -> User:
    return db.session.get_one(User, person.user_id)


def _fields(page: Page, action: str) -> dict[str, str]:
    form = next(one for one in page.all("form") if one.get("action") == action)
    return {one.get("name", ""): one.get("value", "") for one in form.iter("input") if one.get("type") == "hidden"}


def _press(client: Browser, page: Page, action: str, **more: str) -> Page:
    return client.follow(client.post(action, {**_fields(page, action), **more}))


@pytest.fixture
def lead(app: Flask, make: Factory) -> Actor:
    return world.lead(make)


@pytest.fixture
def guest(app: Flask, make: Factory) -> Actor:
    return make.actor(Role.PROVIDER)


def test_from_the_first_invitation_to_a_confirmed_change(client: Browser, lead: Actor, guest: Actor, make: Factory) -> None:  # fmt: skip  # noqa: E501
    officer = make.user(Role.BUREAU_LEADER)
    client.log_in(_user(lead))
    page = client.get("/consortia/new")
    fields = {"name": "食品质量联合体", "industry": world.FOOD, "purpose": world.PURPOSE, "once": page.hidden("once")}
    wrong = client.submit("/consortia/new", {**fields, "share": "全部", "scenes": "quality"}, status=422)
    assert "份额填大于0" in wrong.body
    made = client.post("/consortia/new", {**fields, "share": "55.5", "scenes": ["production_control", "quality"]})
    home = made.headers["Location"]
    page = client.follow(made)
    assert "组建中" in page.body
    page = client.get(f"{home}/invite")
    client.post(
        f"{home}/invite",
        {"once": page.hidden("once"), "provider_id": str(guest.provider_id), "share": "44.5", "scenes": "energy"},
    )
    key = int(home.rsplit("/", 1)[1])
    seat = world.seat(key, guest).id
    page = client.log_in(_user(guest)).get("/consortia")
    assert "等本单位答复的邀请" in page.body
    page = _press(client, client.get(home), f"/consortia/seats/{seat}/consent")
    assert "本单位已同意份额44.5%" in page.body
    page = client.log_in(_user(lead)).get(f"{home}/submit")
    hidden = {name: page.hidden(name) for name in ("once", "version")}
    wrong = client.submit(f"{home}/submit", {**hidden, "declared": "free_choice"}, status=422)
    assert "三项承诺都要作出" in wrong.body
    hidden["once"] = wrong.hidden("once")
    client.post(f"{home}/submit", {**hidden, "declared": list(DECLARATIONS)})
    page = _press(client, client.log_in(officer).get(home), f"{home}/confirm")
    assert "已成立" in page.body
    for text in DECLARATIONS.values():
        assert text in page.body
    assert "食品质量联合体" in client.get(f"/providers/{guest.provider_id}").body
    _change(client, lead, guest, officer, home)


def _change(client: Browser, lead: Actor, guest: Actor, officer: User, home: str) -> None:
    page = client.log_in(_user(lead)).get(f"{home}/change")
    typed = {
        "once": page.hidden("once"), "seen": page.hidden("seen"), "lead": str(lead.provider_id),
        "seats-0-provider_id": str(lead.provider_id), "seats-0-share": "50", "seats-0-scenes": ["quality"],
        "seats-1-provider_id": str(guest.provider_id), "seats-1-share": "40", "seats-1-scenes": ["energy", "safety"],
        "new_provider": "0", "reason": "能耗单子变多了",
    }  # fmt: skip
    wrong = client.submit(f"{home}/change", typed, status=422)
    assert "份额合计90%，还差10%" in wrong.body
    typed |= {"once": wrong.hidden("once"), "seats-1-share": "50"}
    made = client.post(f"{home}/change", typed)
    change = made.headers["Location"]
    assert "份额由44.5%改为50%" in client.follow(made).body
    page = _press(client, client.log_in(_user(guest)).get(change), f"{change}/consent")
    assert "待市局同意" in page.body
    page = _press(client, client.log_in(officer).get(change), f"{change}/confirm")
    assert "已生效" in page.body
    page = client.get(home)
    assert "以前的席位（2）" in page.body
    assert "份额合计100%" in page.body
    assert "能耗管理" in client.get(f"{home}/print").body


def test_a_stranger_finds_nothing_and_the_bureau_s_queue_shows_what_waits(
    client: Browser, lead: Actor, guest: Actor, make: Factory
) -> None:
    key = world.submitted(lead, [guest])
    client.log_in(make.user(Role.PROVIDER)).get(f"/consortia/{key}", status=404)
    assert "没有联合体" in client.get("/consortia").body
    assert "待确认成立（1）" in client.log_in(make.user(Role.BUREAU_REVIEWER)).get("/consortia").body
    assert "已报市局（1）" in client.log_in(_user(guest)).get("/consortia").body


def test_a_refusal_is_said_on_the_page_and_dissolving_keeps_the_record(
    client: Browser, lead: Actor, guest: Actor, make: Factory
) -> None:
    key = world.active(lead, [guest], make.actor(Role.BUREAU_LEADER))
    client.log_in(_user(lead))
    page = client.get(f"/consortia/{key}")
    action = f"/consortia/{key}/dissolve"
    wrong = client.submit(action, {**_fields(page, action), "reason": " "}, status=422)
    assert "请写明理由" in wrong.body
    page = _press(client, wrong, action, reason="合作期满")
    assert "解散理由" in page.body
    assert "合作期满" in page.body


def test_each_list_takes_as_many_queries_for_one_as_for_many(
    app: Flask, client: Browser, make: Factory, count_queries: object
) -> None:
    officer = make.actor(Role.BUREAU_LEADER)
    numbers = []
    for _ in range(2):
        for _ in range(2):
            lead, guest = world.lead(make), make.actor(Role.PROVIDER)
            key = world.active(lead, [guest], officer)
            world.propose(lead, key, world.with_share(world.composition(key), ["50", "50"]))
        client.log_in(_user(officer))
        for address in ("/consortia", f"/consortia/{key}", "/concentration"):
            with count_queries(app) as statements:  # type: ignore[operator]
                client.get(address)
            numbers.append(len(statements))
    assert max(numbers) <= QUERIES, numbers
    assert numbers[:3] == numbers[3:]
