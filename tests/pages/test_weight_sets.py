"""The pages of the weights: evidence, comparison, decision."""

import pytest
from flask import Flask

from marketplace.models.accounts import Role, User
from marketplace.services import outcomes, weight_sets
from tests.factories import Factory
from tests.harness import Browser
from tests.services.test_weight_sets import _set


@pytest.fixture
def leader(app: Flask, make: Factory) -> User:
    return make.user(Role.BUREAU_LEADER)


def test_too_few_outcomes_are_said_and_what_was_typed_stays(client: Browser, leader: User) -> None:
    page = client.log_in(leader).get("/weights")
    told = weight_sets.too_few(outcomes.collect())
    assert told in page.body
    page = client.submit("/weights", {"name": "早了点", "once": "token"}, status=422)
    assert told in page.body
    assert "早了点" in page.html


def test_a_leader_adopts_with_a_reason_and_takes_it_back(client: Browser, leader: User, make: Factory) -> None:
    key = _set(make.actor(leader))
    page = client.log_in(leader).get("/account")
    page = client.get(page.links().get("匹配权重", "/weights"))
    page = client.get(page.links()[f"第{key}号 测试方案"])
    for words in ("拟合的95%区间", "排序质量", "拟合后的排序质量没有提高"):
        assert words in page.body
    fields = {name: page.hidden(name) for name in ("once", "version", "seen")}
    page = client.submit(f"/weights/{key}/adopt", fields | {"reason": ""}, status=422)
    assert "请写明理由" in page.body
    page = client.follow(client.post(f"/weights/{key}/adopt", fields | {"reason": "试算一个月再看"}))
    assert "已采用" in page.body
    assert "试算一个月再看" in page.body
    assert "测试方案" in client.get("/ranking-rules").body
    stale = client.submit(f"/weights/{key}/adopt", fields | {"once": "other", "reason": "再采用一次"}, status=409)
    assert "再采用一次" in stale.html
    fields = {name: page.hidden(name) for name in ("once", "version", "seen")}
    page = client.follow(client.post(f"/weights/{key}/retire", fields | {"reason": "效果不好"}))
    assert "已停用" in page.body
    assert "站内设定" in client.get("/ranking-rules").body


def test_a_reviewer_may_look_and_not_decide(client: Browser, make: Factory, leader: User) -> None:
    key = _set(make.actor(leader))
    page = client.log_in(make.user(Role.BUREAU_REVIEWER)).get(f"/weights/{key}")
    assert "由市局领导决定是否采用" in page.body
    assert f"/weights/{key}/adopt" not in {form.get("action") for form in page.all("form")}
