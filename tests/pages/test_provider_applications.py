"""The pages of an application to the pool, from the empty list to the provider's public page."""

from flask import Flask

from marketplace.domain import provider_applications as rules
from marketplace.domain import wording
from marketplace.extensions import db
from marketplace.models.accounts import Role, User
from marketplace.models.provider_applications import ProviderApplication
from marketplace.models.providers import Standing
from marketplace.services import clock
from marketplace.services import provider_applications as applications
from tests.factories import Factory
from tests.harness import Browser
from tests.services.test_provider_applications import FACTS, candidate, row_of, sent, written


def test_a_candidate_walks_from_the_list_to_a_sent_application(app: Flask, make: Factory, client: Browser) -> None:
    provider = make.provider(standing=Standing.CANDIDATE)
    user = make.user(Role.PROVIDER, organisation_id=provider.organisation_id)
    files = [make.evidence(user=user, title=row["label"]).id for row in rules.EVIDENCE.values()]
    client.log_in(user)
    page = client.get("/pool-applications")
    assert "还没有申请" in page.body
    where = client.post("/pool-applications", {"once": page.hidden("once")}).headers["Location"]
    assert "还差" in client.get(where).body
    client.post(f"{where}/parts/basics", {"kind": "product", "scenes": ["quality", "energy"]})
    client.post(f"{where}/parts/facts", dict(FACTS))
    evidence = {f"file-{topic}": key for topic, key in zip(rules.EVIDENCE, files, strict=True)}
    client.post(f"{where}/parts/evidence", evidence)
    assert "差4项" in client.get(f"{where}/check").body
    client.post(f"{where}/parts/declarations", {"declared": [row["id"] for row in rules.POLICY["declarations"]]})
    check = client.get(f"{where}/check")
    assert "营业执照" in check.body
    client.post(f"{where}/submit", {"version": check.hidden("version"), "once": check.hidden("once")})
    assert "等市局审核" in client.get(where).body


def test_each_change_is_saved_by_itself_and_a_wrong_one_says_so(app: Flask, make: Factory, client: Browser) -> None:
    person = candidate(make)
    key = written(make, person)
    client.log_in(db.session.get_one(User, person.user_id))
    where = f"/pool-applications/{key}/parts/facts"
    data = {**FACTS, "staff": "60", "csrf_token": client.token()}
    answer = client.send("POST", where, data=data, headers={"HX-Request": "true"})
    assert (answer.status_code, "已保存" in answer.get_data(as_text=True)) == (200, True)
    assert row_of(key).facts["staff"] == 60
    answer = client.send("POST", where, data=data | {"staff": "六十"}, headers={"HX-Request": "true"})
    assert "在职人数请填" in answer.get_data(as_text=True)
    assert row_of(key).facts["staff"] == 60
    page = client.send("POST", where, data=data | {"staff": "六十"})
    assert (page.status_code, 'value="六十"' in page.get_data(as_text=True)) == (422, True)


def test_the_bureau_sends_back_and_then_admits(app: Flask, make: Factory, client: Browser) -> None:
    person = candidate(make)
    row = sent(make, person)
    client.log_in(make.user(Role.BUREAU_REVIEWER))
    queue = client.get("/pool-applications/queue")
    assert "待审 1" in queue.body
    address = f"/pool-applications/{row.id}/decision"
    page = client.get(address)
    data = {"version": page.hidden("version"), "once": page.hidden("once")}
    refused = client.send("POST", address, data={**data, "action": "admit", "csrf_token": client.token()})
    assert (refused.status_code, "还有没核实的条件" in refused.get_data(as_text=True)) == (422, True)
    client.post(address, data | {"action": "return", "note-facts": "人数不符"})
    assert "退回补正 1" in client.get("/pool-applications/queue").body
    db.session.rollback()
    applications.submit(person, application_id=row.id, version=row_of(row.id).version)
    page = client.get(address)
    data = {"version": page.hidden("version"), "once": page.hidden("once"), "action": "admit"}
    client.post(address, data | {"met": [one.id for one in rules.conditions("product")]})
    public = client.get(f"/providers/{person.provider_id}")
    assert f"入池日期 {wording.day(clock.today())}" in public.body
    assert "核实过的条件" in client.get(address).body


def test_the_loser_of_two_decisions_is_told_and_keeps_his_words(app: Flask, make: Factory, client: Browser) -> None:
    row = sent(make, candidate(make))
    client.log_in(make.user(Role.BUREAU_LEADER))
    page = client.get(f"/pool-applications/{row.id}/decision")
    data = {"version": page.hidden("version"), "action": "reject", "reason": "案例核实不了"}
    client.post(f"/pool-applications/{row.id}/decision", data)
    lost = client.send("POST", f"/pool-applications/{row.id}/decision", data=data | {"csrf_token": client.token()})
    assert lost.status_code == 409
    assert "案例核实不了" in lost.get_data(as_text=True)


def test_the_queue_asks_the_same_few_questions_for_one_and_for_twenty(
    app: Flask, make: Factory, client: Browser, count_queries: object
) -> None:
    client.log_in(make.user(Role.BUREAU_REVIEWER))
    counts = []
    for more in (1, 19):
        for _ in range(more):
            provider = make.provider(standing=Standing.CANDIDATE)
            user = make.user(Role.PROVIDER, organisation_id=provider.organisation_id)
            now = clock.now()
            make._save(
                ProviderApplication(
                    provider_id=provider.id, kind="product", industries=[], scenes=[], facts={}, notes={}, met=[],
                    status="submitted", decided_at=now, decided_by=user.id, submitted_at=now, created_by=user.id,
                    created_at=now, changed_at=now,
                )
            )  # fmt: skip
        client.get("/pool-applications/queue")
        with count_queries(app) as statements:  # type: ignore[operator]
            client.get("/pool-applications/queue")
        counts.append(len(statements))
    assert counts[0] == counts[1] <= 15
