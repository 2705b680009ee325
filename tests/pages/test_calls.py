"""The pages of a call: drafted, answered, scored blind, agreed on, announced, objected to, confirmed."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta

from flask import Flask

from marketplace.extensions import db
from marketplace.models.accounts import Role
from marketplace.models.calls import Call
from marketplace.services import call_scores, clock
from tests import call_world as world
from tests.factories import Factory
from tests.harness import Browser

Counting = Callable[[Flask], AbstractContextManager[list[str]]]


def test_a_call_is_drafted_with_the_remainder_shown_and_published(app: Flask, make: Factory, client: Browser) -> None:
    client.log_in(make.user(Role.BUREAU_REVIEWER))
    page = client.get("/calls/new")
    assert "权重合计 100，正好" in page.body
    today = clock.today()
    data = {
        "title": "先进金属牵头服务商遴选", "industry": "advanced_metals", "places": "2", "objection_days": "5",
        "text": "承担本行业试点企业的诊断、统筹和托底服务，具体要求见评分项。", "opens_on": today.isoformat(),
        "closes_on": (today + timedelta(days=10)).isoformat(), "criterion-name": ["经验", "统筹", ""],
        "criterion-hint": ["", "", ""], "criterion-weight": ["60", "30", ""], "once": page.hidden("once"),
    }  # fmt: skip
    wrong = client.send("POST", "/calls/new", data=data | {"csrf_token": client.token()})
    assert wrong.status_code == 422
    text = wrong.get_data(as_text=True)
    assert "现在合计90" in text
    assert "权重合计 90，还差 10" in text
    assert 'value="统筹"' in text
    where = client.post("/calls/new", data | {"criterion-weight": ["60", "40", ""]}).headers["Location"]
    show = client.get(where)
    client.post(f"{where}/publish", {"version": show.hidden("version"), "once": show.hidden("once")})
    assert "服务商正在应榜" in client.get(where).body
    assert "先进金属牵头服务商遴选" in Browser(app).get("/calls").body


def test_a_provider_answers_and_only_it_reads_its_answer(app: Flask, make: Factory, client: Browser) -> None:
    stage = world.opened(make)
    user = make.user(Role.PROVIDER)
    file = make.evidence(user=user, title="三份验收单")
    client.log_in(user)
    where = f"/calls/{stage.call_id}"
    page = client.get(f"{where}/response")
    texts = {f"text-{key}": "本地驻点八人，做过十九家食品企业。" for key in stage.criteria()}
    data = {**texts, "file-cases": str(file.id), "once": page.hidden("once"), "seen": ""}
    wrong = client.send("POST", f"{where}/response", data=data | {"csrf_token": client.token()})
    assert (wrong.status_code, "还没有承诺" in wrong.get_data(as_text=True)) == (422, True)
    assert "本地驻点八人" in wrong.get_data(as_text=True)
    declared = ["good_standing", "safety", "no_kickbacks", "no_subcontracting"]
    client.post(f"{where}/response", data | {"declared": declared})
    assert "本地驻点八人" in client.get(where).body
    assert "沿用" in client.get(f"{where}/response").body
    for stranger in (make.user(Role.PROVIDER), world.login_of(stage.officer)):
        client.log_in(stranger)
        assert "本地驻点八人" not in client.get(where).body


def test_an_expert_never_finds_anothers_score_on_a_page_before_all_are_in(
    app: Flask, make: Factory, client: Browser
) -> None:
    stage = world.scoring(make)
    world.score(stage, stage.experts[0], [[73, 74], [75, 76]])
    call_scores.submit(stage.experts[0], call_id=stage.call_id)
    marks = ("73.", "74.", "75.", "76.", ">73<", ">74<", ">75<", ">76<", 'value="73"', "有据可查")
    pages = [f"/calls/{stage.call_id}", f"/calls/{stage.call_id}/scores", "/call-scores"]
    pages += [f"/calls/{stage.call_id}/scores/{key}" for key in stage.responses()]
    for reader in stage.experts[1:]:
        client.log_in(world.login_of(reader))
        for address in pages:
            html = client.get(address).html
            assert not [mark for mark in marks if mark in html], address
    client.log_in(world.login_of(stage.officer))
    for address in (f"/calls/{stage.call_id}", f"/calls/{stage.call_id}/panel"):
        html = client.get(address).html
        assert not [mark for mark in marks if mark in html], address
    for expert in stage.experts[1:]:
        world.score(stage, expert, [[60, 61], [62, 63]])
        call_scores.submit(expert, call_id=stage.call_id)
    html = client.get(f"/calls/{stage.call_id}/panel").html
    assert all(f">{score}<" in html for score in (73, 74, 75, 76, 60, 61, 62, 63))


def test_an_expert_scores_and_submits_on_the_pages(app: Flask, make: Factory, client: Browser) -> None:
    stage = world.scoring(make)
    client.log_in(world.login_of(stage.experts[0]))
    where = f"/calls/{stage.call_id}/scores"
    assert "待评分" in client.get("/call-scores").body
    for response in stage.responses():
        data = {f"score-{key}": "88" for key in stage.criteria()}
        wrong = {**data, f"score-{stage.criteria()[0]}": "99", "csrf_token": client.token()}
        refused = client.send("POST", f"{where}/{response}", data=wrong)
        assert (refused.status_code, "请写明理由" in refused.get_data(as_text=True)) == (422, True)
        client.post(f"{where}/{response}", data)
    client.post(f"{where}/submit", {})
    assert "其他专家评完后" in client.get(where).body


def test_a_recused_expert_sees_neither_scores_nor_files(app: Flask, make: Factory, client: Browser) -> None:
    stage = world.scoring(make, experts=4)
    client.log_in(world.login_of(stage.experts[3]))
    client.post(f"/calls/{stage.call_id}/scores/recuse", {"reason": "与应榜单位有合作"})
    for expert in stage.experts[:3]:
        world.score(stage, expert, [[73, 74], [75, 76]])
        call_scores.submit(expert, call_id=stage.call_id)
    assert ">73<" not in client.get(f"/calls/{stage.call_id}/scores").html
    client.get(f"/calls/{stage.call_id}/scores/{stage.responses()[0]}", status=404)


def test_the_spread_is_shown_and_agreed_on_before_the_announcement(app: Flask, make: Factory, client: Browser) -> None:
    stage = world.gathered(make, [[[90, 70], [60, 60]], [[60, 70], [60, 60]], [[75, 70], [60, 60]]])
    client.log_in(world.login_of(stage.officer))
    where = f"/calls/{stage.call_id}"
    page = client.get(f"{where}/panel")
    assert "须合议" in page.body
    assert "12.25" in page.body  # the standard deviation of 90, 60 and 75
    assert "还有1处分差超过20分" in page.body
    data = {"response_id": str(stage.responses()[0]), "criterion_id": str(stage.criteria()[0]), "seen": ""}
    client.post(f"{where}/agreements", data | {"score": "80", "reason": "两家案例已核实"})
    page = client.get(f"{where}/panel")
    assert "合议：两家案例已核实" in page.body
    client.post(f"{where}/announce", {"version": str(stage.version)})
    public = Browser(app).get(where)
    assert "76.00" in public.body
    assert "拟入选" in public.body
    assert "两家案例已核实" not in public.body  # the experts' talk is not announced


def test_a_visitor_objects_and_the_result_waits_for_the_answer(app: Flask, make: Factory, client: Browser) -> None:
    stage = world.announced(make)
    where = f"/calls/{stage.call_id}"
    page = client.get(f"{where}/objections/new")
    data = {
        "name": "路人",
        "phone": "电话",
        "text": "第一名的案例合同是关联企业的，请核实。",
        "once": page.hidden("once"),
    }
    wrong = client.send("POST", f"{where}/objections/new", data=data | {"csrf_token": client.token()})
    assert (wrong.status_code, "请写能打通的手机号" in wrong.get_data(as_text=True)) == (422, True)
    client.post(f"{where}/objections/new", data | {"phone": "13900000009"})
    public = client.get(where)
    assert "收到异议1件，已书面答复0件" in public.body
    assert "13900000009" not in public.html
    assert "关联企业" not in public.html
    world.past_period(stage)
    client.log_in(world.login_of(stage.leader))
    show = client.get(where)
    refused = client.send(
        "POST", f"{where}/conclude", data={"version": str(stage.version), "csrf_token": client.token()}
    )
    assert (refused.status_code, "还有异议没有书面答复" in refused.get_data(as_text=True)) == (422, True)
    key = next(one for one in show.all("form") if "/objections/" in (one.get("action") or "")).get("action") or ""
    client.post(key, {"version": "1", "action": "dismiss", "reason": "合同双方没有关联关系，已查工商登记"})
    client.post(f"{where}/conclude", {"version": str(stage.version)})
    board = client.get("/calls")
    assert "各行业牵头服务商" in board.body


def test_an_objection_after_the_period_finds_the_door_shut(app: Flask, make: Factory, client: Browser) -> None:
    stage = world.announced(make)
    world.past_period(stage)
    data = {"name": "路人", "phone": "13900000009", "text": "第一名的案例合同是关联企业的，请核实。"}
    late = client.send("POST", f"/calls/{stage.call_id}/objections/new", data=data | {"csrf_token": client.token()})
    assert (late.status_code, "公示期已结束" in late.get_data(as_text=True)) == (422, True)


def test_the_list_asks_the_same_few_questions_for_one_and_for_twenty(
    app: Flask, make: Factory, client: Browser, count_queries: Counting
) -> None:
    counts = []
    world.opened(make)
    for more in (0, 19):
        for _ in range(more):
            world.opened(make)
        client.get("/calls")
        with count_queries(app) as statements:
            client.get("/calls")
        counts.append(len(statements))
    assert counts[0] == counts[1] <= 15


def test_the_panel_asks_the_same_few_questions_for_two_and_for_eight(
    app: Flask, make: Factory, client: Browser, count_queries: Counting
) -> None:
    counts = []
    for firms in (2, 8):
        stage = world.gathered(make, [[[80, 70]] * firms] * 3)
        client.log_in(world.login_of(stage.officer))
        client.get(f"/calls/{stage.call_id}/panel")
        with count_queries(app) as statements:
            client.get(f"/calls/{stage.call_id}/panel")
        counts.append(len(statements))
    assert counts[0] == counts[1] <= 18
    assert db.session.get_one(Call, 1)
