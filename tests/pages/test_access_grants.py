"""Consent: for a purpose and a time, used on record, and over at once when it is withdrawn or has ended."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from marketplace.extensions import db
from marketplace.models.accounts import Role, User
from marketplace.models.assessments import AssessmentStatus
from marketplace.models.audit import AuditEntry
from marketplace.models.demands import DemandStatus
from marketplace.models.evidence import AccessGrant, GrantPurpose
from marketplace.models.providers import Standing
from marketplace.services import access_grants, clock
from tests.factories import Factory
from tests.harness import Browser, Page


@pytest.fixture
def user(make: Factory) -> User:
    return make.user(Role.ENTERPRISE)


@pytest.fixture
def owner(client: Browser, user: User) -> Browser:
    return client.log_in(user)


def guest(app: Flask, make: Factory, role: Role = Role.PROVIDER) -> tuple[Browser, int]:
    person = make.user(role)
    return Browser(app).log_in(person), make.actor(person).organisation_id or 0


def uses() -> int:
    return len(db.session.scalars(select(AuditEntry).where(AuditEntry.action == "grants.used")).all())


@pytest.mark.parametrize("role", [Role.PROVIDER, Role.EXPERT])
def test_given_used_on_record_and_withdrawn(app: Flask, owner: Browser, user: User, make: Factory, role: Role) -> None:
    visitor, organisation_id = guest(app, make, role)
    key = make.actor(user).enterprise_id
    piece = make.evidence(user=user)
    visitor.get(f"/enterprises/{key}", status=403)
    form = {"organisation_id": organisation_id, "purpose": "diagnosis", "days": "30", "note": "上门诊断"}
    page = owner.follow(owner.post("/access-grants/new", form))
    assert "有效" in page.body
    page = visitor.get(f"/enterprises/{key}")
    assert page.h1.startswith("打开")  # the door: a GET puts nothing on record
    visitor.get(f"/evidence/{piece.id}", status=403)
    visitor.get(f"/enterprises/{key}/timeline", status=403)
    assert uses() == 0
    grant_id = db.session.scalars(select(AccessGrant.id)).one()
    page = visitor.follow(visitor.post(f"/access-grants/{grant_id}/use"))
    assert "按企业授权查看" in page.body
    assert uses() == 1
    visitor.post(f"/evidence/{piece.id}/file", status=200).close()
    record = owner.get(f"/enterprises/{key}").body
    assert "按授权查看档案" in record
    assert "下载材料" in record
    owner.post(f"/access-grants/{grant_id}/withdraw", {"version": "1"})
    visitor.get(f"/enterprises/{key}", status=403)
    visitor.get(f"/evidence/{piece.id}", status=403)
    visitor.post(f"/evidence/{piece.id}/file", status=403)
    visitor.post(f"/access-grants/{grant_id}/use", status=403)
    assert "已收回" in visitor.get("/files-open-to-me").body
    assert uses() == 1


def test_what_has_ended_or_not_begun_opens_nothing(app: Flask, user: User, make: Factory) -> None:
    key = make.actor(user).enterprise_id or 0
    today = clock.today()
    for starts, days, is_open in ((-10, 10, False), (-9, 10, True), (0, 1, True), (1, 5, False)):
        visitor, organisation_id = guest(app, make)
        grant = make.access_grant(user=user, organisation_id=organisation_id, starts=starts, days=days)
        assert grant.starts_on == today + timedelta(days=starts)
        visitor.get(f"/enterprises/{key}", status=200 if is_open else 403)
        visitor.post(f"/access-grants/{grant.id}/use", status=303 if is_open else 403)
        found = access_grants.find_active(db.session, organisation_id=organisation_id, enterprise_id=key)
        assert (found is not None) == is_open


def test_a_purpose_is_not_another(user: User, make: Factory) -> None:
    provider = make.provider()
    key = make.actor(user).enterprise_id or 0
    make.access_grant(user=user, organisation_id=provider.organisation_id, purpose="planning")

    def find(purpose: GrantPurpose) -> AccessGrant | None:
        return access_grants.find_active(
            db.session, organisation_id=provider.organisation_id, enterprise_id=key, purpose=purpose
        )

    assert find(GrantPurpose.PLANNING) is not None
    assert find(GrantPurpose.DIAGNOSIS) is None


def test_a_guest_sees_what_his_work_needs_and_nothing_of_third_parties(
    app: Flask, owner: Browser, user: User, make: Factory
) -> None:
    visitor, organisation_id = guest(app, make)
    third = make.provider(short_name="第三方甲")
    make.access_grant(user=user, organisation_id=third.organisation_id)
    make.assessment(user=user, levels={"quality": 2})
    make.assessment(user=user, status=AssessmentStatus.DRAFT, note="没写完")
    shown = make.demand(user=user)
    thought = make.demand(user=user, status=DemandStatus.DRAFT)
    grant = make.access_grant(user=user, organisation_id=organisation_id)
    page = visitor.follow(visitor.post(f"/access-grants/{grant.id}/use"))
    assert "质量管理：二级" in page.body
    assert shown.title in page.body
    assert "目标二级：记录都在纸上,找不到" in page.body
    for hidden in (thought.title, "填写中", "候选名单", "组合方案与报价单", "查看授权", "新建需求清单", "导出档案"):
        assert hidden not in Page.words(page.by_id("main")), hidden
    firm = make.actor(user).organisation_name
    assert firm in page.h1
    timeline = Page.words(page.by_class("sz-timeline")[0])
    assert "按授权查看档案" in timeline
    assert "新建" not in timeline


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"organisation_id": ""}, "请从列表里选择要授权的单位"),
        ({"organisation_id": "4711"}, "请从列表里选择要授权的单位"),
        ({"purpose": "gossip"}, "请选择用途"),
        ({"days": "91"}, "最多授权90天"),
        ({"days": "0"}, "最多授权90天"),
        ({"days": "一个月"}, "最多授权90天"),
        ({"days": ""}, "请填写授权天数"),
        ({"note": " "}, "请写明对方要做什么"),
    ],
)
def test_what_is_wrong_is_named_and_what_was_typed_stays(
    owner: Browser, make: Factory, change: dict[str, str], words: str
) -> None:
    provider = make.provider()
    form = {"organisation_id": str(provider.organisation_id), "purpose": "diagnosis", "days": "30", "note": "上门看看"}
    page = owner.submit("/access-grants/new", form | change, status=422)
    assert words in Page.words(page.by_id("error-summary"))
    assert (change.get("note") or "上门看看").strip() in page.body
    assert db.session.scalars(select(AccessGrant)).all() == []


def test_neither_firms_of_other_kinds_nor_hidden_providers_are_let_in(owner: Browser, make: Factory) -> None:
    hidden = make.provider(standing=Standing.SUSPENDED)
    enterprise = make.enterprise()
    options = {one.get("value") for one in owner.get("/access-grants/new").all("option")}
    for organisation_id in (hidden.organisation_id, enterprise.organisation_id):
        assert str(organisation_id) not in options
        form = {"organisation_id": organisation_id, "purpose": "diagnosis", "days": "30", "note": "看看"}
        owner.submit("/access-grants/new", form, status=422)


def test_withdrawing_twice_tells_the_second_who_was_first(owner: Browser, user: User, make: Factory) -> None:
    grant = make.access_grant(user=user, organisation_id=make.provider().organisation_id)
    owner.post(f"/access-grants/{grant.id}/withdraw", {"version": "1"})
    page = owner.submit(f"/access-grants/{grant.id}/withdraw", {"version": "1"}, status=409)
    assert user.name in page.body


def test_lists_take_the_same_queries_for_one_consent_and_for_twenty(
    app: Flask, owner: Browser, user: User, make: Factory, count_queries: object
) -> None:
    visitor, organisation_id = guest(app, make)
    taken = []
    for number in (1, 19):
        for _ in range(number):
            make.access_grant(user=user, organisation_id=organisation_id)
        with count_queries(app) as statements:  # type: ignore[operator]
            owner.get("/access-grants")
            visitor.get("/files-open-to-me")
        taken.append(len(statements))
    assert taken[0] == taken[1] <= 20
