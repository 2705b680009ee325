"""揭榜挂帅 in the browser: the bureau drafts, publishes and closes, providers answer, everybody reads."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta

import pytest
from flask import Flask

from marketplace.models.accounts import Role, User
from marketplace.models.challenges import ChallengeStatus
from marketplace.services import challenges, clock
from tests.factories import Factory
from tests.harness import Browser, Page
from tests.pages.access_plans import challenge
from tests.services.test_challenges import ANSWER
from tests.services.test_insights import PRESS, publish

QUERIES = 15
WORDS = "气缸要在坏之前换，停线最多十分钟。"


def _hidden(page: Page, action: str) -> dict[str, str]:
    form = next(one for one in page.all("form") if one.get("action") == action)
    return {one.get("name", ""): one.get("value", "") for one in form.iter("input") if one.get("type") == "hidden"}


def test_from_unmet_demand_to_the_result_without_javascript(app: Flask, client: Browser, make: Factory) -> None:
    publish(make, PRESS, scene="equipment", target=4, budget=80_000)
    reviewer, provider = make.user(Role.BUREAU_REVIEWER), make.user(Role.PROVIDER)
    page = client.log_in(reviewer).get("/insights/unmet")
    address = page.links()["拟榜：现代食品制造设备管理"]
    page = client.get(address)
    assert PRESS in page.html
    fields = {"title": "设备预测性维护", "target_level": "4", "text": WORDS, "once": page.hidden("once")}
    wrong = client.submit(address, {**fields, "closes_on": "明年"}, status=422)
    assert "请按“2026-12-31”的样子填写日期" in wrong.body
    assert WORDS in wrong.html
    closes_on = (clock.today() + timedelta(days=10)).isoformat()
    made = client.post(address, {**fields, "closes_on": closes_on})
    home = made.headers["Location"]
    page = client.follow(made)
    assert "拟定中" in page.body
    changed = client.get(f"{home}/edit")
    typed = {**fields, "title": "气缸预测性维护", "closes_on": closes_on}
    client.post(f"{home}/edit", {**typed, **{name: changed.hidden(name) for name in ("once", "version")}})
    page = client.get(home)
    client.post(f"{home}/publish", _hidden(page, f"{home}/publish"))
    _answer(client, provider, home)
    page = client.log_in(reviewer).get(home)
    assert "应榜（1家）" in page.body
    assert "12.00万元" in page.body
    empty = client.submit(f"{home}/close", {**_hidden(page, f"{home}/close"), "reason": " "}, status=422)
    assert "请写明理由" in empty.body
    page = client.get(home)
    client.post(f"{home}/close", {**_hidden(page, f"{home}/close"), "reason": "选了做过的那一家"})
    page = Browser(app).get(home)
    assert "选了做过的那一家" in page.body
    assert "少于3家企业提出，预算不公开" in page.body
    assert "8.00万元" not in page.body
    assert "12.00万元" not in page.body


def _answer(client: Browser, provider: User, home: str) -> None:
    page = client.log_in(provider).get(home)
    assert "我要应榜" in page.body
    page = client.get(f"{home}/answer")
    fields = {"text": ANSWER.text, "price": "12万", "days": "60", "once": page.hidden("once"), "seen": ""}
    wrong = client.submit(f"{home}/answer", fields, status=422)
    assert "请只填数字" in wrong.body
    assert ANSWER.text in wrong.html
    client.post(f"{home}/answer", {**fields, "price": "120000"})
    page = client.get(f"{home}/answer")
    assert page.h1 == "修改应榜"
    assert ANSWER.text in page.html


def test_no_draft_is_drawn_up_where_nothing_is_unmet(client: Browser, make: Factory) -> None:
    make.user(Role.BUREAU_LEADER)
    page = client.log_in(Role.BUREAU_LEADER).get("/challenges/new?industry=modern_food&scene=equipment")
    assert "这里没有未满足的需求" in page.body
    page = client.submit("/challenges/new", {"title": "设备维护"}, status=422)
    assert "这里没有未满足的需求" in page.body


@pytest.mark.parametrize("role", [None, *Role])
def test_everybody_reads_the_board_and_an_open_challenge(client: Browser, make: Factory, role: Role | None) -> None:
    row = challenge(make, ChallengeStatus.OPEN)
    if role is not None:
        client.log_in(make.user(role))
    page = client.get("/challenges")
    assert row.title in page.body
    page = client.get(f"/challenges/{row.id}")
    assert page.h1 == row.title
    assert ("登录应榜" in page.body) == (role is None)
    assert ("我要应榜" in page.body) == (role == Role.PROVIDER)


def test_after_the_last_day_the_form_is_gone(client: Browser, make: Factory) -> None:
    row = challenge(make, ChallengeStatus.OPEN, days=-1)
    client.log_in(make.user(Role.PROVIDER))
    page = client.get(f"/challenges/{row.id}")
    assert "已截止，待收榜" in page.body
    assert "不再接受应榜" in client.follow(client.send("GET", f"/challenges/{row.id}/answer")).body
    fields = {"text": ANSWER.text, "price": "120000", "days": "60"}
    assert "已过截止日期" in client.submit(f"/challenges/{row.id}/answer", fields, status=422).body


def test_an_answer_from_a_stale_tab_is_given_back(client: Browser, make: Factory) -> None:
    row, user = challenge(make, ChallengeStatus.OPEN), make.user(Role.PROVIDER)
    client.log_in(user)
    challenges.answer(make.actor(user), challenge_id=row.id, answer=ANSWER)
    fields = {"text": "另一份写了很久的应榜内容，别弄丢。", "price": "90000", "days": "30", "seen": ""}
    page = client.submit(f"/challenges/{row.id}/answer", fields, status=409)
    assert "另一份写了很久的应榜内容" in page.body


def test_an_empty_board_and_incomplete_buttons_have_a_next_step(client: Browser, make: Factory) -> None:
    assert "现在没有可揭的榜" in client.get("/challenges").body
    row = challenge(make, ChallengeStatus.DRAFT)
    client.log_in(make.user(Role.BUREAU_LEADER))
    assert "没有发榜" in client.submit(f"/challenges/{row.id}/publish", {"version": ""}, status=422).body
    assert "没有收榜" in client.submit(f"/challenges/{row.id}/close", {"version": "x"}, status=422).body


def test_a_published_challenge_has_no_form_to_change_it(client: Browser, make: Factory) -> None:
    row = challenge(make, ChallengeStatus.OPEN)
    client.log_in(make.user(Role.BUREAU_REVIEWER))
    assert "内容不能再改" in client.follow(client.send("GET", f"/challenges/{row.id}/edit")).body


def test_board_and_page_ask_the_database_as_often_for_one_as_for_many(
    app: Flask,
    client: Browser,
    make: Factory,
    count_queries: Callable[[Flask], AbstractContextManager[list[str]]],
) -> None:
    row = challenge(make, ChallengeStatus.OPEN)
    client.log_in(make.user(Role.BUREAU_REVIEWER))
    counts: dict[str, list[int]] = {"/challenges": [], f"/challenges/{row.id}": []}
    for times in (1, 12):
        for _ in range(times):
            challenge(make, ChallengeStatus.OPEN)
            challenges.answer(make.actor(Role.PROVIDER), challenge_id=row.id, answer=ANSWER)
        for address, found in counts.items():
            with count_queries(app) as statements:
                client.get(address)
            found.append(len(statements))
    for one, many in counts.values():
        assert one == many <= QUERIES
