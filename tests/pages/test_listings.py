"""The pages on which a provider writes a listing: without JavaScript, answer by answer with it, and what he may not."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from marketplace.domain import questions
from marketplace.extensions import db
from marketplace.models.accounts import Organisation, Role, User
from marketplace.models.approvals import Approval, ApprovalStatus, ReviewSeat, Seat, Verdict
from marketplace.models.listings import ListingDraft, ListingVersion
from marketplace.models.solutions import Solution
from marketplace.services import clock, listing_drafts, listing_projection, listings
from marketplace.services.unit_of_work import writing
from tests import listing_answers
from tests.factories import Factory
from tests.harness import Browser, Page

QUERIES = 15
HTMX = {"HX-Request": "true"}


@pytest.fixture
def user(app: Flask, make: Factory) -> User:
    return make.user(Role.PROVIDER)


@pytest.fixture
def provider(client: Browser, user: User) -> Browser:
    return client.log_in(user)


def draft_of(key: int) -> ListingDraft:
    query = select(ListingDraft).where(ListingDraft.solution_id == key)
    return db.session.scalars(query.execution_options(populate_existing=True)).one()


def posted(section: str, content: dict[str, Any]) -> dict[str, Any]:
    """What a browser sends for a section that says this."""
    form: dict[str, Any] = {"asked": []}
    for question in questions.SECTION_BY_ID[section].questions:
        form["asked"].append(question.id)
        value = content.get(question.id)
        if question.type == "rows":
            for number, row in enumerate(value or ()):
                form |= {f"{question.id}-{number}-{name}": str(cell) for name, cell in row.items()}
        elif value is not None:
            form[question.id] = "、".join(value) if question.type == "tags" else value
    return form


def listed(make: Factory, user: User, **changes: Any) -> Solution:
    solution = make.solution(provider=make.provider_of(user))
    version = make.listing_version(solution, name="来料检验通", **changes)
    with writing() as session:
        row = session.get_one(Solution, solution.id)
        listing_projection.apply(session, row, session.get_one(ListingVersion, version.id))
    return solution


def test_a_listing_is_written_section_by_section_and_submitted_without_javascript(provider: Browser) -> None:
    content = listing_answers.complete()
    page = provider.get("/listings/new")
    start = posted("basics", {key: content[key] for key in ("name", "family", "product_type")})
    start["asked"] = ["name", "family", "product_type"]
    response = provider.post("/listings/new", {"once": page.hidden("once"), **start})
    home = str(response.headers["Location"])
    key = int(home.rsplit("/", 1)[1])
    for section in questions.SECTIONS:
        page = provider.get(f"{home}/sections/{section.id}")
        data = {"version": page.hidden("version"), "next": "1", **posted(section.id, content)}
        provider.post(f"{home}/sections/{section.id}", data)
    assert draft_of(key).content == content
    assert "7部分已完成，共8部分" in provider.get(home).body  # there are no cases yet, and there need not be any
    page = provider.get(f"{home}/check")
    data = {"version": page.hidden("version"), "once": page.hidden("once")}
    refused = provider.submit(f"{home}/submit", data, status=422)
    assert "请逐条看过声明" in refused.body
    provider.post(f"{home}/submit", data | {"once": "another", "is_declared": "y"})
    assert db.session.scalars(select(Approval)).one().solution_id == key
    assert "正在评估" in provider.get(home).body


def test_rows_are_added_and_removed_by_buttons_that_post(provider: Browser, make: Factory, user: User) -> None:
    draft = make.listing_draft(user=user)
    key, version = draft.solution_id, draft.version
    address = f"/listings/{key}/sections/prices"
    form = {"version": str(version), **posted("prices", draft.content)}
    page = provider.submit(address, form | {"add_row": "price_plans"})
    assert "price_plans-2-name" in page.ids()
    page = provider.submit(address, form | {"version": page.hidden("version"), "remove_row": "price_plans-0"})
    assert [row["name"] for row in draft_of(key).content["price_plans"]] == ["扫码枪"]
    assert "price_plans-1-name" not in page.ids()


def test_what_is_wrong_is_said_at_its_field_and_kept_as_typed(provider: Browser, make: Factory, user: User) -> None:
    draft = make.listing_draft(user=user)
    form = {"version": str(draft.version), **posted("delivery", draft.content), "days_to_deploy": "三十天左右"}
    page = provider.submit(f"/listings/{draft.solution_id}/sections/delivery", form, status=422)
    assert "上线时间请只填数字" in page.body
    assert page.by_id("days_to_deploy-input").get("value") == "三十天左右"
    assert draft_of(draft.solution_id).content["days_to_deploy"] == 20


def test_an_answer_is_kept_as_it_is_given_and_the_page_gets_the_new_version(
    provider: Browser, make: Factory, user: User
) -> None:
    draft = make.listing_draft(user=user, service=None)
    key, version = draft.solution_id, draft.version
    form = {"asked": "summary", "summary": "扫码收货，当场判定", "version": str(version)}
    response = provider.post(f"/listings/{key}/answers/summary", form, status=200, headers=HTMX)
    page = Page(response, is_fragment=True)
    assert "已保存" in page.body
    assert page.hidden("version") == str(draft_of(key).version) != str(version)
    form = {"asked": "service", "service": "短", "version": page.hidden("version")}
    response = provider.post(f"/listings/{key}/answers/service", form, status=200, headers=HTMX)
    assert "售后服务至少4个字" in Page(response, is_fragment=True).body


def test_the_second_of_two_tabs_gets_the_page_that_says_so_with_what_was_typed(
    provider: Browser, make: Factory, user: User
) -> None:
    draft = make.listing_draft(user=user)
    key, version = draft.solution_id, draft.version
    for text, status in (("第一个页面写的话", 303), ("第二个页面写的话", 409)):
        form = {"version": str(version), **posted("basics", listing_answers.complete(summary=text))}
        response = provider.post(f"/listings/{key}/sections/basics", form, status=status)
    assert "第二个页面写的话" in Page(response).body
    assert draft_of(key).content["summary"] == "第一个页面写的话"


def test_the_check_page_names_all_that_is_missing_and_offers_no_button(
    provider: Browser, make: Factory, user: User
) -> None:
    draft = make.listing_draft(user=user, price_plans=None, contact_phone=None)
    page = provider.get(f"/listings/{draft.solution_id}/check")
    assert "还不能提交，有2处" in page.body
    assert "is_declared" not in page.ids()


def test_the_preview_shows_what_the_shelf_will_show_and_changes_nothing(
    provider: Browser, make: Factory, user: User
) -> None:
    key = make.listing_draft(user=user, price_plans=[{"name": "没写完"}]).solution_id
    page = provider.get(f"/listings/{key}/preview")
    assert page.h1 == "来料检验通"
    for words in ("来料扫码登记、不合格品挂起", "暂无本地样板", "数据归企业", "读取：采购单", "售后组"):
        assert words in page.body
    assert "没写完" not in page.body
    assert db.session.get_one(Solution, key).summary == ""


def test_the_provider_sees_before_submitting_which_changes_are_reviewed(
    provider: Browser, make: Factory, user: User
) -> None:
    solution = listed(make, user)
    home = f"/listings/{solution.id}"
    page = provider.get(home)
    provider.post(f"{home}/edit", {"version": str(solution.version), "once": "a"})
    draft = draft_of(solution.id)
    given = {"days_to_deploy": 45, "contact_name": "王师傅"}
    listing_drafts.save(make.actor(user), solution_id=solution.id, given=given, seen=draft.version)
    page = provider.get(f"{home}/check")
    assert "要评估 上线时间 由“20天”改为“45天”" in page.body
    assert "直接生效 售后联系人" in page.body
    assert "有1处要评估" in page.body


def returned(make: Factory, user: User, *notes: dict[str, str]) -> int:
    """A submission that was sent back with these notes."""
    draft = make.listing_draft(user=user)
    key = draft.solution_id
    listings.submit(make.actor(user), solution_id=key, version=draft.version, is_declared=True)
    reviewer, now = make.user(Role.BUREAU_REVIEWER), clock.now()
    with writing() as session:
        approval = session.scalars(select(Approval)).one()
        approval.status, approval.decided_at, approval.decided_by = ApprovalStatus.RETURNED, now, reviewer.id
        session.add(
            ReviewSeat(
                approval_id=approval.id, round=approval.round, seat=Seat.PRICE, reviewer_id=reviewer.id, claimed_at=now,
                due_on=clock.today(), verdict=Verdict.RETURN, version_id=approval.version_id, notes=list(notes),
                decided_at=now,
            )
        )  # fmt: skip
    return key


def test_a_returned_listing_opens_the_noted_questions_alone(provider: Browser, make: Factory, user: User) -> None:
    key = returned(make, user, {"question": "interfaces", "text": "写明接口是否另外收费"})
    assert "接口：写明接口是否另外收费" in provider.get(f"/listings/{key}").body
    page = provider.get(f"/listings/{key}/sections/delivery")
    assert "interfaces-input" in page.ids()
    assert "days_to_deploy-input" not in page.ids()
    form = {"version": page.hidden("version"), "asked": ["days_to_deploy"], "days_to_deploy": "5"}
    assert "审核没有要求修改" in provider.submit(f"/listings/{key}/sections/delivery", form, status=422).body
    assert draft_of(key).content["days_to_deploy"] == 20


def test_a_listing_is_withdrawn_with_a_reason_and_its_page_stays(
    provider: Browser, client: Browser, make: Factory, user: User, app: Flask
) -> None:
    solution = listed(make, user)
    address = f"/listings/{solution.id}/withdraw"
    page = provider.get(address)
    data = {"version": page.hidden("version"), "once": page.hidden("once")}
    assert "请写明理由" in provider.submit(address, data, status=422).body
    provider.post(address, data | {"reason": "由新版本替代"})
    shown = Browser(app).get(f"/solutions/{solution.id}")
    assert "由服务商下架" in shown.body
    assert "由新版本替代" in shown.body


def test_two_versions_are_set_side_by_side(provider: Browser, make: Factory, user: User) -> None:
    solution = listed(make, user)
    make.listing_version(solution, name="来料检验通", summary="来料检验扫码登记，不合格马上退", user=user)
    page = provider.get(f"/listings/{solution.id}/versions")
    assert "第2版" in page.body
    page = provider.get(f"/listings/{solution.id}/versions/2")
    assert [Page.words(one) for one in page.all("ins")] == ["马上退"]
    assert "一句话介绍" in page.body
    provider.get(f"/listings/{solution.id}/versions/9", status=404)


def test_the_definition_and_what_stands_on_the_shelf_are_data_for_everybody(
    client: Browser, make: Factory, user: User
) -> None:
    definition = client.raw("/listings/questions.json").get_json()
    asked = [one["id"] for section in definition["sections"] for one in section["questions"]]
    assert asked == [one.id for one in questions.QUESTIONS]
    solution = listed(make, user)
    data = client.raw(f"/solutions/{solution.id}.json").get_json()
    assert data["answers"] == listing_answers.complete()
    client.raw(f"/solutions/{make.listing_draft(user=user).solution_id}.json", status=404)


def test_the_customer_of_a_case_is_not_told_to_everybody(client: Browser, make: Factory, user: User) -> None:
    firm = make.enterprise()
    code = db.session.get_one(Organisation, firm.organisation_id).credit_code or ""
    solution = listed(
        make,
        user,
        cases=[
            {
                "credit_code": code, "industry": "modern_food", "scene": "quality", "level_before": "0",
                "level_after": "2", "accepted_on": "2026-05-06", "story": "检验记录由纸改为扫码，月底不再补单。",
            }
        ],
    )  # fmt: skip
    assert code not in client.raw(f"/solutions/{solution.id}.json").get_data(as_text=True)
    page = client.get(f"/solutions/{solution.id}")
    assert code not in page.html
    assert "有本地样板" in page.body


def test_the_desk_tells_the_next_step_and_costs_the_same_for_one_and_for_twenty(
    app: Flask,
    provider: Browser,
    make: Factory,
    user: User,
    count_queries: Callable[[Flask], AbstractContextManager[list[str]]],
) -> None:
    solution = listed(make, user)
    with writing() as session:
        session.get_one(Solution, solution.id).expires_on = clock.today() + timedelta(days=10)
    assert "续期" in provider.get("/my/listings").body
    with count_queries(app) as first:
        provider.get("/my/listings")
    for _ in range(19):
        make.listing_draft(user=user)
    with count_queries(app) as second:
        assert "接着填" in provider.get("/my/listings").body
    assert len(first) == len(second) <= QUERIES


@pytest.mark.parametrize("page", ["", "/sections/prices", "/check", "/preview"])
def test_no_page_of_a_draft_asks_much(
    app: Flask,
    provider: Browser,
    make: Factory,
    user: User,
    page: str,
    count_queries: Callable[[Flask], AbstractContextManager[list[str]]],
) -> None:
    key = make.listing_draft(user=user).solution_id
    provider.get(f"/listings/{key}{page}")
    with count_queries(app) as statements:
        provider.get(f"/listings/{key}{page}")
    assert len(statements) <= QUERIES
