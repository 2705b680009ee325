"""The pages of an assessment: filled in part by part without JavaScript, answer by answer with it, and its result."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import selectinload

from marketplace.domain.assessments import PARTS
from marketplace.extensions import db
from marketplace.models.accounts import Role, User
from marketplace.models.assessments import Assessment, AssessmentKind, AssessmentStatus
from marketplace.models.evidence import AccessGrant, GrantPurpose
from marketplace.services import clock
from marketplace.services.unit_of_work import writing
from tests.factories import Factory
from tests.harness import Browser, Page

QUERIES = 15
HTMX = {"HX-Request": "true"}
EXAMPLE: Mapping[str, Any] = {
    "Q1": "B", "Q2": "C", "Q3": "B", "Q4": ["G", "H", "M"], "Q5": "C", "Q6": ["B", "C"], "Q7": ["B", "C"], "Q8": "D",
    "Q9": ["B", "C"], "Q10": ["B", "D"], "Q11": "A", "Q12": "B", "Q13": "B", "Q14": "C", "Q15": "B",
}  # fmt: skip
AT_TWO = {"production_control", "quality", "warehousing", "procurement", "marketing", "finance"}


@pytest.fixture
def user(app: Flask, make: Factory) -> User:
    return make.user(Role.ENTERPRISE)


@pytest.fixture
def factory_client(client: Browser, user: User) -> Browser:
    return client.log_in(user)


def start(client: Browser, data: Mapping[str, Any] | None = None) -> str:
    """The address of a new draft."""
    page = client.get("/assessments/new")
    return str(client.post("/assessments/new", {"once": page.hidden("once"), **(data or {})}).headers["Location"])


def shown(page: Page) -> dict[str, Any]:
    """Every value that a form of the page would send if nobody touched it, but for the token of the session."""
    values: dict[str, Any] = {}
    for field in page.all("input"):
        name, kind = field.get("name", ""), field.get("type", "text")
        if not name or name == "csrf_token" or (kind in ("radio", "checkbox") and field.get("checked") is None):
            continue
        values.setdefault(name, []).append(field.get("value", ""))
    values.pop("q", None)
    return values


def answers_for(part: str) -> dict[str, Any]:
    here = PARTS[part]
    scenes = {scene: "2" if scene in AT_TWO else "0" for scene in here.scenes}
    return {item: EXAMPLE[item] for item in here.items} | scenes


def fill(client: Browser, home: str) -> None:
    for part in PARTS:
        page = client.get(f"{home}/parts/{part}")
        client.post(f"{home}/parts/{part}", {**shown(page), **answers_for(part)})


def acts(page: Page, action: str) -> dict[str, str]:
    """The hidden fields of the form that goes to this address."""
    form = next(form for form in page.all("form") if form.get("action") == action)
    return {field.get("name", ""): field.get("value", "") for field in form.iter("input")}


def kept(home: str) -> Assessment:
    db.session.rollback()
    loading = (selectinload(Assessment.answers), selectinload(Assessment.scenes))
    key = int(home.rsplit("/", 1)[1])
    return db.session.scalars(select(Assessment).where(Assessment.id == key).options(*loading)).one()


def options(home: str) -> dict[str, list[str]]:
    return {row.item: row.options for row in kept(home).answers}


def checked(page: Page) -> list[str]:
    return [field.get("id", "") for field in page.all("input") if field.get("checked") is not None]


def consent(enterprise_id: int | None, organisation_id: int | None, user_id: int) -> None:
    given = AccessGrant(
        enterprise_id=enterprise_id, organisation_id=organisation_id, purpose=GrantPurpose.DIAGNOSIS, note="诊断",
        starts_on=clock.today(), expires_on=clock.today() + timedelta(days=9), created_by=user_id,
        created_at=clock.now(),
    )  # fmt: skip
    with writing() as session:
        session.add(given)


def test_from_the_start_to_the_result_without_javascript(factory_client: Browser) -> None:
    page = factory_client.get("/assessments")
    assert "还没有评测过" in page.body
    home = start(factory_client)
    page = factory_client.get(home)
    assert "还差31项" in page.body
    assert page.body.count("未开始") == len(PARTS)
    fill(factory_client, home)
    page = factory_client.get(f"{home}/check")
    assert "还不能提交" not in page.body
    done = factory_client.post(f"{home}/complete", acts(page, f"{home}/complete"))
    page = factory_client.follow(done)
    assert "二级（规范级）" in page.body
    assert "41.35" in page.body
    assert "自评结果供自己参考，不作为奖补依据" in page.body
    assert "离三级：打分部分还差18.65分；还要把8个场景提到三级，其中约束性场景至少5个" in page.body
    assert f"{home}/gap" in page.links()["看差距，生成需求清单"]
    assert "一级" not in factory_client.get("/assessments").body.replace("二级", "")


def test_the_pages_follow_each_other(factory_client: Browser) -> None:
    home = start(factory_client)
    names = list(PARTS)
    for part, following in pairwise(names):
        answer = factory_client.post(f"{home}/parts/{part}", {"next": "1"})
        assert answer.headers["Location"] == f"{home}/parts/{following}"
    assert factory_client.post(f"{home}/parts/{names[-1]}", {"next": "1"}).headers["Location"] == home
    factory_client.get(f"{home}/parts/nothing", status=404)
    factory_client.post(f"{home}/answers/Q99", status=404)


def test_two_tabs_on_one_page_lose_nothing_of_each_other(factory_client: Browser) -> None:
    home = start(factory_client)
    address = f"{home}/parts/security"
    first, second = shown(factory_client.get(address)), shown(factory_client.get(address))
    factory_client.post(address, {**first, "Q6": ["B", "C"]})
    factory_client.post(address, {**second, "Q7": ["D"]})
    assert options(home) == {"Q6": ["B", "C"], "Q7": ["D"]}
    factory_client.post(address, {**second, "Q6": ["E"]})
    assert options(home)["Q6"] == ["E"]


def test_an_untouched_page_writes_nothing(factory_client: Browser) -> None:
    home = start(factory_client)
    fill(factory_client, home)
    before = kept(home).version
    for part in PARTS:
        factory_client.post(f"{home}/parts/{part}", shown(factory_client.get(f"{home}/parts/{part}")))
    assert kept(home).version == before


def test_what_is_kept_comes_back_ticked(factory_client: Browser) -> None:
    home = start(factory_client)
    address = f"{home}/parts/equipment"
    factory_client.post(address, {**shown(factory_client.get(address)), "Q1": ["A"], "Q2": "D"})
    assert checked(factory_client.get(address)) == ["Q1-A", "Q2-D"]
    address = f"{home}/parts/supply_chain"
    factory_client.post(address, {**shown(factory_client.get(address)), "warehousing": "0", "procurement": "3"})
    assert checked(factory_client.get(address)) == ["procurement-3", "warehousing-0"]


def test_bad_figures_are_named_and_everything_typed_is_kept(factory_client: Browser) -> None:
    home = start(factory_client)
    address = f"{home}/parts/equipment"
    typed = {**shown(factory_client.get(address)), "Q1": ["B"], "Q2-machines": "10", "Q2-digital_machines": "１２"}
    typed |= {"Q3-machines": "10", "Q3-networked_machines": "12"}
    page = factory_client.submit(address, typed, status=422)
    summary = page.by_id("error-summary")
    linked = [link.get("href") for link in summary.iter("a")]
    assert linked == ["#Q2-digital_machines", "#Q3-networked_machines"]
    assert "全角" in page.words(summary)
    assert "还大" in page.words(summary)
    assert page.by_id("Q2-digital_machines").get("value") == "１２"
    assert page.by_id("Q3-networked_machines").get("value") == "12"
    assert "Q1-B" in checked(page)
    assert options(home) == {}
    again = {**shown(page), "Q2-digital_machines": "3", "Q3-networked_machines": "1"}
    factory_client.post(address, again)
    assert options(home) == {"Q1": ["B"], "Q2": ["C"], "Q3": ["A"]}


def test_an_answer_is_kept_at_once_and_the_option_follows(factory_client: Browser) -> None:
    home = start(factory_client)
    page = factory_client.get(f"{home}/parts/equipment")
    fields = {**shown(page), "Q2-machines": "40", "Q2-digital_machines": "11"}
    answer = factory_client.post(f"{home}/answers/Q2", fields, status=200, headers=HTMX)
    html = answer.get_data(as_text=True)
    assert "比例27.5%" in html
    assert "已保存" in html
    assert 'id="Q2-options" data-hx-swap-oob="true"' in html
    part = Page(answer, is_fragment=True)
    assert checked(part) == ["Q2-C"]
    fields = {**fields, "was-Q2": part.hidden("was-Q2"), "Q2": "E"}
    answer = factory_client.post(f"{home}/answers/Q2", fields, status=200, headers=HTMX)
    html = answer.get_data(as_text=True)
    assert "按填的数字应选C，您选了E，请核对" in html
    assert "hx-swap-oob" not in html
    assert options(home) == {"Q2": ["E"]}


def test_an_answer_that_cannot_stand_says_that_it_is_not_kept(factory_client: Browser) -> None:
    home = start(factory_client)
    fields = {**shown(factory_client.get(f"{home}/parts/security")), "Q6": ["A", "B"]}
    html = factory_client.post(f"{home}/answers/Q6", fields, status=200, headers=HTMX).get_data(as_text=True)
    assert "就不能再选别的" in html
    assert "还没有保存" in html
    assert "已保存" not in html
    assert options(home) == {}
    answer = factory_client.post(f"{home}/answers/Q6", fields)
    assert answer.headers["Location"] == f"{home}/parts/security#Q6"
    assert "就不能再选别的" in factory_client.get(f"{home}/parts/security").body


def test_a_scene_is_kept_at_once(factory_client: Browser) -> None:
    home = start(factory_client)
    fields = {**shown(factory_client.get(f"{home}/parts/production")), "quality": "2"}
    html = factory_client.post(f"{home}/answers/quality", fields, status=200, headers=HTMX).get_data(as_text=True)
    assert "已保存" in html
    assert [(row.scene, row.level) for row in kept(home).scenes] == [("quality", 2)]
    html = factory_client.post(
        f"{home}/answers/quality", {**fields, "quality": "7"}, status=200, headers=HTMX
    ).get_data(as_text=True)
    assert "请重新选择这个场景的等级" in html


def test_a_number_typed_once_stands_in_the_other_questions(factory_client: Browser) -> None:
    home = start(factory_client)
    address = f"{home}/parts/outcome"
    typed = {"Q14-revenue_last": "900", "Q14-revenue_before": "800", "Q14-staff_last": "9", "Q14-staff_before": "9"}
    factory_client.post(address, {**shown(factory_client.get(address)), **typed})
    page = factory_client.get(address)
    assert page.by_id("Q12-revenue_last").get("value") == "900"
    assert page.by_id("Q15-revenue_before").get("value") == "800"
    assert options(home) == {"Q14": ["C"]}
    factory_client.post(address, {**shown(page), "Q12-energy_last": "90", "Q12-energy_before": "80"})
    assert options(home) == {"Q14": ["C"], "Q12": ["B"]}
    assert "前后一样" in factory_client.get(address).body


def test_what_is_missing_is_listed_with_the_way_there(factory_client: Browser) -> None:
    home = start(factory_client)
    page = factory_client.get(f"{home}/check")
    assert "还不能提交，差31项" in page.body
    assert page.links()["第7题数据安全"] == f"{home}/parts/security#Q7"
    assert page.links()["能耗管理"] == f"{home}/parts/production#energy"
    assert f"{home}/complete" not in page.html
    sent = {"version": str(kept(home).version), "once": "x"}
    assert factory_client.post(f"{home}/complete", sent).headers["Location"] == f"{home}/check"
    assert "还没有填齐，没有提交" in factory_client.get(f"{home}/check").body


def test_a_finished_one_is_changed_no_more(factory_client: Browser, user: User, make: Factory) -> None:
    home = f"/assessments/{make.assessment(user=user).id}"
    for address in (f"{home}/parts/security", f"{home}/check"):
        assert factory_client.raw(address, status=303).headers["Location"] == home
    page = factory_client.submit(f"{home}/parts/security", {"was-Q6": "x", "Q6": ["B"]}, status=409)
    assert "已完成" in page.body
    assert "第6题网络安全" in page.body
    assert options(home)["Q6"] == ["A"]


def test_voiding_asks_for_a_reason_and_is_told(factory_client: Browser, user: User, make: Factory) -> None:
    home = f"/assessments/{make.assessment(user=user).id}"
    fields = acts(factory_client.get(home), f"{home}/void")
    page = factory_client.follow(factory_client.post(f"{home}/void", {**fields, "reason": " ", "once": "1"}))
    assert "请写明理由" in page.body
    page = factory_client.follow(factory_client.post(f"{home}/void", {**fields, "reason": "设备数填错", "once": "2"}))
    assert "这份记录已作废" in page.body
    assert "设备数填错" in page.body
    assert "看差距" not in page.body
    assert "作废" in factory_client.get(f"{home}/print").body


def test_a_draft_is_deleted_after_a_question(factory_client: Browser) -> None:
    home = start(factory_client)
    fields = acts(factory_client.get(home), f"{home}/delete")
    page = factory_client.follow(factory_client.post(f"{home}/delete", fields))
    assert "草稿已删除" in page.body
    factory_client.get(home, status=404)
    factory_client.post(f"{home}/delete", {"version": "x"}, status=303)


def test_the_result_is_printed_and_downloaded(factory_client: Browser, user: User, make: Factory) -> None:
    home = f"/assessments/{make.assessment(user=user, levels={'quality': 3}).id}"
    page = factory_client.get(f"{home}/print")
    assert "自评" in page.body
    assert "第15题 价值效益" in page.body
    answer = factory_client.raw(f"{home}/result.pdf")
    assert answer.mimetype == "application/pdf"
    assert answer.data.startswith(b"%PDF-")
    assert "attachment" in answer.headers["Content-Disposition"]
    draft = start(factory_client)
    factory_client.get(f"{draft}/print", status=404)
    factory_client.raw(f"{draft}/result.pdf", status=404)


@pytest.mark.parametrize(
    ("kind", "sentence"),
    [("self", "供自己参考，不作为奖补依据"), ("diagnosis", "不作为奖补依据"), ("on_site", "奖补以它为准")],
)
def test_the_page_says_what_the_result_is_worth(
    factory_client: Browser, user: User, make: Factory, kind: str, sentence: str
) -> None:
    page = factory_client.get(f"/assessments/{make.assessment(user=user, kind=AssessmentKind(kind)).id}")
    assert sentence in page.body


def test_a_result_of_the_edition_before_is_kept_and_not_compared(factory_client: Browser) -> None:
    page = factory_client.get("/assessments/record")
    typed = {"once": page.hidden("once"), "kind": "on_site", "assessed_on": "2024-05-20", "points": "abc", "level": "2"}
    page = factory_client.submit("/assessments/record", typed, status=422)
    assert "请只填数字" in page.body
    assert page.by_id("points").get("value") == "abc"
    typed |= {"points": "46.5", "assessed_on": "2034-05-20"}
    page = factory_client.submit("/assessments/record", typed, status=422)
    assert "评测日期应在" in page.body
    page = factory_client.follow(
        factory_client.post("/assessments/record", {**typed, "assessed_on": "2024-05-20", "once": "b"})
    )
    assert "2022年版和2024年版题目、算法都不同" in page.body
    assert "看差距" not in page.body
    assert "离三级" not in page.body
    assert "2022年版" in factory_client.get("/assessments").body


def test_an_assessor_chooses_among_those_who_consented(client: Browser, user: User, make: Factory) -> None:
    expert = make.user(Role.EXPERT)
    owner, assessor = make.actor(user), make.actor(expert)
    client.log_in(expert)
    assert "还没有企业授权本单位诊断" in client.get("/assessments/new").body
    page = client.submit("/assessments/new", {"enterprise_id": str(owner.enterprise_id)}, status=422)
    assert "企业没有给本单位诊断授权" in page.body
    consent(owner.enterprise_id, assessor.organisation_id, user.id)
    assert owner.organisation_name in client.get("/assessments/new").body
    home = start(client, {"enterprise_id": str(owner.enterprise_id)})
    assert owner.organisation_name in client.get(f"{home}/parts/security").body
    client.log_in(user)
    page = client.get(home)
    assert "正在填写这份诊断" in page.body
    client.get(f"{home}/parts/security", status=403)


def test_the_form_says_why_it_is_closed_when_consent_is_gone(client: Browser, user: User, make: Factory) -> None:
    expert = make.user(Role.EXPERT)
    facts: dict[str, Any] = {"kind": AssessmentKind.DIAGNOSIS, "status": AssessmentStatus.DRAFT}
    row = make.assessment(user=user, organisation_id=make.actor(expert).organisation_id, **facts)
    client.log_in(expert)
    page = client.get(f"/assessments/{row.id}")
    assert "企业没有给本单位诊断授权" in page.body
    html = client.post(
        f"/assessments/{row.id}/answers/Q6", {"was-Q6": "", "Q6": "B"}, status=200, headers=HTMX
    ).get_data(as_text=True)
    assert "企业没有给本单位诊断授权" in html
    page = client.submit(f"/assessments/{row.id}/parts/security", {"was-Q6": "", "Q6": "B"}, status=422)
    assert "企业没有给本单位诊断授权" in page.body
    sent = {"version": "1", "once": "x"}
    assert client.post(f"/assessments/{row.id}/complete", sent).headers["Location"].endswith("/check")


def test_the_third_party_finds_the_enterprise_by_name(client: Browser, user: User, make: Factory) -> None:
    owner = make.actor(user)
    client.log_in(make.user(Role.SUPERVISOR))
    assert "没有找到这家企业" in client.get("/assessments/new?q=查无此厂").body
    page = client.get(f"/assessments/new?q={owner.organisation_name}")
    assert owner.organisation_name in page.body
    sent = {"once": page.hidden("once"), "enterprise_id": str(owner.enterprise_id)}
    home = client.post("/assessments/new", sent).headers["Location"]
    assert kept(home).kind == AssessmentKind.ON_SITE
    assert "请选择要评测的企业" in client.submit("/assessments/new", {}, status=422).body


@pytest.mark.parametrize("role", [Role.ENTERPRISE, Role.PROVIDER, Role.EXPERT, Role.SUPERVISOR, Role.BUREAU_LEADER])
def test_an_empty_list_offers_a_next_step(client: Browser, make: Factory, role: Role) -> None:
    page = client.log_in(make.user(role)).get("/assessments")
    assert page.by_class("sz-empty")
    assert page.by_class("btn-primary")


def test_lists_and_results_ask_as_much_for_one_as_for_twenty(
    app: Flask,
    client: Browser,
    user: User,
    make: Factory,
    count_queries: Callable[[Flask], AbstractContextManager[list[str]]],
) -> None:
    first = make.assessment(user=user)

    def asked(browser: Browser, address: str) -> int:
        with count_queries(app) as statements:
            browser.get(address)
        return len(statements)

    leader = Browser(app).log_in(make.user(Role.BUREAU_LEADER))
    client.log_in(user)
    draft = make.assessment(user=user, status=AssessmentStatus.DRAFT)
    visits = (
        (client, "/assessments"), (leader, "/assessments"), (client, f"/assessments/{first.id}"),
        (client, f"/assessments/{draft.id}"), (client, f"/assessments/{draft.id}/parts/production"),
        (client, f"/assessments/{draft.id}/check"), (client, f"/assessments/{first.id}/print"),
    )  # fmt: skip
    few = [asked(*visit) for visit in visits]
    for _ in range(20):
        make.assessment(user=user)
        make.assessment(user=user, decided_at=clock.now() - timedelta(days=9))
    assert [asked(*visit) for visit in visits] == few
    assert max(few) <= QUERIES
